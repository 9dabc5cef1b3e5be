"""What the filter sees: candidates beside their nearest generated images, before and after it.

    python -m benchmarks.detail_picture docs/images/detail.png

The embedded phantom: the used and the unused candidate that stand out most by z-score in `band`.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from clefgan.data import reading
from clefgan.method import Images
from clefgan.runs import pairs
from clefgan.runs.pairs import PairTable
from clefgan.similarity.detail_images import Detail
from clefgan.similarity.listening import Listener

SIDE, GAP, LINE = 180, 8, 16
GAIN = 1.6  # of the detail around middle grey, for the eye


def drawn(path: Path) -> None:
    """Draw the picture."""
    challenge = reading.read("phantom_ct")
    assert challenge.test is not None
    assert challenge.test.truth is not None
    candidates, generated = challenge.test.candidates.load(), challenge.test.generated.load()
    detail = Detail.like("band", "middle", generated)
    ids = challenge.test.candidates.ids, challenge.test.generated.ids
    table = pairs.table(
        pairs.compared(Listener(candidates, generated, 1), lambda *_: None), "band", ids
    )
    columns: list[tuple[NDArray[np.uint8], NDArray[np.uint8], str]] = []
    for used in (True, False):
        name, other, words = foremost(table, challenge.test.truth, used)
        for images, names, one, told in (
            (candidates, ids[0], name, f"candidate, {'used' if used else 'not used'}"),
            (generated, ids[1], other, words),
        ):
            image = images[names.index(one)]
            columns.append((image, seen(detail, image[None]), told))
    sheet(columns).save(path, optimize=True)


def foremost(table: PairTable, truth: Mapping[str, bool], used: bool) -> tuple[str, str, str]:
    """The candidate of this truth that stands out most, its nearest generated image, and words."""
    own = np.array([truth[name] == used for name in table.candidate.tolist()])
    place = int(np.argmax(np.where(own, table.z, -np.inf)))
    words = f"nearest: r {table.similarity[place]:.2f}, z {table.z[place]:.1f}"
    return str(table.candidate[place]), str(table.generated[place]), words


def seen(detail: Detail, image: Images) -> NDArray[np.uint8]:
    """The detail of an image with more contrast."""
    levels = detail.images(image)[0].astype(np.float32)
    return np.asarray(np.clip(128 + GAIN * (levels - 128), 0, 255), np.uint8)


def sheet(columns: list[tuple[NDArray[np.uint8], NDArray[np.uint8], str]]) -> Image.Image:
    """Images above, their detail below, a line of words on top."""
    width = len(columns) * (SIDE + GAP) + GAP
    page = Image.new("L", (width, LINE + 2 * (SIDE + GAP) + GAP), 255)
    pen = ImageDraw.Draw(page)
    for number, (image, detail, words) in enumerate(columns):
        left = GAP + number * (SIDE + GAP)
        pen.text((left, 2), words, fill=0)
        for row, pixels in enumerate((image, detail)):
            picture = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            page.paste(picture, (left, LINE + GAP + row * (SIDE + GAP)))
    return page


if __name__ == "__main__":
    drawn(Path(sys.argv[1]))

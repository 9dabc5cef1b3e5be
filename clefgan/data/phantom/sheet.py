"""A picture of the phantom: used slices above their near copies, and what the leak leaves out."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from clefgan.data.phantom.challenge import LEAK, DrawnRole, PhantomCounts, make
from clefgan.method import Images
from clefgan.storage.files import written_whole

COLUMNS = 8
_DEV = PhantomCounts(test_generated=0, test_used=0, test_not_used=0)
_GAP, _CAPTION = 4, 20  # pixels


def save(path: Path, *, seed: int = 0, leak: float = LEAK) -> None:
    """Draw the sheet of the dev set of `make(seed, leak)` and write it as a PNG."""
    roles = make(seed, leak, _DEV)
    picture = _sheet(_rows(roles["dev_generated"], roles["dev_used"], roles["dev_not_used"]))
    with written_whole(path) as part:
        picture.save(part, format="PNG", optimize=True)


def _rows(generated: DrawnRole, used: DrawnRole, not_used: DrawnRole) -> dict[str, Images]:
    """Take the first images of each kind, none chosen by its looks."""
    first_copy = {patient: i for i, patient in reversed(list(enumerate(generated.patients)))}
    copied = [i for i, patient in enumerate(used.patients) if patient in first_copy]
    copies = [first_copy[used.patients[i]] for i in copied]
    patients_drawn = set(used.patients)
    fresh = [i for i, patient in enumerate(generated.patients) if patient not in patients_drawn]
    return {
        "used": used.images[copied],
        "generated: near copies of the slices above": generated.images[copies],
        "generated: fresh anatomy": generated.images[fresh],
        "not used": not_used.images,
    }


def _sheet(rows: dict[str, Images]) -> Image.Image:
    size = next(iter(rows.values())).shape[1]
    width, height = COLUMNS * (size + _GAP) + _GAP, len(rows) * (size + _GAP + _CAPTION)
    sheet = Image.new("L", (width, height + _GAP), 255)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for row, (caption, images) in enumerate(rows.items()):
        top = row * (size + _GAP + _CAPTION)
        pen.text((_GAP, top + 2), caption, fill=0, font=font)
        for column, image in enumerate(images[:COLUMNS]):
            corner = (_GAP + column * (size + _GAP), top + _CAPTION)
            sheet.paste(Image.fromarray(np.ascontiguousarray(image)), corner)
    return sheet

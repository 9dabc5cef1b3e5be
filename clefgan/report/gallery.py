"""For the candidates that a run is surest about: the image beside its nearest generated images."""

import base64
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clefgan.data.reading import Challenge, ImageSet
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent
from clefgan.runs import pairs as pair_tables
from clefgan.runs.pairs import PairTable
from clefgan.similarity import engine
from clefgan.similarity.detail_images import SCALES, Detail, Kind
from clefgan.similarity.matches import Matches
from clefgan.similarity.products import Metric
from evaluation.boards.leaderboard import Leaderboard
from evaluation.counts import Values
from evaluation.runs import Panel

RUNS, EACH, NEAR = 3, 6, 3
KINDS: dict[str, Kind] = {"band": "band", "contrast": "contrast"}  # of detail that can be shown
MIDDLE = "middle"  # the scale of detail where images were compared in none
SIDE = 112
"""Longest side of a picture, in pixels; it bounds the page's size."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A small picture as a data URI, with the id of its image.

    detail : the same after the band-pass filter, which leaves out what all images have in common
    alike : similarity with the candidate
    z : the same in standard deviations above that of all candidates; NaN where nobody knows
    """

    id: str
    uri: str
    detail: str = ""
    alike: float = 1.0
    z: float = math.nan


@dataclass(frozen=True, slots=True)
class SureCalls:
    """A candidate, what was said of it, and its nearest generated images.

    ranks : of the candidate by each part of the score, 1 for the highest
    """

    candidate: Picture
    near: tuple[Picture, ...]
    score: float
    called: bool
    truth: bool
    ranks: Mapping[str, int] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        """Whether the decision is true."""
        return self.called == self.truth


@dataclass(frozen=True, slots=True)
class Gallery:
    """The candidates of one run, the surest used ones and then the surest others.

    features : where the nearest generated images were looked for
    detail : the filter that their detail is shown by; the same where it is a band of detail
    """

    run: str
    used: tuple[SureCalls, ...]
    not_used: tuple[SureCalls, ...]
    features: str = "pixels"
    detail: str = "band:middle"


@dataclass(frozen=True, slots=True)
class Shown:
    """Images of the test that the galleries show, decoded, and the map of their detail."""

    candidates: Mapping[str, NDArray[np.uint8]]
    generated: Mapping[str, NDArray[np.uint8]]
    detail: Detail

    def by(self, features: str) -> "Shown":
        """The same with the detail that images were compared in, where it was a band of detail."""
        kind, _, scale = features.partition("+")[0].partition(":")
        pixels = SCALES.get(scale or MIDDLE)
        if kind not in KINDS or pixels is None:
            return self
        return replace(self, detail=replace(self.detail, kind=KINDS[kind], scale=pixels))

    @property
    def filter(self) -> str:
        """What the detail is, as `features` says it."""
        scales = {pixels: name for name, pixels in SCALES.items()}
        return f"{self.detail.kind}:{scales[self.detail.scale]}"

    def picture(self, image_id: str, image: NDArray[np.uint8], *alike: float) -> Picture:
        """An image and its detail."""
        detail = self.detail.images(image[None])[0]
        return Picture(image_id, data_uri(image), data_uri(detail), *alike)

    def near(self, pairs: PairTable) -> tuple[Picture, ...]:
        """The generated images of the pairs of one candidate."""
        rows = zip(pairs.generated.tolist(), pairs.similarity, pairs.z, strict=True)
        return tuple(
            self.picture(name, self.generated[name], float(alike), float(z))
            for name, alike, z in rows
        )


def make(
    board: Leaderboard,
    panel: Panel,
    ids: Sequence[str],
    challenge: Challenge,
    pairs: Mapping[str, PairTable] | None = None,
    ranks: Mapping[str, Mapping[str, Mapping[str, int]]] | None = None,
    *,
    progress: Progress = silent,
) -> list[Gallery]:
    """Galleries of the best runs that have scores.

    Parameters
    ----------
    pairs : of runs that have them; for others the nearest images are looked for in `pixels`
    ranks : of runs whose methods show parts: by candidate and part

    Raises
    ------
    ClefganError
        The challenge has no test images, or not those that the runs answer for.
    """
    named = [row.name for row in board.runs if panel.runs[row.name].scores is not None][:RUNS]
    if not named:
        return []
    test = challenge.test
    if test is None:
        raise ClefganError(f"{challenge.source}: no test images for the gallery; give their folder")
    chosen = {name: surest(scores_of(panel, name), panel.runs[name].decisions) for name in named}
    wanted = sorted({index for pair in chosen.values() for part in pair for index in part})
    names = [ids[i] for i in wanted]
    candidates = only(test.candidates, names).load(progress=progress)
    generated = test.generated.load(progress=progress)
    known = usable(pairs or {}, names, test.generated.ids)
    looked_for = None
    if any(name not in known for name in named):
        looked_for = nearest(candidates, generated, names, test.generated.ids, progress)
    images = Shown(
        dict(zip(names, candidates, strict=True)),
        dict(zip(test.generated.ids, generated, strict=True)),
        Detail.like("band", MIDDLE, generated),
    )
    galleries = []
    for name in named:
        evidence = known.get(name, looked_for)
        assert evidence is not None
        by_part = (ranks or {}).get(name, {})
        shown = images.by(str(evidence.features[0]))
        galleries.append(gallery(name, chosen[name], ids, panel, (shown, evidence), by_part))
    return galleries


def usable(
    pairs: Mapping[str, PairTable], candidates: Sequence[str], generated: Sequence[str]
) -> dict[str, PairTable]:
    """Those that name the candidates, and no generated image that is not there."""
    return {
        name: table
        for name, table in pairs.items()
        if set(candidates) <= set(table.candidate.tolist())
        and set(table.generated.tolist()) <= set(generated)
    }


def gallery(
    name: str,
    chosen: tuple[list[int], list[int]],
    ids: Sequence[str],
    panel: Panel,
    evidence: tuple[Shown, PairTable],
    by_part: Mapping[str, Mapping[str, int]],
) -> Gallery:
    """The gallery of one run."""
    scores, run = scores_of(panel, name), panel.runs[name]
    images, pairs = evidence

    def sure(index: int) -> SureCalls:
        own = ids[index]
        called, truth = bool(run.decisions[index]), bool(panel.truth[index])
        candidate = images.picture(own, images.candidates[own])
        near, ranks = images.near(pairs.of(own)), by_part.get(own, {})
        return SureCalls(candidate, near, float(scores[index]), called, truth, ranks)

    used, not_used = (tuple(map(sure, part)) for part in chosen)
    return Gallery(name, used, not_used, str(pairs.features[0]), images.filter)


def scores_of(panel: Panel, name: str) -> Values:
    """Scores of a run that has some."""
    scores = panel.runs[name].scores
    assert scores is not None
    return scores


def surest(scores: Values, called: NDArray[np.bool_]) -> tuple[list[int], list[int]]:
    """Indices of the highest scores called used, and of the lowest others; extreme ones first."""
    order = np.argsort(-scores, kind="stable")
    used = [i for i in order.tolist() if called[i]][:EACH]
    not_used = [i for i in order[::-1].tolist() if not called[i]][:EACH]
    return used, not_used


def only(images: ImageSet, ids: Sequence[str]) -> ImageSet:
    """The images of these ids, in this order."""
    known = dict(zip(images.ids, images.items, strict=True))
    missing = [name for name in ids if name not in known]
    if missing:
        raise ClefganError(
            f"{images.where}: no candidate {missing[0]!r} for the gallery; give the data that the "
            "runs answer"
        )
    return replace(images, items=tuple(known[name] for name in ids))


def nearest(
    candidates: Images,
    generated: Images,
    names: Sequence[str],
    others: Sequence[str],
    progress: Progress,
) -> PairTable:
    """The generated images that correlate most with each candidate."""
    neighbours = engine.nearest(
        Metric.PEARSON, candidates, generated, NEAR, progress=progress, stage="gallery"
    )
    unknown = np.full(neighbours.distances.shape, np.nan)  # the pool holds more than these
    matches = Matches(1 - neighbours.distances, unknown, neighbours.indices)
    return pair_tables.table(matches, "pixels", (names, others))


def data_uri(image: NDArray[np.uint8]) -> str:
    """A PNG of at most `SIDE` pixels a side, inline."""
    picture = Image.fromarray(np.ascontiguousarray(image))
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")

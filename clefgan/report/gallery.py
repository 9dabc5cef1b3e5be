"""For the candidates that a run is surest about: the image beside its nearest generated images."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clefgan.data.reading import Challenge, ImageSet
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent
from clefgan.similarity import engine
from clefgan.similarity.products import Metric
from evaluation.boards.leaderboard import Leaderboard
from evaluation.counts import Values
from evaluation.runs import Panel

RUNS, EACH, NEAR = 3, 6, 3
SIDE = 112
"""Longest side of a picture, in pixels; it bounds the page's size."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A small picture as a data URI, with the id of its image."""

    id: str
    uri: str
    alike: float = 1.0  # Pearson's r with the candidate


@dataclass(frozen=True, slots=True)
class SureCalls:
    """A candidate, what was said of it, and its nearest generated images."""

    candidate: Picture
    near: tuple[Picture, ...]
    score: float
    called: bool
    truth: bool

    @property
    def right(self) -> bool:
        """Whether the decision is true."""
        return self.called == self.truth


@dataclass(frozen=True, slots=True)
class Gallery:
    """The candidates of one run, the surest used ones and then the surest others."""

    run: str
    used: tuple[SureCalls, ...]
    not_used: tuple[SureCalls, ...]


def make(
    board: Leaderboard,
    panel: Panel,
    ids: Sequence[str],
    challenge: Challenge,
    *,
    progress: Progress = silent,
) -> list[Gallery]:
    """Galleries of the best runs that have scores.

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
    candidates = only(test.candidates, [ids[i] for i in wanted]).load(progress=progress)
    generated = test.generated.load(progress=progress)
    near, alike = nearest(candidates, generated, progress)
    shown: dict[int, tuple[Picture, tuple[Picture, ...]]] = {}
    names = test.generated.ids
    for row, index in enumerate(wanted):
        pictures = [
            Picture(names[place], data_uri(generated[place]), float(r))
            for place, r in zip(near[row].tolist(), alike[row].tolist(), strict=True)
            if place >= 0
        ]
        shown[index] = Picture(ids[index], data_uri(candidates[row])), tuple(pictures)
    return [gallery(name, chosen[name], shown, panel) for name in named]


def gallery(
    name: str,
    chosen: tuple[list[int], list[int]],
    shown: Mapping[int, tuple[Picture, tuple[Picture, ...]]],
    panel: Panel,
) -> Gallery:
    """The gallery of one run."""
    scores, run = scores_of(panel, name), panel.runs[name]

    def sure(index: int) -> SureCalls:
        candidate, near = shown[index]
        called, truth = bool(run.decisions[index]), bool(panel.truth[index])
        return SureCalls(candidate, near, float(scores[index]), called, truth)

    return Gallery(name, tuple(map(sure, chosen[0])), tuple(map(sure, chosen[1])))


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
    candidates: Images, generated: Images, progress: Progress
) -> tuple[NDArray[np.int64], Values]:
    """Numbers of the generated images that correlate most with each candidate, and how much."""
    found = engine.nearest(
        Metric.PEARSON, candidates, generated, NEAR, progress=progress, stage="gallery"
    )
    return found.indices, 1 - found.distances


def data_uri(image: NDArray[np.uint8]) -> str:
    """A PNG of at most `SIDE` pixels a side, inline."""
    picture = Image.fromarray(np.ascontiguousarray(image))
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")

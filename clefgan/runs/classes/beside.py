"""The rows that stand beside every score of attribution: trivial methods and shortcuts."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.data.classes.challenge import ClassChallenge
from clefgan.method import Progress
from clefgan.plugins import registry
from clefgan.runs.classes import fitting
from clefgan.runs.classes.decisions import ClassVerdict, parse
from clefgan.runs.classes.loading import ClassImageSets
from clefgan.runs.classes.request import ClassRequest
from clefgan.runs.classes.result import ClassScored

BESIDE = ("most-frequent", "class-coin", "level-histogram", "nearest-generated")
"""Rows that stand beside every score: two that know nothing, and two shortcuts."""


def rows_beside(
    request: ClassRequest,
    challenge: ClassChallenge,
    images: ClassImageSets,
    fold: NDArray[np.int64],
    progress: Progress,
) -> dict[str, ClassScored]:
    """The trivial and the shortcut methods, in the same folds."""
    rows = {}
    truth = np.array(challenge.names)[images.labels]
    for name, method in others_than(request):
        scores = fitting.held_out(name, method, images, fold, progress)
        verdict: ClassVerdict = parse("argmax").decide(scores, None)
        rows[name] = ClassScored(images.ids, challenge.names, scores, verdict, truth)
    return rows


def beside_test(
    request: ClassRequest,
    challenge: ClassChallenge,
    images: ClassImageSets,
    truth: NDArray[np.str_],
    progress: Progress,
) -> dict[str, ClassScored]:
    """The same methods, fitted on all labelled images, on the images under test."""
    assert images.test is not None
    assert challenge.test is not None
    rows = {}
    for name, method in others_than(request):
        scores = fitting.fitted_scores(name, method, images.sources, images.test, progress)
        verdict: ClassVerdict = parse("argmax").decide(scores, None)
        rows[name] = ClassScored(challenge.test.ids, challenge.names, scores, verdict, truth)
    return rows


def others_than(request: ClassRequest) -> Iterator[tuple[str, Any]]:
    """The rows that stand beside a method, itself left out."""
    for name in BESIDE:
        if name != request.name and name in registry.ATTRIBUTORS.entries():
            yield name, registry.ATTRIBUTORS.configure(name, seed=request.seed)

"""Fit a method of attribution and score with it: all at once, or fold by fold."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import Attributor, ClassScores, Images, Progress, Source
from clefgan.plugins.isolation import fitted_attributor
from clefgan.runs.classes.loading import ClassImageSets


def held_out(
    name: str,
    method: Attributor,
    images: ClassImageSets,
    fold: NDArray[np.int64] | None,
    progress: Progress,
) -> ClassScores:
    """Scores of the labelled images; without folds by one scorer, which saw no label."""
    if fold is None:
        return fitted_scores(name, method, images.sources, images.labelled, progress)
    scores = np.empty((len(images.labels), len(images.sources)))
    for number in np.unique(fold):
        learn, score = fold != number, fold == number
        sources = [
            Source(source.name, source.real, images.labelled[learn & (images.labels == k)])
            for k, source in enumerate(images.sources)
        ]
        scores[score] = fitted_scores(name, method, sources, images.labelled[score], progress)
    return scores


def fitted_scores(
    name: str,
    method: Attributor,
    sources: Sequence[Source],
    images: Images,
    progress: Progress,
) -> ClassScores:
    """Fit, score and check.

    Raises
    ------
    ClefganError
        What a stranger's method raises, or scores of another form.
    """
    scorer = fitted_attributor(name, method, sources, progress)
    scores = np.asarray(scorer.score(images, progress=progress))
    wanted = (len(images), len(sources))
    if scores.shape != wanted or scores.dtype.kind != "f":
        raise ClefganError(
            f"method {name!r}: scores are {scores.dtype} of shape {scores.shape}; need float64 of "
            f"shape {wanted}"
        )
    if not np.isfinite(scores).all():
        bad = int((~np.isfinite(scores)).any(axis=1).sum())
        raise ClefganError(f"method {name!r}: scores of {bad} of {len(images)} are not finite")
    return scores.astype(np.float64)

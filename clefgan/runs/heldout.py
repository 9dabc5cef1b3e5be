"""Held-out scores: no real image of dev takes part in fitting what scores it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, Method, Progress, Scorer, Scores, silent
from clefgan.plugins import isolation
from clefgan.runs import folds
from clefgan.runs.decisions.nulls import Round


@dataclass(frozen=True, slots=True, eq=False)
class FoldOut:
    """Real dev images that a scorer was fitted without; `index` of each, used first."""

    name: str
    images: DevSet
    index: NDArray[np.intp]


class AlsoScores(Protocol):
    """Scores something more with the scorer of each fold."""

    def add(self, scorer: Scorer, out: FoldOut, progress: Progress, /) -> None:
        """Of one fold."""
        ...


@dataclass
class Beside:
    """Scores unused dev images among the test candidates, fold by fold (see `nulls.Round`)."""

    images: tuple[Images, Images]  # test candidates, and the generated images under test
    groups: Sequence[str]  # of all real dev images
    of_candidates: Sequence[str] | None = None  # groups; None where they are not known
    rounds: list[Round] = field(default_factory=list)

    def add(self, scorer: Scorer, out: FoldOut, progress: Progress, /) -> None:
        """Score one fold's unused images by the scorer that was fitted without them."""
        unused = out.images.not_used
        if not len(unused):
            return
        candidates, generated = self.images
        n = len(candidates)
        ids = (*map(str, range(n)), *(f"unused dev image {i + 1}" for i in range(len(unused))))
        pool = np.concatenate([candidates, unused])
        scores = checked(scorer.score(pool, generated, progress=progress), ids, out.name)
        whose = np.array([self.groups[i] for i in out.index[len(out.images.used) :]], np.str_)
        own = None if self.of_candidates is None else np.array(self.of_candidates, np.str_)
        self.rounds.append(Round(scores[:n], scores[n:], own, whose))


def held_out(
    name: str,
    method: Method,
    dev: DevSet,
    ids: tuple[str, ...],
    fold: NDArray[np.int64],
    progress: Progress,
    *also: AlsoScores,
) -> Scores:
    """Score every dev real image by a scorer that was fitted without its fold.

    Parameters
    ----------
    also : each is given the scorer of every fold
    """
    scores = np.full(len(ids), np.nan)
    for number, (fit, score) in enumerate(folds.splits(fold)):

        def report(stage: str, done: int, total: int, note: str, /, _fold: int = number) -> None:
            progress(f"fold {_fold + 1}: {stage}", done, total, note)

        scorer, fold_scores = fitted_and_scored(name, method, dev, (fit, score), ids, report)
        scores[score] = fold_scores
        out = FoldOut(name, subset(dev, score), score)
        for extra in also:
            extra.add(scorer, out, report)
    return scores


def subset(dev: DevSet, index: NDArray[np.intp]) -> DevSet:
    """The dev set with only some of its real images, counted used first, then not used."""
    n_used = len(dev.used)
    return DevSet(
        dev.generated,
        dev.used[index[index < n_used]],
        dev.not_used[index[index >= n_used] - n_used],
    )


def fitted_and_scored(
    name: str,
    method: Method,
    dev: DevSet,
    split: tuple[NDArray[np.intp], NDArray[np.intp]],
    ids: Sequence[str],
    progress: Progress = silent,
) -> tuple[Scorer, Scores]:
    """Fit on some real dev images and score others; the scorer, and a score for each of these.

    Parameters
    ----------
    split : indices to fit on and to score, in ascending order
    ids : of all real dev images, for errors
    """
    fit, score = split
    scorer = isolation.fitted(name, method, subset(dev, fit), progress)
    out = subset(dev, score)
    images = np.concatenate([out.used, out.not_used])
    scores = scorer.score(images, dev.generated, progress=progress)
    return scorer, checked(scores, tuple(ids[i] for i in score), name)


def checked(scores: Scores, ids: tuple[str, ...], name: str, what: str = "") -> Scores:
    """Return the scores if there is one finite number for each id; `what` they are, for errors."""
    values = np.asarray(scores)
    if values.shape != (len(ids),) or values.dtype.kind != "f":
        raise ClefganError(
            f"method {name!r}: {what}scores have shape {values.shape} and type "
            f"{str(values.dtype)!r}; need {len(ids)} floats"
        )
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise ClefganError(
            f"method {name!r}: {what}score of {ids[bad[0]]!r} is {values[bad[0]]}; "
            f"{len(bad)} of {len(ids)} scores are not finite"
        )
    return values.astype(np.float64)

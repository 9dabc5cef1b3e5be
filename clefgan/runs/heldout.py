"""Held-out scores: no real image of dev takes part in fitting what scores it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clefgan.data.challenge import Challenge
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, Method, Progress, Scorer, Scores
from clefgan.plugins import isolation
from clefgan.runs import folds
from clefgan.runs.decisions.nulls import Round


def groups_of(challenge: Challenge, ids: tuple[str, ...], reals: Images) -> list[str]:
    """Group of each real dev image: as the data says, else exact copies share one."""
    fallback = folds.copies(reals)
    known = challenge.groups or {}
    return [
        known.get(name.rpartition("/")[2], digest)
        for name, digest in zip(ids, fallback, strict=True)
    ]


@dataclass
class Beside:
    """Scores unused dev images among the test candidates, fold by fold (see `decide.Round`)."""

    images: tuple[Images, Images]  # test candidates, and the generated images under test
    rounds: list[Round] = field(default_factory=list)

    def add(self, scorer: Scorer, unused: Images, name: str, progress: Progress) -> None:
        """Score one fold's unused images by the scorer that was fitted without them."""
        candidates, generated = self.images
        n = len(candidates)
        ids = (*map(str, range(n)), *(f"unused dev image {i + 1}" for i in range(len(unused))))
        pool = np.concatenate([candidates, unused])
        scores = checked(scorer.score(pool, generated, progress=progress), ids, name)
        self.rounds.append(Round(scores[:n], scores[n:]))


def held_out(
    name: str,
    method: Method,
    dev: DevSet,
    ids: tuple[str, ...],
    fold: NDArray[np.int64],
    progress: Progress,
    beside: Beside | None = None,
) -> Scores:
    """Score every dev real image by a scorer that was fitted without its fold."""
    n_used = len(dev.used)
    scores = np.full(len(ids), np.nan)
    for number, (fit, score) in enumerate(folds.splits(fold)):

        def report(stage: str, done: int, total: int, note: str, /, _fold: int = number) -> None:
            progress(f"fold {_fold + 1}: {stage}", done, total, note)

        part = DevSet(
            dev.generated, dev.used[fit[fit < n_used]], dev.not_used[fit[fit >= n_used] - n_used]
        )
        unused = dev.not_used[score[score >= n_used] - n_used]
        images = np.concatenate([dev.used[score[score < n_used]], unused])
        scorer = isolation.fitted(name, method, part, report)
        found = scorer.score(images, dev.generated, progress=report)
        scores[score] = checked(found, tuple(ids[i] for i in score), name)
        if beside is not None and len(unused):
            beside.add(scorer, unused, name, report)
    return scores


def checked(scores: Scores, ids: tuple[str, ...], name: str) -> Scores:
    """Return the scores if there is one finite number for each id."""
    found = np.asarray(scores)
    if found.shape != (len(ids),) or found.dtype.kind != "f":
        raise ClefganError(
            f"method {name!r}: scores have shape {found.shape} and type {str(found.dtype)!r}; "
            f"need {len(ids)} floats"
        )
    bad = np.flatnonzero(~np.isfinite(found))
    if len(bad):
        raise ClefganError(
            f"method {name!r}: score of {ids[bad[0]]!r} is {found[bad[0]]}; "
            f"{len(bad)} of {len(ids)} scores are not finite"
        )
    return found.astype(np.float64)

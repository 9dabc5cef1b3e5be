"""The main job: a challenge and a method in, a run with its provenance out.

Nothing here prints, parses or writes: the command line does that with what `run` returns.

Dev protocols
-------------
paper
    The method is fitted on the whole dev set and scores the same images, as the seed paper did.
    For what a method saw of them while fitting, read its `paper_note`.
held-out
    Grouped folds: no dev real image takes part in fitting what scores it.
"""

import dataclasses
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clefgan.data.challenge import Challenge, Dev, Test
from clefgan.data.imageset import ImageSet
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, Method, Progress, Scorer, Scores, silent
from clefgan.plugins import isolation
from clefgan.runs import folds, provenance
from clefgan.runs.decisions import decide
from clefgan.runs.decisions.decide import Known, Rule, Verdict
from clefgan.runs.heldout import Beside, checked, groups_of, held_out

Protocol = Literal["paper", "held-out"]
PROTOCOLS: tuple[Protocol, ...] = ("paper", "held-out")
ZERO = decide.Zero()


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of some images, ids beside them; `truth` where it is known."""

    ids: tuple[str, ...]
    scores: Scores
    truth: NDArray[np.bool_] | None
    verdict: Verdict | None = None

    @property
    def decisions(self) -> NDArray[np.bool_]:
        """(n,), True where the image is called used: by the rule, else by a score above 0."""
        return self.scores > 0 if self.verdict is None else self.verdict.used

    def as_rows(self) -> dict[str, dict[str, Any]]:
        """`id -> {score, decision, truth}`, in order."""
        rows: dict[str, dict[str, Any]] = {}
        for i, name in enumerate(self.ids):
            rows[name] = {"score": float(self.scores[i]), "decision": int(self.decisions[i])}
            if self.truth is not None:
                rows[name]["truth"] = int(self.truth[i])
        return rows


@dataclass(frozen=True, slots=True)
class Run:
    """What a method said of a challenge, and all that is needed to say it again."""

    method: str
    configured: Method
    dev: Mapping[Protocol, Scored]
    test: Scored | None
    notes: tuple[str, ...]
    provenance: Mapping[str, Any]


@dataclass
class Stopwatch:
    """Wall time by stage, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time that the block takes to stage `name`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def run(
    challenge: Challenge,
    name: str,
    method: Method,
    *,
    protocols: tuple[Protocol, ...] = PROTOCOLS,
    n_folds: int = 3,
    seed: int = 0,
    rule: Rule = ZERO,
    progress: Progress = silent,
) -> Run:
    """Fit `method` on dev, score the test candidates, and score dev by the named protocols.

    Parameters
    ----------
    challenge : with a dev part; the test part may be absent, and then only dev is scored
    name : of the method, for errors and the record
    n_folds : of the held-out protocol, at least 2
    seed : of the folds; the method has its own
    rule : turns scores into decisions. One that learns from dev learns from held-out scores: for
        the test from all of them, for dev from those of the other folds. One that compares with
        unused images has those of each fold scored among the test candidates, by the scorer that
        was fitted without them. Under `paper` a rule learns from the very scores that it decides
        on, as papers do.

    Raises
    ------
    ClefganError
        No dev part, images that cannot be read, a score that is not finite, or too few dev images
        for the folds.
    """
    watch = Stopwatch()
    with watch.stage("load"):
        dev, truth, ids = load_dev(challenge, progress)
        reals = np.concatenate([dev.used, dev.not_used])
    fold = None
    if "held-out" in protocols or (rule.needs_known and challenge.test is not None):
        fold = folds.grouped(groups_of(challenge, ids, reals), truth, n_folds, seed)
    scored: dict[Protocol, Scored] = {}
    test: Scored | None = None
    if "paper" in protocols or challenge.test is not None:
        with watch.stage("fit"):
            scorer = isolation.fitted(name, method, dev, progress)
        if "paper" in protocols:
            with watch.stage("score dev"):
                scores = checked(scorer.score(reals, dev.generated, progress=progress), ids, name)
            scored["paper"] = Scored(ids, scores, truth)
        if challenge.test is not None:
            with watch.stage("load"):
                images = load_test(challenge.test, method, progress)
            with watch.stage("score test"):
                test = score_test(challenge.test, name, scorer, images, progress)
    if fold is not None:
        beside = (
            Beside(images) if test is not None and getattr(rule, "needs_rounds", False) else None
        )
        with watch.stage("held-out"):
            scores = held_out(name, method, dev, ids, fold, progress, beside)
        known = Known(scores, truth)
        if test is not None:
            rounds = () if beside is None else tuple(beside.rounds)
            test = decided(test, rule, Known(scores, truth, rounds))
        if "held-out" in protocols:
            verdict = decide.out_of_fold(rule, known, fold)
            scored["held-out"] = Scored(ids, scores, truth, verdict)
    elif test is not None:
        test = decided(test, rule, None)
    if "paper" in scored:
        scored["paper"] = decided(scored["paper"], rule, Known(scored["paper"].scores, truth))
    with watch.stage("digest"):
        digests = provenance.digests_of(challenge)
    record = {
        "method": {
            "name": name,
            "class": provenance.class_name(method),
            "knowledge": str(method.knowledge),
        },
        "hyperparameters": dataclasses.asdict(method),
        "seed": {"folds": seed, "method": getattr(method, "seed", None)},
        "folds": n_folds if "held-out" in watch.seconds else None,
        "decide": repr(rule),
        "data": {"source": challenge.source, "sha256": digests},
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "cluster": provenance.cluster(),
        "seconds": {stage: round(taken, 3) for stage, taken in watch.seconds.items()},
    }
    notes = (*notes_of(method, scored), *contradictions(ids, truth, reals))
    return Run(name, method, scored, test, notes, record)


def decided(scored: Scored, rule: Rule, known: Known | None) -> Scored:
    """Return the scored images with the rule's decisions."""
    return dataclasses.replace(scored, verdict=rule.decide(scored.scores, known))


def load_dev(
    challenge: Challenge, progress: Progress
) -> tuple[DevSet, NDArray[np.bool_], tuple[str, ...]]:
    """The dev images, their truth and ids: used first, then not used."""
    part = challenge.dev
    if part is None:
        raise ClefganError(f"{challenge.source}: no dev images; a method is fitted on them")
    dev = DevSet(
        generated=loaded(part.generated, "dev generated", progress),
        used=loaded(part.used, "dev used", progress),
        not_used=loaded(part.not_used, "dev not used", progress),
    )
    truth = np.concatenate([np.ones(len(part.used), bool), np.zeros(len(part.not_used), bool)])
    return dev, truth, unique_ids(part)


def unique_ids(part: Dev) -> tuple[str, ...]:
    """Ids of the real dev images; the role is put before them where both roles share an id."""
    used, not_used = part.used.ids, part.not_used.ids
    if set(used).isdisjoint(not_used):
        return (*used, *not_used)
    return (*(f"used/{name}" for name in used), *(f"not_used/{name}" for name in not_used))


def loaded(images: ImageSet, stage: str, progress: Progress) -> Images:
    """Decode one role, reporting under the name of the role."""

    def report(_stage: str, done: int, total: int, note: str) -> None:
        progress(f"reading {stage}", done, total, note)

    return images.load(progress=report)


def load_test(part: Test, method: Method, progress: Progress) -> tuple[Images, Images]:
    """Candidates and generated images; the latter are decoded only for a method that needs them."""
    candidates = loaded(part.candidates, "test candidates", progress)
    if getattr(method, "needs_generated", True):
        return candidates, loaded(part.generated, "test generated", progress)
    return candidates, np.empty((0, *candidates.shape[1:]), np.uint8)


def score_test(
    part: Test, name: str, scorer: Scorer, images: tuple[Images, Images], progress: Progress
) -> Scored:
    """Score the candidates against the generated images under test."""
    scores = checked(scorer.score(*images, progress=progress), part.candidates.ids, name)
    truth = None
    if part.truth is not None:
        truth = np.array([part.truth[image] for image in part.candidates.ids], bool)
    return Scored(part.candidates.ids, scores, truth)


def probabilities(method: Method, scores: Scores) -> Scores | None:
    """Probabilities of used where the method's scores are their log-odds; None elsewhere."""
    if not getattr(method, "probabilities", False):
        return None
    return np.asarray((1 + np.tanh(scores / 2)) / 2)  # 1 / (1 + exp(-score)), without overflow


def notes_of(method: Method, scored: Mapping[Protocol, Scored]) -> tuple[str, ...]:
    """What the reader of the dev scores must know."""
    note = getattr(method, "paper_note", "")
    return (f"paper protocol: {note}",) if note and "paper" in scored else ()


def contradictions(
    ids: tuple[str, ...], truth: NDArray[np.bool_], reals: Images
) -> tuple[str, ...]:
    """Warn of dev images that are both used and not used, pixel for pixel: a fault of the data."""
    digests = folds.copies(reals)
    used = {
        digest: name for name, digest, is_used in zip(ids, digests, truth, strict=True) if is_used
    }
    twice = [
        (used[digest], name)
        for name, digest, is_used in zip(ids, digests, truth, strict=True)
        if not is_used and digest in used
    ]
    if not twice:
        return ()
    one, other = twice[0]
    return (
        f"warning: {len(twice)} of {len(truth) - int(truth.sum())} dev images not used are also "
        f"used, such as {other!r} = {one!r}; no method can tell them apart; "
        "see `clefgan data info`",
    )

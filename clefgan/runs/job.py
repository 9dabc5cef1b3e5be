"""The main job: a challenge and a method in, a run with its provenance out.

Nothing here prints, parses or writes: `record.write` does that with what `run` returns.

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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.data import run_names
from clefgan.data.challenge import Challenge
from clefgan.method import Method, Progress, Promises, Scores, promises, silent
from clefgan.plugins import isolation
from clefgan.runs import folds, loading, provenance
from clefgan.runs.decisions import decide
from clefgan.runs.decisions.nulls import Round
from clefgan.runs.decisions.rules import Zero
from clefgan.runs.decisions.verdict import Known, Rule, Verdict
from clefgan.runs.heldout import Beside, checked, held_out
from clefgan.runs.loading import DevImages, TestImages
from clefgan.runs.record import PROTOCOLS, Protocol, Run, Scored


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the job."""

    name: str
    method: Method
    protocols: tuple[Protocol, ...]
    n_folds: int
    seed: int
    rule: Rule

    @property
    def promises(self) -> Promises:
        """What the method says of itself."""
        return promises(type(self.method))


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """The images of a run; `fold` of each real dev image, None where nothing is held out."""

    dev: DevImages
    fold: NDArray[np.int64] | None
    test: TestImages | None


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Scores before any decision; `rounds` as in `Known`."""

    paper: Scores | None
    test: Scores | None
    held_out: Scores | None
    rounds: tuple[Round, ...]


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
    rule: Rule | None = None,
    progress: Progress = silent,
) -> Run:
    """Fit `method` on dev, score the test candidates, and score dev by the named protocols.

    Parameters
    ----------
    challenge : with a dev part; the test part may be absent, and then only dev is scored
    name : of the method, for errors and the record
    n_folds : of the held-out protocol, at least 2
    seed : of the folds; the method has its own
    rule : turns scores into decisions; None: a score above 0 is used. A rule that learns from dev
        learns from held-out scores: for the test from all of them, for dev from those of the other
        folds. One that compares with unused images has those of each fold scored among the test
        candidates, by the scorer that was fitted without them. Under `paper` a rule learns from
        the very scores that it decides on, as papers do.

    Raises
    ------
    ClefganError
        A candidate that no run file can name, no dev part, images that cannot be read, a score that
        is not finite, or too few dev images for the folds.
    """
    run_names.refuse_unwritable(challenge)
    request = Request(name, method, protocols, n_folds, seed, Zero() if rule is None else rule)
    watch = Stopwatch()
    with watch.stage("load"):
        images = load(challenge, request, progress)
    scores = fit_and_score(request, images, watch, progress)
    dev, test = decided(request, images, scores)
    with watch.stage("digest"):
        digests = provenance.digests_of(challenge)
    return Run(
        method=name,
        knowledge=method.knowledge,
        settings=repr(method),
        edition=challenge.edition,
        dev=dev,
        test=test,
        notes=(
            *notes_of(request),
            *loading.contradictions(images.dev),
            *run_names.unlike_the_edition(challenge),
        ),
        provenance=said_again(request, challenge, digests, watch),
    )


def load(challenge: Challenge, request: Request, progress: Progress) -> Loaded:
    """Decode what the request needs, and put the dev images into folds."""
    dev = loading.load_dev(challenge, progress)
    learns = request.rule.needs_known and challenge.test is not None
    fold = None
    if "held-out" in request.protocols or learns:
        fold = folds.grouped(dev.groups, dev.truth, request.n_folds, request.seed)
    test = None
    if challenge.test is not None:
        needed = request.promises.needs_generated
        test = loading.load_test(challenge.test, generated=needed, progress=progress)
    return Loaded(dev, fold, test)


def fit_and_score(request: Request, images: Loaded, watch: Stopwatch, progress: Progress) -> Fitted:
    """Scores of dev by each protocol, and of the test candidates."""
    paper, test = whole_dev(request, images, watch, progress)
    if images.fold is None:
        return Fitted(paper, test, None, ())
    beside = None
    if images.test is not None and request.rule.needs_rounds:
        beside = Beside((images.test.candidates, images.test.generated))
    with watch.stage("held-out"):
        held = held_out(
            request.name, request.method, images.dev.dev, images.dev.ids, images.fold, progress,
            beside,
        )  # fmt: skip
    return Fitted(paper, test, held, () if beside is None else tuple(beside.rounds))


def whole_dev(
    request: Request, images: Loaded, watch: Stopwatch, progress: Progress
) -> tuple[Scores | None, Scores | None]:
    """Scores of dev and of the test by a scorer that was fitted on all of dev."""
    dev, test = images.dev, images.test
    papers = "paper" in request.protocols
    if not papers and test is None:
        return None, None
    with watch.stage("fit"):
        scorer = isolation.fitted(request.name, request.method, dev.dev, progress)
    of_dev = of_test = None
    if papers:
        with watch.stage("score dev"):
            scores = scorer.score(dev.reals, dev.dev.generated, progress=progress)
            of_dev = checked(scores, dev.ids, request.name)
    if test is not None:
        with watch.stage("score test"):
            scores = scorer.score(test.candidates, test.generated, progress=progress)
            of_test = checked(scores, test.ids, request.name)
    return of_dev, of_test


def decided(
    request: Request, images: Loaded, scores: Fitted
) -> tuple[dict[Protocol, Scored], Scored | None]:
    """Used or not used: for dev by each protocol, and for the test candidates."""
    rule, dev, test = request.rule, images.dev, None

    def part(ids: tuple[str, ...], values: Scores, truth: Any, verdict: Verdict) -> Scored:
        return Scored(ids, values, truth, verdict, probabilities(request.promises, values))

    if images.test is not None and scores.test is not None:
        known = None
        if scores.held_out is not None:
            known = Known(scores.held_out, dev.truth, scores.rounds)
        verdict = rule.decide(scores.test, known)
        test = dataclasses.replace(
            part(images.test.ids, scores.test, images.test.truth, verdict),
            file_names=images.test.file_names,
        )
    parts: dict[Protocol, Scored] = {}
    if "held-out" in request.protocols and scores.held_out is not None and images.fold is not None:
        verdict = decide.out_of_fold(rule, Known(scores.held_out, dev.truth), images.fold)
        parts["held-out"] = part(dev.ids, scores.held_out, dev.truth, verdict)
    if scores.paper is not None:
        verdict = rule.decide(scores.paper, Known(scores.paper, dev.truth))
        parts["paper"] = part(dev.ids, scores.paper, dev.truth, verdict)
    return {name: parts[name] for name in PROTOCOLS if name in parts}, test


def probabilities(said: Promises, scores: Scores) -> Scores | None:
    """Probabilities of used where the method's scores are their log-odds; None elsewhere."""
    if not said.probabilities:
        return None
    return np.asarray((1 + np.tanh(scores / 2)) / 2)  # 1 / (1 + exp(-score)), without overflow


def notes_of(request: Request) -> tuple[str, ...]:
    """What the reader of the dev scores must know."""
    note = request.promises.paper_note
    return (f"paper protocol: {note}",) if note and "paper" in request.protocols else ()


def said_again(
    request: Request, challenge: Challenge, digests: Mapping[str, str], watch: Stopwatch
) -> dict[str, Any]:
    """Where the numbers come from: all that is needed to say them again."""
    settings = dataclasses.asdict(request.method)
    return {
        "method": {
            "name": request.name,
            "class": provenance.class_name(request.method),
            "knowledge": str(request.method.knowledge),
        },
        "hyperparameters": settings,
        "seed": {"folds": request.seed, "method": settings.get("seed")},
        "folds": request.n_folds if "held-out" in watch.seconds else None,
        "decide": repr(request.rule),
        "data": {
            "source": challenge.source,
            "sha256": digests,
            **provenance.reading_of(challenge),
        },
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "cluster": provenance.cluster(),
        "seconds": {stage: round(taken, 3) for stage, taken in watch.seconds.items()},
    }

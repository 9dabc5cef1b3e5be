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
from collections.abc import Mapping
from typing import Any

import numpy as np

from clefgan.data import run_names
from clefgan.data.challenge import Challenge
from clefgan.method import Method, Progress, Promises, Scores, silent
from clefgan.plugins import hyperparameters
from clefgan.runs import blank, folds, loading, provenance
from clefgan.runs import pairs as pair_tables
from clefgan.runs.blank import Blank, BlankContrast, SharedCalls
from clefgan.runs.decisions import decide
from clefgan.runs.decisions.nulls import Round
from clefgan.runs.decisions.rules import Zero
from clefgan.runs.decisions.verdict import Known, Rule, Verdict
from clefgan.runs.loading import DevImages
from clefgan.runs.pairs import PairTable
from clefgan.runs.record import PROTOCOLS, Protocol, Run
from clefgan.runs.request import NO_EXTRAS, Extras, Loaded, Request, Stopwatch
from clefgan.runs.result import Scored, numbered
from clefgan.runs.scoring import Fitted, fit_and_score


def run(
    challenge: Challenge,
    name: str,
    method: Method,
    *,
    protocols: tuple[Protocol, ...] = PROTOCOLS,
    n_folds: int = 3,
    seed: int = 0,
    rule: Rule | None = None,
    extras: Extras = NO_EXTRAS,
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
    extras : pairs and blank; none of them unless asked for

    Raises
    ------
    ClefganError
        A candidate that no run file can name, no dev part, images that cannot be read, a score that
        is not finite, or too few dev images for the folds.
    """
    run_names.refuse_unwritable(challenge)
    rule = Zero() if rule is None else rule
    request = Request(name, method, protocols, n_folds, seed, rule, extras)
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
            *scores.notes,
            *patients_not_known(request, images),
            *loading.contradictions(images.dev),
            *run_names.unlike_the_edition(challenge),
        ),
        provenance=said_again(request, challenge, digests, watch) | pairs_said(scores.pairs),
        pairs=scores.pairs,
    )


def patients_not_known(request: Request, images: Loaded) -> tuple[str, ...]:
    """What follows where a rule compares candidates of which nobody says whose they are."""
    if images.test is None or images.test.groups is not None or not request.rule.needs_rounds:
        return ()
    return (
        "patients of the candidates are not known: each counts as one of its own, so where one "
        "has several images, a sign of a leak is seen too often; a table of patients (groups.csv "
        "beside them) names them",
    )


def pairs_said(pairs: PairTable | None) -> dict[str, Any]:
    """What the record says of the pairs, where there are any."""
    return {} if pairs is None else {"pairs": pair_tables.described(pairs)}


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


def decided(
    request: Request, images: Loaded, scores: Fitted
) -> tuple[dict[Protocol, Scored], Scored | None]:
    """Used or not used: for dev by each protocol, and for the test candidates."""
    test = decided_test(request, images, scores)
    return decided_dev(request, images, scores), test


def known_of(scores: Scores, dev: DevImages, rounds: tuple[Round, ...] = ()) -> Known:
    """What a rule may learn from."""
    return Known(scores, dev.truth, rounds, np.array(dev.groups, np.str_))


def decided_dev(request: Request, images: Loaded, scores: Fitted) -> dict[Protocol, Scored]:
    """Dev by each protocol that was asked for."""
    rule, dev = request.rule, images.dev
    parts: dict[Protocol, Scored] = {}
    whose = numbered(dev.groups)

    def part(values: Scores, verdict: Verdict) -> Scored:
        likely = probabilities(request.promises, values)
        return Scored(dev.ids, values, dev.truth, verdict, likely, patients=whose)

    if "held-out" in request.protocols and scores.held_out is not None and images.fold is not None:
        verdict = decide.out_of_fold(rule, known_of(scores.held_out, dev), images.fold)
        held = part(scores.held_out, verdict)
        if scores.held_out_blank is not None and images.test is not None:
            elsewhere = scores.held_out_blank
            contrast = blank.beside_truth(
                dev.truth, scores.held_out, elsewhere, dev.groups, request.seed
            )
            n = min(len(images.test.generated), len(dev.dev.generated))
            held = dataclasses.replace(held, blank=Blank(elsewhere, "test", n, contrast))
        parts["held-out"] = held
    if scores.paper is not None:
        verdict = rule.decide(scores.paper, known_of(scores.paper, dev))
        parts["paper"] = part(scores.paper, verdict)
    return {name: parts[name] for name in PROTOCOLS if name in parts}


def decided_test(request: Request, images: Loaded, scores: Fitted) -> Scored | None:
    """The test candidates; None where there are none."""
    test, values = images.test, scores.test
    if test is None or values is None:
        return None
    known = None
    if scores.held_out is not None:
        known = known_of(scores.held_out, images.dev, scores.rounds)
    verdict = request.rule.decide(values, known)
    beside = None
    if scores.test_blank is not None:
        n = min(len(test.generated), len(images.dev.dev.generated))
        contrast: BlankContrast | SharedCalls = blank.beside_calls(
            verdict.used, values, scores.test_blank
        )
        if test.truth is not None:
            contrast = blank.beside_truth(
                test.truth, values, scores.test_blank, test.groups, request.seed
            )
        beside = Blank(scores.test_blank, "dev", n, contrast)
    likely = probabilities(request.promises, values)
    return Scored(
        test.ids, values, test.truth, verdict, likely, test.file_names, beside, scores.ranks,
        numbered(test.groups),
    )  # fmt: skip


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
            "set": hyperparameters.changed(request.method),
        },
        "hyperparameters": settings,
        "seed": {"folds": request.seed, "method": settings.get("seed")},
        "folds": request.n_folds if "held-out" in watch.seconds else None,
        "decide": repr(request.rule),
        "data": {
            "source": challenge.source,
            "sha256": digests,
            **provenance.reading_of(challenge.image_sets()),
        },
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "cluster": provenance.cluster(),
        "seconds": {stage: round(taken, 3) for stage, taken in watch.seconds.items()},
    }

"""Scores of a run, before any decision: of dev, of the test, and of what stands beside them."""

from dataclasses import dataclass, replace

import numpy as np

from clefgan.method import DevSet, FitsSeveral, Progress, Scorer, Scores, ScoresInParts
from clefgan.plugins import isolation
from clefgan.runs import agreement, blank, folds, heldout
from clefgan.runs import pairs as pair_tables
from clefgan.runs.agreement import Ranks
from clefgan.runs.blank import BlankRounds
from clefgan.runs.decisions.nulls import Round
from clefgan.runs.heldout import AlsoScores, Beside, checked, held_out
from clefgan.runs.loading import TestImages
from clefgan.runs.pairs import PairTable
from clefgan.runs.request import Loaded, Request, Stopwatch
from clefgan.similarity.listening import listening

NO_TEST = (
    "no blank: without a test part there are no images of another generator; "
    "`clefgan evaluate --controls` draws phantoms"
)
NOT_HELD_OUT = "no blank of dev: it is of held-out scores, and that protocol was not asked for"


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Scores before any decision; `rounds` as in `Known`.

    ranks : of the candidates by each part of the score, where the method shows its parts
    test_blank, held_out_blank : of the same images against another generator
    notes : why something that was asked for is not there
    """

    paper: Scores | None = None
    test: Scores | None = None
    held_out: Scores | None = None
    rounds: tuple[Round, ...] = ()
    pairs: PairTable | None = None
    ranks: Ranks | None = None
    test_blank: Scores | None = None
    held_out_blank: Scores | None = None
    notes: tuple[str, ...] = ()


def fit_and_score(request: Request, images: Loaded, watch: Stopwatch, progress: Progress) -> Fitted:
    """Scores of dev by each protocol, and of the test candidates."""
    reason = why_no_blank(request, images)
    is_blank = request.extras.blank and not reason
    if isinstance(request.method, FitsSeveral):
        with watch.stage("fit"):
            isolation.prepared(request.name, request.method, dev_sets(request, images), progress)
    whole = whole_dev(request, images, watch, progress, is_blank=is_blank)
    is_blank_of_dev = is_blank and "held-out" in request.protocols
    said = reason or (NOT_HELD_OUT if is_blank and not is_blank_of_dev else "")
    notes = (*whole.notes, said) if said else whole.notes
    if images.fold is None:
        return replace(whole, notes=notes)
    also: list[AlsoScores] = []
    rounds = elsewhere = None
    if images.test is not None and request.rule.needs_rounds:
        pictures = images.test.candidates, images.test.generated
        rounds = Beside(pictures, images.dev.groups, images.test.groups)
        also.append(rounds)
    if is_blank_of_dev and images.test is not None:
        others = blank.as_many(images.test.generated, len(images.dev.dev.generated))
        elsewhere = BlankRounds(others, np.full(len(images.dev.ids), np.nan))
        also.append(elsewhere)
    with watch.stage("held-out"):
        held = held_out(
            request.name, request.method, images.dev.dev, images.dev.ids, images.fold, progress,
            *also,
        )  # fmt: skip
    return replace(
        whole,
        held_out=held,
        rounds=() if rounds is None else tuple(rounds.rounds),
        held_out_blank=None if elsewhere is None else elsewhere.scores,
        notes=notes,
    )


def dev_sets(request: Request, images: Loaded) -> list[DevSet]:
    """What the method will be fitted on: all of dev, and dev without each fold."""
    dev = images.dev.dev
    whole = [dev] if "paper" in request.protocols or images.test is not None else []
    if images.fold is None:
        return whole
    return whole + [heldout.subset(dev, fit) for fit, _ in folds.splits(images.fold)]


def why_no_blank(request: Request, images: Loaded) -> str:
    """Why there is no blank though it was asked for; empty where there is one."""
    if not request.extras.blank:
        return ""
    if images.test is None:
        return NO_TEST
    return blank.why_none(
        request.method, images.dev.dev, images.test.candidates, images.test.generated
    )


def whole_dev(
    request: Request, images: Loaded, watch: Stopwatch, progress: Progress, *, is_blank: bool
) -> Fitted:
    """Scores of dev and of the test by a scorer that was fitted on all of dev."""
    dev, test = images.dev, images.test
    papers = "paper" in request.protocols
    if not papers and test is None:
        return Fitted()
    with watch.stage("fit"):
        scorer = isolation.fitted(request.name, request.method, dev.dev, progress)
    whole = Fitted()
    if papers:
        with watch.stage("score dev"):
            scores = scorer.score(dev.reals, dev.dev.generated, progress=progress)
            whole = Fitted(paper=checked(scores, dev.ids, request.name))
    if test is not None:
        whole = with_test(whole, scorer, request, test, watch, progress)
    if test is not None and is_blank:
        with watch.stage("blank"):
            others = blank.as_many(dev.dev.generated, len(test.generated))
            scores = scorer.score(test.candidates, others, progress=progress)
            whole = replace(whole, test_blank=checked(scores, test.ids, request.name))
    return whole


def with_test(
    whole: Fitted,
    scorer: Scorer,
    request: Request,
    test: TestImages,
    watch: Stopwatch,
    progress: Progress,
) -> Fitted:
    """Add the scores of the test candidates, and their nearest generated images."""
    with (
        watch.stage("score test"),
        listening(test.candidates, test.generated, request.extras.pairs) as heard,
    ):
        if isinstance(scorer, ScoresInParts):
            scores, parts = scorer.in_parts(test.candidates, test.generated, progress=progress)
        else:
            scores, parts = scorer.score(test.candidates, test.generated, progress=progress), {}
    whole = replace(whole, test=checked(scores, test.ids, request.name))
    if parts:
        of_parts = {
            name: checked(part, test.ids, request.name, f"part {name!r}: ")
            for name, part in parts.items()
        }
        whole = replace(whole, ranks=agreement.ranks(of_parts))
    if not request.extras.pairs:
        return whole
    reason = pair_tables.why_none(request.method, test.candidates, test.generated)
    if reason:
        return replace(whole, notes=(*whole.notes, reason))
    with watch.stage("pairs"):
        ids = test.ids, test.generated_ids
        return replace(whole, pairs=pair_tables.made(heard, request.method, ids, progress))

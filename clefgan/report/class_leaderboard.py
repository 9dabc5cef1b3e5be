"""The leaderboard of run files of classes, with the shortcuts where the data are there."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from clefgan.data.classes.challenge import ClassChallenge
from clefgan.data.listing import natural_key
from clefgan.experiments.lab import class_controls
from clefgan.experiments.trials.class_trials import SHORTCUTS, configured
from clefgan.method import Evidence, Progress, silent
from clefgan.report.class_part import ClassPart
from clefgan.runs.classes import fitting, loading
from clefgan.runs.classes.knows import Labs
from clefgan.runs.classes.run_files import ClassEntrant
from evaluation.boards import class_board, few_groups
from evaluation.boards.class_board import ClassAnswer
from evaluation.boards.rows import Kind
from evaluation.class_tables import METRICS
from submissions.checking.strange_classes import Called

NO_SHORTCUTS = (
    "no shortcuts among the rows: they need labelled generated images of each class; give --data"
)


def part(
    title: str,
    truth: Mapping[str, str],
    entrants: Mapping[str, ClassEntrant],
    *,
    challenge: ClassChallenge | None = None,
    groups: Mapping[str, str] | None = None,
    primary: str,
    published: Mapping[str, float] | None = None,
    level: float,
    seed: int,
    progress: Progress = silent,
) -> ClassPart:
    """Measure the runs, and the shortcuts on the same images.

    Parameters
    ----------
    challenge : whose labelled images the shortcuts learn from; None: there are no such rows
    groups : id to patient or the like; whole groups are drawn again
    """
    ids = list(truth)
    answers = {
        name: ClassAnswer(
            np.array([entrant.labels[image] for image in ids]),
            knowledge=entrant.evidence,
            named=not set(entrant.labels.values()).isdisjoint(truth.values()),
        )
        for name, entrant in entrants.items()
    }
    notes = [note for entrant in entrants.values() for note in entrant.notes]
    notes += strange(truth, entrants, primary)
    if groups is not None:
        notes += filter(None, [few_groups.note(len(set(groups.values())))])
    labs = {name: entrant.labs for name, entrant in entrants.items() if entrant.labs}
    if challenge is not None and challenge.evidence in (Evidence.A2, Evidence.A3):
        rows, known = shortcuts(challenge, ids, seed, progress)
        answers |= {name: row for name, row in rows.items() if name not in answers}
        labs |= {name: row for name, row in known.items() if name not in labs}
    else:
        notes.append(NO_SHORTCUTS)
    board = class_board.build(
        np.array([truth[image] for image in ids]),
        answers,
        primary=primary,
        groups=None if groups is None else np.array([groups[image] for image in ids]),
        published=published,
        level=level,
        seed=seed,
    )
    return ClassPart(title, board, tuple(notes), labs)


def strange(
    truth: Mapping[str, str], entrants: Mapping[str, ClassEntrant], metric: str
) -> Iterator[str]:
    """Say which runs call images something that is no class of the truth."""
    classes = sorted(set(truth.values()), key=natural_key)
    for name, entrant in entrants.items():
        called = Called(classes)
        for image, label in entrant.labels.items():
            called(image, label)
        meaning = "and so wrong"
        if not called.n_known:  # `ClassAnswer.named` of this run is False
            label = METRICS[metric].label
            meaning = f"and none a class: a run of clusters, which has no {label} and no rank"
        if fault := called.fault(metric, "truth", meaning):
            yield f"{name}: {fault}"


def shortcuts(
    challenge: ClassChallenge, ids: list[str], seed: int, progress: Progress
) -> tuple[dict[str, ClassAnswer], dict[str, Labs]]:
    """What the shortcuts call the images under test, and what they reach on the labs."""
    images = loading.load(challenge, progress)
    loading.refuse_shared(replace(challenge, shared=True), images)  # they see no real image
    assert images.test is not None
    assert challenge.test is not None
    row_of = {image: at for at, image in enumerate(challenge.test.ids)}
    order = np.array([row_of[image] for image in ids])
    names = np.array(challenge.names)
    answers, labs = {}, {}
    for name in SHORTCUTS:
        method = configured(name, seed)
        scores = fitting.fitted_scores(name, method, images.sources, images.test, progress)
        called = names[np.argmax(scores, axis=1)][order]
        answers[name] = ClassAnswer(called, Kind.SHORTCUT, str(type(method).evidence))
        if challenge.evidence is Evidence.A3:
            labs[name] = class_controls.known(images.sources, method, name=name, seed=seed)
    return answers, labs

"""The job of attribution: a class challenge and a method in, a run with its provenance out.

Dev protocols
-------------
plain
    Random folds: no labelled generated image takes part in fitting what scores it.
grouped
    The same, and near-copies of an image are in its own fold: what is left when the generator
    repeats itself.
unseen
    Of a method of evidence A1, which uses no label of a generated image: fitted once.
unlabelled
    Clusters of the labelled images, without their labels.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.data.classes.challenge import ClassChallenge
from clefgan.method import (
    Attributor,
    ClassScores,
    Clusterer,
    Evidence,
    Progress,
    promises,
    silent,
)
from clefgan.runs import provenance
from clefgan.runs.classes import clusters, loading, near_copies
from clefgan.runs.classes.beside import beside_test, rows_beside
from clefgan.runs.classes.decisions import (
    ClassRule,
    DevScores,
    parse,
)
from clefgan.runs.classes.fitting import fitted_scores, held_out
from clefgan.runs.classes.loading import ClassImageSets
from clefgan.runs.classes.record import ClassRun
from clefgan.runs.classes.request import ClassRequest, checked
from clefgan.runs.classes.result import ClassScored
from clefgan.runs.request import Stopwatch


def run(
    challenge: ClassChallenge,
    name: str,
    method: Attributor | Clusterer,
    *,
    n_folds: int = 3,
    seed: int = 0,
    rule: ClassRule | None = None,
    n_clusters: int | None = None,
    images: ClassImageSets | None = None,
    progress: Progress = silent,
) -> ClassRun:
    """Fit `method` on the sources, score the images under test and the labelled ones.

    Parameters
    ----------
    name : of the method, for errors and the record
    n_folds, seed : of the dev protocols
    rule : from scores to classes; None: the highest
    n_clusters : of a clusterer; None: as many as there are classes, or as the edition says
    images : of the challenge, where they are decoded already

    Raises
    ------
    ClefganError
        The data lack what the method needs, an image that cannot be read, a score that is not
        finite, or a number of clusters that nobody knows.
    """
    evidence = type(method).evidence
    request = ClassRequest(name, method, n_folds, seed, rule or parse("argmax"))
    many = checked(request, challenge, n_clusters)
    watch = Stopwatch()
    if images is None:
        with watch.stage("load"):
            images = loading.load(challenge, progress)
    loading.refuse_shared(challenge, images)
    notes = loading.notes_of(images)
    if evidence is Evidence.A0:
        dev, test, more = clusters.run(request, challenge, images, many, watch, progress)
        beside: dict[str, dict[str, ClassScored]] = {}
    else:
        dev, beside, test, more = attributed(request, challenge, images, watch, progress)
    if test is not None and challenge.test is not None and images.test is not None:
        group = near_copies.groups(images.test, progress=progress)
        test = dataclasses.replace(test, file_names=challenge.test.file_names, groups=group)
    with watch.stage("digest"):
        digests = {role: image_set.digest() for role, image_set in challenge.image_sets().items()}
    return ClassRun(
        method=name,
        evidence=evidence,
        settings=repr(method),
        edition=challenge.edition,
        classes=challenge.names,
        dev=dev,
        beside=beside,
        test=test,
        notes=(*notes, *more),
        provenance=said_again(request, challenge, digests, watch),
    )


def attributed(
    request: ClassRequest,
    challenge: ClassChallenge,
    images: ClassImageSets,
    watch: Stopwatch,
    progress: Progress,
) -> tuple[
    dict[str, ClassScored], dict[str, dict[str, ClassScored]], ClassScored | None, tuple[str, ...]
]:
    """Dev scores by protocol, those of the rows beside, the test's, and notes."""
    assert not isinstance(request.method, type)
    method: Any = request.method
    group = near_copies.groups(images.labelled, progress=progress) if len(images.labels) else None
    folds, notes = folds_of(request, images, group)
    dev: dict[str, ClassScored] = {}
    beside: dict[str, dict[str, ClassScored]] = {}
    known: DevScores | None = None
    for protocol, fold in folds.items():
        with watch.stage("dev"):
            own = "unseen" if type(method).evidence is Evidence.A1 else protocol
            if own not in dev:
                scores = held_out(
                    request.name, method, images, None if own == "unseen" else fold, progress
                )
                known = DevScores(scores, images.labels)
                scored = decided(request, challenge, images.ids, scores, known, images.labels)
                dev[own] = dataclasses.replace(scored, groups=group)
            beside[protocol] = rows_beside(request, challenge, images, fold, progress)
    test = None
    if images.test is not None:
        with watch.stage("test"):
            scores = fitted_scores(request.name, method, images.sources, images.test, progress)
        assert challenge.test is not None
        test = decided(request, challenge, challenge.test.ids, scores, known, None)
        if test.truth is not None and len(images.labels):
            beside["test"] = beside_test(request, challenge, images, test.truth, progress)
    return dev, beside, test, notes


def folds_of(
    request: ClassRequest, images: ClassImageSets, group: NDArray[np.int64] | None
) -> tuple[dict[str, NDArray[np.int64]], tuple[str, ...]]:
    """Protocol to the fold of each labelled image, and why one is not there."""
    if group is None:
        return {}, ("no dev scores: no labelled generated images",)
    sizes = np.bincount(images.labels)
    if sizes.min() < request.n_folds:
        return {}, (
            f"no dev scores: the smallest class has {sizes.min()} of the labelled images, fewer "
            f"than {request.n_folds} folds",
        )
    folds = {"plain": near_copies.plain(images.labels, request.n_folds, request.seed)}
    fewest = near_copies.fewest(images.labels, group)
    if fewest < request.n_folds:
        return folds, (
            f"no grouped dev scores: near-copies as one, a class has {fewest} of the labelled "
            f"images, fewer than {request.n_folds} folds; plain ones then say nothing of new "
            "images",
        )
    folds["grouped"] = near_copies.grouped(images.labels, group, request.n_folds, request.seed)
    return folds, ()


def decided(
    request: ClassRequest,
    challenge: ClassChallenge,
    ids: tuple[str, ...],
    scores: ClassScores,
    known: DevScores | None,
    labels: NDArray[np.int64] | None,
) -> ClassScored:
    """The classes of some images, by the rule; with truth where it is known."""
    names = np.array(challenge.names)
    truth = None
    if labels is not None:
        truth = names[labels]
    elif challenge.truth is not None:
        truth = np.array([challenge.truth[name] for name in ids])
    verdict = request.rule.decide(scores, known)
    likely = promises(type(request.method)).probabilities
    return ClassScored(ids, challenge.names, scores, verdict, truth, likely)


def said_again(
    request: ClassRequest,
    challenge: ClassChallenge,
    digests: Mapping[str, str],
    watch: Stopwatch,
) -> dict[str, Any]:
    """Where the numbers come from."""
    settings = dataclasses.asdict(request.method)
    cls = type(request.method)
    return {
        "method": {
            "name": request.name,
            "class": f"{cls.__module__}:{cls.__qualname__}",
            "evidence": str(cls.evidence),
        },
        "hyperparameters": settings,
        "seed": {"folds": request.seed, "method": settings.get("seed")},
        "folds": request.n_folds,
        "decide": str(request.rule),
        "data": {
            "source": challenge.source,
            "sha256": dict(digests),
            **provenance.reading_of(challenge.image_sets().values()),
        },
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "seconds": {stage: round(taken, 3) for stage, taken in watch.seconds.items()},
    }

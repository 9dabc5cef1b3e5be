"""Clusters of the images under test: how many, what they are called, and how dev matches them."""

from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError, counted
from clefgan.method import Images, Progress
from clefgan.plugins.isolation import named
from clefgan.runs.classes.decisions import ClassVerdict
from clefgan.runs.classes.loading import ClassImageSets
from clefgan.runs.classes.request import ClassRequest
from clefgan.runs.classes.result import ClassScored
from clefgan.runs.request import Stopwatch


def run(
    request: ClassRequest,
    challenge: ClassChallenge,
    images: ClassImageSets,
    many: int,
    watch: Stopwatch,
    progress: Progress,
) -> tuple[dict[str, ClassScored], ClassScored | None, tuple[str, ...]]:
    """Cluster the images under test, together with labelled ones where those give names."""
    assert images.test is not None
    assert challenge.test is not None
    truth = None
    if challenge.truth is not None:
        truth = np.array([challenge.truth[name] for name in challenge.test.ids])
    n = len(images.test)
    by_classes = len(images.labels) > 0 and many == len(challenge.classes)
    with watch.stage("test"):
        both = np.concatenate([images.test, images.labelled]) if by_classes else images.test
        clusters = clustered(request, both, many, progress)
    if not by_classes:
        names = tuple(f"cluster_{i + 1}" for i in range(many))
        labels = by_size(clusters)
        made = len(np.unique(labels))
        number = counted(made, "cluster") + ("" if made == many else f" of the {many} asked for")
        test = ClassScored(challenge.test.ids, names, None, ClassVerdict(labels, 0, ""), truth)
        return {}, test, (f"{number}, the largest first; their names mean nothing",)
    match = matched(clusters[n:], images.labels, many)
    note = "clusters are named by the classes that they match best on labelled images (Hungarian)"
    of_test = ClassVerdict(match[clusters[:n]], 0, note)
    of_dev = ClassVerdict(match[clusters[n:]], 0, note)
    dev_truth = np.array(challenge.names)[images.labels]
    dev = ClassScored(images.ids, challenge.names, None, of_dev, dev_truth)
    test = ClassScored(challenge.test.ids, challenge.names, None, of_test, truth)
    return {"unlabelled": dev}, test, (note,)


def clustered(
    request: ClassRequest, images: Images, many: int, progress: Progress
) -> NDArray[np.int64]:
    """Cluster and check."""
    method: Any = request.method
    with named(request.name, type(method)):
        clusters = np.asarray(method.cluster(images, many, progress=progress))
    if clusters.shape != (len(images),) or clusters.dtype.kind not in "iu":
        raise ClefganError(
            f"method {request.name!r}: clusters are {clusters.dtype} of shape {clusters.shape}; "
            f"need whole numbers of shape ({len(images)},)"
        )
    if clusters.min() < 0 or clusters.max() >= many:
        raise ClefganError(
            f"method {request.name!r}: clusters from {clusters.min()} to {clusters.max()}; need 0 "
            f"to {many - 1}"
        )
    return clusters.astype(np.int64)


def by_size(clusters: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same clusters, the largest number 0; of equal size, the lower number first."""
    names, sizes = np.unique(clusters, return_counts=True)
    rank = np.zeros(int(names.max()) + 1, np.int64)
    rank[names[np.lexsort((names, -sizes))]] = np.arange(len(names))
    return np.asarray(rank[clusters])


def matched(clusters: NDArray[np.int64], labels: NDArray[np.int64], many: int) -> NDArray[np.int64]:
    """The class of each cluster: one to one, so that most labelled images agree."""
    cells = np.zeros((many, many), np.int64)
    np.add.at(cells, (clusters, labels), 1)
    rows, columns = scipy.optimize.linear_sum_assignment(cells, maximize=True)
    match = np.empty(many, np.int64)
    match[rows] = columns
    return match

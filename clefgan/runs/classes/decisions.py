"""From class scores to classes: the highest, or none where even that is low."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import ClassScores

UNKNOWN = -1
UNKNOWN_LABEL = "unknown"
RULES = ("argmax", "open:RATE", "balanced")

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ClassVerdict:
    """What each image is called; -1 is no class.

    ties : images whose highest score two classes have; the first in natural order is taken
    """

    labels: Labels
    ties: int
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class DevScores:
    """Scores of labelled images that did not take part in fitting what scored them."""

    scores: ClassScores
    truth: Labels


@dataclass(frozen=True, slots=True)
class ClassRule:
    """`argmax`, `open` with the share of known images that may be refused, or `balanced`."""

    name: str
    rate: float = 0.0

    def __str__(self) -> str:
        return f"open:{self.rate:g}" if self.name == "open" else self.name

    def decide(self, scores: ClassScores, dev: DevScores | None) -> ClassVerdict:
        """Call each image a class.

        Raises
        ------
        ClefganError
            `open` without scores of labelled images.
        """
        if self.name == "balanced":
            return balanced(scores)
        labels = np.argmax(scores, axis=1)
        if self.name == "argmax":
            return ClassVerdict(labels, n_ties(scores), "")
        if dev is None:
            raise ClefganError(
                "decide: 'open' compares with scores of labelled generated images; got none; give "
                "them, or decide by argmax"
            )
        sure = confidence(scores)
        limits = thresholds(dev, self.rate, scores.shape[1])
        refused = sure < limits[labels]
        note = f"{int(refused.sum())} of {len(labels)} images called {UNKNOWN_LABEL}"
        return ClassVerdict(np.where(refused, UNKNOWN, labels), n_ties(scores), note)


def parse(text: str) -> ClassRule:
    """Read `argmax`, `open:0.05` or `balanced`.

    Raises
    ------
    ClefganError
        No such rule, or a rate that is no share.
    """
    name, _, rest = text.partition(":")
    if name in ("argmax", "balanced") and not rest:
        return ClassRule(name)
    if name != "open":
        raise ClefganError(f"no rule {text!r} of classes; known: {', '.join(RULES)}")
    try:
        rate = float(rest)
    except ValueError:
        rate = -1.0
    if not 0 < rate < 1:
        raise ClefganError(f"rule {text!r}: the rate is a share between 0 and 1, such as open:0.05")
    return ClassRule("open", rate)


def confidence(scores: ClassScores) -> NDArray[np.float64]:
    """How far the highest score lies above the mean of the others, (n,)."""
    n_classes = scores.shape[1]
    top = scores.max(axis=1)
    return np.asarray(top - (scores.sum(axis=1) - top) / (n_classes - 1))


def thresholds(dev: DevScores, rate: float, n_classes: int) -> NDArray[np.float64]:
    """Conformal quantile of each class: a new image of it lies below with probability <= rate.

    Minus infinity where a class has too few labelled images to say.

    References
    ----------
    Vovk, Gammerman, Shafer (2005), doi:10.1007/b106715, ch. 2.
    """
    sure = confidence(dev.scores)
    limits = np.full(n_classes, -np.inf)
    for label in range(n_classes):
        own = np.sort(sure[dev.truth == label])
        rank = int(np.floor(rate * (len(own) + 1)))
        if rank >= 1:
            limits[label] = own[rank - 1]
    return limits


def fewest_labelled(rate: float) -> int:
    """Labelled images of a class that it takes for `thresholds` to be more than minus infinity."""
    n = max(1, int(np.ceil(1 / rate)) - 1)
    return n if np.floor(rate * (n + 1)) >= 1 else n + 1  # 1 / rate is rounded


def n_ties(scores: ClassScores) -> int:
    """Images whose highest score two classes have."""
    return int(((scores == scores.max(axis=1, keepdims=True)).sum(axis=1) > 1).sum())


def balanced(scores: ClassScores) -> ClassVerdict:
    """As many images of each class as can be, at the highest sum of scores.

    References
    ----------
    Kuhn (1955), doi:10.1002/nav.3800020109, with each class there n / n_classes times.
    """
    n, n_classes = scores.shape
    seats = np.arange(-(-n // n_classes) * n_classes) % n_classes
    centred = scores - scores.mean(axis=1, keepdims=True)
    rows, columns = scipy.optimize.linear_sum_assignment(centred[:, seats], maximize=True)
    labels = np.empty(n, np.int64)
    labels[rows] = seats[columns]
    return ClassVerdict(labels, n_ties(scores), "as equal a number of images per class as can be")

"""The paper's check: can one's own generated images be told from the given ones?

It says that an SVM has something to learn, and nothing of whether real images were used.
"""

from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from clefgan.experiments.reproduction.paper import Paper, Sizes, why_not
from clefgan.method import Images, Method, Progress, silent
from evaluation.intervals.proportions import wilson

TRAIN_SHARES = (0.5, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class SeparationSplit:
    """One split of both generated sets.

    Parameters
    ----------
    train_share : of each set
    right, n : images of the test part that were called right, and all of them
    low, high : Wilson's 95% limits of the accuracy
    larger_class : accuracy of always calling the larger set
    """

    train_share: float
    right: int
    n: int
    low: float
    high: float
    larger_class: float

    @property
    def accuracy(self) -> float:
        """Share called right."""
        return self.right / self.n


class Fingerprint(Protocol):
    """What the rows' methods offer beside fitting."""

    kernel: str
    C: float
    gamma: float | str
    scaling: str

    def own(self, not_used: Images, /, *, progress: Progress = ...) -> Images:
        """Return samples of one's own DCGAN."""
        ...

    def features(self) -> "ImagesToFeatures":
        """Return the map from images to features."""
        ...


class ImagesToFeatures(Protocol):
    """Images to features."""

    def __call__(self, images: Images, *, progress: Progress = ...) -> NDArray[np.float32]:
        """Return one row of features for each image."""
        ...


def run(
    paper: Paper,
    not_used: Images,
    given: Images,
    sizes: Sizes,
    *,
    seed: int = 0,
    progress: Progress = silent,
) -> tuple[Images | None, dict[str, tuple[SeparationSplit, ...]]]:
    """Return the own generated images, and the splits of every row that can run here.

    Own images are None where no row can run.
    """
    own: Images | None = None
    splits_by_row = {}
    not_run = why_not(paper.rows)
    rows = [row for row in paper.rows if row.key not in not_run]
    for number, row in enumerate(rows):
        method = fingerprint(row.configured(sizes, seed))
        own = method.own(not_used, progress=progress)
        features = method.features()
        splits_by_row[row.key] = splits(
            features(own, progress=progress), features(given, progress=progress), method, seed
        )
        progress("separation", number + 1, len(rows), "")
    return own, splits_by_row


def fingerprint(method: Method) -> Fingerprint:
    """Return the method as what the rows' methods are."""
    return cast("Fingerprint", method)


def splits(
    own: NDArray[np.float32], given: NDArray[np.float32], method: Fingerprint, seed: int
) -> tuple[SeparationSplit, ...]:
    """Train on a share of both sets and test on the rest, at every ratio."""
    return tuple(split(own, given, method, share, seed) for share in TRAIN_SHARES)


def split(
    own: NDArray[np.float32],
    given: NDArray[np.float32],
    method: Fingerprint,
    train_share: float,
    seed: int,
) -> SeparationSplit:
    """Train on a share of both sets and test on the rest."""
    rng = np.random.default_rng(seed)
    parts = [halves(features, train_share, rng) for features in (own, given)]
    truth = np.repeat([False, True], [len(test) for _, test in parts])
    train = np.repeat([False, True], [len(learnt) for learnt, _ in parts])
    machine = classifier(method)
    machine.fit(np.concatenate([learnt for learnt, _ in parts]), train)
    called = machine.predict(np.concatenate([test for _, test in parts]))
    right = int((called == truth).sum())
    limits = wilson(right, len(truth))
    larger = float(max(truth.mean(), 1 - truth.mean()))
    return SeparationSplit(
        train_share, right, len(truth), float(limits.low), float(limits.high), larger
    )


def halves(
    features: NDArray[np.float32], share: float, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw a share of the rows, and return them and the rest; at least one row each."""
    order = rng.permutation(len(features))
    cut = min(max(round(share * len(features)), 1), len(features) - 1)
    return features[order[:cut]], features[order[cut:]]


def classifier(method: Fingerprint):  # type: ignore[no-untyped-def]  # scikit-learn has no types
    """Return scikit-learn's SVM with the settings of the row."""
    from sklearn import pipeline, preprocessing, svm  # slow to load, and only wanted here

    scalers = {
        "standard": [preprocessing.StandardScaler()],
        "minmax": [preprocessing.MinMaxScaler()],
        "none": [],
    }
    return pipeline.make_pipeline(
        *scalers[method.scaling], svm.SVC(kernel=method.kernel, C=method.C, gamma=method.gamma)
    )

"""The SVM by way of its Gram matrix beside scikit-learn's `SVC` on raw features, one core."""

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from baselines.learning import svm
from baselines.learning.svm import Kernel
from benchmarks.timing import best, one_core

FIT, PREDICT = 1000, 302


def main() -> None:
    """Print seconds for fitting 1,000 and predicting 302 rows, and the ratio."""
    table = Table(
        title=f"SVM, {FIT} fitted and {PREDICT} predicted, one core", title_justify="left"
    )
    for column in (
        "kernel",
        "features",
        "SVC, s",
        "clefgan, s",
        "ratio",
        "same decisions",
        "at least",
    ):
        table.add_column(column, justify="right")
    rows: list[tuple[Kernel, int, str]] = [
        ("rbf", 4096, ""),
        ("rbf", 25088, "15"),
        ("linear", 25088, ""),
    ]
    with one_core():
        for kernel, d, wanted in rows:
            theirs, ours, same = compare(kernel, d)
            figures = (f"{theirs:.2f}", f"{ours:.2f}", f"{theirs / ours:.1f}")
            table.add_row(kernel, f"{d:,}", *figures, f"{same} of {PREDICT}", wanted)
    Console().print(table)


def compare(kernel: Kernel, d: int) -> tuple[float, float, int]:
    """Return seconds of theirs and of ours, and the number of equal decisions."""
    from sklearn.svm import SVC

    rng = np.random.default_rng(0)
    positive = rng.random(FIT + PREDICT) < 0.5
    shift = 0.03 * rng.normal(size=d)
    rows = np.maximum(rng.normal(size=(FIT + PREDICT, d)) + positive[:, None] * shift, 0)
    features = rows.astype(np.float32)
    train, test = features[:FIT], features[FIT:]
    decisions: list[NDArray[np.bool_]] = []

    def theirs() -> None:
        decisions.append(SVC(kernel=kernel).fit(train, positive[:FIT]).predict(test))

    def ours() -> None:
        decisions.append(svm.fit(train, positive[:FIT], kernel=kernel).decide(test) > 0)

    their_seconds = best(theirs, 1, warm=False)  # a minute each: no run for nothing
    expected = decisions[-1]
    our_seconds = best(ours, 3)
    return their_seconds, our_seconds, int((decisions[-1] == expected).sum())


if __name__ == "__main__":
    main()

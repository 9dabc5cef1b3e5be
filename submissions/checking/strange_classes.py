"""Labels of a run that are no class of the data it is for."""

from __future__ import annotations

from collections.abc import Callable, Collection

from submissions.problems import quoted

NAMELESS = frozenset(
    (
        "matched_accuracy",
        "adjusted_rand",
        "normalised_mutual_information",
        "adjusted_mutual_information",
        "homogeneity",
        "completeness",
        "v_measure",
    )
)
"""Metrics of clusters, for which the names of classes mean nothing."""

SHOWN = 10  # names of classes in one line


class Called:
    """Counts the images by whether they are called a class of the data; hands each line on.

    classes : of the data
    keep : called with token and label of each line, if given
    """

    def __init__(
        self, classes: Collection[str], keep: Callable[[str, str], None] | None = None
    ) -> None:
        self.classes, self.keep = frozenset(classes), keep
        self.names = list(classes)
        self.n_known = self.n_strange = 0
        self.example = ""

    def __call__(self, token: str, label: str) -> None:
        """Count one line."""
        if label in self.classes:
            self.n_known += 1
        else:
            self.example = self.example or label
            self.n_strange += 1
        if self.keep is not None:
            self.keep(token, label)

    def fault(self, metric: str, of: str = "data", meaning: str = "and so wrong") -> str:
        """What is wrong with the labels in one line; empty where nothing is.

        Clusters have names of their own; they are no fault where `metric` is one of clusters and no
        label is a class. `of` says whose classes these are, `meaning` what follows.
        """
        if not self.n_strange or (metric in NAMELESS and not self.n_known):
            return ""
        known = ", ".join(self.names[:SHOWN]) + (", …" if len(self.names) > SHOWN else "")
        images = "1 image is" if self.n_strange == 1 else f"{self.n_strange} images are"
        almost = [name for name in self.names if name.lower() == self.example.lower()]
        hint = f" (upper and lower case differ from {quoted(almost[0])})" if almost else ""
        return (
            f"{images} called what is no class of the {of}, such as {quoted(self.example)}{hint}, "
            f"{meaning}; its classes: {known}"
        )

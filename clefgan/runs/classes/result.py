"""Classes of some images, their scores, and the numbers that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.method import ClassScores
from clefgan.runs.classes.decisions import UNKNOWN, UNKNOWN_LABEL, ClassVerdict
from evaluation import class_scores, classes
from evaluation.boards.class_board import ClassTable
from evaluation.significance import blind_classes


@dataclass(frozen=True, slots=True, eq=False)
class ClassScored:
    """Classes of some images, ids beside them.

    names : of the classes or clusters, by number
    scores : (n, n_classes); None of clusters
    truth : (n,) names of the true classes, where they are known
    likely : scores are log-odds, so their softmax is a probability
    file_names : id to the name of the image's file, empty where it has none; of images under test
    groups : (n,) number of each image's group of near-copies; None: not looked for
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    scores: ClassScores | None
    verdict: ClassVerdict
    truth: NDArray[np.str_] | None = None
    likely: bool = False
    file_names: Mapping[str, str] = field(default_factory=dict)
    groups: NDArray[np.int64] | None = None

    def __repr__(self) -> str:
        """How many images, and how many classes they may be called."""
        return f"ClassScored({len(self.ids)} images, {len(self.names)} classes)"

    @property
    def labels(self) -> NDArray[np.str_]:
        """(n,), what each image is called."""
        names = np.array([*self.names, UNKNOWN_LABEL])
        return np.asarray(names[self.verdict.labels], np.str_)

    @property
    def probabilities(self) -> ClassScores | None:
        """(n, n_classes), where the method gives some."""
        if self.scores is None or not self.likely:
            return None
        return class_scores.softmax(self.scores)

    def shares(self) -> dict[str, float]:
        """Share of the images that is called each class."""
        labels = self.labels.tolist()
        extra = [UNKNOWN_LABEL] if (self.verdict.labels == UNKNOWN).any() else []
        return {name: labels.count(name) / len(labels) for name in [*self.names, *extra]}

    def measured(self, seed: int = 0) -> dict[str, Any] | None:
        """Metrics with intervals, the permutation null and the table; None without truth."""
        if self.truth is None:
            return None
        measured = classes.measure(self.truth, self.labels, seed=seed)
        null = blind_classes.null(self.truth, self.labels, seed=seed)
        metrics: dict[str, Any] = {
            name: {
                "value": cell.value, "low": cell.low, "high": cell.high, "interval": cell.how,
                "blind_95": null[name].upper, "p_value": null[name].p_value,
            }
            for name, cell in measured.items()
        }  # fmt: skip
        return {"metrics": metrics | self.of_scores(), "table": self.table()}

    def of_scores(self) -> dict[str, dict[str, float]]:
        """Metrics that need scores: top-2 accuracy, log loss and Brier."""
        if self.scores is None or self.truth is None or not set(self.truth) <= set(self.names):
            return {}
        true = np.array([self.names.index(str(name)) for name in self.truth])
        metrics = {"top_2_accuracy": class_scores.top_accuracy(true, self.scores)}
        likely = self.probabilities
        if likely is not None:
            metrics["log_loss"] = class_scores.log_loss(true, likely)
            metrics["brier"] = class_scores.brier(true, likely)
        return {name: {"value": value} for name, value in metrics.items()}

    def class_table(self) -> ClassTable:
        """The table of classes, of images whose truth is known."""
        assert self.truth is not None
        return ClassTable.of(self.truth, self.labels)

    def table(self) -> dict[str, Any]:
        """The same in types that JSON has."""
        table = self.class_table()
        return {
            "names": list(table.names),
            "cells": table.cells.tolist(),
            **{name: values.tolist() for name, values in table.figures.items()},
        }

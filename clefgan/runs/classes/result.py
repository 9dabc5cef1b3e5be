"""What a run of attribution says: scores, classes and the numbers that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import ClassScores, Evidence
from clefgan.runs.classes.decisions import UNKNOWN, UNKNOWN_LABEL, ClassVerdict
from evaluation import class_scores, class_tables, classes
from evaluation.attribution import table
from evaluation.significance import blind_classes
from submissions.edition import Edition


@dataclass(frozen=True, slots=True, eq=False)
class ClassScored:
    """Classes of some images, ids beside them.

    names : of the classes or clusters, by number
    scores : (n, n_classes); None of clusters
    truth : (n,) names of the true classes, where they are known
    likely : scores are log-odds, so their softmax is a probability
    file_names : id to the name of the image's file, empty where it has none; of images under test
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    scores: ClassScores | None
    verdict: ClassVerdict
    truth: NDArray[np.str_] | None = None
    likely: bool = False
    file_names: Mapping[str, str] = field(default_factory=dict)

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
        found = classes.measure(self.truth, self.labels, seed=seed)
        null = blind_classes.null(self.truth, self.labels, seed=seed)
        metrics: dict[str, Any] = {
            name: {
                "value": each.value, "low": each.low, "high": each.high, "interval": each.how,
                "blind_95": null[name].upper, "p_value": null[name].p_value,
            }
            for name, each in found.items()
        }  # fmt: skip
        return {"metrics": metrics | self.of_scores(), "table": self.table()}

    def of_scores(self) -> dict[str, dict[str, float]]:
        """Metrics that need scores: top-2 accuracy, log loss and Brier."""
        if self.scores is None or self.truth is None or not set(self.truth) <= set(self.names):
            return {}
        true = np.array([self.names.index(str(name)) for name in self.truth])
        found = {"top_2_accuracy": class_scores.top_accuracy(true, self.scores)}
        likely = self.probabilities
        if likely is not None:
            found["log_loss"] = class_scores.log_loss(true, likely)
            found["brier"] = class_scores.brier(true, likely)
        return {name: {"value": value} for name, value in found.items()}

    def table(self) -> dict[str, Any]:
        """The table of classes, and what is measured of each."""
        assert self.truth is not None
        cells = table(self.truth, self.labels)
        rows = np.unique(np.concatenate([self.truth, self.labels])).tolist()
        each = {
            "precision": class_tables.precisions(cells)[0],
            "recall": class_tables.recalls(cells)[0],
            "f1": class_tables.f1_scores(cells)[0],
            "specificity": class_tables.specificities(cells)[0],
        }
        return {
            "names": rows,
            "cells": cells[0].astype(int).tolist(),
            **{name: values.tolist() for name, values in each.items()},
        }


@dataclass(frozen=True, slots=True, eq=False)
class ClassRun:
    """What a method of attribution said of a challenge, and all that is needed to say it again.

    Parameters
    ----------
    dev : protocol to scores of the labelled generated images
    beside : protocol to the trivial and the shortcut rows: name to scores
    test : of the images under test; None where there are none
    notes : what the reader must know
    """

    method: str
    evidence: Evidence
    settings: str
    edition: Edition
    classes: tuple[str, ...]
    dev: Mapping[str, ClassScored]
    beside: Mapping[str, Mapping[str, ClassScored]]
    test: ClassScored | None
    notes: tuple[str, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def labels(self) -> dict[str, str]:
        """Id of each image under test to its class.

        Raises
        ------
        ClefganError
            There are none.
        """
        if self.test is None:
            raise ClefganError("run: no images under test, so no classes of them")
        return dict(zip(self.test.ids, self.test.labels.tolist(), strict=True))

    def batch(self) -> dict[str, dict[str, float]]:
        """What the images under test say as a set: a row a class; nothing without scores.

        `called` is the share that is called the class, `share` the likeliest one given what dev
        confuses, and `t` with its p-value a test of whether the class is behind the set more than
        the others are. Images of one generator are not independent: read a p-value as a bound.
        """
        test = self.test
        if test is None or test.scores is None or len(test.ids) < 2:
            return {}
        called = test.shares()
        t, p_values = class_scores.used_at_all(test.scores)
        found = {
            name: {"called": called[name], "t": float(t[i]), "p_value": float(p_values[i])}
            for i, name in enumerate(self.classes)
        }
        for dev in list(self.dev.values())[-1:]:
            known = dev.verdict.labels >= 0
            names = list(self.classes)
            if dev.truth is None or not known.any() or (test.verdict.labels < 0).any():
                continue
            truth = np.array([names.index(str(name)) for name in dev.truth[known]])
            shares = class_scores.shares(
                test.verdict.labels, truth, dev.verdict.labels[known], len(names)
            )
            for name, share in zip(names, shares.tolist(), strict=True):
                found[name]["share"] = share
        return found

"""The tables of an evaluation of classes as an object that a notebook shows."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError
from clefgan.experiments.trials import class_evaluate
from clefgan.experiments.trials.class_trials import ClassPlan
from clefgan.method import Progress, silent
from clefgan.report import class_boards, class_findings, class_sheet, sheet
from clefgan.report.class_part import ClassPart
from clefgan.report.files import exports
from clefgan.report.page import table
from clefgan.report.page.charts import class_table
from clefgan.report.page.markup import join, tag
from clefgan.report.sheet import Sheet
from evaluation.class_tables import METRICS

CLASS_PROTOCOLS = ("grouped", "plain")


@dataclass(frozen=True, slots=True, eq=False)
class ClassEvaluationTable:
    """What `clefgan evaluate` prints of classes: a table per protocol, grouped folds first.

    Parameters
    ----------
    parts : board and notes of each protocol
    """

    parts: tuple[ClassPart, ...]

    @property
    def sheets(self) -> list[Sheet]:
        """The tables themselves."""
        return [class_sheet.of(part) for part in self.parts]

    @property
    def findings(self) -> list[str]:
        """What the tables say, in sentences."""
        return [said for part in self.parts for said in class_findings.sentences(part)]

    def to_frame(self) -> Any:
        """The tables as one pandas DataFrame, a row per run and protocol.

        Raises
        ------
        ClefganError
            pandas is not installed.
        """
        return sheet.to_frame(self.sheets)

    def __str__(self) -> str:
        return exports.as_markdown(
            [*self.sheets, *(table for part in self.parts for table in class_sheet.tables(part))]
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """The tables, what they say, and the class table of each run, for a notebook."""
        said = [tag("p", sentence) for sentence in self.findings]
        drawn = [
            tag("div", tag("p", f"{part.title}: {row.name}"), class_table.confusion(row.table))
            for part in self.parts
            for row in part.board.runs
            if row.table is not None
        ]
        return str(join([*(table.leaderboard(one) for one in self.sheets), *said, *drawn]))


def evaluate(
    challenge: ClassChallenge,
    methods: Sequence[str],
    *,
    seed: int = 0,
    protocols: Sequence[str] = CLASS_PROTOCOLS,
    repeats: int = 1,
    n_folds: int = 3,
    primary: str = "accuracy",
    level: float = 0.95,
    folder: Path | None = None,
    progress: Progress = silent,
) -> ClassEvaluationTable:
    """Compare methods of attribution on the labelled images.

    Raises
    ------
    ClefganError
        Unknown method, protocol or metric, a fault of the data, or a method that fails.
    """
    for name in protocols:
        if name not in CLASS_PROTOCOLS:
            raise ClefganError(f"protocol {name!r} is not one of {', '.join(CLASS_PROTOCOLS)}")
    if primary not in METRICS:
        raise ClefganError(f"metric: no {primary!r} of classes; give one of {', '.join(METRICS)}")
    with tempfile.TemporaryDirectory() as scratch:
        plan = ClassPlan(
            methods=tuple(methods),
            data=challenge,
            folder=folder or Path(scratch),
            protocols=tuple(name for name in CLASS_PROTOCOLS if name in protocols),
            repeats=repeats,
            n_folds=n_folds,
            seed=seed,
        )
        results = class_evaluate.evaluate(plan, jobs=1, progress=progress)
    if results.failures:
        raise ClefganError(next(iter(results.failures.values())))
    return ClassEvaluationTable(tuple(class_boards.parts(plan, results, primary, level)))

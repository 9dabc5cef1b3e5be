"""The tables of an evaluation as an object that a notebook shows."""

from dataclasses import dataclass
from typing import Any

from clefgan.report import findings, sheet
from clefgan.report.files import exports
from clefgan.report.page import table
from clefgan.report.page.markup import join, tag
from clefgan.report.part import Part
from clefgan.report.sheet import Sheet


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationTable:
    """What `clefgan evaluate` prints: a table per protocol, held-out first.

    Parameters
    ----------
    parts : board, panel and notes of each protocol
    """

    parts: tuple[Part, ...]

    @property
    def sheets(self) -> list[Sheet]:
        """The tables themselves."""
        return [sheet.of(part.board, part.title, part.notes, part.extra) for part in self.parts]

    @property
    def findings(self) -> list[str]:
        """What the tables say, in sentences."""
        return [said for part in self.parts for said in findings.sentences(part.board)]

    def to_frame(self) -> Any:
        """The tables as one pandas DataFrame, a row per run and protocol.

        Raises
        ------
        ClefganError
            pandas is not installed.
        """
        return sheet.to_frame(self.sheets)

    def __str__(self) -> str:
        return exports.as_markdown(self.sheets)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """The tables and their findings, for a notebook."""
        said = [tag("p", sentence) for sentence in self.findings]
        return str(join([*(table.leaderboard(one) for one in self.sheets), *said]))

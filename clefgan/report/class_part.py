"""What one leaderboard of classes consists of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clefgan.report.sheet import Extra
from clefgan.runs.classes.knows import Labs
from evaluation.boards.class_board import ClassBoard


@dataclass(frozen=True, slots=True, eq=False)
class ClassPart:
    """One leaderboard of classes.

    labs : row to what its method reached on labs that tell what it knows, where that is known
    n_classes : of those labs
    links : of runs, by name
    """

    title: str
    board: ClassBoard
    notes: tuple[str, ...] = ()
    labs: Mapping[str, Labs] = field(default_factory=dict)
    extra: tuple[Extra, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_classes(self) -> int:
        """Number of true classes."""
        return len(self.board.classes)

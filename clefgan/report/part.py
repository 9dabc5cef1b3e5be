"""What one leaderboard of the page consists of."""

from dataclasses import dataclass

from clefgan.report.gallery import Gallery
from clefgan.report.sheet import Extra
from evaluation.boards.leaderboard import Leaderboard
from evaluation.runs import Panel


@dataclass(frozen=True, slots=True)
class Part:
    """One leaderboard of the page, with the runs behind it."""

    title: str
    board: Leaderboard
    panel: Panel
    notes: tuple[str, ...] = ()
    galleries: tuple[Gallery, ...] = ()
    extra: tuple[Extra, ...] = ()

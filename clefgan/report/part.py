"""What one leaderboard of the page consists of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clefgan.report.gallery import Gallery
from clefgan.report.sheet import Extra
from evaluation.boards.leaderboard import Leaderboard
from evaluation.runs import Panel


@dataclass(frozen=True, slots=True)
class Part:
    """One leaderboard of the page, with the runs behind it; `links` of runs by name."""

    title: str
    board: Leaderboard
    panel: Panel
    notes: tuple[str, ...] = ()
    galleries: tuple[Gallery, ...] = ()
    extra: tuple[Extra, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)

"""Where a metric says nothing of a run: tables of the page leave it out."""

import re

import numpy as np

from clefgan.report.page import page
from clefgan.report.page.markup import Markup
from clefgan.report.part import Part
from evaluation import metrics
from evaluation.boards import leaderboard
from evaluation.runs import Panel, Run


def cells(table: Markup, name: str) -> list[str]:
    """The cells of a run's row, without marks."""
    (row,) = re.findall(rf"<tr><th[^>]*>{name}</th>(.*?)</tr>", str(table))
    return re.findall(r"<td[^>]*>(.*?)</td>", row)


def test_a_run_without_a_rank_has_none_where_images_are_drawn_again() -> None:
    truth = np.arange(20) % 2 == 0
    runs = {"right": Run(truth), "turned": Run(~truth), "ones": Run(np.ones(20, bool))}
    panel = Panel(truth, runs)
    board = leaderboard.build(panel, primary=metrics.get("mcc"), resamples=50)
    pair, _ = page.trust(Part("Title", board, panel))
    assert cells(pair, "right")[0] == "100"
    assert cells(pair, "ones")[:3] == ["–", "–", "–"]

"""Where a metric says nothing of a run: no word, cell or JSON makes a number or a rank of it."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from clefgan.cli.console import dumped
from clefgan.report import findings
from clefgan.report.page import page
from clefgan.report.page.charts import tables
from clefgan.report.page.markup import Markup
from clefgan.report.part import Part
from clefgan.runs.blank import BlankContrast
from evaluation import metrics
from evaluation.boards import leaderboard
from evaluation.runs import Panel, Run


def cells(table: Markup, name: str) -> list[str]:
    """The cells of a run's row, without marks."""
    (row,) = re.findall(rf"<tr><th[^>]*>{name}</th>(.*?)</tr>", str(table))
    return re.findall(r"<td[^>]*>(.*?)</td>", row)


def board_of(names: list[str]) -> tuple[leaderboard.Leaderboard, Panel]:
    """A board by MCC of some of three runs, of which `ones` has none."""
    truth = np.arange(20) % 2 == 0
    runs = {"right": Run(truth), "turned": Run(~truth), "ones": Run(np.ones(20, bool))}
    panel = Panel(truth, {name: runs[name] for name in names})
    return leaderboard.build(panel, primary=metrics.get("mcc"), resamples=50), panel


def test_a_run_without_a_rank_has_none_where_images_are_drawn_again() -> None:
    board, panel = board_of(["right", "turned", "ones"])
    pair, _ = page.trust(Part("Title", board, panel))
    assert cells(pair, "right")[0] == "100"
    assert cells(pair, "ones")[:3] == ["–", "–", "–"]


def test_a_run_without_a_value_is_not_said_to_be_as_good_as_others() -> None:
    board, _ = board_of(["right", "turned", "ones"])
    table = str(tables.significance(board.pairs, [0, 1, 2], 0.95))
    assert "not significantly different" not in table
    assert table.count("not compared with ones: ones has no MCC") == 4  # two cells, title and text
    assert table.count("not compared with right: ones has no MCC") == 2
    assert "better than turned, p &lt;0.001" in table
    assert "· no significant difference, – not compared (" in table
    both, _ = board_of(["right", "turned"])
    assert "not compared" not in tables.significance(both.pairs, [0, 1], 0.95)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["ones"], "scores F1 0.667."),
        (["right", "ones"], "scores F1 0.667: no run is worse."),
        (["turned", "ones"], "scores F1 0.667: more than 1 of 1 run."),
    ],
)
def test_runs_without_a_value_are_not_compared_with_the_trivial_row(
    names: list[str], said: str
) -> None:
    board, panel = board_of(names)
    ones = leaderboard.build(panel, primary=metrics.get("f1"), resamples=50)
    missing = {"f1": replace(ones.rows[0].cells["f1"], value=math.nan)}
    rows = tuple(
        replace(row, cells={**row.cells, **missing}) if row.name == "ones" else row
        for row in ones.rows
    )
    assert findings.trivial(replace(ones, rows=rows)).endswith(said)
    assert findings.trivial(board) == ""  # MCC says nothing of the trivial row


def test_a_result_that_cannot_be_measured_has_no_blank_as_high() -> None:
    nothing = BlankContrast(*[math.nan] * 8)
    assert not nothing.is_not_above
    assert replace(nothing, difference=0.1).is_not_above  # no interval: not known to be above


def test_json_on_the_screen_has_null_where_there_is_no_number() -> None:
    text = dumped({"between": math.nan, "with_score": {"nearest": float("inf")}})
    assert json.loads(text, parse_constant=pytest.fail) == {
        "between": None,
        "with_score": {"nearest": None},
    }

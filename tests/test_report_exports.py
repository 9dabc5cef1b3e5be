"""All exports of a leaderboard say the same, and a user's text does no harm in any."""

import csv
import io
import json
import math
import re

import numpy as np
import pytest
from rich.console import Console

from clefgan.report import sheet, wording
from clefgan.report.files import exports, latex
from clefgan.report.sheet import Sheet
from clefgan.report.terminal import ranking, scores
from evaluation.boards import leaderboard
from evaluation.runs import Panel, Run

HOSTILE = "=1+1|<b>&_{x}%\n\\end"


@pytest.fixture(scope="module")
def table() -> Sheet:
    rng = np.random.default_rng(0)
    truth = rng.random(40) < 0.5
    good, poor = rng.normal(size=40) + 2 * truth - 1, rng.normal(size=40)
    runs = {
        "good": Run(good > 0, good, knowledge="S1"),
        HOSTILE: Run(poor > 0, None, knowledge="S0"),
    }
    board = leaderboard.build(Panel(truth, runs), resamples=200, published={"old": (9, 9, 9, 9)})
    return sheet.of(board, "Title & co", ("a note_",))


def test_csv_has_every_number_in_full(table: Sheet) -> None:
    rows = list(csv.DictReader(io.StringIO(exports.as_csv([table]))))
    assert [row["run"] for row in rows] == [line.name for line in table.lines]
    for row, line in zip(rows, table.lines, strict=True):
        for column in table.measures:
            for key, value in (
                (column.key, line[column.key].measure),
                (f"{column.key}_low", line[column.key].low),
            ):
                assert row[key] == ("" if math.isnan(value) else repr(value))
    best = rows[0]
    assert (best["run"], best["rank"], best["rank_low"], best["kind"]) == ("good", "1", "1", "run")
    assert best["comparable"] == "1"
    assert sum(int(best[key]) for key in ("tp", "tn", "fp", "fn")) == 40


def test_json_says_the_same_as_csv(table: Sheet) -> None:
    tree = json.loads(exports.as_json([table]))["tables"][0]
    rows = list(csv.DictReader(io.StringIO(exports.as_csv([table]))))
    for ours, theirs in zip(tree["rows"], rows, strict=True):
        assert ours["f1"]["value"] == float(theirs["f1"])
        low = ours["f1"]["low"]
        assert theirs["f1_low"] == ("" if low is None else repr(low))
        assert ours["groups"] == theirs["groups"]
    assert tree["primary"] == "f1"
    assert tree["notes"][-1] == "a note_"
    assert tree["rows"][0]["accuracy"]["interval"] == "Wilson"


def test_markdown_has_one_line_a_row_and_as_many_cells_as_heads(table: Sheet) -> None:
    text = exports.as_markdown([table])
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(table.lines)
    cells = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
    assert len(cells) == 1
    assert "<b>" not in text
    assert "&lt;b&gt;" in text


def test_latex_is_balanced_and_has_as_many_cells_as_heads(table: Sheet) -> None:
    text = exports.as_latex([table])
    bare = re.sub(r"\\[\\{}&%$#_]", "", text)
    assert bare.count("{") == bare.count("}")
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert text.count(rule) == 1
    body = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
    rows = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 1 + len(table.lines)
    spec = re.search(r"begin\{tabular\}\{([lr]+)\}", text)
    assert spec is not None
    assert {len(re.findall(r"(?<!\\)&", row)) + 1 for row in rows} == {len(spec[1])}
    assert r"\textless{}b\textgreater{}" in text


def test_latex_escapes_every_special_sign() -> None:
    assert latex.escaped("a_b & 100% #1 $x$ {y} ~ ^ \\z\nw") == (
        r"a\_b \& 100\% \#1 \$x\$ \{y\} \textasciitilde{} \textasciicircum{} "
        r"\textbackslash{}z w"
    )


def test_several_sheets_are_told_apart(table: Sheet) -> None:
    rows = list(csv.DictReader(io.StringIO(exports.as_csv([table, table]))))
    assert len(rows) == 2 * len(table.lines)
    assert {row["table"] for row in rows} == {"Title & co"}
    assert len(json.loads(exports.as_json([table, table]))["tables"]) == 2
    assert exports.as_markdown([table, table]).count("### ") == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [(2 / 3, "0.667"), (-0.04, "−0.040"), (math.nan, "–"), (-0.0001, "0.000"), (1.0, "1.000")],
)
def test_numbers(value: float, text: str) -> None:
    assert wording.number(value) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.5, 0.625, ".50–.62"),
        (-0.04, 1.0, "−.04–1.0"),
        (0.0, 0.0, ".00–.00"),
        (math.nan, 1, ""),
    ],
)
def test_short_intervals(low: float, high: float, text: str) -> None:
    assert wording.short_limits(low, high) == text


def test_other_words() -> None:
    assert wording.limits(0.1, math.nan) == ""
    assert wording.limits(-0.1, 0.25, 1) == "[−0.1, 0.2]"
    assert [wording.p_value(p) for p in (0.0001, 0.05, math.nan)] == ["<0.001", "0.050", "–"]
    assert [wording.span(1, 1), wording.span(1, 3), wording.span(None, None)] == ["1", "1–3", ""]
    assert wording.percent(0.95) == "95%"


def test_a_run_called_as_a_row_that_is_no_run_is_told_from_it() -> None:
    truth = np.arange(20) < 10
    runs = {name: Run(truth) for name in ("coin", "all used", "chance limit", "old")}
    board = leaderboard.build(Panel(truth, runs), resamples=50, published={"old": (9, 9, 1, 1)})
    found = sheet.of(board, "t")
    names = {(line.name, line.kind.value) for line in found.lines}
    assert len({name for name, _ in names}) == len(found.lines)
    assert {("coin", "run"), ("coin (trivial)", "trivial")} <= names
    assert {("all not used", "trivial"), ("old (published)", "published")} <= names
    for text in (exports.as_markdown([found]), exports.as_latex([found])):
        assert text.count("coin (trivial)") == 1
        assert text.count("chance limit (chance limit)") == 1
    console = Console(width=100, file=io.StringIO(), record=True)
    console.print(ranking.show(found, 100, whole=True), scores.show(found, 200))
    shown = console.export_text()
    assert shown.count("coin (trivial)") >= 3  # ranking, metrics, and beside the scores

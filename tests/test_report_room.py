"""What is left out on a screen of 80 columns stands on one of 120; on neither is a word cut."""

import io

import pytest
from rich.console import Console, RenderableType

from clefgan.experiments.lab.bench.table import BenchRow
from clefgan.experiments.lab.power import CurvePoint
from clefgan.report import sheet
from clefgan.report.terminal import bench_table, lab_tables, method_list, ranking, scores
from panels import board

NAMES = ("nearest", "reference-generators", "csls(features=hog)")


def lines(what: RenderableType, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(what)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def ranked(width: int) -> RenderableType:
    return ranking.show(sheet.of(board(4, 1, 0), "Title"), width)


def bench(width: int) -> RenderableType:
    rows = [BenchRow(name, 0.91, 0.5, 0.03, 2.1, 0.33, 0.8, 0.05, 3, 0.5, 1) for name in NAMES]
    return bench_table.rows_table(rows, width)


def power(width: int, n_leaks: int = 5) -> RenderableType:
    points = [
        CurvePoint("copy", leak / 10, name, "auc", 0.6, 0.55, 0.65, 0.5, 0.7, ())
        for name in NAMES
        for leak in range(n_leaks)
    ]
    return lab_tables.power_table(points, NAMES, width)


def listed(width: int) -> RenderableType:
    rows = [method_list.ListedMethod(name, "S1", "Words on what it does.", "") for name in NAMES]
    return method_list.table("Group", rows, width, measured=True)


@pytest.mark.parametrize(
    ("show", "more"),
    [
        (ranked, ["Accuracy", "├", "limit"]),
        (bench, ["behind", "silent"]),
        (power, [".55–.65"]),
        (listed, ["Words on what it does."]),
    ],
)
def test_a_wide_screen_shows_more(show, more: list[str]) -> None:  # type: ignore[no-untyped-def]
    narrow, wide = lines(show(80), 80), lines(show(120), 120)
    assert max(map(len, narrow)) <= 80
    assert max(map(len, wide)) <= 120
    for text in more:
        assert not any(text in line for line in narrow if "chance limit" not in line), text
        assert any(text in line for line in wide), text
    for line in (*narrow, *wide):
        assert "…" not in line


def test_the_legend_of_the_bench_is_of_the_columns_that_are_shown() -> None:
    assert "silent" not in bench_table.legend(80)
    assert "silent" in bench_table.legend(120)


def test_intervals_are_left_out_where_they_do_not_fit() -> None:
    assert not any(".55–.65" in line for line in lines(power(120, n_leaks=9), 120))


def test_the_drawing_stays_readable_beside_more_metrics() -> None:
    (head,) = (line for line in lines(ranked(120), 120) if line.startswith("#"))
    assert head.count("Accuracy") == 1
    assert "Precision" not in head
    (head,) = (line for line in lines(ranked(160), 160) if line.startswith("#"))
    assert "Precision" in head


@pytest.mark.parametrize("width", [80, 120])
def test_a_long_name_is_broken_and_not_shortened(width: int) -> None:
    long = "csls(features=vgg16-block5-pca40+flips)"
    table = sheet.of(board(4, 1, names=(long, "b")), "Scores")
    text = lines(scores.show(table, width), width)
    assert not any("…" in line for line in text)
    assert long in "".join(line[13:37].strip() for line in text[2:4])

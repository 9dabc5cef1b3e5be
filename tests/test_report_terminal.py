"""The leaderboard and the scores in the terminal."""

import io
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console, RenderableType

from clefgan.report import findings, sheet
from clefgan.report.terminal import ranking, scores
from evaluation import metrics
from evaluation.boards import leaderboard
from evaluation.runs import Panel, Run
from panels import board


def printed(what: RenderableType, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 100, 140])
def test_a_leaderboard_fits_and_cuts_nothing(width: int) -> None:
    table = sheet.of(board(4, 1, 0), "Title")
    lines = printed(ranking.show(table, width, whole=True), width)
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)
    text = "\n".join(lines)
    for column in table.measures:
        assert column.brief in text
    for line in table.lines:
        assert text.count(line.name) >= 2


def test_letters_stay_on_one_line_where_there_is_room() -> None:
    table = sheet.of(board(*np.linspace(3, 0, 20), n=100), "Title")
    letters = max((str(line["groups"].value or "") for line in table.lines), key=len)
    assert len(letters) > 6
    assert letters in "\n".join(printed(ranking.show(table, 80), 80))


def test_signs_say_what_colours_say() -> None:
    lines = printed(ranking.show(sheet.of(board(4, 0), "Title"), 100), 100)
    best = next(line for line in lines if "run[0]" in line)
    worst = next(line for line in lines if "run[1]" in line)
    assert "●" in best.split("<0.001")[1]
    assert "○" in worst
    assert any("limit" in line.split("chance limit")[0] for line in lines if "chance limit" in line)


def test_runs_that_used_more_than_was_allowed_are_marked() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(20) % 2 == 0
    runs = {kind: Run(rng.random(20) < 0.5, knowledge=kind) for kind in ("S0", "S3")}
    found = leaderboard.build(Panel(truth, runs), resamples=50, allows=lambda kind: kind == "S3")
    mixed = sheet.of(found, "Title")
    text = "\n".join(printed(ranking.show(mixed, 100), 100))
    assert "S0 image ≠" in text
    assert "S3 labels ≠" not in text
    assert "≠ used more than was allowed: not comparable" in text
    assert findings.first_place(found) == (
        "There are fewer than two comparable runs, so ranks say nothing. Not compared: S0."
    )
    assert "≠" not in "\n".join(printed(ranking.show(sheet.of(board(1, 0), "T"), 100), 100))


def test_findings_name_the_runs_that_the_metric_says_nothing_of() -> None:
    truth = np.arange(20) % 2 == 0
    ones = {"x": Run(np.ones(20, bool)), "y": Run(np.ones(20, bool))}
    mcc = metrics.get("mcc")
    found = leaderboard.build(
        Panel(truth, {"right": Run(truth), **ones}), primary=mcc, resamples=50
    )
    last = "Only right has a rank, which says nothing. right is better than guessing by its MCC."
    without = "MCC is undefined for x and y, which have no rank."
    assert findings.short(found)[-1] == last
    assert without in findings.short(found)
    assert without in findings.sentences(found)
    shown = printed(ranking.show(sheet.of(found, "Title"), 80), 80)
    assert any(line.split()[:2] == ["·", "x"] for line in shown)
    runs = {"right": Run(truth), "turned": Run(~truth), "x": ones["x"]}
    found = leaderboard.build(Panel(truth, runs), primary=mcc, resamples=50)
    assert findings.first_place(found) == "right is better than every other run."
    assert "MCC is undefined for x, which has no rank." in findings.short(found)
    none = leaderboard.build(Panel(truth, ones), primary=mcc, resamples=50)
    assert findings.first_place(none) == ""


def test_an_interval_is_drawn_to_scale() -> None:
    drawn = ranking.interval_plot(0.5, 0.25, 0.75, (0.0, 1.0), 41, 1.0).plain
    assert (drawn.index("├"), drawn.index("●"), drawn.index("┤"), drawn.index("┆")) == (
        10,
        20,
        30,
        40,
    )
    assert ranking.interval_plot(-1, math.nan, math.nan, (0.0, 1.0), 9, math.nan).plain[0] == "◂"
    assert ranking.interval_plot(2, math.nan, math.nan, (0.0, 1.0), 9, math.nan).plain[-1] == "▸"
    assert ranking.interval_plot(math.nan, 0, 1, (0.0, 1.0), 9, math.nan).plain.strip() == ""


def test_columns_are_spread_evenly() -> None:
    columns = sheet.of(board(1), "Title").measures
    sizes = [len(part) for part in ranking.chunks(columns, 5)]
    assert sum(sizes) == len(columns)
    assert max(sizes) - min(sizes) <= 1
    assert list(ranking.chunks([], 3)) == []


def test_scores_fit_and_show_every_metric_of_every_run() -> None:
    table = sheet.of(board(4, 2, 1, 0), "Scores")
    lines = printed(scores.show(table, 80), 80)
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert all(f"run[{number}]" in text for number in range(4))
    assert text.count("all used") == text.count("Kappa") == 2
    counts = [line for line in lines if line.startswith("TP TN FP FN")]
    assert all(sum(map(int, line.split()[4:8])) == 60 for line in counts)


def test_findings_of_a_strong_and_a_blind_run() -> None:
    found = findings.sentences(board(5, 0))
    assert found[0] == "1 of 2 runs is better than guessing by F1: run[0]."
    assert found[1] == "run[0] is better than every other run."
    assert any("says used for every image scores F1 0.667: more than 1 of 2" in f for f in found)
    assert any(sentence.startswith("Chance limit: with 30 used of 60") for sentence in found)
    assert (
        "Images that stand out: at 0.1% false alarms run[0] finds 100% of the used images."
    ) in found
    assert findings.short(board(5, 0))[-1] == f"{found[1]} {found[0]}"


def test_findings_where_nothing_can_be_told() -> None:
    blind = findings.sentences(board(0.1, 0))
    assert blind[0] == "None of 2 runs can be distinguished from guessing by F1."
    assert "leads, but no other run differs significantly from it" in blind[1]
    alone = findings.sentences(board(0))
    assert alone[0] == "The run cannot be distinguished from guessing by its F1."
    assert alone[2].startswith("An average cannot exclude that single images were copied")
    assert alone[1] == "There is a single run, so its rank says nothing."
    assert not any("leads" in sentence for sentence in alone)


def test_findings_say_who_shares_the_lead() -> None:
    truth = np.arange(60) < 30
    good, other, bad = truth.copy(), truth.copy(), ~truth
    good[:3], other[3:6] = False, False

    def said(**calls: NDArray[np.bool_]) -> str:
        runs = {name: Run(found) for name, found in calls.items()}
        return findings.first_place(leaderboard.build(Panel(truth, runs), resamples=200))

    assert said(a=good, b=good, c=good) == "All 3 runs have the same F1: no run leads."
    assert said(a=good, b=other, c=bad) == "a and b are better than every other run."
    close = good.copy()
    close[3:5] = False
    assert said(a=good, b=other, c=close) == (
        "a and b share the lead, but no other run differs significantly from them."
    )
    assert said(a=good, b=good, c=close, d=bad) == (
        "a and b share the lead; c does not differ significantly from them."
    )


def test_a_run_that_is_worse_than_guessing_is_marked_and_named() -> None:
    truth = np.arange(60) < 30
    runs = {"right": Run(truth), "inverted": Run(~truth), "lost": Run(np.arange(60) % 2 == 0)}
    found = leaderboard.build(Panel(truth, runs), resamples=50)
    assert findings.from_chance(found) == (
        "1 of 3 runs is better than guessing by F1: right. "
        "Worse than guessing, so its answers point the wrong way: inverted."
    )
    lines = printed(ranking.show(sheet.of(found, "Title"), 100), 100)
    by_run = {name: next(line for line in lines if f" {name} " in line) for name in runs}
    assert [by_run[name].split()[-1] for name in runs] == ["●", "▼", "○"]
    assert "▼ worse" in "\n".join(lines)
    alone = leaderboard.build(Panel(truth, {"inverted": Run(~truth)}), resamples=50)
    assert findings.from_chance(alone) == (
        "The run is worse than guessing by its F1: its answers point the wrong way."
    )
    assert "▼" not in "\n".join(printed(ranking.show(sheet.of(board(1, 0), "T"), 100), 100))


def test_findings_of_one_class_say_that_nothing_can_be_tested() -> None:
    truth = np.ones(5, bool)
    one = leaderboard.build(Panel(truth, {"run": Run(truth, truth.astype(float))}), resamples=50)
    text = " ".join(findings.sentences(one))
    assert "guessing" in text or "cannot be tested" in text
    assert "nan" not in text.lower()


def test_a_run_past_the_limit_that_is_not_better_than_guessing_is_explained() -> None:
    rng = np.random.default_rng(5)
    truth = np.arange(60) < 30
    lucky = (np.arange(60) < 27) | (np.arange(60) >= 42)  # 27 right of 45 said to be used
    runs = {"lucky": Run(lucky)}
    runs |= {f"team {i}": Run(rng.random(60) < 0.5) for i in range(12)}
    found = leaderboard.build(Panel(truth, runs), resamples=100)
    first = found.runs[0]
    limit = found.power["f1"].critical
    assert first.cells["f1"].value > limit
    assert first.told_from_chance is False
    said = findings.against_the_limit(found)
    assert "adjusted for the number of runs" in said
    assert said.endswith(f"{first.name}.")
    few = truth & (np.arange(60) < 9)
    cautious = leaderboard.build(Panel(truth, {"few": Run(few)}), resamples=100)
    assert findings.against_the_limit(cautious) == (
        "few is better than guesses that call as many images used, but not past the chance "
        "limit, which allows for guesses that call any number used."
    )


def test_stability_says_what_tau_means() -> None:
    said = findings.stability(board(4, 1, 0))
    assert "(1: the same order, 0: any order)" in said
    assert "or more" not in said


def test_lists_of_names() -> None:
    assert findings.listed(["a"]) == "a"
    assert findings.listed(["a", "b", "c"]) == "a, b and c"
    assert findings.listed([str(i) for i in range(9)]) == "0, 1, 2, 3, 4, 5 and 3 more"

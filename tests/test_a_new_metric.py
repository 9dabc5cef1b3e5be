"""A metric that is registered is in every table: nothing else has to be told of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clefgan.experiments.reproduction import rows
from clefgan.report import run_findings, sheet
from clefgan.report.files import exports
from clefgan.report.page import page
from clefgan.report.part import Part
from clefgan.report.reproduction import page as reproduction_page
from clefgan.report.terminal import ranking, summary
from clefgan.runs.decisions import decide
from clefgan.runs.result import Scored
from evaluation import membership, metrics
from evaluation.boards import leaderboard
from evaluation.counts import Counts, Values, ratio
from evaluation.metrics import METRICS, Metric
from evaluation.runs import Panel, Run
from submissions import editions, runfile
from submissions.codabench.init import init
from submissions.codabench.score import score

TRUTH = np.arange(40) % 2 == 0


def npv(c: Counts) -> Values:
    """TN / (TN + FN)."""
    return ratio(c.tn, c.tn + c.fn)


@pytest.fixture
def registered() -> Iterator[Metric]:
    metric = Metric(
        name="npv",
        label="Negative predictive value",
        short="NPV",
        formula="TN / (TN + FN)",
        chance=lambda p, c: 1 - p if c < 1 else float("nan"),
        of_counts=npv,
        weighs_both_errors=True,
    )
    METRICS.append(metric)
    yield metric
    METRICS.remove(metric)


def called(seed: int) -> NDArray[np.bool_]:
    return np.asarray(np.random.default_rng(seed).random(40) < 0.3 + 0.4 * TRUTH)


def value(decisions: NDArray[np.bool_]) -> float:
    return float((~TRUTH & ~decisions).sum() / (~decisions).sum())


def test_it_is_measured(registered: Metric) -> None:
    assert membership.evaluate(TRUTH, called(0))["npv"] == pytest.approx(value(called(0)))


def test_it_is_in_every_table_of_a_leaderboard(registered: Metric) -> None:
    panel = Panel(TRUTH, {f"run {i}": Run(called(i)) for i in range(2)})
    board = leaderboard.build(panel, primary=registered)
    table = sheet.of(board, "Leaderboard")
    (line,) = (line for line in table.lines if line.name == "run 1")
    assert line["npv"].measure == pytest.approx(value(called(1)))
    csv, json_text = exports.as_csv([table]), exports.as_json([table])
    assert {"npv", "npv_low", "npv_high"} <= set(csv.splitlines()[0].split(","))
    assert "npv" in json.loads(json_text)["tables"][0]["rows"][0]
    for text in (exports.as_markdown([table]), exports.as_latex([table])):
        assert "NPV" in text
    html = page.html("Leaderboard", [Part("Leaderboard", board, panel)])
    assert "Negative predictive value" in html
    assert ranking.show(table, 200) is not None


def test_tables_with_a_choice_of_metrics_read_their_titles() -> None:
    heads = reproduction_page.table([]).splitlines()[0]
    assert [metrics.get(name).brief for name in rows.METRICS] == heads.split(" | ")[2:-4]
    scored = Scored(tuple(map(str, range(40))), np.where(called(0), 1.0, -1.0), TRUTH)
    (names, *_) = summary.score_table({"run": scored}).columns
    assert list(names.cells)[1:] == [metrics.get(name).brief for name in run_findings.METRICS]


def test_a_threshold_can_be_chosen_by_it(registered: Metric) -> None:
    assert decide.parse("dev-best:npv") is not None
    curve = decide.prevalence_curve(np.arange(40.0), TRUTH)
    assert len(curve["npv"]) == len(curve["share"])


def test_it_is_a_column_of_a_competition(registered: Metric, tmp_path: Path) -> None:
    edition = editions.get("2023")
    ids = [f"real_unknown_{i:04d}" for i in range(1, 41)]
    runfile.write(tmp_path / "truth.csv", dict(zip(ids, TRUTH.tolist(), strict=True)), edition)
    runfile.write(tmp_path / "run.csv", dict(zip(ids, called(0).tolist(), strict=True)), edition)
    folder = init(tmp_path / "made", edition, tmp_path / "truth.csv", metrics.titles())
    assert "Negative predictive value" in (folder / "competition.yaml").read_text()
    program = folder / "scoring_program" / "evaluation" / "metrics.py"
    text = program.read_text().replace(  # the platform has the file in which it is registered
        "METRICS: list[Metric] = [",
        'METRICS: list[Metric] = [Metric(name="npv", label="", formula="", '
        "chance=lambda p, c: p, of_counts=lambda t: counts.ratio(t.tn, t.tn + t.fn)),",
    )
    program.write_text(text)
    outcome = score(folder, tmp_path / "run.csv")
    assert outcome.scores is not None
    assert outcome.scores["npv"] == pytest.approx(value(called(0)))

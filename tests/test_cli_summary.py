"""What `clefgan run` prints of its scores."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from clefgan.method import Knowledge
from clefgan.report import next_steps, run_findings
from clefgan.report.terminal import summary
from clefgan.runs.decisions.verdict import Verdict
from clefgan.runs.record import Run
from clefgan.runs.result import Scored
from evaluation import membership
from evaluation.intervals.proportions import wilson
from submissions import editions


def scored(n: int = 40, seed: int = 0) -> Scored:
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2 == 0
    return Scored(tuple(map(str, range(n))), rng.normal(size=n) + truth - 0.5, truth)


def cells(title: str, parts: dict[str, Scored]) -> dict[str, list[str]]:
    table = summary.score_table(parts)
    columns = [[str(cell) for cell in column.cells] for column in table.columns]
    assert [str(column.header) for column in table.columns][1:] == [*parts, "all used"]
    return {name: [column[i] for column in columns[1:]] for i, name in enumerate(columns[0]) if i}


def test_values_are_the_metrics_and_proportions_have_wilson_limits() -> None:
    one, other = scored(), scored(seed=1)
    rows = cells("dev", {"paper": one, "held-out": other})
    assert list(rows) == ["F1", "AUC", "Accuracy", "Precision", "Specificity", "Recall", "Kappa"]
    for place, part in enumerate((one, other)):
        assert part.truth is not None
        values = membership.evaluate(part.truth, part.decisions, part.scores)
        for shown, name in (("F1", "f1"), ("Kappa", "cohen_kappa"), ("AUC", "auc")):
            assert rows[shown][place].startswith(f"{values[name]:.3f} [")
        right = int((part.truth == part.decisions).sum())
        low, high = wilson(right, 40)
        assert rows["Accuracy"][place] == f"{right / 40:.3f} [{low:.2f}, {high:.2f}]"
    assert rows["F1"][2] == "0.667"
    assert rows["AUC"][2] == "0.500"


def test_the_first_row_counts_the_classes() -> None:
    assert summary.counted(scored(30)) == "15 of 30"


def run_of(test: Scored, **how: Any) -> Run:
    method = {"name": "lbp-svm", "set": how.get("set", [])}
    return Run(
        method="lbp-svm",
        knowledge=Knowledge.S2,
        settings="LbpSvm()",
        edition=editions.get(how.get("edition", "2023")),
        dev={},
        test=test,
        notes=(),
        provenance={"method": method},
    )


@pytest.mark.parametrize(("n_used", "nearly"), [(1, False), (94, False), (95, True), (99, True)])
def test_a_run_that_calls_nearly_all_used_is_said_to_be_nearly_trivial(
    n_used: int, nearly: bool
) -> None:
    scores = np.where(np.arange(100) < n_used, 1.0, -1.0)
    said = run_findings.decided(run_of(Scored(tuple(map(str, range(100))), scores, None)))
    assert said.startswith(f"lbp-svm calls {n_used} of 100 candidates used")
    assert said.endswith(": this file is nearly the trivial row 'all used'.") == nearly


@pytest.mark.parametrize(
    ("false", "said"), [(0.04, "Fewer than 0.05"), (0.05, "About 0.1"), (9.0, "About 3.0")]
)
def test_how_many_are_expected_to_be_wrong_is_no_zero_and_no_more_than_are_called(
    false: float, said: str
) -> None:
    used = np.arange(100) < 3
    verdict = Verdict(used, 0.0, "why", false)
    test = Scored(tuple(map(str, range(100))), np.where(used, 1.0, -1.0), None, verdict)
    text = run_findings.decided(run_of(test))
    assert text.endswith(f" {said} of them are expected to be wrong.")


def test_a_run_that_calls_every_candidate_used_is_said_to_be_the_trivial_row() -> None:
    rng = np.random.default_rng(0)
    run = run_of(Scored(("a",) * 60, rng.random(60), np.arange(60) % 2 == 0))
    said = run_findings.verdict(run)
    assert said.startswith("lbp-svm calls every candidate used: this file is the trivial row")
    assert re.search(
        r"AUC 0\.\d\d \[0\.\d\d, 0\.\d\d\] on test does not differ from chance \(0\.5\)\.$", said
    )
    assert next_steps.after(run, Path("r.csv"), "phantom_ct") == ["clefgan run --method fusion"]
    options = {"--data": "my data", "--test-data": None, "--edition": "rules/mine.toml"}
    assert next_steps.after(run, Path("r.csv"), "test", options) == [
        "clefgan run --method fusion --data 'my data' --edition rules/mine.toml"
    ]
    nobody = run_findings.verdict(run_of(Scored(("a",) * 9, -np.ones(9), None)))
    assert nobody == (
        "lbp-svm calls no candidate used: this file is the trivial row 'all not used'."
    )


def test_what_is_expected_to_be_wrong_stands_beside_what_the_truth_says() -> None:
    scores = np.array([1.0, 1.0, 1.0, -1.0])
    verdict = Verdict(scores > 0, 0.0, "why", false_calls=1.5)
    known = Scored(("a", "b", "c", "d"), scores, np.array([True, True, False, False]), verdict)
    said = "About 1.5 of them are expected to be wrong"
    assert run_findings.decided(run_of(known)).endswith(f"{said}; by the truth 1 is.")
    unknown = Scored(known.ids, scores, None, verdict)
    assert run_findings.decided(run_of(unknown)).endswith(f"(why). {said}.")


def test_notes_on_what_there_is_not_are_one_where_the_reason_is_the_same() -> None:
    notes = ["no pairs: it needs none", "no blank: it needs none", "other: it", "no blank: small"]
    assert summary.joined(notes) == [
        "no pairs, no blank: it needs none", "other: it", "no blank: small"
    ]  # fmt: skip


def test_the_next_commands_name_one_s_own_edition(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('base = "2025_s1"\n')
    run = run_of(scored(200), edition=mine)
    assert next_steps.after(run, Path("r.csv"), "d", {"--edition": str(mine)}) == [
        f"clefgan check r.csv --data d --edition {mine}",
        f"clefgan bundle r.csv --data d --edition {mine}",
    ]


def test_a_run_that_finds_something_is_to_be_checked_and_bundled() -> None:
    run = run_of(scored(200), edition="2025_s1", set=["C=10", "gan.epochs=5"])
    assert run_findings.verdict(run).endswith("on test: better than chance (0.5).")
    assert summary.settings(run) == "--set C=10 --set gan.epochs=5"
    assert next_steps.after(run, Path("runs/r.csv"), "my data") == [
        "clefgan check runs/r.csv --data 'my data'",
        "clefgan bundle runs/r.csv --data 'my data'",
    ]
    wrong = scored(200)
    turned = Scored(wrong.ids, -wrong.scores, wrong.truth)
    assert "worse than chance (0.5), so the scores point the wrong way" in run_findings.verdict(
        run_of(turned)
    )


def test_the_summary_fits_eighty_columns_and_shows_no_class() -> None:
    run = run_of(scored(40), set=["C=10"])
    console = Console(file=io.StringIO(), width=80)
    console.print(summary.show(run))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "S2 unused" in text
    assert "--set C=10" in text
    assert "LbpSvm(" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_one_class_and_no_calls_are_dashes() -> None:
    nothing = Scored(("a", "b"), np.array([-1.0, -2.0]), np.array([True, True]))
    rows = cells("test", {"run": nothing})
    assert rows["Precision"][0] == rows["AUC"][0] == rows["Specificity"][0] == "–"
    assert rows["Recall"][0].startswith("0.000 [0.00, ")

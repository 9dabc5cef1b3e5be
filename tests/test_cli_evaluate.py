"""`clefgan evaluate`, from the command line to tables."""

import csv
import json
from pathlib import Path

import pytest

from building import challenge
from clefgan.report.wording import p_value
from running import clefgan

pytestmark = pytest.mark.columns(100)

FAILS = """
from dataclasses import dataclass
from typing import ClassVar
from clefgan.errors import ClefganError
from clefgan.method import Knowledge

@dataclass(frozen=True)
class Fails:
    knowledge: ClassVar[Knowledge] = Knowledge.S0
    def fit(self, dev, /, *, progress=None):
        raise ClefganError("fails: on purpose")
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return challenge(tmp_path / "data", {"generated": 6, "used": 9, "not_used": 9})


def test_methods_are_compared_by_both_protocols(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "--method", "nearest", "--method", "coin(share=0.4)", "--data", data]
    words += ["--out", tmp_path / "runs", "--jobs", 1, "--repeats", 2, "--folds", 2]
    exports = ["--csv", tmp_path / "t.csv", "--json", tmp_path / "t.json"]
    exports += ["--markdown", tmp_path / "t.md", "--latex", tmp_path / "t.tex"]
    words += ["--protocol", "paper", "--protocol", "held-out"]
    assert clefgan(*words, *exports, "--html", tmp_path / "page", "--all") == 0
    printed = capsys.readouterr().out
    for text in (
        "dev, held-out",
        "dev, on the training images",
        "coin(share=0.4)",
        "SD repeats",
        "chance limit",
    ):
        assert text in printed
    assert printed.index("dev, held-out") > printed.index("dev, on the training images")
    assert "held-out: 2 grouped folds, 2 repeats, seeds from 0" in printed
    rows = [
        row
        for row in csv.DictReader((tmp_path / "t.csv").read_text().splitlines())
        if row["kind"] == "run"
    ]
    assert sorted({(row["table"], row["run"]) for row in rows}) == sorted(
        (table, run)
        for table in ("dev, held-out", "dev, on the training images")
        for run in ("nearest", "coin(share=0.4)")
    )
    assert all(float(row["seconds"]) >= 0 and row["repeats_sd"] for row in rows)
    assert len(json.loads((tmp_path / "t.json").read_text())["tables"]) == 2
    page = (tmp_path / "page" / "index.html").read_text()
    assert page.count('<table class="board">') == 2
    assert len(list((tmp_path / "runs" / "trials").iterdir())) == 2 * 2 * 2 + 1 + 2


def test_a_second_time_costs_no_fit(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "--method", "coin", "--data", data, "--out", tmp_path, "--jobs", 1]
    assert clefgan(*words) == 0
    first = capsys.readouterr().out
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "trials").iterdir()}
    assert clefgan(*words) == 0
    assert capsys.readouterr().out == first
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "trials").iterdir()} == kept


def test_one_protocol_alone(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["evaluate", "--method", "coin", "--data", data, "--out", tmp_path, "--jobs", 1]
    assert clefgan(*words, "--protocol", "paper") == 0
    assert "held-out" not in capsys.readouterr().out


def test_a_method_that_fails_is_told_last_and_exits_1(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fails.py").write_text(FAILS)
    name = f"{tmp_path / 'fails.py'}:Fails"
    words = ["evaluate", "--method", name, "--data", data, "--out", tmp_path, "--jobs", 1]
    assert clefgan(*words, "--method", "coin") == 1
    captured = capsys.readouterr()
    assert "coin" in captured.out
    assert captured.err.splitlines() == [
        f"clefgan: {name}: held-out, repeat 1, fold 1: fails: on purpose"
    ]
    assert clefgan(*words) == 1
    assert "fails: on purpose" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--method", "nearst"], "no method 'nearst'; did you mean 'nearest'?"),
        (["--method", "coin", "--method", "coin"], "'coin' is given twice"),
        (["--method", "coin", "--data", "nowhere"], "nowhere"),
    ],
)
def test_bad_words_leave_no_folder(
    words: list[str], message: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["evaluate", "--data", data, "--out", tmp_path / "out", "--jobs", 1, *words]
    assert clefgan(*given) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert message in lines[0]
    assert not (tmp_path / "out").exists()


def test_controls_stand_beside_the_held_out_scores_and_in_every_export(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "--method", "coin", "--data", data, "--jobs", 1, "--controls"]
    table, page, text = (tmp_path / name for name in ("table.csv", "page", "table.md"))
    words += ["--out", tmp_path / "runs", "--csv", table, "--html", page, "--markdown", text]
    assert clefgan(*words) == 0
    printed = " ".join(capsys.readouterr().out.split())  # as if no line were broken
    for control in ("image only", "other generator", "permuted labels"):
        assert control in printed
    assert "coin: AUC" in printed
    assert "not above" in printed or "not reliably above" in printed
    assert "phantom slices" in printed
    row = run_row(table)
    assert row["above_controls"] == "0"
    assert 0 <= float(row["auc_image_only"]) <= 1
    assert float(row["auc_other_generator"]) == float(row["auc"])  # a coin looks at no generator
    assert 0 < float(row["p_permuted"]) <= 1
    html = (page / "index.html").read_text(encoding="utf-8")
    assert "Other gen." in html
    assert "Above controls" in html
    assert "of its control (other generator)" in html
    assert '<td data-sort="no">no</td>' in html
    p_permuted = p_value(float(row["p_permuted"]))  # a number alone: that it beats chance is of F1
    assert f'class="n">{p_permuted}</td>' in html
    assert " | no | " in text.read_text(encoding="utf-8")


def run_row(table: Path) -> dict[str, str]:
    """The row of the one method in an exported table."""
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return next(row for row in rows if row["kind"] == "run")


def test_labels_are_permuted_within_strata(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the stratum is the truth itself, no label can move: there is no verdict."""
    ids = [(path.stem, role) for role in ("used", "not_used") for path in (data).rglob(f"{role}/*")]
    strata = tmp_path / "scanner.csv"
    strata.write_text("id,stratum\n" + "".join(f"{name},{role}\n" for name, role in ids))
    table = tmp_path / "table.csv"
    words = ["evaluate", "--method", "nearest", "--data", data, "--protocol", "held-out"]
    words += ["--jobs", 1, "--out", tmp_path / "runs", "--controls", "--csv", table]
    assert clefgan(*words, "--strata", strata) == 0
    assert "permuted labels within the strata of scanner.csv" in capsys.readouterr().out
    row = run_row(table)
    assert (row["p_permuted"], row["above_controls"]) == ("", "0")
    strata.write_text("id,stratum\n")
    assert clefgan(*words, "--strata", strata) == 1
    assert "missing; every id needs a stratum" in capsys.readouterr().err


def test_controls_need_held_out_scores(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "--method", "coin", "--data", data, "--protocol", "paper", "--controls"]
    assert clefgan(*words, "--out", tmp_path / "runs") == 1
    assert "--controls: they are for held-out scores" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_the_blank_is_shown_unless_it_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sets = {
        "dev/generated": 9, "dev/used": 9, "dev/not_used": 9,
        "test/real_unknown_1": 6, "test/generated_1": 9,
    }  # fmt: skip
    data, table = challenge(tmp_path / "whole", sets), tmp_path / "t.csv"
    words = ["evaluate", "--method", "nearest", "--data", data, "--jobs", 1, "--csv", table]
    assert clefgan(*words, "--out", tmp_path / "a") == 0
    assert "blank: the held-out images against the generated images of test" in (
        capsys.readouterr().out
    )
    row = next(row for row in csv.DictReader(table.read_text().splitlines()) if row["run"])
    assert {"auc_blank", "auc_less_blank", "auc_residual", "used_against_used"} <= set(row)
    assert clefgan(*words, "--out", tmp_path / "b", "--no-blank") == 0
    assert "blank: the" not in capsys.readouterr().out
    assert "auc_blank" not in table.read_text()

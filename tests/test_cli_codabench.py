"""`clefgan codabench`, in process."""

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from clefgan.__main__ import main
from clefgan.cli.app import app
from evaluation import membership
from submissions import RunFileError, editions, runfile
from submissions.codabench.advice import advice

RUNS = Path(__file__).parent / "data" / "run_files"
IDS = Path("reference_data") / "test" / "ids.txt"


def clefgan(*arguments: object) -> tuple[int, str, str, BaseException | None]:
    result = CliRunner().invoke(app, ["codabench", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr, result.exception


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "comp"
    code, said, _, _ = clefgan(
        "init", folder, "--edition", "2023", "--truth", RUNS / "valid.csv",
        "--start", "2027-03-01", "--title", "Ours: \"all\" of it", "--dev-days", "3",
        "--per-day", "2",
    )  # fmt: skip
    assert code == 0
    assert said.splitlines()[0] == f"wrote {folder}: edition 2023, official metric f1"
    assert "our reading, not confirmed by the organisers: container, member" in said
    return folder


def test_init_takes_its_options(made: Path) -> None:
    text = (made / "competition.yaml").read_text()
    assert 'title: "Ours: \\"all\\" of it"' in text
    assert "end: 2027-03-04 00:00:00" in text
    assert "max_submissions_per_day: 2" in text


def test_lint(made: Path, tmp_path: Path) -> None:
    code, said, _, _ = clefgan("lint", made)
    assert code == 0
    terms, unlimited, last = said.splitlines()
    assert terms == (
        f"{made / 'pages' / 'terms.md'}: warning: still the placeholder; write your own terms"
    )
    assert "warning: phase 'Test' takes any number of submissions" in unlimited
    assert last == f"{made}: ok"
    code, said, _, _ = clefgan("lint", tmp_path)
    assert code == 1
    assert said.splitlines() == [
        f"{tmp_path / 'competition.yaml'}: no such file or directory",
        f"{tmp_path}: 1 problem",
    ]


def test_score_prints_what_the_program_wrote(made: Path, tmp_path: Path) -> None:
    decisions = {f"real_unknown_000{i}": i > 2 for i in range(1, 5)}
    runfile.write(tmp_path / "run.csv", decisions, editions.get("2023"))
    page = tmp_path / "page.html"
    code, said, _, _ = clefgan("score", made, tmp_path / "run.csv", "--html", page)
    truth = np.array(list(runfile.read(RUNS / "valid.csv", editions.get("2023")).values()))
    wanted = membership.evaluate(truth, np.array(list(decisions.values())))
    assert (code, json.loads(said)) == (0, wanted)
    assert "<td>" in page.read_text()


def test_the_score_is_that_of_clefgan_score_to_the_last_digit(made: Path, tmp_path: Path) -> None:
    run, table = tmp_path / "run.csv", tmp_path / "table.json"
    decisions = {f"real_unknown_000{i}": i in (1, 2, 4) for i in range(1, 5)}
    runfile.write(run, decisions, editions.get("2023"))
    with pytest.raises(SystemExit) as stopped:
        main(["score", str(run), "--truth", str(RUNS / "valid.csv"), "--json", str(table)])
    assert stopped.value.code == 0
    rows = json.loads(table.read_text())["tables"][0]["rows"]
    cells = next(row for row in rows if row["run"] == "run" and row["kind"] == "run")
    _, said, _, _ = clefgan("score", made, run)
    for metric, value in json.loads(said).items():
        assert cells[metric]["value"] == value, metric


def test_score_of_a_wrong_run(made: Path) -> None:
    code, said, log, _ = clefgan("score", made, RUNS / "two.csv")
    assert (code, said) == (1, "")
    assert "run.csv:2: decision '2' is not 0 or 1" in log


def test_pack_checks_first(made: Path, tmp_path: Path) -> None:
    code, said, _, _ = clefgan("pack", made, "--out", tmp_path / "c.zip")
    assert (code, said) == (0, f"wrote {tmp_path / 'c.zip'}\n")
    *_, error = clefgan("pack", tmp_path, "--out", tmp_path / "d.zip")
    assert isinstance(error, RunFileError)
    assert "no such file or directory (1 in all; see clefgan codabench lint)" in str(error)
    assert not (tmp_path / "d.zip").exists()


def test_init_refuses_a_folder_with_something_in_it(made: Path) -> None:
    *_, error = clefgan("init", made, "--edition", "2023", "--truth", RUNS / "valid.csv")
    assert str(error) == f"{made}: not an empty folder; choose a new one"


def test_own_terms_and_a_limit_need_no_advice(made: Path, tmp_path: Path) -> None:
    copy = tmp_path / "comp"
    shutil.copytree(made, copy)
    (copy / "pages" / "terms.md").write_text("# Terms\n\nBe fair.\n")
    settings = copy / "competition.yaml"
    text = settings.read_text()
    settings.write_text(
        text.replace("tasks:\n      - 1", "max_submissions: 3\n    tasks:\n      - 1")
    )
    assert clefgan("lint", copy)[:2] == (0, f"{copy}: ok\n")
    settings.write_text("{")
    assert advice(copy) == []


def test_participants_get_the_rules_with_the_page(made: Path, tmp_path: Path) -> None:
    page = (made / "pages" / "data.md").read_text()
    own = tmp_path / "edition.toml"
    own.write_text(page.partition("```toml\n")[2].partition("```")[0])
    known, here = editions.get("2023"), editions.get(own)
    assert (here.container, here.n_test, here.id_range) == ("zip", 4, None)
    assert replace(known, name=here.name, certainty=here.certainty, container="zip", n_test=4,
                   id_range=None) == here  # fmt: skip
    run = shutil.copy(RUNS / "valid.csv", tmp_path / "mine.csv")
    words = ["bundle", str(run), "--edition", str(own), "--ids", str(made / IDS)]
    assert CliRunner().invoke(app, words).exit_code == 0
    with zipfile.ZipFile(tmp_path / "mine.zip") as packed:
        assert packed.namelist() == ["run.csv"], "the page says to upload a zip that holds it"
    assert "clefgan check run.csv --edition edition.toml --data DATA" in page

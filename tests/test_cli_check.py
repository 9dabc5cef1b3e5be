"""`clefgan check` and `clefgan bundle`, in process; and every command of docs/submitting.md."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from building import challenge, classes
from clefgan.cli.app import app
from clefgan.errors import ClefganError
from submissions import RunFileError, editions, runfile

RUNS = Path(__file__).parent / "data" / "run_files"
DOCS = Path(__file__).resolve().parents[1] / "docs"
IDS = ["--ids", str(RUNS / "ids.txt")]


def clefgan(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A tiny challenge folder in the layout of 2025."""
    roles = ("dev/generated", "dev/real_used", "dev/real_not_used", "test/generated")
    return challenge(tmp_path / "data", dict.fromkeys((*roles, "test/real_unknown"), 12), digits=1)


def of_my_slices(folder: Path) -> Path:
    """Write a valid run whose record says that it answers "my slices"."""
    run = folder / "mine.csv"
    run.write_bytes((RUNS / "valid.csv").read_bytes())
    record = {"method": "m", "test": {}, "edition": "2023", "data": {"source": "my slices"}}
    run.with_suffix(".json").write_text(json.dumps(record))
    return run


def test_a_valid_run(tmp_path: Path) -> None:
    result = clefgan("check", RUNS / "valid.csv", *IDS)
    assert result.exit_code == 0
    assert result.stdout == f"{RUNS / 'valid.csv'}: ok (edition 2023, 4 ids)\n"


def test_a_record_says_which_data_a_run_answers_where_its_ids_are_not_the_edition_s(
    tmp_path: Path,
) -> None:
    run = of_my_slices(tmp_path)
    note = f"note: by its record {run} answers my slices; check it with --data 'my slices'"
    assert note in clefgan("check", run).stdout.splitlines()
    assert note not in clefgan("check", run, *IDS).stdout


def test_several_runs_have_one_line_each_and_exit_1() -> None:
    result = clefgan("check", RUNS / "bom.csv", RUNS / "valid.csv", RUNS / "plus_label.csv", *IDS)
    assert result.exit_code == 1
    bom, valid, plus, last = result.stdout.splitlines()
    assert re.search(r"bom\.csv: 1 error: line 1: starts with a byte order mark", bom)
    assert valid.endswith("valid.csv: ok")
    assert "plus_label.csv: 1 warning: line 2: decision '+0' is read as 0" in plus
    assert last == "2 of 3 run files are valid (edition 2023, 4 ids)"


def test_many_valid_runs_are_only_counted(tmp_path: Path) -> None:
    for number in range(1, 8):
        shutil.copy(RUNS / "valid.csv", tmp_path / f"team{number}.csv")
    shutil.copy(RUNS / "bom.csv", tmp_path / "odd.csv")
    (tmp_path / "wrong.csv").write_text("real_unknown_0001,0.7\n")
    runs = sorted(tmp_path.iterdir())
    lines = clefgan("check", *runs, *IDS).stdout.splitlines()
    assert ["odd.csv" in lines[0], "wrong.csv" in lines[1], len(lines)] == [True, True, 3]
    assert lines[2] == (
        "7 of 9 run files are valid (edition 2023, 4 ids); --all lists more problems"
    )
    assert len(clefgan("check", *runs[1:7], *IDS).stdout.splitlines()) == 7
    everything = clefgan("check", *runs, *IDS, "--all").stdout.splitlines()
    assert sum(line.endswith(": ok") for line in everything) == 7


def test_all_problems_of_all_runs_if_asked_for() -> None:
    runs = (RUNS / "bom.csv", RUNS / "valid.csv", RUNS / "plus_label.csv")
    lines = clefgan("check", *runs, *IDS, "--all").stdout.splitlines()
    assert len(lines) == 6
    assert re.search(r"bom\.csv:1: starts with a byte order mark", lines[0])
    assert lines[1].endswith("bom.csv: 1 error")
    assert lines[2].endswith("valid.csv: ok")
    assert "plus_label.csv:2: warning: decision '+0' is read as 0" in lines[3]
    assert lines[4].endswith("plus_label.csv: 1 warning")
    assert lines[5] == "2 of 3 run files are valid (edition 2023, 4 ids)"
    assert clefgan("check", RUNS / "plus_label.csv", *IDS).exit_code == 0


def test_counted_problems_are_in_the_summary(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text("".join(f"real_unknown_{i:04d};1\n" for i in range(1, 201)))
    lines = clefgan("check", run, "--all").stdout.splitlines()
    assert lines[20].endswith("run.csv: and 180 more of the kind 'delimiter'")
    assert lines[-1].endswith("run.csv: 200 errors, 1 warning (edition 2023, 200 ids)")


def test_text_of_files_is_not_taken_for_markup(tmp_path: Path) -> None:
    run = tmp_path / "[red]run.csv"
    run.write_text("real_unknown_0001,[bold]\n")
    assert "[red]run.csv:1: decision '[bold]' is not 0 or 1" in clefgan("check", run, *IDS).stdout


def test_inferred_values_are_said() -> None:
    result = clefgan("check", RUNS / "without_extension.csv", "--edition", "2024_s1")
    assert result.exit_code == 0
    note = result.stdout.splitlines()[-1]
    assert note.startswith("note: edition 2024_s1: our reading, not confirmed by the organisers: ")
    assert "extension_in_id = False, header = (), delimiter = ','" in note
    assert "member" not in note
    assert "ids not checked: give --data or --ids" in result.stdout
    zipped = clefgan("check", RUNS / "valid.zip", "--edition", "2024_s1")
    assert "member = 'run.csv'" in zipped.stdout


def test_ids_from_data(data: Path, tmp_path: Path) -> None:
    decisions = {f"real_unknown_{i}": i % 2 == 0 for i in range(1, 12)}
    runfile.write(tmp_path / "run.csv", decisions, editions.get("2025_s1"))
    result = clefgan("check", tmp_path / "run.csv", "--edition", "2025_s1", "--data", data)
    assert result.exit_code == 1
    assert "run.csv: no line for id 'real_unknown_12.png'" in result.stdout


def test_data_without_test_images(data: Path) -> None:
    result = clefgan("check", RUNS / "valid.csv", "--data", data / "dev")
    assert isinstance(result.exception, ClefganError)
    assert str(result.exception).endswith(
        "no test images; give the folder that holds them, or --ids"
    )


def test_data_and_ids_are_not_both_given() -> None:
    result = clefgan("check", RUNS / "valid.csv", *IDS, "--data", "x")
    assert result.exit_code == 2
    assert "give --data or --ids, not both" in result.output


def test_no_such_edition() -> None:
    result = clefgan("check", RUNS / "valid.csv", "--edition", "2025")
    assert isinstance(result.exception, RunFileError)


def test_json() -> None:
    result = clefgan("check", RUNS / "two.csv", RUNS / "valid.csv", *IDS, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    wrong, right = document["runs"]
    assert (wrong["ok"], right["ok"]) == (False, True)
    assert wrong["problems"][0] == {
        "path": str(RUNS / "two.csv"),
        "line": 2,
        "level": "error",
        "kind": "decision",
        "text": "decision '2' is not 0 or 1",
        "times": 1,
    }
    assert document["inferred_rules"] == []


def test_fix_writes_a_copy_and_says_what_it_did(tmp_path: Path) -> None:
    run = tmp_path / "mine.csv"
    run.write_bytes((RUNS / "semicolon.csv").read_bytes())
    result = clefgan("check", run, *IDS, "--fix")
    assert result.exit_code == 0
    assert f"wrote {tmp_path / 'mine.fixed.csv'}" in result.stdout
    assert "  separated id and label by ',': 4 times" in result.stdout
    assert clefgan("check", tmp_path / "mine.fixed.csv", *IDS).exit_code == 0
    again = clefgan("check", run, *IDS, "--fix")
    assert again.exit_code == 1
    assert "mine.fixed.csv: exists already" in again.stdout
    assert clefgan("check", run, *IDS, "--fix", "--force").exit_code == 0
    report = json.loads(clefgan("check", run, *IDS, "--fix", "--force", "--json").stdout)
    assert report["runs"][0]["changes"] == {"separated id and label by ','": 4}


def test_fix_leaves_what_is_in_doubt(tmp_path: Path) -> None:
    run = tmp_path / "mine.csv"
    run.write_bytes((RUNS / "score.csv").read_bytes())
    result = clefgan("check", run, *IDS, "--fix")
    assert result.exit_code == 1
    assert "not repaired: 1 problem has no certain repair" in result.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_bundle_one_zip_a_run(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes((RUNS / "with_extension.csv").read_bytes())
    runs = [tmp_path / "a.csv", tmp_path / "b.csv"]
    result = clefgan("bundle", *runs, "--edition", "2025_s1", "--out", tmp_path / "up")
    assert result.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "up").iterdir()) == ["a.zip", "b.zip"]
    note = "note: how many runs a team may hand in to edition 2025_s1 is not known; you have 2"
    assert note in result.stdout
    assert clefgan("check", tmp_path / "up" / "a.zip", "--edition", "2025_s1").exit_code == 0


def test_bundle_says_where_no_zip_is_taken(tmp_path: Path) -> None:
    result = clefgan("bundle", RUNS / "valid.csv", "--edition", "2023", *IDS, "--out", tmp_path)
    assert result.stdout.splitlines()[:2] == [
        f"wrote {tmp_path / 'valid.csv'} (a copy, edition 2023)",
        "edition 2023 takes the run file itself, not a zip "
        "(our reading, not confirmed by the organisers)",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["valid.csv"]
    assert (tmp_path / "valid.csv").read_bytes() == (RUNS / "valid.csv").read_bytes()


def test_bundle_says_which_data_a_run_answers_where_its_ids_are_not_the_edition_s(
    tmp_path: Path,
) -> None:
    run = of_my_slices(tmp_path)
    said = "by its record it answers my slices: give --data 'my slices'"
    assert str(clefgan("bundle", run).exception).endswith(said)
    run.write_text(run.read_text().replace(",1", ",0.7", 1))
    refused = clefgan("bundle", run, *IDS)
    assert "decision '0.7' is not 0 or 1" in str(refused.exception)
    assert "record" not in str(refused.exception)


def test_bundle_refuses(tmp_path: Path) -> None:
    limit = tmp_path / "one.toml"
    limit.write_text('base = "2025_s1"\nmax_runs = 1\n')
    runs = [RUNS / "with_extension.csv", RUNS / "other_extension.csv"]
    result = clefgan("bundle", *runs, "--edition", limit, "--out", tmp_path)
    assert "2 runs; edition 'one' takes at most 1" in str(result.exception)
    (tmp_path / "x").mkdir()
    twin = tmp_path / "x" / "with_extension.csv"
    twin.write_bytes(runs[0].read_bytes())
    result = clefgan("bundle", runs[0], twin, "--edition", "2025_s1", "--out", tmp_path)
    assert str(result.exception).endswith("two runs would get this name; rename one")
    assert not list(tmp_path.glob("*.zip"))


def test_every_command_of_the_page(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/submitting.md, from top to bottom, in one folder."""
    page = (DOCS / "submitting.md").read_text()
    monkeypatch.chdir(tmp_path)
    rows = [f"real_unknown_{i},{i % 2}" for i in range(1, 13)]
    (tmp_path / "ids.txt").write_text("\n".join(row.split(",")[0] for row in rows))
    (tmp_path / "mine.csv").write_text("\n".join(["id,label", *rows]))
    (tmp_path / "truth.csv").write_text("\n".join(["id,used", *rows]))
    (own,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "my.toml").write_text(own.replace("test_images", "real_unknown"))
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    assert len(commands) > 10
    for command in commands:
        name, *arguments = shlex.split(command)
        assert name == "clefgan"
        result = clefgan(*arguments)
        assert result.exit_code == 0, (command, result.output, result.exception)
    assert (tmp_path / "runs" / "run1.zip").is_file()
    assert (tmp_path / "competition.zip").is_file()
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    told = clefgan("check", "mine.csv", "--edition", "2025_s1", "--data", "data").stdout
    assert told.startswith(shown)


def test_equal_problems_are_one_line_with_their_number(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text("".join(f"real_unknown_{i:04d}.png,{i % 2}\n" for i in range(1, 201)))
    result = clefgan("check", run)
    assert result.exit_code == 1
    first, last = result.stdout.splitlines()
    assert first.endswith("the file extension does not belong in the id; and 199 more like it")
    assert last == f"{run}: 200 errors (edition 2023, 200 ids)"
    whole = clefgan("check", run, "--all").stdout.splitlines()
    assert len(whole) == 20 + 1 + 1
    assert sum("does not belong in the id" in line for line in whole) == 20
    documents = json.loads(clefgan("check", run, "--json").stdout)
    assert sum(each["times"] for each in documents["runs"][0]["problems"]) == 200


@pytest.mark.parametrize("command", ["check", "bundle"])
def test_labels_that_are_no_class_of_the_data_are_one_line(tmp_path: Path, command: str) -> None:
    data = classes(tmp_path / "data")
    run = tmp_path / "run.csv"
    called = "aabbbXYZZ"
    run.write_text("".join(f"generated_{i + 1}.png,{name}\n" for i, name in enumerate(called)))
    said = (
        f"{run}: warning: 4 images are called what is no class of the data, such as 'X', and so "
        "wrong; its classes: a, b, c"
    )
    result = clefgan(command, run, "--edition", "2025_s2", "--data", data)
    assert result.exit_code == 0
    lines = [line for line in result.stdout.splitlines() if "warning: " in line]
    assert lines == [said]
    run.write_text("".join(f"generated_{i + 1}.png,{'ABC'[i // 3]}\n" for i in range(9)))
    result = clefgan(command, run, "--edition", "2025_s2", "--data", data, *FORCE[command])
    assert "9 images are called" in result.stdout
    assert "'A' (upper and lower case differ from 'a'), and so wrong" in result.stdout


FORCE = {"check": [], "bundle": ["--force"]}


def test_names_of_clusters_are_no_fault_where_clusters_are_asked_for(tmp_path: Path) -> None:
    data = classes(tmp_path / "data")
    run = tmp_path / "run.csv"
    run.write_text("".join(f"generated_{i + 1},cluster_{i // 3 + 1}\n" for i in range(9)))
    clustered = clefgan("check", run, "--edition", "2024_s2", "--data", data)
    assert clustered.stdout.startswith(f"{run}: ok (edition 2024_s2, 9 ids)\n")
    run.write_text(run.read_text().replace("cluster_1", "a"))
    mixed = clefgan("check", run, "--edition", "2024_s2", "--data", data)
    assert "6 images are called what is no class of the data, such as 'cluster_2'" in mixed.stdout

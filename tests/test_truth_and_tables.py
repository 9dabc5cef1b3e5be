"""Truth, groups and other tables: one rule at every door, nothing missing taken for a value."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from building import challenge
from clefgan.data import reading, truth_and_groups
from clefgan.errors import ClefganError
from clefgan.experiments.lab import reals
from evaluation import metrics
from running import clefgan
from submissions import RunFileError, editions, table, truth
from submissions.codabench.init import init

IDS = [f"real_unknown_{i:04d}" for i in range(1, 5)]
TRUTH = {name: i % 2 == 1 for i, name in enumerate(IDS)}
E23 = editions.get("2023")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny challenge of four candidates."""
    roles = ("dev/generated", "dev/real_used", "dev/real_not_used", "test/generated")
    sets = dict.fromkeys((*roles, "test/real_unknown"), 4)
    return challenge(tmp_path_factory.mktemp("tables") / "data", sets)


# --- one truth reader


def by_data(path: Path, data: Path) -> dict[str, bool]:
    return truth_and_groups.truth(path, IDS)


def by_score(path: Path, data: Path) -> dict[str, bool]:
    return truth_and_groups.truth_alone(path)[0]


def by_scoring_program(path: Path, data: Path) -> dict[str, bool]:
    return truth.read(path, E23)


DOORS = [by_data, by_score, by_scoring_program]
Door = Callable[[Path, Path], dict[str, bool]]
GOOD = {
    "plain": "{0},0\n{1},1\n{2},0\n{3},1\n",
    "any order, no last newline": "{3},1\n{1},1\n{2},0\n{0},0",
    "words": "{0},False\n{1},True\n{2},no\n{3},YES\n",
    "used": "{0},not used\n{1},used\n{2},not_used\n{3},used\n",
    "decimals": "{0},0.0\n{1},1.0\n{2},00\n{3},+1\n",
    "header": "id,truth\n{0},0\n{1},1\n{2},0\n{3},1\n",
    "other header": "Image_ID;Used\n{0};0\n{1};1\n{2};0\n{3};1\n",
    "columns by name": "patient,truth,file,age\nP,0,{0},\nP,1,{1},3\nQ,0,{2},\nQ,1,{3},4\n",
    "files": "{0}.png,0\n{1}.PNG,1\n{2}.jpeg,0\n{3}.tif,1\n",
    "tabs": "{0}\t0\n{1}\t1\n{2}\t0\n{3}\t1\n",
    "quotes": '"{0}","0"\n"{1}", "1"\n{2},0\n"{3}",1\n',
    "spaces": " {0} , 0\n{1},1 \n\n{2} ,0\n{3},\t1\n",
    "CRLF": "{0},0\r\n{1},1\r\n{2},0\r\n{3},1\r\n",
    "CR": "{0},0\r{1},1\r{2},0\r{3},1\r",
    "a comma at the end": "{0},0,\n{1},1,\n{2},0,\n{3},1,\n",
}
ENCODINGS = {"": "utf-8", " with a BOM": "utf-8-sig", " in UTF-16": "utf-16"}


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=["plain", "bom", "utf-16"])
@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("door", DOORS)
def test_what_is_certain_is_read_at_every_door(
    door: Door, name: str, encoding: str, tmp_path: Path, data: Path
) -> None:
    path = tmp_path / "truth.csv"
    path.write_bytes(GOOD[name].format(*IDS).encode(encoding))
    assert door(path, data) == TRUTH


BAD = {
    "a score": ("{0},0\n{1},0.7\n", ":2: truth of '{1}' is '0.7', not 0 or 1: it looks like a"),
    "another number": ("{0},2\n{1},1\n", ":1: truth of '{0}' is '2', not 0 or 1"),
    "another word": ("{0},maybe\n{1},1\n", ":1: truth of '{0}' is 'maybe', not 0 or 1"),
    "nothing": ("{0},0\n{1},\n", ":2: truth of '{1}' is missing"),
    "spaces alone": ("{0},0\n{1},  \n", ":2: truth of '{1}' is missing"),
    "NaN": ("id,truth\n{0},0\n{1},NaN\n", ":3: truth of '{1}' is missing"),
    "NA": ("{0},0\n{1},NA\n", ":2: truth of '{1}' is missing"),
    "twice": ("{0},0\n{0},0\n", ":2: id '{0}' is there twice"),
    "no id": ("{0},0\n,1\n", ":2: no id; got ['', '1']"),
    "one column": ("{0}\n{1}\n", ":1: need two columns, 'id' and 'truth'; got ['{0}']"),
    "three columns": ("{0},0,5\n", ":1: need two columns, 'id' and 'truth'; got ["),
    "a quote": ('{0},0\n"{1},1\n{2},0\n{3},1\n', ':2: a quote (") that is not closed'),
    "a paired quote": ('{0},0\n"{1},1\n{2}",0\n{3},1\n', ":2: a line break in ["),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("door", DOORS)
def test_what_is_not_certain_is_refused_at_every_door(
    door: Door, name: str, tmp_path: Path, data: Path
) -> None:
    text, message = BAD[name]
    path = tmp_path / "truth.csv"
    path.write_text(text.format(*IDS))
    with pytest.raises((ClefganError, RunFileError)) as caught:
        door(path, data)
    assert message.format(*IDS) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_truth_of_words_scores_a_run_as_the_scoring_program_does(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, run = tmp_path / "who.csv", tmp_path / "run.csv"
    path.write_text("".join(f"{name},{used}\n" for name, used in TRUTH.items()))
    run.write_text("".join(f"{name},{int(used)}\n" for name, used in TRUTH.items()))
    made = init(tmp_path / "competition", E23, path, metrics.titles())
    assert clefgan("codabench", "score", made, run) == 0
    assert '"accuracy": 1.0' in capsys.readouterr().out
    for command in ("score", "leaderboard"):
        assert clefgan(command, run, "--truth", path) == 0, capsys.readouterr().err
    (data / "truth.csv").write_text(path.read_text())
    try:
        assert clefgan("score", run, "--data", data) == 0
    finally:
        (data / "truth.csv").unlink()


def test_an_edition_s_own_labels_are_read_at_every_door(tmp_path: Path, data: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('base = "2023"\nlabels = ["out", "in"]\n')
    path = data / "truth.csv"
    path.write_text("".join(f"{name},{'in' if used else 'out'}\n" for name, used in TRUTH.items()))
    try:
        test = reading.read(data, own).test
        assert test is not None
        assert test.truth == TRUTH
        assert truth_and_groups.truth_alone(path, ("out", "in"))[0] == TRUTH
        assert truth.read(path, editions.get(own)) == TRUTH
        with pytest.raises(ClefganError, match="is 'out', not 0 or 1"):
            reading.read(data)
    finally:
        path.unlink()


def test_a_class_may_have_the_name_of_a_column(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("g1.png,sample\ng2.png,file\n")
    assert truth.read_labels(path, editions.get("2024_s2")) == {"g1": "sample", "g2": "file"}
    path.write_text("image,class\ng1.png,sample\n")
    assert truth.read_labels(path, editions.get("2024_s2")) == {"g1": "sample"}
    path.write_text("g1.png,nan\n")
    with pytest.raises(RunFileError, match=r"truth of 'g1\.png' is missing"):
        truth.read_labels(path, editions.get("2024_s2"))


# --- values that are missing

MISSING = ["", " ", '""', "nan", "NaN", "NA", "N/A", "#N/A", "<NA>", "null", "None", "-", "?"]


@pytest.mark.parametrize("cell", MISSING)
def test_images_without_a_group_are_no_patient(
    cell: str, data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = [f"real_used_000{i},P{i}\n" for i in range(1, 5)]
    rows += [f"real_not_used_000{i},{cell}\n" for i in range(1, 5)]
    path = data / "groups.csv"
    path.write_text("id,group\n" + "".join(rows))
    try:
        assert clefgan("run", "--method", "coin", "--data", data, "--out", tmp_path / "r") == 1
        err = capsys.readouterr().err
        assert (
            f"{path}: 4 rows give no patient, such as line 6 ('real_not_used_0001'); fill them in"
            in err
        )
        assert err.count("\n") == 1
        assert clefgan("data", "info", data) == 1
        path.write_text("".join(rows).replace("not_", "else_") + "".join(rows[:4]).replace(
            "used", "not_used"))  # fmt: skip
        assert reading.read(data).groups is not None  # rows of other images do not matter
    finally:
        path.unlink()


def test_what_is_no_value() -> None:
    missing: list[object] = [
        "",
        "\t",
        "nan",
        "NA",
        "None",
        None,
        float("nan"),
        np.nan,
        np.float32("nan"),
        b"",
    ]
    missing += [np.datetime64("NaT", "D"), np.str_("n/a")]
    assert all(table.is_missing(value) for value in missing)
    assert not any(table.is_missing(value) for value in ["Nan Li", "0", 0, 0.0, "P-", False, b"P"])


def test_strata_without_a_value(tmp_path: Path) -> None:
    path = tmp_path / "strata.csv"
    path.write_text("id,stratum\na,siemens\nb,\nc,NaN\n")
    with pytest.raises(
        ClefganError, match=r"strata\.csv: 'b', 'c' are without a stratum \(got '', 'NaN'\); give"
    ):
        truth_and_groups.mapping(path, "stratum", ["a", "b", "c"])


@pytest.mark.parametrize(
    "groups",
    [np.array([1.0, np.nan, 3.0]), np.array(["a", "", "b"]), np.array(["a", "NA", "b"])],
    ids=["float", "text", "NA"],
)
def test_groups_of_an_npz_without_a_value(groups: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "reals.npz"
    np.savez(path, images=np.zeros((3, 8, 8), np.uint8), group=groups)
    with pytest.raises(ClefganError, match=r"'group' of 1 of 3 images is missing, such as that of"):
        reals.read(path)


def test_one_group_has_nothing_to_draw_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, run, groups = tmp_path / "t.csv", tmp_path / "run.csv", tmp_path / "groups.csv"
    for path in (answers, run):
        path.write_text("".join(f"{name},{int(used)}\n" for name, used in TRUTH.items()))
    groups.write_text("".join(f"{name},P1\n" for name in IDS))
    for command in ("score", "leaderboard"):
        assert clefgan(command, run, "--truth", answers, "--groups", groups) == 1
        said = "groups.csv: all 4 images are of one group, 'P1'; whole groups are drawn again"
        assert said in capsys.readouterr().err
    for path in (answers, run):
        path.write_text("".join(f"{name},{'ab'[used]}\n" for name, used in TRUTH.items()))
    said_edition = ["--edition", "2024_s2", "--truth", answers, "--groups", groups]
    assert clefgan("score", run, *said_edition) == 1
    assert "are of one group" in capsys.readouterr().err


# --- tables that are damaged


@pytest.mark.parametrize("name", ["truth.csv", "groups.csv", "manifest.csv"])
def test_a_stray_quote_in_a_long_table_is_one_line(
    name: str, data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = "".join(f"filling_{i},1\n" for i in range(12_000))
    head = "id,group\n" if name != "truth.csv" else "id,truth\n"
    path = data / name
    path.write_text(f'{head}a,1\n"{rows}')
    assert path.stat().st_size > 131_072
    try:
        for words in (["run", "--method", "coin", "--data"], ["data", "info"]):
            assert clefgan(*words, data) == 1
            both = capsys.readouterr()
            told = " ".join((both.err or both.out).split())
            assert f"{path}:3: a cell of more than 131,072 characters: a stray quote" in told
            assert "filling" not in told
    finally:
        path.unlink()


def test_a_long_cell_is_cut_in_every_message(tmp_path: Path) -> None:
    path, long = tmp_path / "t.csv", "x" * 5000
    for text in (f"{long},5\n", f"a,{long}\n", f"{long}\n", f"{long},1\n{long},1\n"):
        path.write_text(text)
        for read in (truth_and_groups.truth_alone, truth_and_groups.columns):
            try:
                read(path)
            except ClefganError as error:
                assert len(str(error).replace(str(path), "")) < 300  # noqa: PT017
    path.write_text(f"{long},\n")
    with pytest.raises(ClefganError) as caught:
        truth_and_groups.groups(path, [long])
    assert len(str(caught.value)) < 500


def test_what_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,1\n\xe9,0\n")
    with pytest.raises(ClefganError, match=r"t\.csv:2: not UTF-8 text; save it as UTF-8"):
        truth_and_groups.groups(path, ["a"])
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(ClefganError, match=r"t\.csv: is a PNG image, not a table of text; save"):
        truth_and_groups.groups(path, ["a"])
    path.write_text("")
    with pytest.raises(ClefganError, match=r"t\.csv: is empty; give a table of"):
        truth_and_groups.groups(path, ["a"])
    with pytest.raises(ClefganError, match=r"none\.csv: cannot be read \(no such file"):
        truth_and_groups.groups(tmp_path / "none.csv", ["a"])

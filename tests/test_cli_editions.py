"""Which edition a command goes by: the one given, else that of the record beside the run."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from running import clefgan
from submissions import edition_text, editions

IDS = [f"real_unknown_{i}" for i in range(1, 5)]
JUDGE = ["score", "leaderboard"]
SUBMIT = ["check", "bundle"]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of two editions with records, one without, one of an own edition, truth and ids."""
    monkeypatch.chdir(tmp_path)
    put("a", "2025_s1")
    put("b", "2025_s1")
    put("old", "2023")
    put("mine", "mine")
    Path("bare.csv").write_text(Path("a.csv").read_text())
    Path("damaged.csv").write_text(Path("a.csv").read_text())
    Path("damaged.json").write_text("{")
    Path("truth.csv").write_text("".join(f"{name},{i % 2}\n" for i, name in enumerate(IDS)))
    Path("ids.txt").write_text("\n".join(IDS))
    Path("mine.toml").write_text('base = "2025_s1"\n')
    return tmp_path


def put(name: str, edition: str) -> None:
    """A run file in the format of an edition, and its record."""
    ending = "" if edition == "2023" else ".png"
    rows = {image: i % 2 for i, image in enumerate(IDS)}
    text = "".join(f"{image}{ending},{label}\n" for image, label in rows.items())
    Path(f"{name}.csv").write_text(text)
    images = {image: {"score": label - 0.5, "decision": label} for image, label in rows.items()}
    record = {"edition": edition, "method": {"name": "x", "knowledge": "S0"}}
    Path(f"{name}.json").write_text(json.dumps({**record, "test": {"images": images}}))


def words_of(command: str, *runs: str) -> list[str]:
    """A command with runs and what it needs beside them."""
    return [
        command,
        *runs,
        *(["--truth", "truth.csv"] if command in JUDGE else ["--ids", "ids.txt"]),
    ]


@pytest.mark.parametrize("command", [*JUDGE, *SUBMIT])
class TestOfRecords:
    def test_it_is_that_of_the_record(
        self, command: str, runs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert clefgan(*words_of(command, "a.csv", "b.csv")) == 0
        assert "2023" not in capsys.readouterr().out

    def test_another_one_is_refused(
        self, command: str, runs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert clefgan(*words_of(command, "a.csv"), "--edition", "2023") == 1
        assert capsys.readouterr() == (
            "",
            "clefgan: a.json: the run is of edition '2025_s1'; got edition '2023'; leave it out, "
            "or give runs of that edition\n",
        )

    def test_two_records_say_the_same(
        self, command: str, runs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if command == "check":
            assert clefgan(*words_of(command, "a.csv", "old.csv")) == 1
            said = capsys.readouterr().out
            assert "a.csv: ok" in said
            assert "old.csv: 1 error: is a run of edition '2023'; got edition '2025_s1'" in said
            return
        if command == "leaderboard":
            assert clefgan(*words_of(command, "a.csv", "old.csv")) == 0
            assert "left out: old.csv is of edition 2023" in capsys.readouterr().out
            return
        assert clefgan(*words_of(command, "a.csv", "old.csv")) == 1
        said = "old.json: the run is of edition '2023', that of 'a.json' of '2025_s1'; give runs of"
        assert said in capsys.readouterr().err

    def test_one_of_the_user_s_own_has_to_be_given(
        self, command: str, runs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert clefgan(*words_of(command, "mine.csv")) == 1
        assert "mine.json: the run is of edition 'mine', which is not built in; give its .toml" in (
            capsys.readouterr().err
        )
        assert clefgan(*words_of(command, "mine.csv"), "--edition", "mine.toml") == 0

    def test_rules_of_one_s_own_may_be_tried_on_a_run_of_a_built_in_edition(
        self, command: str, runs: Path
    ) -> None:
        assert clefgan(*words_of(command, "a.csv"), "--edition", "mine.toml") == 0

    @pytest.mark.parametrize("name", ["bare.csv", "damaged.csv"])
    def test_without_a_record_it_is_given(self, command: str, name: str, runs: Path) -> None:
        assert clefgan(*words_of(command, name), "--edition", "2025_s1") == 0


def test_bundle_without_edition_and_record_is_wrong_usage(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clefgan("bundle", "bare.csv") == 2
    told = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert "Invalid value for --edition: neither records, data nor ids say which; give it" in told


def test_bundle_of_a_file_that_is_not_there_says_so(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clefgan("bundle", "nowhere.csv") == 1
    assert capsys.readouterr().err.strip() == (
        "clefgan: nowhere.csv: no such file; give a run file"
    )


def test_bundle_makes_what_the_edition_takes(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clefgan(*words_of("bundle", "a.csv", "b.csv")) == 0
    with zipfile.ZipFile("a.zip") as packed:
        assert packed.namelist() == ["run.csv"]
    capsys.readouterr()
    assert clefgan(*words_of("bundle", "old.csv")) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "old.csv: ok; upload this file as it is",
        "edition 2023 takes the run file itself, not a zip "
        "(our reading, not confirmed by the organisers)",
    ]
    assert not Path("old.zip").exists()
    assert clefgan(*words_of("bundle", "old.csv"), "--out", "up") == 0
    assert [path.name for path in Path("up").iterdir()] == ["old.csv"]
    assert clefgan(*words_of("bundle", "old.csv"), "--out", "up") == 1
    assert "exists already; choose another name" in capsys.readouterr().err
    assert clefgan(*words_of("bundle", "old.csv"), "--out", ".") == 0  # where it is already


def test_a_wrong_run_is_no_upload(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("old.csv").write_text("real_unknown_1,0.5\n")
    for out in ([], ["--out", "up"]):
        assert clefgan(*words_of("bundle", "old.csv"), *out) == 1
        assert "0.5" in capsys.readouterr().err
    assert not Path("up").exists() or not list(Path("up").iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["reproduce", "aimultimedialab-2023", "--data", "nowhere"], "asks for classes; a method"),
    ],
)
def test_classes_are_refused_before_anything_is_read(
    words: list[str], said: str, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(runs.iterdir())
    assert clefgan(*words, "--edition", "2025_s2") == 1
    assert said in capsys.readouterr().err
    assert sorted(runs.iterdir()) == before


def test_editions_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert clefgan("editions") == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in editions.names())
    assert max(map(len, printed.splitlines())) <= 80


@pytest.mark.parametrize("name", editions.names())
def test_an_edition_is_shown_as_a_file_with_every_key_explained(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clefgan("editions", "show", name) == 0
    text = capsys.readouterr().out
    file = tmp_path / "mine.toml"
    file.write_text(text)
    own, known = editions.get(file), editions.get(name)
    assert replace(own, name=name, certainty=known.certainty) == known
    assert not any(own.unsure(field) for field in editions.FIELDS)
    assert set(edition_text.EXPLAINED) == set(editions.FIELDS)
    for key in set(editions.FIELDS) - {"folders"}:
        assert f"# {edition_text.EXPLAINED[key]}\n{key} = " in text


def test_an_own_edition_is_not_said_to_be_unconfirmed(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clefgan("check", "mine.csv", "--edition", "mine.toml", "--ids", "ids.txt") == 0
    assert "not confirmed" not in capsys.readouterr().out
    assert clefgan("check", "a.csv", "--ids", "ids.txt") == 0
    assert "not confirmed" in capsys.readouterr().out


def test_wrong_words_of_editions_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert clefgan("editions", "show") == 2
    assert "'show' is not 'show NAME'" in " ".join(capsys.readouterr().err.split())
    assert clefgan("editions", "show", "1999") == 1
    assert "no edition '1999'" in capsys.readouterr().err

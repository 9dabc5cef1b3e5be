"""The edition in Python is known as on the command line, and a contradiction is the same line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import clefgan
import running
from building import challenge, noise, save
from clefgan.data.challenge import Challenge
from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError
from clefgan.runs.classes.record import ClassRun
from submissions import RunFileError

OF_2025 = [f"real_unknown_{number}" for number in range(1, 301)]
DEV = {"dev/generated": 3, "dev/used": 4, "dev/not_used": 4}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder whose candidates are called as those of 2025."""
    root = challenge(tmp_path / "data", {**DEV, "test/generated_unknown": 3})
    save(root / "test/real_unknown", noise(300, 16), "real_unknown_{}")
    return root


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run file that names the candidates of 2025, without a record."""
    path = tmp_path / "mine.csv"
    path.write_text("".join(f"{name}.png,{i % 2}\n" for i, name in enumerate(OF_2025)))
    return path


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    """A folder of two classes of real images and nothing that names an edition."""
    return challenge(tmp_path / "classes", {"real/a": 4, "real/b": 4})


def test_reading_takes_the_edition_of_the_data(data: Path, classes: Path) -> None:
    assert clefgan.read(data).edition.name == "2025_s1"
    assert clefgan.read().edition.name == clefgan.read("phantom_ct").edition.name == "2023"
    of_classes: Any = clefgan.read(classes)
    assert isinstance(of_classes, ClassChallenge)
    assert of_classes.edition.name == "2025_s2"
    assert clefgan.read("phantom_classes").names


def test_an_edition_that_is_given_goes_first(data: Path, tmp_path: Path) -> None:
    assert clefgan.read(data, "2024_s1").edition.name == "2024_s1"
    own = tmp_path / "own.toml"
    own.write_text('base = "2025_s1"\n')
    assert clefgan.read(data, own).edition.name == "own"
    dev = clefgan.read(challenge(tmp_path / "dev", DEV), test_data=data)
    assert dev.edition.name == "2025_s1"


def test_a_run_from_a_path_writes_the_format_of_its_data(data: Path, tmp_path: Path) -> None:
    clefgan.run(data, "coin").write(tmp_path / "coin")
    assert (tmp_path / "coin.csv").read_text().startswith("real_unknown_1.png,")
    assert clefgan.check(tmp_path / "coin.csv", data) == []


def test_a_path_of_classes_gives_runs_of_classes(classes: Path) -> None:
    save(classes / "generated_unknown", noise(3, 16))
    attribution: Any = clefgan.run(classes, "subset-span")
    assert isinstance(attribution, ClassRun)


def test_checking_takes_the_edition_of_the_ids_and_of_the_record(
    data: Path, run: Path, tmp_path: Path
) -> None:
    assert [problem.level for problem in clefgan.check(run)] == ["warning"]  # 300 of 500 ids
    clefgan.run(data, "coin").write(tmp_path / "coin")
    (tmp_path / "coin.csv").write_text("a.png,1\nb.png,0\n")  # only the record tells
    said = [str(problem) for problem in clefgan.check(tmp_path / "coin.csv")]
    assert any("edition 2025_s1" in text or "real_unknown_" in text for text in said)


def test_without_data_the_known_ids_of_an_edition_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("real_unknown_0001,1\n")
    assert sum(problem.times for problem in clefgan.check(path)) == 199


@pytest.mark.parametrize(
    ("words", "call"),
    [
        (["run", "--method", "coin", "--data", "DATA"], lambda d, _: clefgan.read(d, "2023")),
        (["check", "RUN"], lambda _, r: clefgan.check(r, edition="2023")),
        (["check", "RUN", "--data", "DATA"], lambda d, r: clefgan.check(r, d, edition="2023")),
    ],
)
def test_a_contradiction_is_the_line_of_the_command(
    words: list[str],
    call: Callable[[Path, Path], object],
    data: Path,
    run: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed = [{"DATA": str(data), "RUN": str(run)}.get(word, word) for word in words]
    assert running.clefgan(*typed, "--edition", "2023") == 1
    with pytest.raises((ClefganError, RunFileError)) as caught:
        call(data, run)
    assert capsys.readouterr().err == f"clefgan: {caught.value}\n"
    assert "2025_s1" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_challenge_that_was_read_is_held_against_the_run(
    data: Path, run: Path, tmp_path: Path
) -> None:
    clefgan.run(data, "coin").write(tmp_path / "coin")
    of_2023 = clefgan.read()
    for path in (tmp_path / "coin.csv", run):
        with pytest.raises(ClefganError, match="edition '2025_s1'; got edition '2023'"):
            clefgan.check(path, of_2023)
    with pytest.raises(ClefganError, match="data are of edition '2025_s1' by their candidates"):
        clefgan.check(run, clefgan.read(data), edition="2023")
    read: Challenge = clefgan.read(data)
    assert clefgan.check(tmp_path / "coin.csv", read) == []

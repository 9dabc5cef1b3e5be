"""What is written replaces files only: no folder, pipe or device."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from clefgan.errors import ClefganError
from clefgan.storage import files
from submissions import bundle, editions, fix, runfile
from submissions.errors import RunFileError
from submissions.ids import Ids

EDITION = editions.get("2023")
MESSAGE = "is not a file but a folder, a pipe or a device; give a"


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
@pytest.mark.parametrize("make", [folder, pipe], ids=lambda make: make.__name__)
def test_only_files_are_replaced(make: Callable[[Path], None], tmp_path: Path) -> None:
    target = tmp_path / "out"
    make(target)
    before = target.stat().st_mode
    with pytest.raises(RunFileError, match=f"out: {MESSAGE}"):
        runfile.write(target, {"real_unknown_0001": True}, EDITION, force=True)
    run = tmp_path / "run.csv"
    runfile.write(run, {"real_unknown_0001": True}, EDITION)
    with pytest.raises(RunFileError, match=f"out: {MESSAGE}"):
        bundle.write(run, EDITION, out=target, force=True)
    with pytest.raises(ClefganError, match=f"out: {MESSAGE}"), files.written_whole(target):
        pytest.fail("something was written")
    assert target.stat().st_mode == before


def test_a_folder_is_no_run_to_repair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunFileError, match=r"^\.: is a folder; give the run files in it$"):
        fix.fix(".", EDITION)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([1, 2], "ids: 1 is no text; give each id as text"),
        ([None], "ids: None is no text; give each id as text"),
        ("real_unknown_0001", "ids: one text, 'real_unknown_0001'; give a list of ids"),
        ([], "ids: no id; a run needs at least one image"),
    ],
)
def test_ids_are_texts(names: list[str], message: str) -> None:
    with pytest.raises(RunFileError, match=f"^{message}$"):
        Ids(names, EDITION)


@pytest.mark.parametrize(
    ("decisions", "message"),
    [
        ({1: True}, "id 1 is no text; give each id as text"),
        (["a"], "decisions are no mapping; give image id to decision"),
        ({}, "no decisions; a run needs at least one image"),
    ],
)
def test_decisions_are_by_id(decisions: dict[str, bool], message: str, tmp_path: Path) -> None:
    with pytest.raises(RunFileError, match=rf"run\.csv: {message}$"):
        runfile.write(tmp_path / "run.csv", decisions, EDITION)
    assert not list(tmp_path.iterdir())

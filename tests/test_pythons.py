"""The Pythons that `nox -s pythons` finds, among programs of all kinds that have such a name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / ".ci" / "pythons.py"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="stands in for programs by sh scripts")


def program(path: Path, body: str) -> Path:
    """A program of this name that does what `body` says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def python(path: Path, version: str, *, real: str = "", usual: bool = True) -> str:
    """A program that answers as a Python of this version does; the path that it says it has."""
    own = real or str(path)
    answer = json.dumps({"usual": usual, "version": version, "path": own})
    program(path, f"echo '{answer}'")
    return own


def found(home: Path, *folders: Path, uv: str = "exit 1") -> dict[str, str]:
    """What the script prints with these folders as PATH, but for the Python that runs it."""
    program(home / "uv-only" / "uv", uv)
    env = {"PATH": os.pathsep.join(map(str, [*folders, home / "uv-only"])), "HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, "3"], env=env, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    listed = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    own = f"3.{sys.version_info.minor}"
    return {
        version: path for version, path in listed.items() if str(home) in path or version != own
    }


@pytest.fixture
def other() -> tuple[str, str]:
    """Two supported versions that are not the one of this process."""
    rest = [f"3.{minor}" for minor in range(11, 15) if minor != sys.version_info.minor]
    return rest[0], rest[-1]


def test_pythons_of_path_are_found_oldest_first(tmp_path: Path, other: tuple[str, str]) -> None:
    old, new = other
    newest = python(tmp_path / "b" / "python3", new)
    oldest = python(tmp_path / "a folder" / f"python{old}", old)
    here = found(tmp_path, tmp_path / "b", tmp_path / "a folder")
    assert list(here.items()) == [(old, oldest), (new, newest)]


def test_what_does_not_start_or_is_something_else_is_passed_over(
    tmp_path: Path, other: tuple[str, str]
) -> None:
    old, new = other
    first, second = tmp_path / "first", tmp_path / "second"
    program(first / f"python{old}", f"echo 'pyenv: python{old}: command not found' >&2; exit 127")
    program(first / f"python{new}", "exec /bin/sleep 60")
    program(first / "python3", "echo '[1, 2]'")
    python(first / "python", "3.10")
    (first / f"python3.{sys.version_info.minor}").mkdir()
    good = python(second / f"python{old}", old)
    python(second / f"python{new}", new, usual=False)
    assert found(tmp_path, first, second) == {old: good}


def test_the_first_of_a_version_wins_and_a_shim_gives_way_to_what_it_starts(
    tmp_path: Path, other: tuple[str, str]
) -> None:
    old, _ = other
    real = python(tmp_path / "first" / f"python{old}", old, real=f"{tmp_path}/real/python")
    python(tmp_path / "second" / f"python{old}", old)
    assert real == f"{tmp_path}/real/python"
    assert found(tmp_path, tmp_path / "first", tmp_path / "second") == {old: real}


def test_pyenv_and_uv_are_asked(tmp_path: Path, other: tuple[str, str]) -> None:
    old, new = other
    of_pyenv = python(tmp_path / ".pyenv" / "versions" / old / "bin" / "python3", old)
    of_uv = python(tmp_path / "uv pythons" / "python", new)
    listing = json.dumps([{"path": None, "version": "3.9.0"}, {"path": of_uv, "version": new}])
    assert found(tmp_path, uv=f"echo '{listing}'") == {old: of_pyenv, new: of_uv}


@pytest.mark.parametrize("uv", ["exit 2", "echo no JSON", "echo '[]'", "exec /bin/sleep 60"])
def test_a_uv_that_cannot_say_is_no_harm(uv: str, tmp_path: Path) -> None:
    assert found(tmp_path, uv=uv) == {}


def test_this_python_is_found_where_nothing_else_is(tmp_path: Path) -> None:
    env = {"PATH": "", "HOME": str(tmp_path)}
    listed = subprocess.check_output([sys.executable, "-I", SCRIPT], env=env, text=True)
    version, path = listed.split("\n")[0].split(" ", 1)
    assert version == f"3.{sys.version_info.minor}"
    assert Path(path).resolve() == Path(getattr(sys, "_base_executable", sys.executable)).resolve()

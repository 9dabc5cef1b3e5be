"""The entry point: exit codes, one line on stderr, and what a start may cost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clefgan import __main__ as entry
from clefgan.errors import ClefganError

HEAVY = (
    *("jax", "flax", "sklearn", "skimage", "tensorflow_datasets", "matplotlib", "numba"),
    *("scipy.fft", "scipy.ndimage", "scipy.optimize", "scipy.special", "scipy.stats"),
)


def python(*arguments: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, cwd=cwd
    )


@pytest.mark.parametrize("words", [["--help"], ["methods"], ["run", "--help"], ["--version"]])
def test_a_start_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys, atexit\n"
        f"heavy = lambda: [name for name in {HEAVY} if name in sys.modules]\n"
        "atexit.register(lambda: print(heavy(), file=sys.stderr))\n"
        "from clefgan.__main__ import main\n"
        f"main({words!r})"
    )
    done = python("-P", "-c", code)
    assert done.returncode == 0
    assert done.stderr.strip() == "[]"


BARE = """
import typer
app = typer.Typer(pretty_exceptions_enable=False)
@app.command()
def one(file: str) -> None: "One."
@app.command()
def two() -> None: "Two."
"""
LOADED = """
import sys, atexit
atexit.register(lambda: print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr))
"""


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["gan"], ["no-such-command"]])
def test_a_start_imports_no_package_that_a_bare_typer_program_does_not(
    words: list[str], tmp_path: Path
) -> None:
    """Whatever Typer itself needs, which is pydantic too once it reads an argument, since 0.29."""
    own = f"{LOADED}from clefgan.__main__ import main\nmain({words!r})"
    others = [f"{LOADED}{BARE}app({bare!r})" for bare in (["--help"], ["one", "file"])]
    ours, helping, reading = (
        set(python("-P", "-c", code, cwd=tmp_path).stderr.splitlines()[-1].split())
        for code in (own, *others)
    )
    bare = helping if words[0].startswith("-") else helping | reading
    assert "typer" in ours & bare
    assert ours - bare - set(sys.stdlib_module_names) <= {"clefgan", "evaluation", "submissions"}


def test_help_takes_little_processor_time() -> None:
    before = os.times()
    assert python("-P", "-m", "clefgan", "--help").returncode == 0
    after = os.times()
    took = after.children_user - before.children_user
    assert took < 1.0  # the promise is 0.5 s on a quiet machine; tests may share theirs


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (
            ["run", "--method", "neerest"],
            1,
            "clefgan: no method 'neerest'; did you mean 'nearest'?",
        ),
        (
            ["run", "--method", "coin", "--set", "side=1"],
            1,
            "clefgan: method 'coin': no hyper-parameter 'side'; known: share, seed",
        ),
        (
            ["run", "--method", "coin", "--edition", "1999"],
            1,
            "clefgan: no edition '1999'; known: ",
        ),
        (
            ["run", "--method", "coin", "--set", "seed=-1"],
            1,
            "clefgan: method 'coin': seed must be from 0 to 4294967295; got -1; give another",
        ),
        (
            ["run", "--method", "coin(seed=4294967296)"],
            1,
            "clefgan: method 'coin': seed must be from 0 to 4294967295; got 4294967296; give ",
        ),
        (
            ["reproduce", "aimultimedialab-2023", "--edition", "2025_s2"],
            1,
            "clefgan: edition '2025_s2' asks for classes; a method says used or not; give a ",
        ),
        (
            ["run", "--method", "coin", "--edition", "2025_s2"],
            1,
            "clefgan: method 'coin' says used or not; this edition asks for classes; give one of ",
        ),
    ],
)
def test_bad_input_is_one_line_and_exit_code_1(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
    line: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        entry.main(words)
    assert stopped.value.code == code
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(line)


@pytest.mark.parametrize(
    ("words", "option", "message"),
    [
        (["--protocol", "best"], "--protocol", "'best' is not one of paper, held-out"),
        (["--window", "5"], "--window", "'5' is not two numbers LOW,HIGH"),
        (["--window", "9,5"], "--window", "'9,5': the low level must be below the high one"),
        (["--window", "-inf,5"], "--window", "'-inf,5' is not two numbers LOW,HIGH"),
        (["--window", "nan,5"], "--window", "'nan,5' is not two numbers LOW,HIGH"),
        (["--size", "0"], "--size", "'0' is not a size, such as 128 or 256x192"),
        (["--size", "9x"], "--size", "'9x' is not a size, such as 128 or 256x192"),
        (["--file-column", "x"], "--file-column", "goes with --patients"),
        (["--patient-column", "x"], "--patient-column", "goes with --patients"),
        (["--decide", "zeroo"], "--decide", "no rule 'zeroo'; did you mean 'zero'?"),
        (["--decide", "quota:2"], "--decide", "quota 2; give a share from 0 to 1"),
        (["--name", "../x"], "--name", "'../x' is not a plain file name; give the folder with"),
        (["--seed", "-1"], "'--seed'", ""),  # Typer's words, which change
        (["--name", ".csv"], "--name", "'' is not a plain file name"),
        (["--name", ".."], "--name", "'..' is not a plain file name"),
        (["--name", ""], "'--name'", "is empty; give a value"),
        (["--data", ""], "'--data'", "is empty; give a value"),  # was the embedded data
        (["--out="], "'--out'", "is empty; give a value"),  # was the current folder
        (["--set", ""], "'--set'", "is empty; give a value"),
        (["--method", "nearest"], "'--method'", "given more than once; give one"),
        (
            ["--size", "99999999x99999999"],
            "--size",
            "size 99999999x99999999: need at most 67108864 pixels",
        ),
        (["--name", "a\\b"], "--name", r"'a\\b' is not a plain file name"),
    ],
)
def test_a_bad_value_of_an_option_is_wrong_usage(
    words: list[str],
    option: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        entry.main(["run", "--method", "coin", *words])
    assert stopped.value.code == 2
    told = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert f"Invalid value for {option}: {message}" in told
    assert not list(tmp_path.iterdir())


INTERRUPTED = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from clefgan.__main__ import main
main(["run", "--method", "coin"])
"""


@pytest.mark.parametrize("name", ["clefgan.cli.app", "typer", "rich.console", "clefgan.runs.job"])
def test_ctrl_c_exits_130_from_the_first_import_on(name: str, tmp_path: Path) -> None:
    done = python("-P", "-c", INTERRUPTED, name, cwd=tmp_path)
    assert done.returncode == 130
    assert done.stderr == ""
    assert not list(tmp_path.iterdir())


IGNORING = """
import signal, subprocess, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
raise SystemExit(subprocess.call([sys.executable, "-m", "pytest", "-q", *sys.argv[1:]]))
"""


def test_ctrl_c_is_tested_also_where_the_tests_were_told_to_ignore_it(tmp_path: Path) -> None:
    """As in `nohup`, a background job of a script, and some CI."""
    this = f"{__file__}::test_ctrl_c_exits_130_from_the_first_import_on"
    done = python("-c", IGNORING, "-p", "no:cacheprovider", "--basetemp", str(tmp_path), this)
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_wrong_usage_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        entry.main(["run", "--no-such-option"])
    assert stopped.value.code == 2
    assert "--no-such-option" in capsys.readouterr().err


def test_an_os_error_begins_with_the_file() -> None:
    error = FileNotFoundError(2, "No such file or directory", "data/x")
    assert entry.message(error) == "data/x: no such file or directory"
    assert entry.message(ClefganError("a\nb")) == "a b"


def test_a_foreign_package_of_our_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "evaluation").mkdir()
    (tmp_path / "evaluation" / "__init__.py").write_text("")
    done = python("-m", "clefgan", "--version", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("clefgan: package 'evaluation' found at ")
    assert done.stderr.rstrip().endswith("outside that folder")
    assert python("-P", "-m", "clefgan", "--version", cwd=tmp_path).returncode == 0

"""Values that the shell completes, by the protocol that it speaks with a Typer program."""

import os
import pty
import select
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from clefgan.auditing import filter as filtering
from clefgan.auditing import profiles
from clefgan.cli import bash_words, methods, shell_words
from clefgan.cli.completion import CLOSED
from clefgan.experiments.lab import class_kinds, class_rules, leaks
from clefgan.experiments.reproduction import paper as papers
from clefgan.method import Evidence, Knowledge
from clefgan.report.class_notebook import CLASS_PROTOCOLS
from clefgan.runs.record import PROTOCOLS

START = "import sys; sys.argv[0] = 'clefgan'; from clefgan.__main__ import main; main()"


def completed(line: str, folder: Path) -> list[str]:
    """What bash is offered at the end of the line."""
    words = len(shlex.split(line)) - (0 if line.endswith(" ") else 1)
    done = subprocess.run(
        [sys.executable, "-P", "-c", START],
        env=os.environ
        | {"COMP_WORDS": line, "COMP_CWORD": str(words), "_CLEFGAN_COMPLETE": "complete_bash"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("clefgan run --method fus", ["fusion"]),
        ("clefgan run --decide dev-best:f", ["dev-best:f1"]),
        ("clefgan run --decide con", ["conformal:"]),
        ("clefgan run --protocol ", ["held-out", "paper"]),  # run takes no others
        ("clefgan evaluate --protocol g", ["grouped"]),
        ("clefgan evaluate --metric accuracy", ["accuracy"]),
        ("clefgan score run.csv --edition 2025_s2 --metric m", ["macro_f1", "matched_accuracy"]),
        ("clefgan score run.csv --edition 2023 --metric f", ["f1"]),
        ("clefgan leaderboard a/mine.csv --knowledge mine=S", [f"mine=S{n}" for n in range(4)]),
        ("clefgan editions sh", ["show"]),
        ("clefgan editions show 2025", ["2025_s1", "2025_s2"]),
        ("clefgan data info ph", ["phantom_ct", "phantom_classes"]),
        ("clefgan data membership-from phantom_cl", ["phantom_classes"]),
        ("clefgan data membership-from a b --edition 2025", ["2025_s1", "2025_s2"]),
        ("clefgan codabench init --edition 2023", ["2023"]),
        ("clefgan audit --release public", ["public", "public-use"]),
        ("clefgan audit --withhold s", ["symmetric"]),
        ("clefgan lab make --how c", ["copy"]),
        ("clefgan lab make-classes --kind texture", ["texture-shift", "texture-reversed"]),
        ("clefgan lab study --method subset-s", []),
        ("clefgan lab bench --only no-leak-d", ["no-leak-dcgan"]),
        ("clefgan methods --knows S", ["S0", "S1", "S2", "S3"]),
        ("clefgan methods --kind a", ["attribution"]),
        ("clefgan reproduce a", ["aimultimedialab-2023"]),
        ("clefgan data prepare imageclef_gans/2023", ["imageclef_gans/2023"]),
        ("clefgan run --folder u", ["unknown="]),
        ("clefgan run --edition 2025_s2 --method subset-sp", ["subset-span"]),
        ("clefgan run --edition 2023 --method subset-sp", []),
        ("clefgan run --method nearest --set f", ["features="]),
        ("clefgan run --method nosuch --set f", []),
        ("clefgan gan train images --set latent", ["latent="]),
        ("clefgan leaderboard --names n", []),  # the shell itself completes files
    ],
)
def test_values_are_completed(line: str, offered: list[str], tmp_path: Path) -> None:
    assert completed(line, tmp_path) == offered


def test_closed_lists_are_what_the_commands_accept() -> None:
    known: dict[str, Iterable[str]] = {
        "--release": profiles.PROFILES,
        "--withhold": filtering.Withhold,
        "--how": leaks.KINDS,
        "make-classes --kind": class_kinds.KINDS,
        "--rule": class_rules.RULES,
        "--knows": [*Knowledge, *Evidence],
        "methods --kind": methods.KINDS,
        "paper": [paper.name for paper in papers.PAPERS],
        "run --protocol": PROTOCOLS,
        "evaluate --protocol": [*PROTOCOLS, *CLASS_PROTOCOLS],
    }
    for option, values in known.items():
        assert sorted(CLOSED[option]) == sorted(map(str, values)), option


BASH = """PS1=; bind 'set bell-style none'; bind 'set completion-query-items 0'
bind -x '"\\C-g": printf "%s" "$READLINE_LINE" > line.part && mv line.part line'
eval "$(clefgan --show-completion bash)"; touch line
"""
ZSH = """PS1=; autoload -Uz compinit; compinit -u -D
show() { print -rn -- "$BUFFER" > line.part; mv line.part line }; zle -N show; bindkey '^G' show
eval "$(clefgan --show-completion zsh)"; touch line
"""
FISH = """function show; commandline | string collect > line.part; mv line.part line; end
bind \\cg show
clefgan --show-completion fish | source; touch line
"""
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], BASH),
    "zsh": (["zsh", "-f", "-i"], ZSH),
    "fish": (["fish", "--no-config", "-i"], FISH),
}
IN_EVERY_SHELL = {
    "clefgan run --decide dev-best:f": "clefgan run --decide dev-best:f1 ",
    "clefgan run --decide=dev-best:f": "clefgan run --decide=dev-best:f1 ",
    "clefgan run --protocol=h": "clefgan run --protocol=held-out ",
    "clefgan run --decide con": "clefgan run --decide conformal:",  # no space: a number follows
}
IN_ITS_TERMINAL = """import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])"""


def after_tab(shell: str, lines: Iterable[str], folder: Path) -> list[str]:
    """What an interactive shell makes of each line when the Tab key is pressed at its end."""
    program = folder / "clefgan"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -c "{START}" "$@"\n')
    program.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    command, setup = SHELLS[shell]
    ours, its = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-c", IN_ITS_TERMINAL, *command],
        stdin=its, stdout=its, stderr=its, cwd=folder, start_new_session=True,
        env=os.environ | {"PATH": path, "TERM": "dumb", "HOME": str(folder)},
    )  # fmt: skip
    seen = []
    try:
        os.write(ours, setup.encode())
        taken(folder / "line", ours)
        for line in lines:
            os.write(ours, f"{line}\t".encode())
            seen.append(taken(folder / "line", ours, line, key=b"\a"))
            os.write(ours, b"\x15")
    finally:
        running.kill()
        running.wait()
        os.close(ours)
        os.close(its)
    return seen


def taken(file: Path, terminal: int, line: str = "", key: bytes = b"") -> str:
    """The text of a file once it is there and begins with `line`; what is printed is read.

    The key that writes the file is pressed again after a while: zsh forgets keys when it beeps.
    """
    begin = time.monotonic()
    presses = 0
    while True:
        waited = time.monotonic() - begin
        assert waited < 120, f"the shell wrote no {file.name}"
        if key and waited >= 5 * presses:
            os.write(terminal, key)
            presses += 1
        if file.exists():
            text = file.read_text()
            file.unlink()
            if text.startswith(line):
                return text
        if select.select([terminal], [], [], 0.02)[0]:
            os.read(terminal, 65536)


def skip_without(shell: str) -> None:
    """Skip the test where the shell is not installed."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


def test_bash_completes_behind_the_signs_at_which_it_splits_words(tmp_path: Path) -> None:
    skip_without("bash")
    expected = {
        **IN_EVERY_SHELL,
        "clefgan run --set C= --protocol h": "clefgan run --set C= --protocol held-out ",
        "clefgan run --decide 'dev-best:f": "clefgan run --decide 'dev-best:f1' ",
    }
    assert after_tab("bash", expected, tmp_path) == [*expected.values()]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_complete_values_options_and_files(shell: str, tmp_path: Path) -> None:
    skip_without(shell)
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "two words.csv").touch()
    expected = {
        **IN_EVERY_SHELL,
        "clefgan run --folder u": "clefgan run --folder unknown=",
        "clefgan run --meth": "clefgan run --method ",
        "clefgan score --truth=te": "clefgan score --truth=teams/",
        "clefgan score teams/t": "clefgan score teams/two\\ words.csv ",
    }
    assert after_tab(shell, expected, tmp_path) == [*expected.values()]


@pytest.mark.parametrize(
    ("pieces", "word", "before"),
    [
        (["conformal", ":"], "conformal:", "conformal:"),
        (["a", "=", "b", ":", "c"], "a=b:c", "a=b:"),
        (["--decide", "=", "dev-best", ":", "f"], "--decide=dev-best:f", "dev-best:"),
        (["--decide", "=", "f"], "--decide=f", ""),
        (["a", "=", ""], "", ""),  # a space was typed
        (["a", "::", "b"], "a::b", "a::"),
        (["'a:b"], "'a:b", ""),  # within quotes bash splits nothing
    ],
)
def test_the_pieces_of_bash_are_joined(pieces: list[str], word: str, before: str) -> None:
    words, start = bash_words.joined(["clefgan", *pieces])
    assert (words[-1], start) == (word, before)


@pytest.mark.parametrize(
    ("line", "before"),
    [
        ("clefgan run --protocol=h", "--protocol="),
        ("clefgan run --protocol h", ""),
        ("clefgan run --meth", ""),
        ("clefgan run --set C=", ""),
        ("clefgan run --method=nearest ", ""),
        ("clefgan run --set=C=1", "--set="),
    ],
)
def test_an_option_before_its_value_is_seen(line: str, before: str) -> None:
    assert shell_words.option_of(line) == before

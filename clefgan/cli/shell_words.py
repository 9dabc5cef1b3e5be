"""Completion in zsh and fish, which hand over whole words.

Typer offers a value by itself: for `--protocol=h` it says `held-out`, and as that is not how the
word begins, neither shell completes anything. Zsh also puts a space after every value, even after
`conformal:`, where a number is still to be typed.
"""

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO

ASKED, LINE, ACTION = "_CLEFGAN_COMPLETE", "_TYPER_COMPLETE_ARGS", "_TYPER_COMPLETE_FISH_ACTION"
ZSH, FISH, OFFER = "complete_zsh", "complete_fish", "get-args"
OPEN = (":", "=")
"""What a value ends with where more is to be typed."""


@contextmanager
def fitted() -> Iterator[None]:
    """Within this block a completion is answered as zsh or fish can use it.

    Typer is asked as by fish, which takes a line for each candidate: its value, a tab, its help.
    """
    shell = os.environ.get(ASKED)
    if shell != ZSH and (shell != FISH or os.environ.get(ACTION) != OFFER):
        yield
        return
    os.environ |= {ASKED: FISH, ACTION: OFFER}
    answer = StringIO()
    try:
        with redirect_stdout(answer):
            yield
    finally:
        candidates = [line for line in answer.getvalue().splitlines() if line]
        before = option_of(os.environ.get(LINE, ""))
        lines = for_zsh(candidates, before) if shell == ZSH else for_fish(candidates, before)
        print(*lines, sep="\n")  # noqa: T201 - to the shell


def option_of(line: str) -> str:
    """What stands before the value in the last word of a line: `--option=`, or nothing.

    Examples
    --------
    >>> option_of("clefgan run --protocol=h")
    '--protocol='
    >>> option_of("clefgan run --set C=")
    ''
    """
    word = line.rpartition(" ")[2]
    option, sign, _ = word.partition("=")
    return option + sign if sign and option.startswith("--") else ""


def for_fish(candidates: Sequence[str], before: str) -> list[str]:
    """The candidates as whole words, a line each."""
    return [before + candidate for candidate in candidates]


def for_zsh(candidates: Sequence[str], before: str) -> list[str]:
    """Commands that offer the candidates to zsh; files if there are none."""
    commands = ["compset -P '*=';"] if before else []
    if not candidates:
        return [*commands, "_files"]
    offered: dict[bool, list[str]] = {False: [], True: []}
    for candidate in candidates:
        value, _, words = candidate.partition("\t")
        entry = value.replace("\\", "\\\\").replace(":", "\\:") + (f":{words}" if words else "")
        offered[value.endswith(OPEN)].append(shlex.quote(entry))
    commands += [
        "local -a closed open;",
        f"closed=({' '.join(offered[False])});",
        f"open=({' '.join(offered[True])});",
        "_describe value closed;",
        "_describe value open -S ''",
    ]
    return commands

"""Completion in bash, which splits words at `:` and `=`, and completes the last piece only.

What Typer is handed are those pieces: `--decide conformal:0` arrives as `conformal`, `:` and `0`,
for which no option has a value. Zsh and fish hand over whole words.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO

ASKED, WORDS, AT = "_CLEFGAN_COMPLETE", "COMP_WORDS", "COMP_CWORD"
BREAKS = ":="
MORE = "..."
"""Ends a second candidate, so that bash adds no space where a value is still to be typed."""


@contextmanager
def whole() -> Iterator[None]:
    """Within this block a completion that bash asks for sees whole words, and answers in pieces."""
    pieces, at = os.environ.get(WORDS, "").split("\n"), os.environ.get(AT, "")
    if os.environ.get(ASKED) != "complete_bash" or not at.isdecimal() or int(at) >= len(pieces):
        yield
        return
    words, before = joined(pieces[: int(at) + 1])
    os.environ |= {WORDS: "\n".join(words), AT: str(len(words) - 1)}
    answer = StringIO()
    try:
        with redirect_stdout(answer):
            yield
    finally:
        print(*offered(answer.getvalue().splitlines(), before), sep="\n")  # noqa: T201 - to bash


def joined(pieces: Sequence[str]) -> tuple[list[str], str]:
    """The words that were typed, and what of the last one stands before bash's last piece.

    A space around a `:` or `=` is lost, so an option after `name=` counts as a word of its own.
    """
    words, before = [""], ""
    for piece in pieces:
        split = bool(piece) and not piece.strip(BREAKS)
        after = words[-1].endswith((*BREAKS,)) and piece and not piece.startswith("--")
        if split or after:
            before = words[-1] + piece if split else words[-1]
            words[-1] += piece
        else:
            before = ""
            words.append(piece)
    if words[-1].startswith("--"):  # candidates for a value do not repeat `--option=`
        before = before.partition("=")[2]
    return words[1:], before


def offered(candidates: Sequence[str], before: str) -> list[str]:
    """What bash is to put after its last piece."""
    rests = [candidate.removeprefix(before) for candidate in candidates]
    rests = [rest for rest in rests if rest]
    if len(rests) == 1 and rests[0].endswith((*BREAKS,)):
        rests.append(rests[0] + MORE)
    return rests

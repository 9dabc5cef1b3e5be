"""Where commands print: results on stdout, progress on stderr.

Nothing that is printed is taken for markup or for the name of an emoji: ids, paths, settings and
messages of others say `[b]` and `:x:` where they do. Styles are given beside the text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as Bars,
)
from rich.segment import Segment
from rich.text import Text

from clefgan import method as interface
from clefgan.errors import STDOUT
from clefgan.storage import json_text
from clefgan.storage.files import os_errors_name
from clefgan.storage.steering import disarmed


class PlainConsole(Console):
    """A console that never sends what steers a terminal, such as in names of others' files."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """Render; what steers in a text is a replacement character."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(disarmed(text), style)


class NamedConsole(PlainConsole):
    """A console whose stream has a name in errors, as a file has."""

    def print(self, *objects: Any, **how: Any) -> None:
        """Print; an OSError, such as that of a full disk, names the stream."""
        with os_errors_name(Path(STDOUT)):
            super().print(*objects, **how)


console = NamedConsole(highlight=False, markup=False, emoji=False)
errors = PlainConsole(stderr=True, highlight=False, markup=False, emoji=False)


def echo(text: str) -> None:
    """Print text for a machine to read, as it is."""
    with os_errors_name(Path(STDOUT)):
        typer.echo(text)


def dumped(content: object) -> str:
    """A result as JSON that any terminal can show; a number that is undefined is null."""
    only_ascii = not (sys.stdout.encoding or "").lower().startswith("utf")
    content = json_text.plain(content)
    return json.dumps(content, indent=2, ensure_ascii=only_ascii, allow_nan=False)


def say(text: str, style: str = "") -> None:
    """Print one line: wrapped between words on a terminal, whole in a pipe or a file."""
    console.print(Text(text, style=style), soft_wrap=not console.is_terminal)


def say_wrote(paths: Iterable[Path]) -> None:
    """One line for each file that was written."""
    for path in paths:
        say_path("wrote ", path)


def say_path(before: str, path: Path, after: str = "") -> None:
    """Print one line with a path in it, which stands out."""
    console.print(Text.assemble(before, (str(path), "cyan"), after), soft_wrap=True)


def complain(text: str) -> None:
    """Print one line on stderr, as `clefgan` ends with for an error."""
    errors.print(Text(f"clefgan: {text}"), soft_wrap=True)


def fail_with(failures: Mapping[str, str]) -> None:
    """Print why each method failed, and exit with 1 if one did; what the others gave is written."""
    for reason in failures.values():
        complain(reason)
    if failures:
        raise typer.Exit(1)


@contextmanager
def only_errors(wanted: bool = True) -> Iterator[None]:
    """Print nothing but errors, and draw no bar, within this block if that is wanted."""
    before = console.quiet
    console.quiet = before or wanted
    try:
        yield
    finally:
        console.quiet = before


@contextmanager
def progress_bar(*, disable: bool = False) -> Iterator[interface.Progress]:
    """A Progress with a bar for each stage on stderr, until it is finished.

    Nothing is drawn where stderr is not a terminal.
    """
    if disable or console.quiet or not errors.is_terminal:
        yield lambda _stage, _done, _total, _note: None  # a bar that is off still ends its line
        return
    bars = Bars(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", style="dim", markup=False),
        console=errors,
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def report(stage: str, done: int, total: int, note: str) -> None:
        task = tasks.get(stage)
        if task is None or done < bars.tasks[task].completed:
            if task is not None:
                bars.update(task, visible=False)
            task = tasks[stage] = bars.add_task(stage, total=total, note=note)
        bars.update(task, completed=done, total=total, note=note, visible=done < total)

    with bars:
        yield report

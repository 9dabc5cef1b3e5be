"""Where commands print: results on stdout, progress on stderr."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
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

if TYPE_CHECKING:
    from clefgan.method import Progress

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


@contextmanager
def progress_bar(*, disable: bool = False) -> "Iterator[Progress]":
    """A Progress that draws one bar a stage on stderr; nothing where stderr is not a terminal."""
    if disable or not errors.is_terminal:
        yield lambda _stage, _done, _total, _note: None  # a bar that is off still ends its line
        return
    bars = Bars(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", style="dim"),
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
        bars.update(task, completed=done, total=total, note=note)

    with bars:
        yield report

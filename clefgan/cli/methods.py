"""`clefgan methods`: what there is to run, and what can be set."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from clefgan import method as interface
from clefgan.cli.console import console, errors
from clefgan.plugins import hyperparameters, registry


def methods(
    name: Annotated[str | None, typer.Argument(help="A method: show its hyper-parameters.")] = None,
) -> None:
    """List the methods, or the hyper-parameters of one."""
    if name is None:
        show_all()
    else:
        show_one(name)


def show_all() -> None:
    """A table an interface, a row a method; broken plug-ins on stderr, one line each."""
    section("Membership: was this real image used?", registry.METHODS, knowledge())
    section("Attribution: which class made this image?", registry.ATTRIBUTORS, {})
    section("Clusters: which images were made alike?", registry.CLUSTERERS, evidence())


def knowledge() -> dict[str, str]:
    """What each level of a method of membership means."""
    return {kind.value: kind.meaning for kind in interface.Knowledge}


def evidence() -> dict[str, str]:
    """Levels of evidence, and what they are in words."""
    return {kind.value: kind.meaning for kind in interface.Evidence}


def section(title: str, known: registry.Registry[Any], meanings: Mapping[str, str]) -> None:
    """One interface, and what its levels mean."""
    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    table.add_column("method", no_wrap=True, style="cyan")
    table.add_column("knows", no_wrap=True)
    table.add_column("what it does", overflow="fold")
    table.add_column("source", overflow="fold", style="dim")
    broken: list[registry.Broken] = []
    for name, method in known.all_methods():
        if isinstance(method, registry.Broken):
            broken.append(method)
        else:
            table.add_row(
                name, str(registry.vars_of(method)[known.level]), first_line(method), source(method)
            )
    console.print(table)
    console.print()
    for level, meaning in meanings.items():
        console.print(f"{level}: {meaning}", style="dim")
    if meanings:
        console.print()
    for failure in broken:
        errors.print(failure.reason, soft_wrap=True)


def show_one(name: str) -> None:
    """The docstring and the hyper-parameters of one method."""
    known = registry.room_of(name)
    cls: type = known.get(name)
    level = str(registry.vars_of(cls)[known.level])
    meaning = (knowledge() | evidence())[level]
    console.print(Text.assemble((name, "bold cyan"), f"  {level}: {meaning}"))
    console.print(source(cls), style="dim")
    console.print()
    console.print(reflowed(inspect.getdoc(cls) or ""))
    console.print()
    rows = hyperparameters.describe(cls)
    if not rows:
        console.print("no hyper-parameters")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("--set", no_wrap=True, style="cyan")
    for title in ("type", "default", "comment"):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(row.name, row.type, row.default, row.comment)
    console.print(table)


def reflowed(text: str) -> str:
    """A docstring with the lines of each paragraph joined, so that any terminal can wrap them."""
    shown: list[str] = []
    joins = False
    for line in text.splitlines():
        plain = bool(line) and not line.startswith((" ", "-", "*", ">"))
        if plain and joins:
            shown[-1] += f" {line}"
        else:
            shown.append(line)
        joins = plain
    return "\n".join(shown)


def first_line(cls: type) -> str:
    """First line of the class's docstring."""
    return (inspect.getdoc(cls) or "").partition("\n")[0]


def source(cls: type) -> str:
    """The paper, as the method states it."""
    return interface.promises(cls).source

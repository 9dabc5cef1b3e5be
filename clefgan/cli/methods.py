"""`clefgan methods`: what there is to run, and what can be set."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from clefgan import method as interface
from clefgan.cli import starting
from clefgan.cli.choices import refuse_unknown
from clefgan.cli.completion import method_names, one_of
from clefgan.cli.console import console, dumped, echo, errors, only_errors, say, say_wrote
from clefgan.cli.options import AS_JSON, QUIET
from clefgan.plugins import hyperparameters, registry
from clefgan.report import method_guide, wording
from clefgan.report.objects import methods as objects
from clefgan.report.terminal import method_list

KINDS = {
    "membership": "Membership: was this real image used?",
    "attribution": "Attribution: which class made this image?",
    "clusters": "Clusters: which images were made alike?",
}


def methods(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME | new FILE]",
            help="A method: show its settings. `new mine.py` writes a method to begin with.",
            autocompletion=method_names,
        ),
    ] = None,
    knows: Annotated[
        str | None,
        typer.Option(
            help="List only methods that know no more than this: S0 (image) to S3 (labels), or A0 "
            "(images) to A3 (both).",
            autocompletion=one_of("--knows"),
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            help="List only methods of this kind: membership, attribution or clusters; with "
            "'new', write one of membership (the default) or attribution.",
            autocompletion=one_of("methods --kind"),
        ),
    ] = None,
    find: Annotated[
        str | None,
        typer.Option(help="List only methods with this text in what is shown of them."),
    ] = None,
    quiet: QUIET = False,
    as_json: AS_JSON = False,
) -> None:
    """List the methods, show the settings of one, or write a new one.

    Start with `fusion`. `clefgan methods new mine.py` writes a method that works, and its test.
    """
    refuse_unknown("--kind", kind, KINDS)
    refuse_unknown("--knows", knows and knows.upper(), {**knowledge(), **evidence()})
    words = words or []
    with only_errors(quiet or as_json):
        if words[:1] == ["new"]:
            begin(words[1:], kind or "membership", as_json)
        elif len(words) > 1:
            raise typer.BadParameter(f"one method at a time; got {' '.join(words)!r}")
        elif words:
            show_one(words[0], as_json)
        else:
            show_all(knows, kind, find, as_json)


def begin(files: list[str], kind: str, as_json: bool) -> None:
    """Write a new method and its test, and say how to go on."""
    if len(files) != 1:
        raise typer.BadParameter("give one file, as in 'methods new mine.py'")
    refuse_unknown("--kind", kind, starting.KINDS, "the kinds that 'methods new' writes")
    written = starting.write(Path(files[0]), kind)
    data = starting.KINDS[kind][-1]
    steps = [f"clefgan run --method {written[0]}{data}", f"python {written[1]}"]
    if as_json:
        echo(dumped({"files": list(map(str, written)), "next": steps}))
    say_wrote(written)
    for step in steps:
        say(f"next: {step}")


def show_all(knows: str | None, kind: str | None, find: str | None, as_json: bool) -> None:
    """A table per group, a row per method; broken plug-ins on stderr, one line each."""
    rooms: dict[str, registry.Registry[Any]] = {
        "membership": registry.METHODS,
        "attribution": registry.ATTRIBUTORS,
        "clusters": registry.CLUSTERERS,
    }
    listed = {
        name: listed_methods(room, knows, find)
        for name, room in rooms.items()
        if kind in (None, name)
    }
    if as_json:
        echo(dumped(objects.listed(listed)))
        return
    for name, rows in listed.items():
        if not rows:
            continue
        console.print(Text(KINDS[name], style="bold"))
        if name == "membership":
            for table in method_list.membership(rows, console.width):
                console.print(table)
        else:
            console.print(method_list.table("", rows, console.width))
        console.print()
    if not any(listed.values()):
        say("no such method; leave a filter out")
        return
    levels = {**knowledge(), **evidence()} if kind is None else {}
    for level, meaning in levels.items():
        console.print(f"{wording.knowledge(level)}: {meaning}", style="dim")
    say("clefgan methods NAME says what one does and what can be set")


def listed_methods(
    room: registry.Registry[Any], knows: str | None, find: str | None
) -> list[method_list.ListedMethod]:
    """The methods of one interface that pass the filters; complains of broken ones."""
    rows = []
    for name, method in room.all_methods():
        if isinstance(method, registry.Broken):
            errors.print(method.reason, soft_wrap=True)
            continue
        level = str(registry.vars_of(method)[room.level])
        row = method_list.ListedMethod(name, level, first_line(method), source(method))
        shown = method_guide.GUIDE.get(name)
        where = "" if shown is None else f"{shown.group} {shown.cost}"
        text = f"{row.name} {inspect.getdoc(method)} {row.source} {where}".lower()
        beyond = knows is not None and (level[0] != knows[:1].upper() or level > knows.upper())
        if not beyond and (find or "").lower() in text:
            rows.append(row)
    return rows


def knowledge() -> dict[str, str]:
    """What each level of a method of membership means."""
    return {kind.value: kind.meaning for kind in interface.Knowledge}


def evidence() -> dict[str, str]:
    """Levels of evidence, and what they are in words."""
    return {kind.value: kind.meaning for kind in interface.Evidence}


def show_one(name: str, as_json: bool) -> None:
    """The docstring and the hyper-parameters of one method."""
    known = registry.room_of(name)
    cls: type = known.get(name)
    level = str(registry.vars_of(cls)[known.level])
    meaning = (knowledge() | evidence())[level]
    rows = hyperparameters.describe(cls)
    if as_json:
        about = method_list.ListedMethod(name, level, first_line(cls), source(cls))
        echo(dumped(objects.one(about, inspect.getdoc(cls) or "", rows)))
        return
    console.print(Text.assemble((name, "bold cyan"), f"  {wording.knowledge(level)}: {meaning}"))
    console.print(f"source: {source(cls) or 'not said'}", style="dim")
    console.print()
    console.print(reflowed(inspect.getdoc(cls) or ""))
    console.print()
    if not rows:
        console.print("no settings")
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
    lines: list[str] = []
    joins = False
    for line in text.splitlines():
        plain = bool(line) and not line.startswith((" ", "-", "*", ">"))
        if plain and joins:
            lines[-1] += f" {line}"
        else:
            lines.append(line)
        joins = plain
    return "\n".join(lines)


def first_line(cls: type) -> str:
    """First line of the class's docstring."""
    return (inspect.getdoc(cls) or "").partition("\n")[0]


def source(cls: type) -> str:
    """The paper, as the method states it."""
    return interface.promises(cls).source

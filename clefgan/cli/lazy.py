"""Groups of commands that are listed before they are imported.

Help and completion need a name and a line of help; both stand in a table. The module of a command
is imported when it is called, or asked for its own help.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


@dataclass(frozen=True, slots=True)
class Listed:
    """A command, or a group of commands.

    Parameters
    ----------
    name : as it is typed
    help : first paragraph of the help of a command; all of that of a group
    function : `module:function` of a command; empty for a group
    commands : of a group
    panel : title of the box in the help that it stands in
    """

    name: str
    help: str
    function: str = ""
    commands: tuple["Listed", ...] = ()
    panel: str | None = None


def group_of(table: Sequence[Listed]) -> type[TyperGroup]:
    """The class of a group that loads a command of the table when it is called."""
    listed = {row.name: row for row in table}

    class LazyGroup(TyperGroup):
        """Lists the table; loads a row of it on use."""

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """Find the command that is called, and load it."""
            name, _, rest = super().resolve_command(ctx, args)
            return name, None if name is None else loaded(listed[name]), rest

    return LazyGroup


def list_commands(app: typer.Typer, table: Sequence[Listed]) -> None:
    """Let a group's help and completion show the table."""
    for row in table:
        app.command(row.name, help=row.help, rich_help_panel=row.panel)(not_loaded)


def not_loaded() -> None:
    """Stands for a command in a list; never called."""
    raise AssertionError


def loaded(row: Listed) -> Any:
    """The command itself."""
    app = typer.Typer(
        help=row.help if row.commands else None,
        cls=group_of(row.commands),
        no_args_is_help=bool(row.commands),
        add_completion=False,
        context_settings=HELP_OPTIONS,
    )
    if row.commands:
        list_commands(app, row.commands)
    else:
        module, _, function = row.function.partition(":")
        app.command(row.name)(getattr(import_module(module), function))
    return typer.main.get_command(app)

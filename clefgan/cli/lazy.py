"""Groups of commands that are listed before they are imported.

Help and completion need a name and a line of help; both stand in a table. The module of a command
is imported when it is called, or asked for its own help; help calls nothing, so what the command
works with is then not loaded.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from inspect import cleandoc
from itertools import pairwise
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

JSON = "--json"
METHOD = "--method"  # which several commands take more than once
HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
WORK = ("clefgan.", "evaluation.", "submissions.")
SHELL = ("clefgan.cli.", "clefgan.errors")


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


class TablesCommand(TyperCommand):
    """A command of its own; `--json` without a file, which prints, is `--json -` to it."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Give `--json` its dash where the option takes a file and none follows.

        A value that would not be used as it was typed is wrong usage: one that is empty, which
        would mean the current folder or the default, and a method before another one where one is
        run. Of other options the last counts, as scripts that add to a line expect.
        """
        takes_file = any(JSON in option.opts and not is_flag(option) for option in self.params)
        words = with_dash(args) if takes_file else args
        if not ctx.resilient_parsing and not asks_for_help(words):
            self.refuse_lost_values(ctx, words)
        return super().parse_args(ctx, words)

    def refuse_lost_values(self, ctx: Any, words: list[str]) -> None:
        """Raise if a value is empty, or if a method would silently be left out."""
        typed, _, order = self.make_parser(ctx).parse_args(args=[*words])
        given: list[Any] = [*order]
        for parameter in given:
            value = typed.get(str(parameter.name))
            if "" in (value if isinstance(value, list | tuple) else [value]):
                raise typer.BadParameter("is empty; give a value", ctx=ctx, param=parameter)
            is_method = METHOD in parameter.opts and not parameter.multiple
            if is_method and given.count(parameter) > 1:
                raise typer.BadParameter("given more than once; give one", ctx=ctx, param=parameter)


def is_flag(parameter: Any) -> bool:
    """Whether an option takes no value."""
    return bool(getattr(parameter, "is_flag", False))


def with_dash(words: Sequence[str]) -> list[str]:
    """The words, a dash after each `--json` that no file follows.

    Examples
    --------
    >>> with_dash(["--json", "--seed", "3", "--json", "t.json", "--json"])
    ['--json', '-', '--seed', '3', '--json', 't.json', '--json', '-']
    """
    options = [*words[: words.index("--")]] if "--" in words else [*words]
    given: list[str] = []
    for word, following in pairwise([*options, "--"]):
        given.append(word)
        if word == JSON and following.startswith("-") and following != "-":
            given.append("-")
    return [*given, *words[len(options) :]]


def group_of(table: Sequence[Listed]) -> type[TyperGroup]:
    """The class of a group that loads a command of the table when it is called."""
    listed = {row.name: row for row in table}

    class LazyGroup(TyperGroup):
        """Lists the table; loads a row of it on use."""

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """Find the command that is called, and load it."""
            name, _, rest = super().resolve_command(ctx, args)
            if name is None:
                return name, None, rest
            with loading_on_use() if asks_for_help(rest) else nullcontext():
                return name, loaded(listed[name]), rest

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
        command = getattr(import_module(module), function)
        app.command(row.name, cls=TablesCommand, help=paragraphs(command.__doc__))(command)
    return typer.main.get_command(app)


def paragraphs(text: str) -> str:
    """A docstring whose paragraphs are one line each, so that they are wrapped to the screen."""
    return "\n\n".join(" ".join(part.split()) for part in cleandoc(text).split("\n\n"))


def asks_for_help(words: Sequence[str]) -> bool:
    """Whether a command is called for its help alone."""
    return not {*HELP_OPTIONS["help_option_names"]}.isdisjoint(words)


class OnUse(MetaPathFinder):
    """Finds modules of ours; what they hold is loaded when a name of theirs is asked for."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module below `WORK`, but for the shell; leave all others to Python."""
        if fullname.startswith(SHELL) or not fullname.startswith(WORK):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def loading_on_use() -> Iterator[None]:
    """Within this block an import of a module of ours loads it on first use.

    So the help of a command costs its options, and none of the libraries that it works with.
    """
    finder = OnUse()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)

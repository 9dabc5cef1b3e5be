"""Make the pages in a folder ready for the site; add the first one, commands.md and api.md."""

import inspect
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from clefgan import verbs
from clefgan.cli.app import COMMANDS
from clefgan.cli.lazy import Listed, loaded

STYLE = Path(__file__).with_name("site.css")


def main() -> None:
    """Write the three pages; take what tests read off the first lines of blocks of code."""
    folder = Path(sys.argv[1])
    readme = Path("README.md").read_text(encoding="utf-8")
    (folder / "index.md").write_text(as_first_page(readme), encoding="utf-8")
    for page in folder.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        page.write_text(re.sub(r"(?m)^(```\w+) .*$", r"\1", text), encoding="utf-8")
    shutil.copy(STYLE, folder / STYLE.name)
    commands = "\n".join(line for row in COMMANDS for line in of_command(row, ()))
    (folder / "commands.md").write_text(f"# Commands\n\n{commands}", encoding="utf-8")
    functions = "\n".join(line for name in verbs.__all__ for line in of_function(name))
    (folder / "api.md").write_text(f"# The Python face\n\n{functions}", encoding="utf-8")


def as_first_page(readme: str) -> str:
    """The README with links as they are on the site, and none to what is not on it."""
    elsewhere = r"(?<!!)\[([^\]]*)\]\((?!docs/)[^)]*\)"
    return re.sub(elsewhere, r"\1", readme).replace("](docs/", "](")


def of_command(row: Listed, before: Sequence[str]) -> Iterator[str]:
    """The lines of a command, or of all commands of a group."""
    words = (*before, row.name)
    if row.commands:
        for inner in row.commands:
            yield from of_command(inner, words)
        return
    command = loaded(row)
    yield f"## clefgan {' '.join(words)}\n"
    yield f"{inspect.cleandoc(command.help or row.help)}\n"
    yield "| option | meaning | if not given |"
    yield "|---|---|---|"
    context = click.Context(command)
    for parameter in command.params:
        record = parameter.get_help_record(context)
        name = " ".join(parameter.opts) if record is None else record[0]
        text = str(getattr(parameter, "help", "") or "")
        yield f"| {code(name)} | {escaped(text)} | {escaped(if_not_given(record))} |"
    yield ""


def if_not_given(record: tuple[str, str] | None) -> str:
    """What an option is if it is not given, or that it has to be, from the brackets of its help."""
    brackets = re.search(r"\[([^\[\]]*)\]$", record[1] if record else "")
    said = dict(part.partition(": ")[::2] for part in brackets[1].split("; ")) if brackets else {}
    if "required" in said:
        return "required"
    default = said.get("default", "")
    is_sentence = default.startswith("(")
    return default.strip("()") if is_sentence else f"`{default}`" if default else ""


def of_function(name: str) -> Iterator[str]:
    """The signature and the docstring of a function."""
    function = getattr(verbs, name)
    yield f"## clefgan.{name}\n"
    yield f"```text\n{name}{inspect.signature(function)}\n```\n"
    yield f"```text\n{inspect.getdoc(function)}\n```\n"


def code(text: str) -> str:
    """Text as code within a table."""
    return f"`{escaped(' '.join(text.split()))}`"


def escaped(text: str) -> str:
    """Text that ends no cell of a table."""
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    main()

"""Every command that README and docs show is run, in order, one empty folder a page.

A fenced block marked `python file=NAME` is a file in that folder, and runs too. A block marked `sh`
is run line by line if its lines start with `clefgan`; `sh exits=3` says which exit code they have.
One marked `sh no-run` (it needs data or a service that tests do not have) must still name commands
and options that exist. A command in a block of another kind is refused.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from clefgan.plugins import registry
from running import output

pytestmark = pytest.mark.columns(200)
ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RUN_ELSEWHERE = {"submitting.md": "test_cli_check.py, on data made for it"}
BLOCK = re.compile(
    r"^```sh(?P<skip> no-run)?(?: exits=(?P<code>\d))?\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL
)
FILE = re.compile(r"^```python file=(?P<name>\S+)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
IN_FENCE = re.compile(r"^\s*(?:\$ )?clefgan .*", re.MULTILINE)
INDENTED = re.compile(r"^(?: {4,}|\t)\s*(?:\$ )?clefgan .*", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|#|mailto:)(?P<target>[^)#]+)(#[^)]*)?\)")


def commands(page: Path, *, skipped: bool) -> list[list[str]]:
    """The `clefgan` commands of a page, continuation lines joined, comments dropped."""
    return [words for words, _ in with_codes(page, skipped=skipped)]


def with_codes(page: Path, *, skipped: bool) -> list[tuple[list[str], int]]:
    """The commands, each with the exit code that its block says it has."""
    found = []
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if bool(block["skip"]) is skipped:
            lines = block["body"].replace("\\\n", " ").splitlines()
            found += [
                (shlex.split(line, comments=True), int(block["code"] or 0))
                for line in lines
                if line.startswith("clefgan ")
            ]
    return found


def unmarked(text: str) -> list[str]:
    """Lines that show a `clefgan` command where `commands` does not look."""
    rest = BLOCK.sub("", text)
    fenced = [line for block in FENCE.findall(rest) for line in IN_FENCE.findall(block)]
    return [line.strip() for line in fenced + INDENTED.findall(FENCE.sub("", rest))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_command_is_in_a_block_of_another_kind(page: Path) -> None:
    assert unmarked(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "block",
    [
        "```console\n$ clefgan run\n```\n",
        "```\nclefgan run\n```\n",
        "```sh run\nclefgan run\n```\n",
        "- so:\n\n  ```sh\n  clefgan run\n  ```\n",
        "so\n\n    clefgan run\n",
        "so\n\n\t$ clefgan run\n",
    ],
)
def test_a_command_in_a_block_of_another_kind_is_found(block: str) -> None:
    page = f"# Page\n\nclefgan takes.\n\n```sh\nclefgan methods\n```\n\n{block}\nclefgan gives.\n"
    assert [line.removeprefix("$ ") for line in unmarked(page)] == ["clefgan run"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name not in RUN_ELSEWHERE], ids=lambda page: page.name
)
def test_every_command_shown_runs(page: Path, tmp_path: Path) -> None:
    write_files(page, tmp_path)
    for words, code in with_codes(page, skipped=False):
        done = output(*words[1:], folder=tmp_path)
        assert done.code == code, f"{shlex.join(words)}\n{done.out}\n{done.err}"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "```python file=" in page.read_text()], ids=lambda p: p.name
)
def test_every_file_shown_runs(page: Path, tmp_path: Path) -> None:
    write_files(page, tmp_path)
    for path in sorted(tmp_path.glob("*.py")):
        done = subprocess.run(
            [sys.executable, "-W", "error", path], capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"{path.name}\n{done.stdout}\n{done.stderr}"


def write_files(page: Path, folder: Path) -> None:
    """The files that a page shows."""
    for block in FILE.finditer(page.read_text(encoding="utf-8")):
        (folder / block["name"]).write_text(block["body"], encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_are_not_run_exist(page: Path, tmp_path: Path) -> None:
    for words in commands(page, skipped=True):
        names = [word for word in words[1:] if not word.startswith("-")]
        options = [word.partition("=")[0] for word in words if word.startswith("--")]
        depth = 2 if names[0] in ("data", "gan", "codabench", "lab") else 1
        help_text = output(*names[:depth], "--help", folder=tmp_path)
        assert help_text.code == 0, shlex.join(words)
        for option in options:
            assert option in help_text.out, f"{shlex.join(words)}: no {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_local_link_leads_somewhere(page: Path) -> None:
    for link in LINK.finditer(page.read_text(encoding="utf-8")):
        assert (page.parent / link["target"]).exists(), link["target"]


def test_the_table_of_methods_has_every_method() -> None:
    text = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|(?:[^|\n]*\|){6}$", text, re.MULTILINE)
    assert sorted(rows) == sorted(registry.built_in())


def test_the_table_of_methods_says_what_each_knows() -> None:
    text = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    for name in registry.built_in():
        knows = re.search(rf"^\| `{name}` \|[^|]*\| (S\d) \(\w+\) \|", text, re.MULTILINE)
        assert knows is not None, name
        assert knows[1] == registry.get(name).knowledge, name

"""The table of commands: what it says is what the commands say, and a start pays for no other."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clefgan.cli.app import COMMANDS, app
from clefgan.cli.lazy import Listed, loaded

HEAVY = (
    *("jax", "flax", "optax", "orbax", "sklearn", "matplotlib", "tensorflow_datasets", "numba"),
    *("numpy", "PIL", "scipy"),
)
CLI = Path(inspect.getfile(Listed)).parent
NAMES = {
    *("run", "evaluate", "methods", "reproduce", "score", "leaderboard", "check", "bundle"),
    "audit",
    *("weights", "gan train", "gan sample", "lab make", "lab study", "data info", "data prepare"),
    *("codabench init", "codabench lint", "codabench score", "codabench pack"),
}


def commands(
    table: tuple[Listed, ...] = COMMANDS, before: str = ""
) -> Iterator[tuple[str, Listed]]:
    """Every command and group with its whole name."""
    for row in table:
        yield f"{before}{row.name}", row
        yield from commands(row.commands, f"{before}{row.name} ")


def printed(*words: str) -> str:
    """What a command prints, without line breaks and boxes."""
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"}, catch_exceptions=False)
    assert done.exit_code == 0
    return " ".join(done.output.replace("│", " ").split())


def test_the_commands_keep_their_names() -> None:
    assert {name for name, row in commands() if not row.commands} >= NAMES


@pytest.mark.parametrize("name", [name for name, row in commands() if not row.commands])
def test_the_line_of_help_is_the_command_s_own(name: str) -> None:
    row = dict(commands())[name]
    module, _, function = row.function.partition(":")
    doc = inspect.getdoc(getattr(import_module(module), function))
    assert doc is not None
    assert row.help == " ".join(doc.partition("\n\n")[0].split())


@pytest.mark.parametrize("name", [name for name, row in commands() if not row.commands])
def test_the_help_of_a_command_has_no_line_break_inside_a_paragraph(name: str) -> None:
    text = loaded(dict(commands())[name]).help
    assert not any("\n" in paragraph for paragraph in text.split("\n\n"))


@pytest.mark.parametrize("name", [name for name, row in commands() if not row.commands])
def test_no_word_that_stands_for_a_value_is_broken_at_eighty_columns(name: str) -> None:
    command = loaded(dict(commands())[name])
    text = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "80"}).output
    for word in (param.metavar for param in command.params if param.param_type_name == "option"):
        assert (word or "") in text


def test_help_lists_every_command_with_its_line() -> None:
    text = printed("--help")
    for row in COMMANDS:
        assert f"{row.name} {row.help}" in text
        if row.commands:
            inner = printed(row.name, "--help")
            assert row.help in inner
            for command in row.commands:
                assert f"{command.name} {command.help}" in inner


def test_a_command_without_a_name_is_asked_for_and_a_misspelt_one_suggested() -> None:
    done = CliRunner().invoke(app, ["lab", "mkae"], env={"COLUMNS": "200"})
    assert done.exit_code == 2
    assert "No such command 'mkae'. Did you mean 'make'?" in done.output
    assert CliRunner().invoke(app, ["lab"]).exit_code == 2  # its help


@pytest.mark.parametrize(
    "words",
    [
        "clefgan ", "clefgan lab ", "clefgan lab make --per", "clefgan run --method fus",
        "clefgan run --edition 2025_", "clefgan check a.csv --edition 2024",
        "clefgan run --data ph", "clefgan run --data ../",
        "clefgan evaluate --method near", "clefgan score a.csv --data phantom_ct",
    ],
)  # fmt: skip
def test_completion_knows_names_options_and_lines(words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "clefgan"],
        env={
            "PATH": "",
            "_PYTHON _M CLEFGAN_COMPLETE": "complete_zsh",
            "_PYTHON__M_CLEFGAN_COMPLETE": "complete_zsh",
            "_TYPER_COMPLETE_ARGS": words,
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    expected = {
        "clefgan ": [f'"{row.name}":"{row.help[:9]}' for row in COMMANDS],
        "clefgan lab ": ['"make":"', '"study":"'],
        "clefgan lab make --per": ["--per-group"],
        "clefgan run --method fus": ["fusion"],
        "clefgan run --edition 2025_": ["2025_s1", "2025_s2"],
        "clefgan check a.csv --edition 2024": ["2024_s1", "2024_s2"],
        "clefgan run --data ph": ["phantom_ct", "phantom_classes"],
        "clefgan run --data ../": [f"../{Path.cwd().name}"],
        "clefgan evaluate --method near": ["nearest"],
        "clefgan score a.csv --data phantom_ct": ["phantom_ct"],
    }
    assert done.returncode == 0, done.stderr
    for text in expected[words]:
        assert text in done.stdout.replace("''", "'"), done.stdout


def test_help_imports_nothing_heavy() -> None:
    names = ["", *(name for name, _ in commands())]
    script = (
        "import sys\n"
        "from clefgan.__main__ import main\n"
        f"for name in {names!r}:\n"
        "    try:\n"
        "        main([*name.split(), '--help'])\n"
        "    except SystemExit as stopped:\n"
        f"        loaded = sorted(set({HEAVY!r}) & set(sys.modules))\n"
        "        print(repr(name), stopped.code, *loaded, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, timeout=120
    )
    assert done.stderr.splitlines() == [f"{name!r} 0" for name in names]


def test_a_command_works_after_its_help_in_the_same_process() -> None:
    script = (
        "import sys\n"
        "from clefgan.__main__ import main\n"
        "for words in (['methods', '-h'], ['methods', 'nearest'], ['methods', 'neraest']):\n"
        "    try:\n"
        "        main(words)\n"
        "    except SystemExit as stopped:\n"
        "        print(stopped.code, 'numpy' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, timeout=120
    )
    first, second, message, third = done.stderr.splitlines()
    assert (first, second, third) == ("0 False", "0 True", "1 True")
    assert "did you mean 'nearest'" in message


def test_the_first_help_imports_no_command_and_no_library_of_ours() -> None:
    script = (
        "import sys\n"
        "from clefgan.__main__ import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "except SystemExit:\n"
        "    pass\n"
        "ours = ('clefgan', 'evaluation', 'submissions', 'baselines', 'numpy', 'pydantic')\n"
        "loaded = [name for name in sys.modules if name.partition('.')[0] in ours]\n"
        "print(sorted(loaded), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, timeout=120
    )
    assert ast.literal_eval(done.stderr) == [
        *("clefgan", "clefgan.__main__", "clefgan.cli", "clefgan.cli.app"),
        *("clefgan.cli.bash_words", "clefgan.cli.lazy", "clefgan.cli.shell_words"),
        *("clefgan.errors", "clefgan.storage", "clefgan.storage.steering"),
        *("evaluation", "evaluation.errors"),  # as those above, for what may be raised
        *("submissions", "submissions.errors"),
    ]


@pytest.mark.parametrize("path", sorted(CLI.glob("*.py")), ids=lambda path: path.stem)
def test_a_command_imports_at_its_top_and_no_other_command(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = (ast.Import, ast.ImportFrom)
    inner = [node for node in ast.walk(tree) if isinstance(node, statements)]
    late = [node for node in inner if node not in tree.body]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert all("  # " in lines[node.lineno - 1] for node in late)  # what is heavy, and why
    assert not late or path.stem in ("gan", "run_classes", "completion")  # JAX; SciPy; NumPy
    of_commands = {row.function.partition(":")[0] for _, row in commands() if row.function}
    assert not of_commands & {name for node in inner for name in imported(node)}
    assert "TYPE_CHECKING" not in path.read_text(encoding="utf-8")


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules that a statement may import."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]

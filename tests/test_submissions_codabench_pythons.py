"""The scoring program on old Pythons: what it carries, and that it keeps to 3.9."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from competitions import RUNS, competition, written
from submissions import edition as edition_module
from submissions import editions
from submissions.codabench import carry
from submissions.codabench.score import score


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed."""
    return competition(tmp_path_factory.mktemp("made"))


# --- the oldest Python


def pythons() -> Iterator[str]:
    """Interpreters of 3.9 and later at hand, oldest first."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in range(9, 12):
        found = shutil.which(f"python3.{minor}")
        candidates = [found] if found else []
        candidates += [str(path) for path in pyenv.glob(f"3.{minor}.*/bin/python")]
        for python in candidates:
            asked = [python, "-c", f"import sys; assert sys.version_info[:2] == (3, {minor})"]
            if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
                yield python


def with_numpy() -> str | None:
    given = os.environ.get("CLEFGAN_OLD_PYTHON")
    for python in [given] if given else pythons():
        asked = [python, "-c", "import numpy"]
        if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return python
    return None


def test_the_program_on_the_oldest_python_with_numpy(made: Path, tmp_path: Path) -> None:
    python = with_numpy()
    if python is None:
        pytest.skip("no Python 3.9 to 3.11 with numpy: set CLEFGAN_OLD_PYTHON to one")
    run = written(tmp_path)
    outcome = score(made, run, python=python)
    assert outcome.code == 0, outcome.log
    assert outcome.scores == score(made, run, python=sys.executable).scores


def test_a_wrong_run_on_the_oldest_python(made: Path) -> None:
    python = next(pythons(), None)
    if python is None:
        pytest.skip("no Python 3.9 to 3.11 at hand")
    outcome = score(made, RUNS / "semicolon.csv", python=python)
    assert outcome.code == 1
    assert "not separated by ',' but by ';'" in outcome.log
    assert "Traceback" not in outcome.log


@pytest.mark.parametrize("name", ["2023", "2025_s2"])
def test_the_carried_code_keeps_to_python_3_9(name: str) -> None:
    """What `ast` cannot see is run above; this finds the usual newcomers by name."""
    for path, content in carry.files(editions.get(name)).items():
        if not path.endswith(".py"):
            continue
        tree = ast.parse(content, feature_version=(3, 9))
        lazy = "from __future__ import annotations" in content.decode()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                used = {keyword.arg for keyword in node.keywords}
                called = ast.unparse(node.func)
                assert not (called == "zip" and "strict" in used), path
                assert not (called == "dataclass" and used & {"slots", "kw_only"}), path
            if isinstance(node, ast.FunctionDef | ast.AnnAssign):
                old = not any(isinstance(n, ast.BinOp) for n in _annotations(node))
                assert lazy or old, f"{path}: annotations are evaluated: from __future__ import"
            if isinstance(node, ast.ImportFrom) and node.module == "typing" and node in tree.body:
                names = {alias.name for alias in node.names}
                assert not names & {"TypeAlias", "Self", "ParamSpec", "assert_never"}, path
            if isinstance(node, ast.ImportFrom | ast.Import):
                roots = {(getattr(node, "module", None) or node.names[0].name).split(".")[0]}
                foreign = roots - {"numpy", "scipy", "evaluation", "submissions"}
                assert foreign <= sys.stdlib_module_names, path
                assert "tomllib" not in roots, path


def _annotations(node: ast.FunctionDef | ast.AnnAssign) -> Iterator[ast.AST]:
    if isinstance(node, ast.AnnAssign):
        yield from ast.walk(node.annotation)
        return
    for argument in [*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs]:
        if argument.annotation is not None:
            yield from ast.walk(argument.annotation)
    if node.returns is not None:
        yield from ast.walk(node.returns)


def test_the_carried_code_is_what_is_installed(made: Path) -> None:
    home = Path(edition_module.__file__).parent
    for path in (made / "scoring_program" / "submissions").glob("*.py"):
        assert path.read_bytes() == (home / path.name).read_bytes()

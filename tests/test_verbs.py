"""The Python face: what the command line does, as functions; its page and its notebook run."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clefgan
from baselines.trivial import Coin
from clefgan.data.challenge import Challenge
from clefgan.errors import ClefganError
from clefgan.report.notebook import EvaluationTable
from clefgan.runs import record

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)


@pytest.fixture(scope="module")
def challenge() -> Challenge:
    return clefgan.read()


def test_importing_loads_no_heavy_package() -> None:
    code = (
        "import sys, clefgan; clefgan.__version__; dir(clefgan); "
        "print(sorted({'numpy', 'jax', 'typer', 'rich', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_importing_costs_little_over_bare_python() -> None:
    """Python's own count of microseconds, the best of a few: less than 50 milliseconds."""
    words = [sys.executable, "-X", "importtime", "-c", "import clefgan"]
    taken = []
    for _ in range(5):
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        last = next(line for line in done.stderr.splitlines() if line.endswith("| clefgan"))
        taken.append(int(last.split("|")[1]))
    assert min(taken) < 50_000


def test_every_verb_is_there_and_nothing_else() -> None:
    for name in clefgan.__all__:
        assert getattr(clefgan, name)
    assert set(clefgan.__all__) <= set(dir(clefgan))
    with pytest.raises(AttributeError, match="no attribute 'rum'"):
        _ = clefgan.rum


def test_a_method_object_and_its_name_say_the_same(challenge: Challenge) -> None:
    named = clefgan.run(challenge, "coin", seed=3, protocols=["held-out"])
    given = clefgan.run(challenge, Coin(seed=3), seed=3, protocols=["held-out"])
    assert given.method == "coin"
    np.testing.assert_array_equal(named.scores.score, given.scores.score)


def test_what_the_command_writes_is_what_python_writes(
    challenge: Challenge, tmp_path: Path
) -> None:
    words = ["run", "--method", "nearest", "--out", tmp_path, "--decide", "quota:0.3"]
    code = [sys.executable, "-m", "clefgan", *map(str, words)]
    subprocess.run(code, capture_output=True, check=True)
    run = clefgan.run(challenge, "nearest", decide="quota:0.3")
    ours, theirs = record.text(run), (tmp_path / "nearest.json").read_text()
    assert without_times(ours) == without_times(theirs)


def without_times(text: str) -> str:
    return re.sub(r'"seconds": \{.*?\}', "", text, flags=re.S)


def test_progress_is_silent_unless_asked(
    challenge: Challenge, capfd: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []
    clefgan.run(challenge, "nearest", progress=lambda stage, *_: seen.append(stage))
    clefgan.run(challenge, "coin")
    assert seen
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c: clefgan.run(c, "nearst"), "did you mean 'nearest'"),
        (lambda c: clefgan.run(c, "nearest", decide="quoto:1"), "did you mean 'quota'"),
        (lambda c: clefgan.run(c, "nearest", protocols=["x"]), "protocol 'x' is not one of"),
        (lambda c: clefgan.evaluate(c, ["nearest", "nearst"]), "did you mean 'nearest'"),
        (lambda c: clefgan.evaluate(c, []), "no method"),
        (lambda _: clefgan.read("nowhere"), "nowhere"),
        (lambda _: clefgan.load("nowhere"), "no such file"),
    ],
)
def test_bad_input_is_one_line(call: Any, message: str, challenge: Challenge) -> None:
    with pytest.raises(ClefganError, match=message) as caught:
        call(challenge)
    assert "\n" not in str(caught.value)


def test_a_table_shows_itself(challenge: Challenge) -> None:
    table = clefgan.evaluate(challenge, ["nearest", "coin"], protocols=["held-out", "paper"])
    assert isinstance(table, EvaluationTable)
    html = table._repr_html_()
    assert html.count("<table") == 2
    assert "nearest" in html
    assert "| nearest |" in str(table)
    frame = table.to_frame()
    row = frame[(frame["run"] == "nearest") & (frame["table"] == "dev, held-out")]
    held = clefgan.run(challenge, "nearest", decide="zero").dev["held-out"].table
    assert held.truth is not None
    assert row["accuracy"].item() == pytest.approx((held.decision == held.truth).mean())


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall((DOCS / "python.md").read_text(encoding="utf-8"))
    assert len(blocks) >= 5
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "python.md", "exec"), names)
    assert (tmp_path / "runs" / "nearest.csv").is_file()


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path) -> None:
    nbformat: Any = pytest.importorskip("nbformat")
    nbclient: Any = pytest.importorskip("nbclient")
    notebook = nbformat.read(DOCS / "notebook.ipynb", as_version=4)
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("text/html" in output.get("data", {}) for output in outputs)
    assert any("image/png" in output.get("data", {}) for output in outputs)

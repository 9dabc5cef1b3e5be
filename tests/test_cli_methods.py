"""`clefgan methods`: the list, its filters, and a new method to begin with."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from clefgan.plugins import registry
from clefgan.report import method_guide
from running import clefgan

ROOT = Path(__file__).resolve().parents[1]


def test_the_list_fits_and_names_every_method(capsys: pytest.CaptureFixture[str]) -> None:
    assert clefgan("methods") == 0
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in printed
    assert lines[1] == "Start here: fusion, then nearest, then all-used"
    for room in (registry.METHODS, registry.ATTRIBUTORS, registry.CLUSTERERS):
        for name in room.built_in():
            assert any(line.startswith(name) for line in lines), name
    assert "S2 unused: S1, and images known to be unused" in printed
    assert "A1 real: A0, and the real images of each class" in printed
    assert re.search(r"^subset-fusion +A1 real ", printed, re.MULTILINE)


def test_every_built_in_method_has_a_row_that_the_docs_have_too() -> None:
    assert set(registry.METHODS.built_in()) <= set(method_guide.GUIDE)
    page = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    shown = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and re.fullmatch(r"`[a-z0-9-]+`", cells[0]):
            shown[cells[0].strip("`")] = tuple(cells[5].replace("—", "–").split(" / "))
    for name, row in method_guide.GUIDE.items():
        assert (row.auc or ("–",)) == shown[name], name


def test_filters(capsys: pytest.CaptureFixture[str]) -> None:
    def names(*words: str) -> dict[str, list[str]]:
        assert clefgan("methods", "--json", *words) == 0
        found = json.loads(capsys.readouterr().out)
        return {kind: [row["name"] for row in rows] for kind, rows in found.items()}

    assert names("--find", "carlini")["membership"] == [
        "fusion",  # by its description, which `clefgan methods fusion` shows in full
        "patch-log-ratio",
        "reference-generators",
        "relative-distance",
        "relative-tile",
    ]
    assert len(names("--find", "SSIM")["membership"]) == 5  # by the cost in the table
    assert "lbp-svm" in names("--find", "challenge teams")["membership"]  # by its group
    assert list(names("--kind", "clusters")) == ["clusters"]
    known = names("--knows", "S0", "--kind", "membership")["membership"]
    assert "nearest" in known
    assert "votes" not in known
    assert clefgan("methods", "--find", "no such text") == 0
    assert "no such method; leave a filter out" in capsys.readouterr().out
    assert clefgan("methods", "--kind", "other") == 2
    assert clefgan("methods", "--knows", "S9") == 2
    assert "'S9' is not one of S0, S1, S2, S3, A0" in capsys.readouterr().err


def test_a_new_method_works_and_keeps_its_promises(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "my_idea.py"
    assert clefgan("methods", "new", file) == 0
    assert f"next: clefgan run --method {file}" in capsys.readouterr().out
    assert registry.get(str(file)).__name__ == "MyIdea"
    done = subprocess.run(
        [sys.executable, "test_my_idea.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "MyIdea keeps its promises\n"), done.stderr
    assert clefgan("methods", "new", file) == 1
    assert "my_idea.py: exists; give another name" in capsys.readouterr().err
    assert clefgan("methods", "new", tmp_path / "1st.py") == 1
    assert "not a module's name; give one such as mine.py" in capsys.readouterr().err
    assert clefgan("methods", "new", tmp_path / "numpy.py") == 1
    assert "hides the module 'numpy' of Python; give another name" in capsys.readouterr().err
    assert clefgan("methods", "new", tmp_path / "no" / "mine.py") == 1
    assert "no such folder; make it first" in capsys.readouterr().err
    assert clefgan("methods", "new") == 2
    assert clefgan("methods", "nearest", "votes") == 2


def test_a_new_attributor_works_and_keeps_its_promises(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "my_idea.py"
    words = ["methods", "new", file, "--kind"]
    assert clefgan(*words, "clusters") == 2
    assert "'clusters' is not one of membership, attribution" in capsys.readouterr().err
    assert clefgan(*words, "attribution") == 0
    run = f"run --method {file} --data phantom_classes"
    assert f"next: clefgan {run}" in capsys.readouterr().out
    assert registry.registry_of(str(file)).get(str(file)).__name__ == "MyIdea"
    done = subprocess.run(
        [sys.executable, "test_my_idea.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "MyIdea keeps its promises\n"), done.stderr
    assert clefgan(*run.split(), "--out", tmp_path / "out", "--quiet") == 0


def test_debug_shows_where_an_error_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert clefgan("methods", "nosuch", "--debug") == 1
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert told.splitlines()[-1].startswith("clefgan: no method 'nosuch'")
    assert clefgan("methods", "nosuch") == 1
    assert "Traceback" not in capsys.readouterr().err

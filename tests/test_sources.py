"""The digest of a method's code: what changes it and what does not."""

import os
import sys
from pathlib import Path

import pytest

from clefgan.storage import code_digest

MODULES = {
    "__init__.py": "",
    "method.py": "from plug import helper\nfrom plug.deep import far\n",
    "helper.py": "def one():\n    from . import lazy\n    return lazy\n",
    "lazy.py": "import numpy\n",
    "beside.py": "",
    "deep/__init__.py": "",
    "deep/far.py": "from ..helper import one\nfrom .near import two\n",
    "deep/near.py": "two = 2\n",
}


@pytest.fixture
def plug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in MODULES.items():
        path = tmp_path / "plug" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    code_digest.unloaded.cache_clear()
    return tmp_path / "plug"


@pytest.mark.parametrize(
    "name", ["method.py", "helper.py", "lazy.py", "deep/far.py", "deep/near.py", "__init__.py"]
)
def test_an_edit_of_anything_that_is_imported_counts(plug: Path, name: str) -> None:
    before = code_digest.digest("plug.method")
    assert code_digest.digest("plug.method") == before
    (plug / name).write_text(MODULES[name] + "# edited\n")
    assert code_digest.digest("plug.method") != before


def test_an_edit_of_what_is_not_imported_does_not_count(plug: Path) -> None:
    before = code_digest.digest("plug.method")
    (plug / "beside.py").write_text("# edited\n")
    assert code_digest.digest("plug.method") == before
    assert "plug.method" not in sys.modules


def test_an_edit_that_keeps_the_size_counts(plug: Path) -> None:
    before = code_digest.digest("plug.method")
    (plug / "deep" / "near.py").write_text("two = 3\n")
    os.utime(plug / "deep" / "near.py", ns=(1, 1))
    assert code_digest.digest("plug.method") != before


def test_ours_are_followed_also_where_they_are_imported_by_name() -> None:
    space = code_digest.place("baselines.features.space")
    assert space is not None
    assert "baselines.features.vgg16" in set(code_digest.imports(space, "baselines.features.space"))


def test_a_module_without_source_is_no_error() -> None:
    assert code_digest.place("sys") is None
    assert code_digest.place("no_such_module.at_all") is None
    assert code_digest.digest("no_such_module") == code_digest.digest("sys")

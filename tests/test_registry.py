"""Methods by name, by file, and what happens to broken ones."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clefgan.errors import ClefganError
from clefgan.plugins import registry

MINE = '''
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from clefgan.method import Knowledge

@dataclass(frozen=True)
class Mine:
    """Mean grey level."""
    knowledge: ClassVar[Knowledge] = Knowledge.S0
    level: float = 100.0  # above it: used
    def fit(self, dev, /, *, progress=None):
        return self
    def score(self, candidates, generated, /, *, progress=None):
        return candidates.mean(axis=(1, 2)) - self.level
'''


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.py"
    path.write_text(text)
    return path


def test_every_built_in_method_loads() -> None:
    broken = [found for _, found in registry.all_methods() if isinstance(found, registry.Broken)]
    assert broken == []
    assert {"lbp-svm", "nearest", "coin", "all-used", "all-not-used"} <= set(registry.built_in())


def test_a_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(ClefganError, match=r"^no method 'lbpsvm'; did you mean 'lbp-svm'\?$"):
        registry.get("lbpsvm")


def test_a_name_like_no_other_lists_the_known_ones() -> None:
    with pytest.raises(
        ClefganError, match=r"^no method 'zzz'; known: 'against-unused', 'all-not-used'"
    ):
        registry.get("zzz")


def test_a_class_in_a_file(tmp_path: Path) -> None:
    path = write(tmp_path, MINE)
    assert repr(registry.configure(f"{path}:Mine", ["level=7"])) == "Mine(level=7.0)"


@pytest.mark.parametrize(
    ("text", "cls", "message"),
    [
        (MINE, "Mnie", "no class 'Mnie'; did you mean 'Mine'"),
        ("1 / 0", "Mine", "cannot be loaded: ZeroDivisionError: division by zero"),
        ("raise SystemExit(0)", "Mine", "cannot be loaded: SystemExit: 0"),
        (MINE.replace("@dataclass(frozen=True)", ""), "Mine", "is not a dataclass; make it frozen"),
        (MINE.replace("(frozen=True)", ""), "Mine", "dataclass 'Mine' is not frozen"),
        (MINE.replace("= Knowledge.S0", "= 'S0'"), "Mine", "'knowledge' is not one of"),
        (MINE.replace("knowledge:", "know:"), "Mine", "variable 'knowledge' is missing; write kno"),
        (MINE.replace("def fit", "def learn"), "Mine", "has no method 'fit'"),
        (MINE.replace("float = 100.0 ", "float "), "Mine", "field 'level' has no default"),
        ("Mine = 3", "Mine", "is not a class; got 'int'"),
    ],
)
def test_a_broken_file_is_named_in_one_line(
    tmp_path: Path, text: str, cls: str, message: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ClefganError) as caught:
        registry.get(f"{path}:{cls}")
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file() -> None:
    with pytest.raises(ClefganError, match=r"^no\.py: no such file; --method takes a name or"):
        registry.get("no.py:Mine")


def test_a_broken_plug_in_harms_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = tmp_path / "plug-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: plug\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[clefgan.methods]\nbroken = no_such_module:Mine\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = dict(registry.all_methods())
    assert isinstance(found["broken"], registry.Broken)
    assert "method 'broken' of plug: cannot be loaded" in found["broken"].reason
    assert not isinstance(found["nearest"], registry.Broken)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nearest", ("nearest", [])),
        ("nearest(size=8, seed=1)", ("nearest", ["size=8", "seed=1"])),
        ("f(map=pca(lbp(1,2),8), k=3)", ("f", ["map=pca(lbp(1,2),8)", "k=3"])),
        ("f()", ("f", [])),
    ],
)
def test_a_name_may_carry_settings(text: str, expected: Any) -> None:
    assert registry.split(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "csls(", "csls(neighbours=3", "csls)", "csls(features=pca(hog)", "csls(neighbours=3)x",
        "mine.py:Mine(level=7",
    ],
)  # fmt: skip
def test_brackets_that_do_not_match_are_told(text: str) -> None:
    with pytest.raises(ClefganError) as caught:
        registry.configure(text)
    assert str(caught.value) == (
        f"method {text!r}: brackets that do not match, or do not end it; write "
        "'name(setting=value)'"
    )


def test_brackets_in_the_path_of_a_file_are_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "a (1"
    folder.mkdir()
    assert repr(registry.configure(f"{write(folder, MINE)}:Mine")) == "Mine(level=100.0)"


def test_the_seed_goes_where_there_is_one() -> None:
    assert "seed=7" in repr(registry.configure("coin", seed=7))
    assert "seed=1" in repr(registry.configure("coin", ["seed=1"], seed=7))
    assert repr(registry.configure("all-used", seed=7)) == "AllUsed()"


PLUGIN = {
    "pyproject.toml": """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "clefgan-brightness"
version = "1.0"
[project.entry-points."clefgan.methods"]
brightness = "clefgan_brightness:Mine"
broken = "clefgan_brightness:Nothing"
""",
    "clefgan_brightness.py": MINE,
}


@pytest.fixture(scope="module")
def plug_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that an outside plug-in was built and installed into."""
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    for name, text in PLUGIN.items():
        (source / name).write_text(text)
    command = [
        "-m",
        "pip",
        "install",
        "-q",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--target",
    ]
    subprocess.run([sys.executable, *command, str(site), str(source)], check=True, timeout=120)
    return site


def clefgan(site: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line where Python also finds the plug-in."""
    code = f"import site; site.addsitedir({str(site)!r}); from clefgan.__main__ import main; main()"
    return subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments], capture_output=True, text=True, timeout=300
    )


def test_an_outside_plug_in_is_listed_beside_a_broken_one(plug_in: Path) -> None:
    done = clefgan(plug_in, "methods")
    assert done.returncode == 0
    assert "brightness" in done.stdout
    assert "lbp-svm" in done.stdout
    assert done.stderr.splitlines() == [
        "method 'broken' of clefgan-brightness: cannot be loaded: AttributeError: module "
        "'clefgan_brightness' has no attribute 'Nothing'"
    ]


def test_an_outside_plug_in_runs(plug_in: Path, tmp_path: Path) -> None:
    done = clefgan(plug_in, "run", "--method", "brightness", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "brightness.csv").read_text().splitlines()) == 100


def test_all_faults_are_told_at_once_each_with_the_line_to_write(tmp_path: Path) -> None:
    text = MINE.replace("(frozen=True)", "").replace("= Knowledge.S0", "= 'S0'")
    text = text.replace("def fit", "def learn").replace("float = 100.0 ", "float ")
    path = write(tmp_path, text)
    with pytest.raises(ClefganError) as caught:
        registry.get(f"{path}:Mine")
    said = str(caught.value)
    assert said.startswith(
        f"{path}:Mine: 4 faults: (1) dataclass 'Mine' is not frozen; write @data"
    )
    for line in (
        "write knowledge: ClassVar[Knowledge] = Knowledge.S0",
        "write def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:",
        "write level: float = ...  # what it is",
    ):
        assert line in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("parameters", "is_told"),
    [
        ("self, dev", True),
        ("self, dev, *, progress", False),
        ("self, dev, progress=None", False),
        ("self, dev, extra, *, progress", True),
        ("self, *given, **more", False),
    ],
)
def test_a_fit_that_no_run_can_call_is_told_before_the_work(
    parameters: str, is_told: bool, tmp_path: Path
) -> None:
    text = re.sub(r"def fit\(.*?\)", f"def fit({parameters})", MINE, count=1, flags=re.S)
    path = write(tmp_path, text)
    if not is_told:
        registry.get(f"{path}:Mine")
        return
    with pytest.raises(
        ClefganError, match="'fit' does not take what a run gives it; write def fit"
    ):
        registry.get(f"{path}:Mine")


def test_a_file_without_a_class_means_the_one_in_it(tmp_path: Path) -> None:
    path = write(tmp_path, MINE)
    assert repr(registry.configure(str(path), ["level=7"])) == "Mine(level=7.0)"
    two = write(tmp_path, MINE + "\n\n@dataclass(frozen=True)\nclass Other(Mine):\n    pass\n")
    with pytest.raises(ClefganError, match=r"several methods; give one of .*:Mine, .*:Other$"):
        registry.get(str(two))
    none = write(tmp_path, "x = 1\n")
    with pytest.raises(ClefganError, match=r"no class with a method 'fit'; write one$"):
        registry.get(str(none))


@pytest.mark.parametrize("name", ["subset-fusion", "cluster-texture"])
def test_a_method_of_classes_is_not_called_a_misspelt_one_of_membership(name: str) -> None:
    with pytest.raises(ClefganError) as refused:
        registry.configure(name)
    assert str(refused.value).startswith(
        f"method '{name}' does not say used or not; it is for an edition of classes, such as "
        "2025_s2; give one of against-unused, "
    )

"""What we import is what pyproject.toml declares, on every Python and system, and both ways.

An import is looked up in the installed packages, so that names of modules and of distributions may
differ (`PIL` is of Pillow, `google.protobuf` of protobuf and not of another `google`).
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import distribution, packages_distributions
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
PACKAGES = ("clefgan", "baselines", "evaluation", "submissions")
SYSTEMS = ("linux", "darwin", "win32")
BROUGHT_FOR_OTHERS = {  # nothing of ours imports these
    "array-record": "tensorflow-datasets reads such files, and says so on Linux only",
    "importlib-resources": "tensorflow-datasets imports it, and says so below 3.9 only",
}
LOADED_BY_OTHERS = {  # plug-ins: nothing of ours imports these
    "pylibjpeg": "pydicom finds its decoders through it",
    "pylibjpeg-openjpeg": "pydicom decodes JPEG 2000 with it",
    "python-gdcm": "pydicom decodes JPEG with it",
}
READERS = "clefgan/data/formats/"  # each is imported where a file of its format is read


class Import(NamedTuple):
    """One import of a module that is neither ours nor of the standard library."""

    where: str
    module: str
    at_top: bool


def minors() -> list[str]:
    """The Pythons of the classifiers: `3.11` and so on."""
    pattern = re.compile(r"Programming Language :: Python :: (3\.\d+)")
    return [found[1] for line in PROJECT["classifiers"] if (found := pattern.fullmatch(line))]


def requirements(lines: list[str]) -> list[Requirement]:
    """Requirements, parsed."""
    return [Requirement(line) for line in lines]


def extras() -> list[Requirement]:
    """The requirements of all extras."""
    return requirements(
        [line for each in PROJECT["optional-dependencies"].values() for line in each]
    )


def names(listed: list[Requirement]) -> set[str]:
    """The names of distributions, each in its one spelling."""
    return {canonicalize_name(requirement.name) for requirement in listed}


def names_on(listed: list[Requirement], python: str, system: str) -> set[str]:
    """The names that are asked for on this Python and this system."""
    here = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system],
    }
    return names([each for each in listed if each.marker is None or each.marker.evaluate(here)])


def folder_of(package: str) -> Path:
    """Where the package lies, in this checkout or installed."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations)))


def imports_in(folder: Path) -> Iterator[Import]:
    """Every import of a foreign module below a folder, in functions too."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from foreign(tree, f"{folder.name}/{path.relative_to(folder)}")


def foreign(tree: ast.Module, file: str) -> Iterator[Import]:
    """The imports of one file."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    lazy = {
        id(node)
        for each in ast.walk(tree)
        if isinstance(each, functions)
        for node in ast.walk(each)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for module in modules_of(node):
            top = module.partition(".")[0]
            if top not in sys.stdlib_module_names and top not in (*PACKAGES, "benchmarks"):
                at_top = id(node) not in lazy and not file.startswith(READERS)
                yield Import(f"{file}:{node.lineno}", module, at_top)


def modules_of(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules that one statement imports; none where it looks in its own package."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [] if node.level else [str(node.module)]


@cache
def owner(module: str) -> str:
    """The installed distribution that a module is of, in its one spelling; else the module."""
    found = installed().get(module.partition(".")[0], [])
    if len(set(found)) > 1:  # a namespace that several distributions share
        stems = {f"{module.replace('.', '/')}{end}" for end in (".py", "/__init__.py")}
        found = [
            name
            for name in found
            if any(file.as_posix() in stems for file in distribution(name).files or ())
        ]
    return canonicalize_name(found[0]) if found else module


@cache
def installed() -> Mapping[str, list[str]]:
    """The distributions of every top-level module."""
    return packages_distributions()


@pytest.fixture(scope="module")
def ours() -> list[Import]:
    """All imports of the four packages."""
    return [each for package in PACKAGES for each in imports_in(folder_of(package))]


@pytest.mark.parametrize(("python", "system"), list(product(minors(), SYSTEMS)))
def test_what_is_imported_is_declared(ours: list[Import], python: str, system: str) -> None:
    always = names_on(requirements(PROJECT["dependencies"]), python, system)
    asked_for = names_on(extras(), python, system)
    lacking = [
        f"{where}: imports {module} of {owner(module)}"
        for where, module, at_top in ours
        if owner(module) not in always and (at_top or owner(module) not in asked_for)
    ]
    assert lacking == []


@pytest.mark.parametrize(("python", "system"), list(product(minors(), SYSTEMS)))
def test_what_a_library_forgets_to_declare_is_declared(python: str, system: str) -> None:
    assert set(BROUGHT_FOR_OTHERS) <= names_on(
        requirements(PROJECT["dependencies"]), python, system
    )


def test_what_is_declared_is_imported(ours: list[Import]) -> None:
    imported = {owner(each.module) for each in ours}
    declared = names(requirements(PROJECT["dependencies"]))
    assert declared - imported == set(BROUGHT_FOR_OTHERS)
    sources = [path.read_text() for top in PACKAGES for path in folder_of(top).rglob("*.py")]
    for name in (
        names(extras()) - imported - set(LOADED_BY_OTHERS)
    ):  # found by its name where it is installed
        assert any(f'"{name.replace("-", "_")}"' in source for source in sources), name


def test_what_tests_import_is_declared() -> None:
    test = requirements(PYPROJECT["dependency-groups"]["test"])
    declared = names(requirements(PROJECT["dependencies"])) | names(test)
    local = {path.stem for path in Path(__file__).parent.rglob("*.py")}
    lacking = [
        f"{where}: imports {module} of {owner(module)}"
        for where, module, _ in imports_in(Path(__file__).parent)
        if owner(module) not in declared and module not in local
    ]
    assert lacking == []


def test_the_tests_have_every_extra_from_the_same_version_on() -> None:
    test = {
        each.name: each.specifier for each in requirements(PYPROJECT["dependency-groups"]["test"])
    }
    for requirement in extras():
        assert test[requirement.name] == requirement.specifier


def test_every_dependency_has_a_lower_bound() -> None:
    groups = PYPROJECT["dependency-groups"].values()
    lines = [line for group in groups for line in group if isinstance(line, str)]
    for requirement in requirements(PROJECT["dependencies"] + lines) + extras():
        operators = {each.operator for each in requirement.specifier}
        assert operators & {">=", "=="}, requirement.name


def test_the_pythons_are_the_same_everywhere() -> None:
    pythons = minors()
    allowed = SpecifierSet(PROJECT["requires-python"])
    oldest, newest = pythons[0], pythons[-1]
    assert pythons == [f"3.{minor}" for minor in range(int(oldest[2:]), int(newest[2:]) + 1)]
    assert all(f"{python}.0" in allowed for python in pythons)
    assert f"3.{int(oldest[2:]) - 1}.99" not in allowed
    assert PYPROJECT["tool"]["mypy"]["python_version"] == oldest
    assert PYPROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert f"Python {oldest} to {newest}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_an_import_is_seen_wherever_it_stands() -> None:
    source = "import a.b\nfrom c import d\nfrom . import e\ndef f():\n    import g\nimport os\n"
    assert list(foreign(ast.parse(source), "x.py")) == [
        Import("x.py:1", "a.b", True),
        Import("x.py:2", "c", True),
        Import("x.py:5", "g", False),
    ]


def test_modules_are_not_their_distributions() -> None:
    assert owner("PIL.Image") == "pillow"
    assert owner("google.protobuf.json_format") == "protobuf"
    assert owner("orbax.checkpoint") == "orbax-checkpoint"
    assert owner("nowhere.at_all") == "nowhere.at_all"

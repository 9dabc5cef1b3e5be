"""SHA-256 of the code that decides a result, so that what is kept of other code is not taken.

The code of a class is its module and every module of ours, and of its own package, that is imported
from there on, also inside functions. What is installed beside has its version recorded.
"""

import ast
import hashlib
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TypeAlias

OURS = ("baselines", "clefgan")
Import: TypeAlias = tuple[int, str, tuple[str, ...]]
Contents: TypeAlias = tuple[str, tuple[Import, ...]]


def digest(*names: str) -> str:
    """SHA-256 over the sources of these modules and of all that they import of ours or theirs.

    Parameters
    ----------
    names : of modules that are loaded, or are to be found
    """
    packages = {*OURS, *(name.partition(".")[0] for name in names)}
    files: dict[str, Path] = {}
    todo = [(name, place(name)) for name in names]
    while todo:
        name, path = todo.pop()
        if path is None or name in files:
            continue
        files[name] = path
        of_ours = {name for name in imports(path, name) if name.partition(".")[0] in packages}
        todo += [(inner, place(inner)) for inner in of_ours - files.keys()]
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name} {contents(files[name])[0]}\n".encode())
    return total.hexdigest()


def place(name: str) -> Path | None:
    """The Python file of a module; None where there is none."""
    loaded = getattr(sys.modules.get(name), "__file__", None)
    if loaded is not None:
        return Path(loaded) if loaded.endswith(".py") else None
    return unloaded(name)


@lru_cache(maxsize=1024)
def unloaded(name: str) -> Path | None:
    """The file of a module that nothing has imported yet; imports none."""
    top, *rest = name.split(".")
    spec = PathFinder.find_spec(top)
    for number in range(len(rest)):
        if spec is None or spec.submodule_search_locations is None:
            return None
        inner = ".".join([top, *rest[: number + 1]])
        spec = PathFinder.find_spec(inner, spec.submodule_search_locations)
    origin = None if spec is None else spec.origin
    return Path(origin) if origin is not None and origin.endswith(".py") else None


def imports(path: Path, name: str) -> Iterator[str]:
    """Names that a file may import: modules, and what may be modules of a package."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for level, module, names in contents(path)[1]:
        base = module
        if level:
            start = package.split(".")[: len(package.split(".")) - level + 1]
            base = ".".join([*start, *([module] if module else [])])
        yield base
        yield from (f"{base}.{inner}" for inner in names)


def contents(path: Path) -> Contents:
    """SHA-256 of a file, and what it imports as level, module, names."""
    stat = path.stat()
    return read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=1024)
def read(path: Path, _changed: int, _size: int) -> Contents:
    """As `contents`, read once as long as the file stays as it is."""
    data = path.read_bytes()
    modules = [one for node in ast.walk(ast.parse(data)) for one in imported(node)]
    return hashlib.sha256(data).hexdigest(), tuple(modules)


def imported(node: ast.AST) -> list[Import]:
    """What a node of a syntax tree imports; a text that names a module of ours counts."""
    match node:
        case ast.Import(names=names):
            return [(0, alias.name, ()) for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level):
            return [(level, module or "", tuple(alias.name for alias in names))]
        case ast.Constant(value=str(text)) if text.startswith(tuple(f"{top}." for top in OURS)):
            return [(0, text, ())]
    return []

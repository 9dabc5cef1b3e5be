"""Methods by name, and hyper-parameters from text.

Methods come in by entry points, ours by the same door as a stranger's: those of membership by the
group `clefgan.methods`, those of attribution by `clefgan.attributors` and `clefgan.clusterers`.
Only the module of the method that is asked for is imported.
"""

import difflib
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar, cast

from clefgan.errors import ClefganError
from clefgan.method import Attributor, Clusterer, Evidence, Knowledge, Method
from clefgan.plugins import faults, hyperparameters
from clefgan.plugins.isolation import named, one_line

OURS = "clefgan"
SEEDS = 2**32  # how many seeds there are: JAX and scikit-learn take no others

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Broken:
    """A method that could not be loaded, and why, in one line."""

    name: str
    reason: str


def distribution(entry: EntryPoint) -> str:
    """Name of the distribution that brings an entry point."""
    return entry.dist.name if entry.dist is not None else "an unnamed distribution"


@dataclass(frozen=True, slots=True)
class Registry(Generic[T]):
    """The methods of one interface.

    Parameters
    ----------
    group : of entry points
    level, levels : the class variable that says what a method knows, and the values it may have
    action : what a method must be able to do
    """

    group: str
    level: str
    levels: tuple[StrEnum, ...]
    action: str

    def entries(self) -> dict[str, EntryPoint]:
        """Every entry point of the group by name; of two that claim a name, ours."""
        by_name: dict[str, EntryPoint] = {}
        for entry in sorted(entry_points(group=self.group), key=lambda entry: entry.name):
            if entry.name not in by_name or distribution(entry) == OURS:
                by_name[entry.name] = entry
        return by_name

    def built_in(self) -> list[str]:
        """Names of the methods that clefgan itself brings, sorted."""
        return [name for name, entry in self.entries().items() if distribution(entry) == OURS]

    def get(self, name: str) -> type[T]:
        """Return the method class called `name`, or the class of a `file.py:Class`.

        Raises
        ------
        ClefganError
            No such method (with the closest name), one of classes where used or not is asked for,
            or one that cannot be loaded.
        """
        if is_file(name):
            return self.from_file(name)
        known = self.entries()
        if name not in known:
            if room_of(name) is not METHODS:  # there is one, of the other editions
                raise ClefganError(
                    f"method {name!r} does not say used or not; it is for an edition of classes, "
                    f"such as 2025_s2; give one of {', '.join(known)}"
                )
            raise ClefganError(f"no method {name!r}; {suggestion(name, known)}")
        return self.load(known[name])

    def load(self, entry: EntryPoint) -> type[T]:
        """Import the class of an entry point; a ClefganError says why if it is broken."""
        where = f"method {entry.name!r} of {distribution(entry)}"
        try:
            loaded = entry.load()
        except (Exception, SystemExit) as error:
            raise ClefganError(f"{where}: cannot be loaded: {one_line(error)}") from error
        return self.checked(loaded, where)

    def from_file(self, text: str) -> type[T]:
        """Return the class of `path/to/file.py:Class`; the file runs as a module of its own.

        Without a class it is the one method in the file.
        """
        path, name = file_and_class(text)
        if not path.is_file():
            raise ClefganError(f"{path}: no such file; --method takes a name or file.py:Class")
        module = run_file(path)
        name = name or self.only_one(path, module)
        if not hasattr(module, name):
            raise ClefganError(f"{path}: no class {name!r}; {suggestion(name, classes(module))}")
        return self.checked(getattr(module, name), f"{path}:{name}")

    def only_one(self, path: Path, module: ModuleType) -> str:
        """The name of the one class of a module that can do what a method does."""
        own = classes(module)
        able = [name for name in own if callable(vars_of(getattr(module, name)).get(self.action))]
        if len(able) == 1:
            return able[0]
        if len(own) == 1:
            return own[0]  # whose faults are told
        if able:
            raise ClefganError(f"{path}: several methods; give one of {listed(path, able)}")
        raise ClefganError(f"{path}: no class with a method {self.action!r}; write one")

    def checked(self, loaded: object, where: str) -> type[T]:
        """Return `loaded` if it is a method class, else say what it lacks."""
        if not isinstance(loaded, type):
            raise ClefganError(f"{where}: is not a class; got {type(loaded).__name__!r}")
        wrong = list(faults.faults(loaded, vars_of(loaded), self.level, self.levels, self.action))
        if wrong:
            raise ClefganError(faults.together(where, wrong))
        return cast("type[T]", loaded)

    def all_methods(self) -> Iterator[tuple[str, type[T] | Broken]]:
        """Every method by name, sorted; a broken one harms no other."""
        for name, entry in self.entries().items():
            try:
                yield name, self.load(entry)
            except ClefganError as error:
                yield name, Broken(name, str(error))

    def configure(self, name: str, settings: Iterable[str] = (), seed: int | None = None) -> T:
        """Return method `name` with hyper-parameters from texts such as `C=10` or `gan.epochs=5`.

        `name` may carry settings itself: `nearest(size=64)`. `seed` sets the field of that name
        where the method has one; a method without chance ignores it.

        Raises
        ------
        ClefganError
            Unknown method or hyper-parameter, or a value of the wrong type.
        """
        bare, inline = split(name)
        cls = self.get(bare)
        values = hyperparameters.parse_settings([*inline, *settings])
        if seed is not None and "seed" not in values and hyperparameters.has(cls, "seed"):
            values["seed"] = str(seed)
        return self.build(cls, values, bare)

    def build(self, cls: type[T], values: Mapping[str, str], name: str) -> T:
        """Return an instance with the given texts parsed by the types of the fields."""
        with named(name, cls):
            instance: Any = hyperparameters.build(cls, values, where=f"method {name!r}")
        seed = getattr(instance, "seed", 0)
        if isinstance(seed, int) and not 0 <= seed < SEEDS:
            raise ClefganError(
                f"method {name!r}: seed must be from 0 to {SEEDS - 1}; got {seed}; give another"
            )
        method: T = instance
        return method


def is_file(name: str) -> bool:
    """Whether the name of a method is that of a file, with or without a class."""
    return ".py:" in name or name.endswith(".py")


def file_and_class(text: str) -> tuple[Path, str]:
    """The file and the class of `file.py:Class`; no class of `file.py`."""
    if text.endswith(".py"):
        return Path(text), ""
    file, _, name = text.rpartition(":")
    return Path(file), name


def listed(path: Path, names: Iterable[str]) -> str:
    """Classes of a file as they are given to --method."""
    return ", ".join(f"{path}:{name}" for name in names)


def run_file(path: Path) -> ModuleType:
    """Import a Python file under a name of its own."""
    spec = importlib.util.spec_from_file_location(f"clefgan_method_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[spec.name]
        raise ClefganError(f"{path}: cannot be loaded: {one_line(error)}") from error
    return module


def classes(module: ModuleType) -> list[str]:
    """Names of the classes that a module defines itself."""
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    ]


def vars_of(cls: type) -> dict[str, Any]:
    """Everything that a class and its parents define, the nearest first."""
    variables: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        variables |= vars(base)
    return variables


def split(text: str) -> tuple[str, list[str]]:
    """`name(a=1, b=2)` as `name` and its settings; commas inside brackets do not separate.

    Raises
    ------
    ClefganError
        Brackets that do not match.
    """
    if ".py:" in text.partition("(")[2] or text.endswith(
        ".py"
    ):  # they belong to the path of a file
        return text, []
    if "(" not in text and ")" not in text:
        return text, []
    if text.count("(") != text.count(")") or not text.endswith(")"):
        raise ClefganError(
            f"method {text!r}: brackets that do not match, or do not end it; "
            "write 'name(setting=value)'"
        )
    name, _, inside = text[:-1].partition("(")
    parts, depth = [""], 0
    for character in inside:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return name.strip(), [part.strip() for part in parts if part.strip()]


def suggestion(name: str, known: Iterable[str]) -> str:
    """`did you mean ...?` if something is close, else everything that is known."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known: {', '.join(map(repr, names)) or 'none'}"


METHODS: Registry[Method] = Registry("clefgan.methods", "knowledge", tuple(Knowledge), "fit")
ATTRIBUTORS: Registry[Attributor] = Registry(
    "clefgan.attributors", "evidence", (Evidence.A1, Evidence.A2, Evidence.A3), "fit"
)
CLUSTERERS: Registry[Clusterer] = Registry(
    "clefgan.clusterers", "evidence", (Evidence.A0,), "cluster"
)

built_in = METHODS.built_in
get = METHODS.get
load = METHODS.load
checked = METHODS.checked
entries = METHODS.entries
all_methods = METHODS.all_methods
configure = METHODS.configure
build = METHODS.build


def room_of(name: str) -> Registry[Any]:
    """The registry that a method of any interface is in; that of membership where none has it."""
    for registry in (ATTRIBUTORS, CLUSTERERS):
        if name in registry.entries() and name not in METHODS.entries():
            return registry
    return METHODS


def registry_of(name: str) -> Registry[Attributor] | Registry[Clusterer]:
    """The registry that a method of attribution is in.

    Raises
    ------
    ClefganError
        A method of membership, or none at all.
    """
    bare, _ = split(name)
    if is_file(bare):
        path, attribute = file_and_class(bare)
        module = run_file(path) if path.is_file() else None
        own = [] if module is None else [attribute] if attribute else classes(module)
        is_clusterer = any(
            getattr(getattr(module, name, None), "evidence", None) is Evidence.A0 for name in own
        )
        return CLUSTERERS if is_clusterer else ATTRIBUTORS
    for registry in (ATTRIBUTORS, CLUSTERERS):
        if bare in registry.entries():
            return registry
    known = [*ATTRIBUTORS.entries(), *CLUSTERERS.entries()]
    if bare in METHODS.entries():
        raise ClefganError(
            f"method {bare!r} says used or not; this edition asks for classes; give one of "
            f"{', '.join(known)}"
        )
    raise ClefganError(f"no method {bare!r} of classes; {suggestion(bare, known)}")

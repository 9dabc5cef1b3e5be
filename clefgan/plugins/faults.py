"""All that is wrong with a method class, each fault with the line to write."""

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any, get_type_hints

from clefgan.errors import ClefganError
from clefgan.method import OPTIONAL, near_miss, promises
from clefgan.plugins.isolation import one_line

SIGNATURES = {
    "fit": "def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:",
    "cluster": (
        "def cluster(self, generated: Images, n_clusters: int, /, *, "
        "progress: Progress = silent) -> Clusters:"
    ),
}


def faults(
    cls: type, said: dict[str, Any], level: str, levels: Sequence[StrEnum], action: str
) -> Iterator[str]:
    """Yield what is wrong with a class; nothing if it is a method.

    Parameters
    ----------
    said : everything that the class and its parents define
    level, levels : the class variable that says what a method knows, and the values it may have
    action : what a method must be able to do
    """
    name, kind = cls.__name__, type(levels[0]).__name__
    is_dataclass = dataclasses.is_dataclass(cls)
    if not is_dataclass:
        yield f"class {name!r} is not a dataclass; make it frozen: write @dataclass(frozen=True)"
    elif not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        yield f"dataclass {name!r} is not frozen; write @dataclass(frozen=True)"
    if not isinstance(said.get(level), type(levels[0])) or said[level] not in levels:
        first, last = levels[0], levels[-1]
        known = f"{kind}.{first}" if first is last else f"{kind}.{first} to {last}"
        line = f"{level}: ClassVar[{kind}] = {kind}.{first}"
        what = f"is not one of {known}" if level in said else "is missing"
        yield f"class variable {level!r} {what}; write {line}"
    signature = SIGNATURES[action]
    if kind == "Evidence" and action == "fit":
        signature = signature.replace("dev: DevSet", "sources: Sequence[Source]")
    if not callable(said.get(action)):
        yield f"class {name!r} has no method {action!r}; write {signature}"
    elif not takes_what_a_run_gives(said[action], action):
        yield f"function {action!r} does not take what a run gives it; write {signature}"
    try:
        promises(cls)
    except ClefganError as error:
        yield str(error)
    if level == "knowledge":
        missed = (near_miss(cls, optional) for optional in OPTIONAL)
        yield from filter(None, missed)
    hints = {}
    try:
        hints = get_type_hints(cls)
    except Exception as error:  # noqa: BLE001 - whatever the annotations of others raise
        yield f"types of fields cannot be read: {one_line(error)}"
    for field in dataclasses.fields(cls) if is_dataclass else ():
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            type_name = getattr(hints.get(field.name), "__name__", "float")
            line = f"{field.name}: {type_name} = ...  # what it is"
            yield f"field {field.name!r} has no default; write {line}"


def takes_what_a_run_gives(function: Callable[..., Any], action: str) -> bool:
    """Whether a function of a class can be called as a run calls it, as far as can be seen."""
    given = ["self", "dev"] if action == "fit" else ["self", "generated", "n_clusters"]
    try:
        inspect.signature(function).bind(*given, progress=None)
    except TypeError:
        return False
    except ValueError:
        return True  # it has no signature to look at
    return True


def together(where: str, faults: Sequence[str]) -> str:
    """One line for all faults of a class."""
    if len(faults) == 1:
        return f"{where}: {faults[0]}"
    numbered = "; ".join(f"({number}) {fault}" for number, fault in enumerate(faults, 1))
    return f"{where}: {len(faults)} faults: {numbered}"

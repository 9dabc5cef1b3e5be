"""What a method may say of itself, and which names are so near that they must be slips."""

import dataclasses
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clefgan.errors import ClefganError


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What a method may say of itself: each a class variable of the same name, with this default.

    source : the paper, as `clefgan methods` prints it
    needs_generated : False: `score` ignores its second argument. A run then passes an array of no
        images, and never decodes the generated images of the test set
    learns_from_generated : True: `score` trains a model on its second argument. One more copy in a
        training set raises a score on average only, so the promise about exact copies is not asked
    probabilities : True: `score` is the log-odds of *used*. The record of a run then holds
        `probability`, 1 / (1 + exp(-score)), of each image, and `clefgan score` measures it
    paper_note : what the `paper` protocol of dev scores hides for this method; printed beside them
    transductive : of an attributor: True: a score depends on the other images under test
    """

    source: str = ""
    needs_generated: bool = True
    learns_from_generated: bool = False
    probabilities: bool = False
    paper_note: str = ""
    transductive: bool = False


def promises(cls: type) -> Promises:
    """What a method class says of itself, defaults where it says nothing.

    Raises
    ------
    ClefganError
        A value of another type, a promise among the hyper-parameters, or a class variable whose
        name is nearly that of a promise.
    """
    defaults = {field.name: field.default for field in dataclasses.fields(Promises)}
    names = [*defaults, "knowledge"]
    said: dict[str, Any] = {}
    for name, value in class_variables(cls):
        where = f"class {cls.__name__!r}: class variable {name!r}"
        if name in defaults:
            if type(value) is not type(defaults[name]):
                raise ClefganError(
                    f"{where} is {value!r}; give a {type(defaults[name]).__name__}, such as "
                    f"{defaults[name]!r}"
                )
            said.setdefault(name, value)
        elif name not in names and (close := difflib.get_close_matches(name, names, 1, 0.8)):
            raise ClefganError(f"{where} says nothing; did you mean {close[0]!r}?")
    for field in hyper_parameters(cls):
        if field.name in defaults:
            raise ClefganError(
                f"class {cls.__name__!r}: {field.name!r} is among the hyper-parameters; "
                f"write {field.name}: ClassVar[{type(defaults[field.name]).__name__}]"
            )
    return Promises(**said)


OPTIONAL = ("prepare", "compile_ahead")  # what a method can do beside `fit`


def near_miss(cls: type, wanted: str) -> str:
    """One line where a class has a function that is nearly called as an optional one; else ''.

    Parameters
    ----------
    wanted : one of `OPTIONAL` of a method, `in_parts` of a scorer
    """
    functions = {
        name
        for base in cls.__mro__
        for name, value in vars(base).items()
        if callable(value) and not name.startswith("_")
    }
    close = difflib.get_close_matches(wanted, functions, 1, 0.8)
    if wanted in functions or not close:
        return ""
    return (
        f"class {cls.__name__!r}: no run calls the function {close[0]!r}; did you mean {wanted!r}? "
        f"else write _{close[0]}"
    )


def class_variables(cls: type) -> Iterator[tuple[str, bool | str | int | float]]:
    """Public class variables that hold a plain value, those of the class itself first."""
    fields = {field.name for field in hyper_parameters(cls)}
    for base in cls.__mro__:
        for name, value in vars(base).items():
            plain = isinstance(value, (bool, str, int, float)) and not isinstance(value, StrEnum)
            if plain and not name.startswith("_") and name not in fields:
                yield name, value


def hyper_parameters(cls: type) -> tuple["dataclasses.Field[Any]", ...]:
    """The fields of a method class; none where it is not a dataclass."""
    return dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()

"""What the verbs are given, checked before any work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clefgan.errors import ClefganError
from evaluation import given
from evaluation.errors import EvaluationError


@contextmanager
def refused(verb: str) -> Iterator[None]:
    """Let what cannot be evaluated be a `ClefganError` that names the verb."""
    try:
        yield
    except EvaluationError as error:
        raise ClefganError(f"{verb}: {error}") from error


def whole(verb: str, least: int, **values: object) -> None:
    """Raise unless each of these is a whole number, and not below the least.

    Raises
    ------
    ClefganError
        One that is not.
    """
    with refused(verb):
        for name, value in values.items():
            given.whole(name, value, least)


def refuse_empty(verb: str, **values: object) -> None:
    """Raise where one of these is an empty text, which would mean the current folder or a default.

    Raises
    ------
    ClefganError
        One is.
    """
    for name, value in values.items():
        if isinstance(value, str) and not value:
            raise ClefganError(f"{verb}: {name} is empty; give a value, or leave it out")


def refuse_no_method(method: Any) -> None:
    """Raise unless this is a method object: one that can fit, or cluster.

    Raises
    ------
    ClefganError
        A class, or something else.
    """
    if isinstance(method, type):
        raise ClefganError(f"run: method is the class {method.__name__!r}; give an object of it")
    if not any(callable(getattr(method, name, None)) for name in ("fit", "cluster")):
        raise ClefganError(
            f"run: method is of type {type(method).__name__!r}; give a name or a method object"
        )


def refuse_pair(verb: str, name: str, pair: object) -> None:
    """Raise unless this is None or two numbers.

    Raises
    ------
    ClefganError
        Something else.
    """
    numbers = isinstance(pair, tuple | list) and all(isinstance(x, int | float) for x in pair)
    if pair is not None and not (numbers and len(pair) == 2):  # type: ignore[arg-type]
        raise ClefganError(f"{verb}: {name} is not two numbers; got {pair!r}; give such as (1, 2)")


def share(verb: str, **values: object) -> None:
    """Raise unless each of these is None or a number from 0 to 1.

    Raises
    ------
    ClefganError
        One that is not.
    """
    for name, value in values.items():
        if value is not None and not (isinstance(value, int | float) and 0 <= value <= 1):
            raise ClefganError(f"{verb}: {name} is not from 0 to 1; got {value!r}; give a share")


def refuse_folder(verb: str, path: str | Path, what: str) -> None:
    """Raise where the path is that of a folder.

    Raises
    ------
    ClefganError
        It is.
    """
    if Path(path).is_dir():
        raise ClefganError(f"{verb}: {str(path)!r} is a folder; give {what} in it")


def folder_of(verb: str, folder: str | Path | None) -> Path | None:
    """The folder that is given, if one is.

    Raises
    ------
    ClefganError
        It is a file.
    """
    if folder is not None and Path(folder).exists() and not Path(folder).is_dir():
        raise ClefganError(f"{verb}: folder {str(folder)!r} is a file; give a folder")
    return None if folder is None else Path(folder)

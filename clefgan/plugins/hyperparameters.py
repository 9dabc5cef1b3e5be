"""Hyper-parameters: the fields of a frozen dataclass, described for people and parsed from text.

A field's type decides how its text is read: int, float, bool, str, Literal, Enum, None, unions,
tuples (`1,2,3`), nested dataclasses by dotted names (`gan.epochs=5`), and any class with a
classmethod `parse(text)`, which may say in `CHOICES` what it takes. The trailing comment of a field
in the source is its description.
"""

import dataclasses
import enum
import inspect
import io
import math
import tokenize
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union

from clefgan.errors import ClefganError

NOT_FINITE = {sign + word for sign in ("", "+", "-") for word in ("nan", "inf", "infinity")}


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """One setting as `clefgan methods NAME` shows it."""

    name: str
    type: str
    default: str
    comment: str


def describe(cls: type, prefix: str = "", given: Any = None) -> list[Hyperparameter]:
    """Every hyper-parameter of a dataclass in order, nested ones under dotted names.

    Parameters
    ----------
    given : an instance whose values are the defaults, where an outer dataclass has it as its own
    """
    hints = typing.get_type_hints(cls)
    comments = field_comments(cls)
    rows: list[Hyperparameter] = []
    for field in settable(cls):
        kind = hints[field.name]
        value = default_of(field) if given is None else getattr(given, field.name)
        if is_nested(kind):
            rows += describe(kind, f"{prefix}{field.name}.", value)
        else:
            default = show(value)
            comment = comments.get(field.name, "")
            rows.append(Hyperparameter(prefix + field.name, type_name(kind), default, comment))
    return rows


def settable(cls: type) -> list["dataclasses.Field[Any]"]:
    """The fields that a user may set."""
    return [field for field in dataclasses.fields(cls) if field.init]


def is_nested(kind: Any) -> bool:
    """Whether a type is set by dotted names rather than by one text."""
    return dataclasses.is_dataclass(kind) and not hasattr(kind, "parse")


def default_of(field: "dataclasses.Field[Any]") -> Any:
    """The default of a field, made if it comes from a factory."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def changed(instance: Any, prefix: str = "") -> list[str]:
    """The settings of a dataclass that are not the defaults, as `--set` takes them."""
    return changed_from({f.name: default_of(f) for f in settable(type(instance))}, instance, prefix)


def changed_from(defaults: Mapping[str, Any], instance: Any, prefix: str) -> list[str]:
    """The settings of a dataclass that are not these."""
    texts: list[str] = []
    hints = typing.get_type_hints(type(instance))
    for name, default in defaults.items():
        value = getattr(instance, name)
        if is_nested(hints[name]):
            inner = {f.name: getattr(default, f.name) for f in settable(type(default))}
            texts += changed_from(inner, value, f"{prefix}{name}.")
        elif value != default:
            texts.append(f"{prefix}{name}={show(value)}")
    return texts


def show(value: Any) -> str:
    """A value as a user would type it."""
    if isinstance(value, tuple):
        return ",".join(map(show, value))
    if isinstance(value, enum.Enum):
        return str(value.value)
    return str(value)


def type_name(kind: Any) -> str:
    """A type as a user reads it: `int`, `rbf | linear`, `int, ...`."""
    origin = typing.get_origin(kind)
    if origin is Literal:
        return " | ".join(map(str, typing.get_args(kind)))
    if origin in (Union, types.UnionType):
        return " | ".join(type_name(part) for part in typing.get_args(kind))
    if origin is tuple:
        parts = [part for part in typing.get_args(kind) if part is not Ellipsis]
        return ",".join(map(type_name, parts)) + (
            ",..." if Ellipsis in typing.get_args(kind) else ""
        )
    if kind is type(None):
        return "none"
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return " | ".join(str(member.value) for member in kind)
    return str(getattr(kind, "CHOICES", getattr(kind, "__name__", kind)))


def field_comments(cls: type) -> dict[str, str]:
    """Trailing comments of the fields, read from the source of the class and its parents."""
    comments: dict[str, str] = {}
    for parent in reversed(cls.__mro__):
        if dataclasses.is_dataclass(parent):
            try:
                source = inspect.getsource(parent)
            except (OSError, TypeError):  # no source at hand, as in a zipped or typed-in class
                continue
            comments |= comments_in(inspect.cleandoc("\n" + source))
    return comments


def comments_in(source: str) -> dict[str, str]:
    """`name -> comment` for the annotated names at the first level of a class body."""
    comments: dict[str, str] = {}
    depth, line_start, names = 0, True, ["", ""]
    for token in tokenize.generate_tokens(io.StringIO(source + "\n").readline):
        if token.type == tokenize.INDENT:
            depth += 1
        elif token.type == tokenize.DEDENT:
            depth -= 1
        elif token.type == tokenize.NEWLINE:
            line_start, names = True, ["", ""]
        elif token.type == tokenize.COMMENT and names[1] == ":" and depth == 1:
            text = token.string.lstrip("#: ").strip()
            comments[names[0]] = f"{comments[names[0]]} {text}" if names[0] in comments else text
        elif token.type in (tokenize.NAME, tokenize.OP):
            if line_start:
                names = [token.string, ""]
                line_start = False
            elif not names[1]:
                names[1] = token.string
    return comments


def parse_settings(settings: Iterable[str]) -> dict[str, str]:
    """`name=value` texts as a mapping.

    Raises
    ------
    ClefganError
        No `=`, or a name given twice.
    """
    values: dict[str, str] = {}
    for setting in settings:
        name, sign, value = setting.partition("=")
        name = name.strip()
        if not sign or not name:
            raise ClefganError(f"--set {setting!r}: is not name=value")
        if name in values:
            raise ClefganError(f"--set {name!r}: given twice")
        values[name] = value.strip()
    return values


def has(cls: type, name: str) -> bool:
    """Whether a dataclass has a field that a user may set under this name."""
    return any(field.name == name for field in settable(cls))


def build(cls: type, values: Mapping[str, str], where: str, prefix: str = "") -> Any:
    """Return `cls(**values)` with every text parsed by the type of its field.

    Raises
    ------
    ClefganError
        An unknown name (all known ones are listed) or a text that its type does not take; also
        whatever the class itself refuses.
    """
    refuse_unknown(cls, values, where, prefix)
    hints = typing.get_type_hints(cls)
    arguments: dict[str, Any] = {}
    for field in settable(cls):
        kind, inner = hints[field.name], f"{field.name}."
        below = {k.removeprefix(inner): v for k, v in values.items() if k.startswith(inner)}
        if is_nested(kind) and below:
            arguments[field.name] = build_on(default_of(field), below, where, prefix + inner)
        elif field.name in values:
            text = values[field.name]
            arguments[field.name] = parse(text, kind, f"{where}: {prefix}{field.name}")
    try:
        return cls(**arguments)
    except (ValueError, TypeError) as error:
        raise ClefganError(f"{where}: {error}") from error


def build_on(default: Any, values: Mapping[str, str], where: str, prefix: str) -> Any:
    """Return a nested dataclass: the outer field's default with some fields replaced."""
    cls = type(default)
    refuse_unknown(cls, values, where, prefix)
    hints = typing.get_type_hints(cls)
    parsed = {k: parse(v, hints[k], f"{where}: {prefix}{k}") for k, v in values.items()}
    try:
        return dataclasses.replace(default, **parsed)
    except (ValueError, TypeError) as error:
        raise ClefganError(f"{where}: {error}") from error


def refuse_unknown(cls: type, values: Mapping[str, str], where: str, prefix: str) -> None:
    """Raise if a name is not a field, with the known names."""
    hints = typing.get_type_hints(cls)
    for name in values:
        head, dot, _ = name.partition(".")
        if not has(cls, head) or bool(dot) != is_nested(hints[head]):
            known = ", ".join(prefix + row.name for row in describe(cls)) or "none"
            raise ClefganError(f"{where}: no hyper-parameter {prefix + name!r}; known: {known}")


def parse(text: str, kind: Any, where: str) -> Any:
    """Return `text` as a value of type `kind`, or raise a ClefganError that begins with `where`."""
    try:
        return read(text, kind)
    except (ValueError, KeyError):
        endless = float in (kind, *typing.get_args(kind)) and text.strip().lower() in NOT_FINITE
        wanted = "a finite number" if endless else type_name(kind)
        raise ClefganError(f"{where}: {text!r} is not {wanted}") from None


def read(text: str, kind: Any) -> Any:
    """Return `text` as a value of type `kind`; ValueError if it is not one."""
    origin = typing.get_origin(kind)
    if origin is Literal:
        return {str(choice): choice for choice in typing.get_args(kind)}[text]
    if origin in (Union, types.UnionType):
        return read_union(text, typing.get_args(kind))
    if origin is tuple:
        return read_tuple(text, typing.get_args(kind))
    if kind is type(None):
        return {"none": None, "None": None, "": None}[text]
    if kind is bool:
        return {"true": True, "false": False, "1": True, "0": False}[text.lower()]
    if kind is float:
        return read_float(text)
    if hasattr(kind, "parse"):
        return kind.parse(text)
    return kind(text)


def read_float(text: str) -> float:
    """A finite number: no hyper-parameter means anything at infinity or NaN."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def read_union(text: str, kinds: tuple[Any, ...]) -> Any:
    """The first type that takes the text; plain str last, as it takes everything."""
    for kind in sorted(kinds, key=lambda kind: kind is str):
        try:
            return read(text, kind)
        except (ValueError, KeyError):
            continue
    raise ValueError(text)


def read_tuple(text: str, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    """Values between commas, brackets around them allowed."""
    parts = [part.strip() for part in text.strip("()[] ").split(",") if part.strip()]
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(read(part, kinds[0]) for part in parts)
    return tuple(read(part, kind) for part, kind in zip(parts, kinds, strict=True))

"""The method interface: the only thing that a plug-in author needs to know.

A *method* is a frozen dataclass whose fields are its hyper-parameters, each with a default and a
trailing comment (`clefgan methods NAME` shows both). `fit` learns from a dev set and returns a new
*scorer*; nothing is ever half-fitted. `score` gives every candidate one number: higher is more
likely used, and above 0 the decision is *used*. Every random number comes from a field `seed`.

What a method may say beside that (a paper, that it needs no generated images, ...) is listed in
`Promises`.
"""

import dataclasses
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError

Images: TypeAlias = NDArray[np.uint8]
"""(n, height, width), grey levels 0..255; may be memory-mapped, so read it in slices."""

Scores: TypeAlias = NDArray[np.float64]
"""(n,), higher: more likely used; above 0: used."""

Progress: TypeAlias = Callable[[str, int, int, str], None]
"""Called as `progress(stage, done, total, note)`; `note` holds figures such as losses, or is ''."""


def silent(_stage: str, _done: int, _total: int, _note: str, /) -> None:
    """Report nothing: the default of every `progress` argument."""


class Knowledge(StrEnum):
    """What a method used; scores of methods that know different things are not comparable."""

    S0 = "S0"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"

    @property
    def word(self) -> str:
        """The one word that tells it from the level below."""
        return {"S0": "image", "S1": "pool", "S2": "unused", "S3": "labels"}[self]

    @property
    def meaning(self) -> str:
        """What it is, in words."""
        return {
            "S0": "the image and the generated set",
            "S1": "S0, and the pool of candidates",
            "S2": "S1, and images known to be unused",
            "S3": "S2, and labels of dev images",
        }[self]


@dataclass(frozen=True, slots=True)
class DevSet:
    """One generator whose training images are known."""

    generated: Images
    used: Images
    not_used: Images


class Scorer(Protocol):
    """A fitted method."""

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Score each candidate against the generated images of the generator under test."""
        ...


class InParts(NamedTuple):
    """Scores, and those that they were put together of: by name, each of shape (n,)."""

    scores: Scores
    parts: Mapping[str, Scores]


def nothing_to_score(
    candidates: Images, generated: Images, *, needs_generated: bool = True
) -> bool:
    """Whether there are no candidates, and so no scores: asked before a scorer sees any images.

    Raises
    ------
    ClefganError
        Images that are not uint8 of shape (n, height, width); no generated images, or candidates
        and generated images that differ in size, where they are to be compared.
    """
    for name, images in (("candidates", candidates), ("generated images", generated)):
        if images.ndim != 3 or images.dtype != np.uint8:
            raise ClefganError(
                f"comparison: {name} are {images.dtype} of shape {images.shape}; give uint8 images "
                "(n, height, width)"
            )
    if needs_generated and not len(generated):
        raise ClefganError("comparison: there are no generated images; got 0; give at least 1")
    if needs_generated and candidates.shape[1:] != generated.shape[1:]:
        ours, theirs = ("x".join(map(str, x.shape[1:])) for x in (candidates, generated))
        raise ClefganError(
            f"comparison: candidates are {ours}, generated {theirs}; give both the same image size"
        )
    return not len(candidates)


@runtime_checkable
class ScoresInParts(Protocol):
    """A scorer that can show its parts: a run then says which of them agree.

    `in_parts` returns what `score` returns, and the parts, higher being more likely used.
    """

    def in_parts(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> InParts:
        """Score each candidate, and by each part."""
        ...


class Method(Protocol):
    """A frozen dataclass with defaults for all fields."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    knowledge: ClassVar[Knowledge]

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Learn from a dev set; return a new scorer."""
        ...


@runtime_checkable
class FitsSeveral(Protocol):
    """A method that can do ahead what several of its fits need: a run fits on dev and on folds."""

    def prepare(self, sets: Sequence[DevSet], /, *, progress: Progress = silent) -> None:
        """Keep what is costly of the fits on these sets; `fit` returns the same without it."""
        ...


@runtime_checkable
class CompilesAhead(Protocol):
    """A method that can compile while its images are drawn: no more than their side is known."""

    def compile_ahead(self, side: int, /) -> None:
        """Compile for images of side x side pixels; `fit` returns the same without it."""
        ...


ClassScores: TypeAlias = NDArray[np.float64]
"""(n, n_classes), higher: more likely of that class; only differences in a row mean anything."""

Clusters: TypeAlias = NDArray[np.int64]
"""(n,), the number of each image's cluster, from 0; a number has no meaning but "the same"."""


class Evidence(StrEnum):
    """What an attribution method was given; scores of different evidence answer other questions."""

    A0 = "A0"
    A1 = "A1"
    A2 = "A2"
    A3 = "A3"

    @property
    def word(self) -> str:
        """The one word for what it adds to the images under test."""
        return {"A0": "images", "A1": "real", "A2": "labels", "A3": "both"}[self]

    @property
    def meaning(self) -> str:
        """What it is, in words."""
        return {
            "A0": "the images under test: clusters without names",
            "A1": "A0, and the real images of each class",
            "A2": "A0, and labelled generated images of each class",
            "A3": "A0, and real and labelled generated images of each class",
        }[self]


@dataclass(frozen=True, slots=True)
class Source:
    """One class: the real images behind it, images it generated, or both; either may be empty."""

    name: str
    real: Images
    generated: Images


class SourceScorer(Protocol):
    """A fitted attribution method."""

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Score each image for each class, columns in the order of the sources."""
        ...


class Attributor(Protocol):
    """Which of several sources made an image: a frozen dataclass, with defaults for all fields.

    Notes
    -----
    Evidence A1, A2 or A3. What it may say beside that is in `Promises`; `probabilities` is True if
    the softmax of a row of scores is a probability.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    evidence: ClassVar[Evidence]

    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Learn from the sources; return a new scorer."""
        ...


class Clusterer(Protocol):
    """Which images were made alike: a frozen dataclass, with defaults for all fields; evidence A0.

    It has nothing to fit and no names to give, so it is not an `Attributor`.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    evidence: ClassVar[Evidence]

    def cluster(
        self, generated: Images, n_clusters: int, /, *, progress: Progress = silent
    ) -> Clusters:
        """Put each image into one of at most `n_clusters` clusters."""
        ...


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

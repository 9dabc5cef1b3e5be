"""Methods of others at arm's length: whatever they raise is one line that names them.

An unexpected exception of a method of our own is a bug and keeps its traceback.
"""

import inspect
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clefgan.errors import ClefganError, shortened
from clefgan.method import (
    OPTIONAL,
    Attributor,
    ClassScores,
    CompilesAhead,
    DevSet,
    FitsSeveral,
    Images,
    InParts,
    Method,
    Progress,
    Scorer,
    Scores,
    ScoresInParts,
    SizedScorer,
    Source,
    SourceScorer,
    near_miss,
    nothing_to_score,
    promises,
    refuse_sources,
    silent,
)

OURS = ("baselines.", "clefgan.")


def fitted(name: str, method: Method, dev: DevSet, progress: Progress = silent) -> Scorer:
    """Fit a method; of a stranger's, the scorer is kept at arm's length too.

    Parameters
    ----------
    name : of the method, for errors

    Raises
    ------
    ClefganError
        A stranger's method raised something, or did not return a scorer; or what it or the scorer
        may do beside has nearly the name of it.
    """
    if ours(type(method)):
        return method.fit(dev, progress=progress)
    for optional in OPTIONAL:
        if missed := near_miss(type(method), optional):
            raise ClefganError(f"method {name!r}: {missed}")
    scorer: Scorer = scorer_of(name, method, "dev", dev, progress)
    if missed := near_miss(type(scorer), "in_parts"):
        raise ClefganError(f"method {name!r}: {missed}")
    if isinstance(scorer, ScoresInParts):
        return DistantInParts(name, type(method), scorer, scorer)
    return Distant(name, type(method), scorer)


def fitted_attributor(
    name: str, method: Attributor, sources: Sequence[Source], progress: Progress = silent
) -> SourceScorer:
    """Fit an attributor, called `name` in errors; a stranger's and its scorer get what ours do.

    Raises
    ------
    ClefganError
        Sources that it cannot be given; a stranger's method raised something, or did not return a
        scorer.
    """
    if ours(type(method)):
        return method.fit(sources, progress=progress)
    size = refuse_sources(sources, type(method).evidence)
    scorer = scorer_of(name, method, "sources", sources, progress)
    return SizedScorer(DistantOfSources(name, type(method), scorer), len(sources), size)


def scorer_of(
    name: str, method: Method | Attributor, what: str, given: object, progress: Progress
) -> Any:
    """Fit a stranger's method on what it is given, called as in its interface; a scorer."""
    check_call(name, f"fit({what}, *, progress=silent)", method.fit, given)
    with named(name, type(method)):
        fit: Any = method.fit
        scorer = fit(given, progress=progress)
    if not callable(getattr(scorer, "score", None)):
        raise ClefganError(
            f"method {name!r}: fit returned {type(scorer).__name__!r}, which has no 'score'; "
            "return a scorer"
        )
    return scorer


def prepared(
    name: str, method: FitsSeveral, sets: Sequence[DevSet], progress: Progress = silent
) -> None:
    """Let a method do ahead what its fits on these sets need.

    Raises
    ------
    ClefganError
        A stranger's method raised something.
    """
    if not ours(type(method)):
        check_call(name, "prepare(sets, *, progress=silent)", method.prepare, sets)
    with named(name, type(method)):
        method.prepare(sets, progress=progress)


def compiled_ahead(name: str, method: CompilesAhead, side: int) -> None:
    """Let a method compile what its fits on square images of this side run.

    Raises
    ------
    ClefganError
        A stranger's method raised something.
    """
    with named(name, type(method)):
        method.compile_ahead(side)


@dataclass(frozen=True, slots=True)
class Distant:
    """A stranger's scorer: it is asked for no scores of no images."""

    name: str
    cls: type
    scorer: Scorer

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Score, or raise a ClefganError that names the method."""
        wanted = "score(candidates, generated, *, progress=silent)"
        check_call(self.name, wanted, self.scorer.score, candidates, generated)
        if self.nothing_to_score(candidates, generated):
            return np.empty(0)
        with named(self.name, self.cls):
            return np.asarray(self.scorer.score(candidates, generated, progress=progress))

    def nothing_to_score(self, candidates: Images, generated: Images) -> bool:
        """Whether there are no candidates; `clefgan.method.nothing_to_score`."""
        needs = promises(self.cls).needs_generated
        return nothing_to_score(candidates, generated, needs_generated=needs)


@dataclass(frozen=True, slots=True)
class DistantInParts(Distant):
    """A stranger's scorer that shows its parts."""

    parted: ScoresInParts

    def in_parts(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> InParts:
        """Score in parts, or raise a ClefganError that names the method."""
        wanted = "in_parts(candidates, generated, *, progress=silent)"
        check_call(self.name, wanted, self.parted.in_parts, candidates, generated)
        if self.nothing_to_score(candidates, generated):
            return InParts(np.empty(0), {})
        with named(self.name, self.cls):
            scores, parts = self.parted.in_parts(candidates, generated, progress=progress)
            return InParts(
                np.asarray(scores), {name: np.asarray(part) for name, part in parts.items()}
            )


@dataclass(frozen=True, slots=True)
class DistantOfSources:
    """A stranger's scorer of an attributor."""

    name: str
    cls: type
    scorer: SourceScorer

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Score, or raise a ClefganError that names the method."""
        check_call(self.name, "score(generated, *, progress=silent)", self.scorer.score, generated)
        with named(self.name, self.cls):
            return np.asarray(self.scorer.score(generated, progress=progress))


def ours(cls: type) -> bool:
    """Whether a class is one of clefgan's own."""
    return cls.__module__.startswith(OURS)


@contextmanager
def named(name: str, cls: type) -> Iterator[None]:
    """Turn what a stranger's class raises into a ClefganError: what, and where."""
    try:
        yield
    except ClefganError:
        raise
    except (Exception, SystemExit) as error:
        if ours(cls):
            raise
        raise ClefganError(f"method {name!r}: {one_line(error)}{place(error, cls)}") from error


def check_call(name: str, wanted: str, call: Callable[..., object], *given: Any) -> None:
    """Raise unless a stranger's function takes what it will be given."""
    try:
        inspect.signature(call).bind(*given, progress=silent)
    except TypeError as error:
        raise ClefganError(f"method {name!r}: {error}; write {wanted}") from error
    except ValueError:  # a signature that Python cannot tell
        return


def place(error: BaseException, cls: type) -> str:
    """` (plug.py:12, in fit)`: the deepest line of the file of a class; '' if it has none."""
    try:
        file = inspect.getsourcefile(cls)
    except TypeError:
        return ""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    if not frames:
        return ""
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno}, in {frames[-1].name})"


def one_line(error: BaseException) -> str:
    """Kind and first line of an exception."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {shortened(lines[0], 300)}" if lines else type(error).__name__

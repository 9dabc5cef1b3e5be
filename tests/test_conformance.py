"""The conformance suite notices a broken promise; all methods: `test_methods_promises`."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, InParts, Knowledge, Progress, Scores, silent
from clefgan.plugins import isolation
from clefgan.testing import check_method


@dataclass(frozen=True)
class Good:
    """Mean grey level against that of the generated images."""

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    level: float = 100.0  # a threshold

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> "Good":
        return self

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        gap = candidates[:, None].astype(float) - generated[None]
        return self.level - np.asarray((gap**2).mean(axis=(2, 3)).min(axis=1))


@dataclass(frozen=True)
class GoodBeside(Good):
    """With all that is optional."""

    def prepare(self, sets: Any, /, *, progress: Any = silent) -> None:
        assert all(isinstance(dev, DevSet) for dev in sets)

    def compile_ahead(self, side: int, /) -> None:
        assert side > 0

    def in_parts(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> InParts:
        scores = self.score(candidates, generated)
        return InParts(scores, {"half": scores / 2})


@pytest.mark.parametrize("cls", [Good, GoodBeside])
def test_a_method_that_keeps_them_passes(cls: Any) -> None:
    check_method(cls)


@dataclass(frozen=True)
class NoComment(Good):
    other: int = 1


@dataclass(frozen=True)
class Unseeded(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        return np.random.default_rng().normal(size=len(candidates))


@dataclass(frozen=True)
class Single(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Any:
        return super().score(candidates, generated).astype(np.float32)


@dataclass(frozen=True)
class Column(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        return super().score(candidates, generated)[:, None]


@dataclass(frozen=True)
class Infinite(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        return np.full(len(candidates), np.inf)


@dataclass(frozen=True)
class Writes(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        candidates[0, 0, 0] ^= 1
        return super().score(candidates, generated)


@dataclass(frozen=True)
class ByPlace(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        return np.arange(float(len(candidates)))


@dataclass(frozen=True)
class ByPool(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        means = candidates.mean(axis=(1, 2))
        return np.asarray(means - means.mean())


@dataclass(frozen=True)
class ByGeneratedPlace(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        return super().score(candidates, generated[: 1 + len(generated) // 2])


@dataclass(frozen=True)
class Standardised(Good):
    knowledge: ClassVar[Knowledge] = Knowledge.S1

    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        scores = super().score(candidates, generated)
        with np.errstate(all="ignore"):
            return np.asarray((scores - scores.mean()) / scores.std())


@dataclass(frozen=True)
class Relative(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        with np.errstate(all="ignore"):
            return np.asarray(1 / (self.level - super().score(candidates, generated)))


@dataclass(frozen=True)
class CopyIsPunished(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        return -super().score(candidates, generated)


@dataclass(frozen=True)
class SaysItNeedsNone(Good):
    needs_generated: ClassVar[bool] = False

    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        return np.asarray(candidates.mean(axis=(1, 2)) - len(generated))


@dataclass(frozen=True)
class PrepareChanges(Good):
    sets: ClassVar[list[Any]] = []

    def prepare(self, sets: Any, /, *, progress: Any = silent) -> None:
        self.sets.extend(sets)

    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        return super().score(candidates, generated) + 100.0 * len(self.sets)


@dataclass(frozen=True)
class CompileChanges(Good):
    sides: ClassVar[list[int]] = []

    def compile_ahead(self, side: int, /) -> None:
        self.sides.append(side)

    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        return super().score(candidates, generated) + 100.0 * len(self.sides)


@dataclass(frozen=True)
class OtherInParts(GoodBeside):
    def in_parts(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> InParts:
        scores = self.score(candidates, generated)
        return InParts(scores + 100, {"same": scores})


@dataclass(frozen=True)
class ShortPart(GoodBeside):
    def in_parts(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> InParts:
        scores = self.score(candidates, generated)
        return InParts(scores, {"short": scores[1:]})


@dataclass(frozen=True)
class NotANumberWhereSmall(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        scores = super().score(candidates, generated)
        return scores if min(candidates.shape[1:]) > 4 else scores * np.nan


@dataclass(frozen=True)
class Rows(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        scores = super().score(candidates, generated)
        _, height, width = candidates.shape
        return scores if height == width else np.repeat(scores, height)


@dataclass(frozen=True)
class Warns(Good):
    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        scores: Scores = 0 * np.nan_to_num(1 / candidates.std(axis=(1, 2)))
        return scores + super().score(candidates, generated)


@dataclass(frozen=True)
class NeedsAnImage(GoodBeside):
    """Raises where there is none, and of an even height only: a run says so in one line."""

    def score(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> Scores:
        assert len(candidates.argmin(axis=0))
        if candidates.shape[1] % 2:
            raise IndexError("no half of a row")
        return super().score(candidates, generated)


def test_a_stranger_may_raise_at_a_size() -> None:
    check_method(NeedsAnImage)


def test_a_stranger_is_not_asked_for_scores_of_no_images() -> None:
    images = np.arange(6 * 8 * 8, dtype=np.uint8).reshape(6, 8, 8)
    dev = DevSet(images, images, images)
    scorer = isolation.fitted("needs-an-image", NeedsAnImage(), dev)
    assert scorer.score(images[:0], images).shape == (0,)
    with pytest.raises(ClefganError, match=r"^comparison: there are no generated images; got 0"):
        scorer.score(images, images[:0])


@dataclass(frozen=True)
class Misspelt(Good):
    def in_part(self, candidates: Any, generated: Any, /, *, progress: Any = silent) -> None: ...


@pytest.mark.parametrize(
    ("cls", "promise"),
    [
        (Unseeded, "same seed, same scores"),
        (Single, "scores are float32, not float64"),
        (Column, "scores have shape"),
        (Infinite, "scores are not finite"),
        (Writes, "score wrote to the candidates"),
        (ByPlace, "permuting candidates permutes scores"),
        (ByPool, "whatever its neighbours"),
        (ByGeneratedPlace, "the order of the generated images does not matter"),
        (Standardised, "one candidate: scores are not finite"),
        (Relative, "everything the same|generated holds the candidates: scores are not finite"),
        (CopyIsPunished, "a copy of candidate 0 among the generated lowers its score"),
        (SaysItNeedsNone, "needs_generated=False"),
        (PrepareChanges, "prepare changes no score"),
        (CompileChanges, "compile_ahead changes no score"),
        (OtherInParts, "in_parts gives the scores that score gives"),
        (ShortPart, r"scores of part 'short' have shape \(5,\)"),
        (NotANumberWhereSmall, "images of 4x4: scores are not finite"),
        (Rows, r"images of 3x17: scores have shape \(9,\)"),
        (Warns, "constant candidates: a warning: divide by zero encountered in divide"),
        (Misspelt, "no run calls the function 'in_part'; did you mean 'in_parts'"),
    ],
)
def test_a_broken_promise_is_named(cls: Any, promise: str) -> None:
    with pytest.raises(AssertionError, match=promise):
        check_method(cls)


def test_a_field_without_a_comment_is_a_warning() -> None:
    with pytest.warns(UserWarning, match="field 'other' has no trailing comment"):
        check_method(NoComment)

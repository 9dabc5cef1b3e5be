"""What every membership method promises, checked on tiny images."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from clefgan.errors import ClefganError
from clefgan.method import (
    CompilesAhead,
    DevSet,
    FitsSeveral,
    Images,
    Knowledge,
    Method,
    Scorer,
    Scores,
    ScoresInParts,
    near_miss,
    promises,
)
from clefgan.plugins import hyperparameters, isolation, registry

SIZE = 32
SHAPES = ((4, 4), (8, 8), (3, 17), (24, 40))  # smaller than a filter, and not square
TOLERANCE = 1e-5  # relative to the size of the scores; float32 engines reorder their sums


def check_method(cls: type[Method], **settings: Any) -> None:
    """Raise an AssertionError that names the first promise that a method breaks.

    Parameters
    ----------
    cls : the method class
    settings : hyper-parameters for the check, where the defaults would take long

    Notes
    -----
    The promises: a frozen dataclass with a default for each field (a comment too, else a warning);
    the same seed gives the same scores; scores are finite float64 of shape (n,), also for the sets
    of `awkward`;
    permuting candidates permutes scores, and permuting the generated images leaves them; a method
    of knowledge S0 scores an image the same whatever its neighbours; an exact copy of a candidate
    among the generated images never lowers its score, for a method that looks at them and does not
    train on them; images are not written to; `in_parts` of a scorer, where it has one, gives its
    scores and as many for each part, and `prepare` and `compile_ahead` of a method change no score.
    """
    registry.checked(cls, cls.__name__)
    for row in hyperparameters.describe(cls):
        if not row.comment:
            lacking = f"{cls.__name__}: field {row.name!r} has no trailing comment"
            warnings.warn(f"{lacking}; people read it", stacklevel=2)
    dev, candidates, generated = example()
    method = cls(**settings)
    assert hash(method) == hash(cls(**settings)), "hyper-parameters must be hashable"
    scorer = method.fit(dev)
    scores = check_scores(scorer, candidates, generated)
    same(cls(**settings).fit(dev).score(candidates, generated), scores, "same seed, same scores")
    check_parts(scorer, candidates, generated, scores)
    if isinstance(method, FitsSeveral):
        method.prepare([dev])
        after = method.fit(dev).score(candidates, generated)
        same(after, scores, "prepare changes no score")
    if isinstance(method, CompilesAhead):
        method.compile_ahead(SIZE)
        after = method.fit(dev).score(candidates, generated)
        same(after, scores, "compile_ahead changes no score")
    check_permutation(scorer, candidates, generated, scores)
    check_awkward(scorer, candidates, generated)
    for shape in SHAPES:
        check_shape(method, shape)
    if cls.knowledge is Knowledge.S0:
        alone = np.concatenate([scorer.score(candidates[i : i + 1], generated) for i in range(2)])
        same(alone, scores[:2], "S0: an image scores the same whatever its neighbours")
    said = promises(cls)
    if said.needs_generated:
        if not said.learns_from_generated:
            check_copy(scorer, candidates, generated, scores)
    else:
        none = np.empty((0, SIZE, SIZE), np.uint8)
        same(
            scorer.score(candidates, none), scores, "needs_generated=False: the set does not count"
        )


def check_scores(scorer: Scorer, candidates: Images, generated: Images) -> Scores:
    """Scores are finite float64 of shape (n,), and the images are as they were."""
    before = candidates.copy(), generated.copy()
    scores = scorer.score(candidates, generated)
    check_form(scores, len(candidates), "scores")
    assert np.array_equal(candidates, before[0]), "score wrote to the candidates"
    assert np.array_equal(generated, before[1]), "score wrote to the generated images"
    return scores


def check_form(scores: Scores, n: int, what: str) -> None:
    """Finite float64 of shape (n,)."""
    assert isinstance(scores, np.ndarray), f"{what} are {type(scores).__name__}, not an array"
    assert scores.dtype == np.float64, f"{what} are {scores.dtype}, not float64"
    assert scores.shape == (n,), f"{what} have shape {scores.shape}"
    assert np.isfinite(scores).all(), f"{what} are not finite"


def check_parts(scorer: Scorer, candidates: Images, generated: Images, scores: Scores) -> None:
    """The parts of a scorer that shows them are scores too, of what `score` gives."""
    missed = near_miss(type(scorer), "in_parts")
    assert not missed, missed
    if not isinstance(scorer, ScoresInParts):
        return
    whole, parts = scorer.in_parts(candidates, generated)
    check_form(whole, len(candidates), "scores of in_parts")
    same(whole, scores, "in_parts gives the scores that score gives")
    for name, part in parts.items():
        check_form(part, len(candidates), f"scores of part {name!r}")


def check_permutation(
    scorer: Scorer, candidates: Images, generated: Images, scores: Scores
) -> None:
    """Permuting candidates permutes scores; the order of the generated images does not matter."""
    order = np.random.default_rng(3).permutation(len(candidates))
    same(
        scorer.score(candidates[order], generated),
        scores[order],
        "permuting candidates permutes scores",
    )
    same(
        scorer.score(candidates, generated[::-1]),
        scores,
        "the order of the generated images does not matter",
    )


def check_awkward(scorer: Scorer, candidates: Images, generated: Images) -> None:
    """Sets that break formulas get scores like any other."""
    for case, (few, others) in awkward(candidates, generated).items():
        with in_case(case):
            check_scores(scorer, few, others)


def check_shape(method: Method, shape: tuple[int, int]) -> None:
    """Fitted on and put to images of a shape: scores like any other, or one line."""
    rng = np.random.default_rng(5)
    height, width = shape

    def noise(n: int) -> Images:
        return rng.integers(0, 256, (n, height, width), np.uint8)

    dev, candidates, generated = DevSet(noise(5), noise(4), noise(4)), noise(3), noise(4)
    with in_case(f"images of {height}x{width}"), suppress(ClefganError):
        scorer = isolation.fitted(type(method).__name__, method, dev)
        check_scores(scorer, candidates, generated)


@contextmanager
def in_case(case: str) -> Iterator[None]:
    """Say of which images a promise was broken; what NumPy warns of breaks one."""
    try:
        with warnings.catch_warnings(record=True) as noted:
            warnings.simplefilter("always", RuntimeWarning)
            yield
        for warning in noted:
            assert not issubclass(warning.category, RuntimeWarning), f"a warning: {warning.message}"
    except AssertionError as error:
        raise AssertionError(f"{case}: {error}") from error


def awkward(candidates: Images, generated: Images) -> dict[str, tuple[Images, Images]]:
    """Candidates and generated images of which a formula may not have thought."""
    flat, black = np.full_like(candidates, 7), np.zeros_like(generated)
    coarse, coarser = blocky(candidates), blocky(generated)
    return {
        "one candidate": (candidates[:1], generated),
        "one generated image": (candidates, generated[:1]),
        "one of each": (candidates[:1], generated[:1]),
        "constant candidates": (flat, generated),
        "constant generated images": (candidates, black),
        "everything the same": (flat, np.full_like(generated, 7)),
        "all candidates identical": (candidates[[0] * len(candidates)], generated),
        "blocks of 8 x 8, as heavy JPEG leaves": (coarse, coarser),
        "generated holds the candidates": (candidates, np.concatenate([generated, candidates])),
        "generated is the candidates": (candidates, candidates),
    }


def blocky(images: Images) -> Images:
    """Images of which each block of 8 x 8 pixels has one level."""
    return np.repeat(np.repeat(images[:, 4::8, 4::8], 8, axis=1), 8, axis=2)


def check_copy(scorer: Scorer, candidates: Images, generated: Images, scores: Scores) -> None:
    """An image that is in `generated` scores no lower for it."""
    for i in range(2):
        more = np.concatenate([generated, candidates[i : i + 1]])
        after = scorer.score(candidates, more)[i]
        assert after >= scores[i] - slack(scores), (
            f"a copy of candidate {i} among the generated lowers its score "
            f"from {scores[i]} to {after}"
        )


def same(scores: Scores, wanted: Scores, promise: str) -> None:
    """Equal up to the rounding of reordered sums."""
    worst = float(np.max(np.abs(scores - wanted), initial=0.0))
    assert worst <= slack(wanted), f"{promise}: scores differ by {worst:.3g}"


def slack(scores: Scores) -> float:
    """How much rounding may move scores of this size."""
    if not len(scores):
        return 0.0
    return TOLERANCE * float(np.ptp(scores) + np.max(np.abs(scores)))


def example(seed: int = 0) -> tuple[DevSet, Images, Images]:
    """A tiny challenge of smooth blobs: a dev set, 6 candidates, 8 generated images, 32x32."""
    rng = np.random.default_rng(seed)
    dev = DevSet(generated=blobs(rng, 12), used=blobs(rng, 6), not_used=blobs(rng, 6))
    candidates = blobs(rng, 6)
    near = np.clip(candidates[:2].astype(np.int16) + rng.integers(-9, 10, (2, SIZE, SIZE)), 0, 255)
    return dev, candidates, np.concatenate([blobs(rng, 6), near.astype(np.uint8)])


def blobs(rng: np.random.Generator, n: int) -> Images:
    """Return `n` images of a few soft discs on a noisy ground."""
    y, x = np.mgrid[:SIZE, :SIZE]
    images = np.empty((n, SIZE, SIZE))
    for image in images:
        image[...] = rng.normal(60, 4, (SIZE, SIZE))
        for cy, cx, width, height in rng.uniform([4, 4, 2, 20], [28, 28, 8, 90], (4, 4)):
            image += height * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * width**2))
    return np.clip(images, 0, 255).astype(np.uint8)

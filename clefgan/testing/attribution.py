"""What every attributor promises, checked on tiny images."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from clefgan.errors import ClefganError
from clefgan.method import (
    Attributor,
    ClassScores,
    Evidence,
    Images,
    Source,
    SourceScorer,
    promises,
)
from clefgan.plugins import hyperparameters, isolation, registry
from clefgan.testing.membership import SIZE, blobs

TOLERANCE = 1e-5  # relative to the spread of the scores


def check_attributor(cls: type[Attributor], **settings: Any) -> None:
    """Raise an AssertionError that names the first promise that an attributor breaks.

    Parameters
    ----------
    cls : the class of the method
    settings : hyper-parameters for the check, where the defaults would take long

    Notes
    -----
    The promises: evidence A1, A2 or A3; the same seed gives the same scores; they are finite
    float64 of shape (n, n_classes), also for the sources of `awkward_sources`; permuting images
    permutes rows, permuting sources permutes columns; names of classes change nothing; unless
    `transductive`, an image scores the same whatever its neighbours; of evidence A1, an exact copy
    of a real image scores highest for its class, classes of the same images tie, and labelled
    generated images change nothing (of A2: real ones); images are not written to.
    """
    check_fields(registry.ATTRIBUTORS.checked(cls, cls.__name__))
    method = cls(**settings)
    assert hash(method) == hash(cls(**settings)), "hyper-parameters must be hashable"
    sources, images = example_sources(), under_test()
    scorer = method.fit(sources)
    scores = check_class_scores(scorer, images, len(sources))
    alike(cls(**settings).fit(sources).score(images), scores, "same seed, same scores")
    check_order(method, sources, images, scores)
    if not promises(cls).transductive:
        alone = np.concatenate([scorer.score(images[i : i + 1]) for i in range(2)])
        alike(alone, scores[:2], "an image scores the same whatever its neighbours")
    check_evidence(method, sources, images, scores)
    for case, others in awkward_sources(sources).items():
        for about, few in {"": images, " with one image": images[:1]}.items():
            try:
                check_class_scores(method.fit(others), few, len(others))
            except AssertionError as error:
                raise AssertionError(f"{case}{about}: {error}") from error
    flat = np.concatenate([np.zeros_like(images[:1]), np.full_like(images[:1], 255)])
    check_class_scores(scorer, flat, len(sources))
    check_given(method, sources, images)


def check_class_scores(scorer: SourceScorer, images: Images, n_classes: int) -> ClassScores:
    """Scores are finite float64 of shape (n, n_classes), and the images are as they were."""
    before = images.copy()
    scores = scorer.score(images)
    assert isinstance(scores, np.ndarray), f"scores are {type(scores).__name__}, not an array"
    assert scores.dtype == np.float64, f"scores are {scores.dtype}, not float64"
    assert scores.shape == (len(images), n_classes), f"scores have shape {scores.shape}"
    assert np.isfinite(scores).all(), "scores are not finite"
    assert np.array_equal(images, before), "score wrote to the images"
    return scores


def check_order(
    method: Attributor, sources: Sequence[Source], images: Images, scores: ClassScores
) -> None:
    """Neither the order of images and classes nor their names decide anything."""
    order = np.random.default_rng(3).permutation(len(images))
    alike(method.fit(sources).score(images[order]), scores[order], "permuting images permutes rows")
    columns = [2, 0, 1]
    turned = method.fit([sources[i] for i in columns]).score(images)
    alike(turned, scores[:, columns], "permuting sources permutes columns")
    renamed = [
        Source(f"z{9 - i}", source.real, source.generated) for i, source in enumerate(sources)
    ]
    alike(method.fit(renamed).score(images), scores, "names of classes change nothing")
    backwards = [
        Source(source.name, source.real[::-1], source.generated[::-1]) for source in sources
    ]
    alike(method.fit(backwards).score(images), scores, "the order within a class changes nothing")


def check_evidence(
    method: Attributor, sources: Sequence[Source], images: Images, scores: ClassScores
) -> None:
    """A method uses no more than it says, and what real images it has."""
    none = np.empty((0, SIZE, SIZE), np.uint8)
    if method.evidence is Evidence.A2:
        less = [Source(source.name, none, source.generated) for source in sources]
        alike(method.fit(less).score(images), scores, "A2: real images change nothing")
    if method.evidence is Evidence.A1:
        less = [Source(source.name, source.real, none) for source in sources]
        alike(method.fit(less).score(images), scores, "A1: labelled images change nothing")
        for number, source in enumerate(sources):
            best = np.argmax(method.fit(less).score(source.real[:2]), axis=1)
            assert (best == number).all(), "A1: a copy of a real image scores highest for its class"
        equal = [Source(source.name, sources[0].real, none) for source in sources]
        ties = method.fit(equal).score(images)
        assert (ties == ties[:, :1]).all(), "A1: classes of the same real images tie exactly"
        doubled = [
            Source(source.name, np.concatenate([source.real] * (2 if i == 0 else 1)), none)
            for i, source in enumerate(sources)
        ]
        calls = np.argmax(method.fit(doubled).score(images), axis=1)
        wanted = np.argmax(scores, axis=1)
        assert np.array_equal(calls, wanted), "A1: images that are there twice decide nothing"


def check_given(method: Attributor, sources: Sequence[Source], images: Images) -> None:
    """No images have no scores; whatever else cannot be scored is one line."""
    remedy = "put @images_checked of clefgan.method above 'fit', or raise a ClefganError"
    for case, (known, given) in refused(sources, images).items():
        try:
            check_class_scores(method.fit(known), given, len(known))
        except ClefganError as error:
            said = str(error)
            assert case != "no images", f"{case}: {said}; give scores of shape (0, n_classes)"
            assert "\n" not in said, f"{case}: an error of several lines; write one"
        except AssertionError as error:
            raise AssertionError(f"{case}: {error}; {remedy}") from error
        except Exception as error:
            raise AssertionError(f"{case}: {isolation.one_line(error)}; {remedy}") from error


def check_fields(cls: type) -> None:
    """Each hyper-parameter says what it is."""
    for row in hyperparameters.describe(cls):
        if not row.comment:
            said = f"{cls.__name__}: field {row.name!r} has no trailing comment, which people read"
            warnings.warn(said, stacklevel=2)


def alike(scores: ClassScores, wanted: ClassScores, promise: str) -> None:
    """Equal up to the rounding of reordered sums."""
    worst = float(np.max(np.abs(scores - wanted), initial=0.0))
    slack = TOLERANCE * float(np.ptp(wanted) + np.max(np.abs(wanted), initial=0.0))
    assert worst <= slack, f"{promise}: scores differ by {worst:.3g}"


def example_sources(seed: int = 0) -> list[Source]:
    """Three classes of soft discs: 5 real images each, and 8 near-copies of them."""
    rng = np.random.default_rng(seed)
    sources = []
    for name in ("a", "b", "c"):
        real = blobs(rng, 5)
        parents = real[rng.integers(5, size=8)].astype(np.int16)
        near = np.clip(parents + rng.integers(-9, 10, parents.shape), 0, 255).astype(np.uint8)
        sources.append(Source(name, real, near))
    return sources


def under_test(seed: int = 0) -> Images:
    """Nine images, three near to each of the example's classes."""
    rng = np.random.default_rng(seed + 1)
    parents = np.concatenate([of.real[:3] for of in example_sources(seed)]).astype(np.int16)
    near = np.clip(parents + rng.integers(-9, 10, parents.shape), 0, 255)
    return np.asarray(near, np.uint8)


def awkward_sources(sources: Sequence[Source]) -> dict[str, list[Source]]:
    """Sources of which a formula may not have thought."""
    first, second, third = sources
    flat = np.full_like(first.real, 7)
    return {
        "two classes": [first, second],
        "one image of each kind a class": [
            Source(source.name, source.real[:1], source.generated[:1]) for source in sources
        ],
        "classes of other sizes": [
            Source("a", first.real[:1], first.generated[:2]), second, third
        ],
        "constant images in a class": [Source("a", flat, flat), second, third],
        "constant images everywhere": [Source(source.name, flat, flat) for source in sources],
        "the same images in every class": [
            Source(source.name, first.real, first.generated) for source in sources
        ],
    }  # fmt: skip


def refused(
    sources: Sequence[Source], images: Images
) -> dict[str, tuple[Sequence[Source], Images]]:
    """Sources, and images to score, that a method may refuse; no images have no scores."""
    first, *others = sources
    none, small = images[:0], images[:, ::2, 1::2]

    def but(real: Images, generated: Images) -> list[Source]:
        return [Source(first.name, real, generated), *others]

    deep: Any = images.astype(np.uint16)
    return {
        "no images": (sources, none),
        "no images of two classes": (sources[:2], none),
        "images of another size": (sources, small),
        "images of another type": (sources, deep),
        "one image without the axis of images": (sources, images[0]),
        "one class": (sources[:1], images),
        "a class without images": (but(none, none), images),
        "a class of another size": (but(small, small), images),
        "a class of another type": (but(deep, deep), images),
        "a class of one image without the axis of images": (but(images[0], images[0]), images),
    }

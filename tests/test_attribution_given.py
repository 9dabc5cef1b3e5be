"""What every attributor and clusterer makes of odd images: no scores of none, else one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from attributors import ATTRIBUTORS, CLUSTERERS, NAMES, attributor
from clefgan.errors import ClefganError
from clefgan.method import (
    ClassScores,
    Evidence,
    Images,
    Progress,
    Source,
    SourceScorer,
    images_checked,
    silent,
)
from clefgan.plugins import isolation
from clefgan.testing import check_attributor
from clefgan.testing.attribution import example_sources, under_test

SOURCES = example_sources()
IMAGES = under_test()
NONE = IMAGES[:0]
DEEP: Any = IMAGES.astype(np.uint16)
NO_ARRAY: Any = [[[7]]]
SMALL = IMAGES[:, :16]


@cache
def fitted(name: str) -> SourceScorer:
    return attributor(name).fit(SOURCES)


@pytest.mark.parametrize("name", NAMES)
def test_no_images_have_no_scores(name: str) -> None:
    scores = fitted(name).score(NONE)
    assert scores.shape == (0, 3)
    assert scores.dtype == np.float64


@pytest.mark.parametrize("name", NAMES)
def test_images_that_cannot_be_scored_are_one_line(name: str) -> None:
    cases: list[tuple[Any, str]] = [
        (SMALL, r"are 16x32, those fitted on 32x32; give both the same image size"),
        (np.concatenate([IMAGES, IMAGES], 2), r"are 32x64, those fitted on 32x32"),
        (DEEP, r"are uint16 of shape \(9, 32, 32\); give uint8 images \(n, height, width\)"),
        (IMAGES / 255, r"are float64 of shape \(9, 32, 32\); give uint8"),
        (IMAGES[0], r"are uint8 of shape \(32, 32\); give uint8"),
        (IMAGES[..., None], r"are uint8 of shape \(9, 32, 32, 1\); give uint8"),
        (np.empty(0), r"are float64 of shape \(0,\); give uint8"),
        (IMAGES[:, :0], r"are uint8 of shape \(9, 0, 32\); give uint8"),
        (NO_ARRAY, r"are of type 'list'; give uint8"),
    ]
    for images, message in cases:
        with pytest.raises(ClefganError, match=rf"^attribution: images to score {message}[^\n]*$"):
            fitted(name).score(images)


def but_first(real: Any, generated: Any) -> list[Source]:
    """The sources, the first class of other images."""
    return [Source("a", real, generated), *SOURCES[1:]]


@pytest.mark.parametrize("name", ATTRIBUTORS)
def test_classes_that_nothing_can_be_learned_of_are_one_line_before_the_work(name: str) -> None:
    kind = "(real|labelled generated) images"
    cases: list[tuple[Any, str]] = [
        (NONE, rf"class 'a' has no {kind}; got 0; a method of evidence A\d or A3 needs some of"),
        (DEEP, rf"{kind} of class 'a' are uint16 of shape \(9, 32, 32\); give uint8 images \(n"),
        (SMALL, rf"{kind} of class 'a' are 16x32, {kind} of class 'b' 32x32; give all the same"),
        (IMAGES[0], rf"{kind} of class 'a' are uint8 of shape \(32, 32\); give uint8 images"),
        (NO_ARRAY, rf"{kind} of class 'a' are of type 'list'; give uint8 images"),
        (None, rf"{kind} of class 'a' are of type 'NoneType'; give uint8 images"),
    ]
    stages: list[str] = []
    for images, message in cases:
        with pytest.raises(ClefganError, match=rf"^attribution: {message}[^\n]*$"):
            attributor(name).fit(
                but_first(images, images), progress=lambda stage, *_: stages.append(stage)
            )
    pairs: Any = [("a", IMAGES), ("b", IMAGES)]
    with pytest.raises(ClefganError, match=r"a class is of type 'tuple'; give a clefgan\.method"):
        attributor(name).fit(pairs)
    assert not stages


@pytest.mark.parametrize("name", NAMES)
def test_images_that_a_method_does_not_learn_from_may_be_any(name: str) -> None:
    method, first = attributor(name), SOURCES[0]
    if method.evidence is Evidence.A3:
        with pytest.raises(ClefganError, match="real images of class 'a' are 16x32, real images"):
            method.fit(but_first(SMALL, first.generated))
        return
    of_reals = method.evidence is Evidence.A1
    others = but_first(first.real, None) if of_reals else but_first(None, first.generated)
    np.testing.assert_array_equal(method.fit(others).score(IMAGES), fitted(name).score(IMAGES))


@pytest.mark.parametrize("name", CLUSTERERS)
def test_images_that_cannot_be_clustered_are_one_line(name: str) -> None:
    cases: list[tuple[Any, Any, str]] = [
        (NONE, 1, "no generated images; got 0; give at least 1"),
        (DEEP, 2, r"generated images are uint16 of shape \(9, 32, 32\); give uint8 images"),
        (IMAGES[0], 2, r"generated images are uint8 of shape \(32, 32\); give uint8 images"),
        (NO_ARRAY, 1, "generated images are of type 'list'; give uint8 images"),
        (IMAGES, 2.5, "2.5 clusters of 9 images; give 1 to 9"),
        (IMAGES, None, "None clusters of 9 images; give 1 to 9"),
    ]
    for images, n_clusters, message in cases:
        with pytest.raises(ClefganError, match=rf"^clusters: {message}[^\n]*$"):
            CLUSTERERS[name].load()().cluster(images, n_clusters)


@dataclass(frozen=True)
class NearestReal:
    """A stranger's: keeps all promises but the one about odd images."""

    evidence: ClassVar[Evidence] = Evidence.A1

    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        return Nearest(tuple(source.real.astype(float) for source in sources))


@dataclass(frozen=True, eq=False)
class Nearest:
    real: tuple[NDArray[np.float64], ...]

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        gaps = [
            [np.abs(real - image).mean(axis=(1, 2)).min() for real in self.real]
            for image in generated
        ]
        return -np.array(gaps)


@dataclass(frozen=True)
class Guarded(NearestReal):
    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        return super().fit(sources)


@dataclass(frozen=True)
class RefusesNone(NearestReal):
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        return NotOfNone(tuple(source.real.astype(float) for source in sources))


@dataclass(frozen=True, eq=False)
class NotOfNone(Nearest):
    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        if not len(generated):
            raise ClefganError("no images")
        return super().score(generated)


@dataclass(frozen=True)
class ShapedNone(NearestReal):
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        return Shaped(tuple(source.real.astype(float) for source in sources))


@dataclass(frozen=True, eq=False)
class Shaped(Nearest):
    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        return super().score(generated).reshape(len(generated), len(self.real))


@pytest.mark.parametrize(
    ("cls", "broken"),
    [
        (NearestReal, r"^no images: scores have shape \(0,\); put @images_checked of clefgan\."),
        (RefusesNone, r"^no images: no images; give scores of shape \(0, n_classes\)$"),
        (ShapedNone, r"^images of another size: ValueError: operands could not be .* above 'fit'"),
    ],
)
def test_the_suite_asks_for_it(cls: type[NearestReal], broken: str) -> None:
    with pytest.raises(AssertionError, match=broken):
        check_attributor(cls)


def test_the_decorator_keeps_it() -> None:
    check_attributor(Guarded)


def test_a_stranger_is_given_no_odd_images() -> None:
    scorer = isolation.fitted_attributor("mine", NearestReal(), SOURCES)
    assert scorer.score(NONE).shape == (0, 3)
    wanted = NearestReal().fit(SOURCES).score(IMAGES)
    np.testing.assert_array_equal(scorer.score(IMAGES), wanted)
    with pytest.raises(ClefganError, match=r"^attribution: images to score are 16x32, those"):
        scorer.score(SMALL)
    with pytest.raises(ClefganError, match=r"^attribution: class 'a' has no real images"):
        isolation.fitted_attributor("mine", NearestReal(), but_first(NONE, NONE))


@dataclass(frozen=True)
class NoScorer(NearestReal):
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> Any: ...


@dataclass(frozen=True)
class NoProgress(NearestReal):
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> Any:
        return self

    def score(self, generated: Images) -> ClassScores: ...  # type: ignore[empty-body]


def test_a_stranger_without_a_scorer_is_one_line() -> None:
    with pytest.raises(ClefganError, match=r"^method 'mine': fit returned 'NoneType', which has"):
        isolation.fitted_attributor("mine", NoScorer(), SOURCES)
    scorer = isolation.fitted_attributor("mine", NoProgress(), SOURCES)
    with pytest.raises(ClefganError, match=r"write score\(generated, \*, progress=silent\)$"):
        scorer.score(IMAGES)

"""What every attributor and clusterer keeps to; the suite notices one that does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from attributors import ATTRIBUTORS, CLUSTERERS, NAMES, NEEDS_WEIGHTS, QUICK, attributor
from baselines.attribution.vgg16_probe import Vgg16Probe
from baselines.features.vgg16 import resized
from clefgan.errors import ClefganError
from clefgan.method import (
    ClassScores,
    Clusters,
    Evidence,
    Images,
    Progress,
    Source,
    SourceScorer,
    silent,
)
from clefgan.plugins import registry
from clefgan.testing import blobs, check_attributor, check_clusterer
from clefgan.testing.attribution import example_sources

NONE = np.empty((0, 32, 32), np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_every_attributor_keeps_its_promises(name: str) -> None:
    check_attributor(ATTRIBUTORS[name].load(), **QUICK.get(name, {}))


@NEEDS_WEIGHTS
def test_the_vgg16_probe_shrinks_larger_images_and_leaves_smaller_ones() -> None:
    """Of 32 pixels each way."""
    rng = np.random.default_rng(0)
    sources = [Source(name, blobs(rng, 4), blobs(rng, 4)) for name in "ab"]
    images = blobs(rng, 3)
    small = [Source(s.name, s.real, resized(s.generated, 24)) for s in sources]

    def scores(side: int | None, known: list[Source], seen: Images) -> ClassScores:
        return Vgg16Probe(layer="block1", side=side).fit(known).score(seen)

    whole = scores(None, sources, images)
    np.testing.assert_array_equal(scores(40, sources, images), whole)
    shrunk = scores(24, sources, images)
    wanted = scores(None, small, resized(images, 24))
    np.testing.assert_allclose(shrunk, wanted, rtol=1e-9)  # images are sorted by their pixels
    assert not np.allclose(shrunk, whole)


@pytest.mark.parametrize("name", CLUSTERERS)
def test_every_clusterer_keeps_its_promises(name: str) -> None:
    check_clusterer(CLUSTERERS[name].load())


@pytest.mark.parametrize("name", ATTRIBUTORS)
def test_an_attributor_says_what_it_misses(name: str) -> None:
    method = attributor(name)
    sources = example_sources()
    with pytest.raises(ClefganError, match="attribution: 1 class; there is nothing to choose"):
        method.fit(sources[:1])
    if method.evidence in (Evidence.A1, Evidence.A3):
        no_reals = [Source("a", NONE, sources[0].generated), *sources[1:]]
        with pytest.raises(ClefganError, match="class 'a' has no real images"):
            method.fit(no_reals)
    if method.evidence in (Evidence.A2, Evidence.A3):
        no_labels = [Source("a", sources[0].real, NONE), *sources[1:]]
        with pytest.raises(ClefganError, match="class 'a' has no labelled generated images"):
            method.fit(no_labels)


@pytest.mark.parametrize("name", CLUSTERERS)
def test_a_clusterer_refuses_numbers_that_cannot_be(name: str) -> None:
    method, images = CLUSTERERS[name].load()(), blobs(np.random.default_rng(0), 3)
    with pytest.raises(ClefganError, match="clusters: no generated images"):
        method.cluster(NONE, 2)
    for number in (0, 4):
        with pytest.raises(ClefganError, match=f"clusters: {number} clusters of 3 images"):
            method.cluster(images, number)


@dataclass(frozen=True)
class First:
    """Decides by the order of the classes."""

    evidence: ClassVar[Evidence] = Evidence.A1

    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        return FirstScorer(len(sources))


@dataclass(frozen=True)
class FirstScorer:
    n_classes: int

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        return np.tile(-np.arange(self.n_classes, dtype=float), (len(generated), 1))


@dataclass(frozen=True)
class ByName(First):
    """Decides by the names of the classes."""

    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        return Rows(tuple(float(each.name.encode()[0]) for each in sources))


@dataclass(frozen=True)
class Rows:
    row: tuple[float, ...]

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        return np.tile(np.array(self.row), (len(generated), 1))


@dataclass(frozen=True)
class Peeks(First):
    """Of evidence A1, and looks at labelled images."""

    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        return Rows(tuple(float(each.generated.sum()) for each in sources))


@dataclass(frozen=True)
class Centred(First):
    """Scores depend on the other images under test, and it does not say so."""

    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        return CentredScorer(tuple(float(each.real.mean()) for each in sources))


@dataclass(frozen=True)
class CentredScorer:
    means: tuple[float, ...]

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        levels = generated.mean(axis=(1, 2)) - generated.mean()
        return np.asarray(-np.abs(levels[:, None] - np.array(self.means)))


@pytest.mark.parametrize(
    ("cls", "broken"),
    [
        (First, "permuting sources permutes columns"),
        (ByName, "names of classes change nothing"),
        (Peeks, "A1: labelled images change nothing"),
        (Centred, "whatever its neighbours"),
    ],
)
def test_the_suite_notices_a_broken_promise(cls: type[First], broken: str) -> None:
    with pytest.raises(AssertionError, match=broken):
        check_attributor(cls)


@dataclass(frozen=True)
class InTurn:
    """Clusters by the order of the images."""

    evidence: ClassVar[Evidence] = Evidence.A0

    def cluster(
        self, generated: Images, n_clusters: int, /, *, progress: Progress = silent
    ) -> Clusters:
        return np.arange(len(generated)) % n_clusters


@dataclass(frozen=True)
class SaysNothing:
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        return FirstScorer(len(sources))


def test_a_class_without_evidence_is_refused() -> None:
    with pytest.raises(ClefganError, match=r"'evidence' is missing; write evidence: ClassVar"):
        check_attributor(SaysNothing)  # type: ignore[arg-type]
    with pytest.raises(ClefganError, match=r"'evidence' is not one of Evidence\.A0"):
        check_clusterer(First)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["nearest", "no-such"])
def test_a_method_that_is_not_of_classes_is_refused(name: str) -> None:
    wanted = "says used or not; this edition asks for classes" if name == "nearest" else "no method"
    with pytest.raises(ClefganError, match=wanted):
        registry.registry_of(name)


def test_the_suite_notices_clusters_by_order() -> None:
    with pytest.raises(AssertionError, match="permuting images permutes clusters"):
        check_clusterer(InTurn)

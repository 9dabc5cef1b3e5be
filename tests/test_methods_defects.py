"""Defects of published code, each with a test that the defective variant fails.

Other tests of this kind: a dropped last batch and saturated scores (`test_similarity_engine`), what
trained methods see of the classes, their scaling and their saturation (`test_methods_trained`), the
bootstrap (`test_evaluation_bootstrap`), p-values that never change (`test_evaluation_comparison`),
awkward sets (`clefgan.testing`, by `test_methods_promises`).
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from baselines.against_unused import AgainstUnused
from baselines.calibrated import Calibrated
from baselines.csls import Csls
from baselines.features.space import PIXELS, Space
from baselines.monte_carlo import MonteCarlo
from baselines.pool_log_ratio import PoolLogRatio
from baselines.scoring import unused
from baselines.scoring.ranks import average_ranks
from baselines.scoring.unused import Folds
from baselines.vcmi import VcmiRank
from baselines.votes import Votes
from building import save
from clefgan.data import reading
from clefgan.method import DevSet, Images, silent
from clefgan.plugins import registry
from clefgan.runs import job
from clefgan.runs.decisions import decide
from clefgan.testing import blobs, example
from evaluation import membership

Floats = NDArray[np.float64]
RULES = ("zero", "dev-best:f1", "quota:0.5", "mixture", "null95", "conformal:0.3")


def test_ranks_are_not_argsort() -> None:
    """A team took `argsort` for a rank."""
    values = np.array([0.9, 0.1, 0.5])
    np.testing.assert_array_equal(average_ranks(values), [3, 1, 2])
    np.testing.assert_array_equal(average_ranks(-values), [1, 3, 2])
    values = np.array([0.5, 0.9, 0.1, 0.7])
    np.testing.assert_array_equal(average_ranks(values), [2, 4, 1, 3])
    assert not np.array_equal(np.argsort(values) + 1, [2, 4, 1, 3])


def test_both_classes_reach_the_classifier() -> None:
    """Two libraries draw every batch from one class: all logits then have the same sign."""
    dev, _, generated = example()
    ramp = np.arange(0, 96, 3)[:, None]
    bright = np.clip(generated.astype(int) + ramp, 0, 255).astype(np.uint8)
    known = unused.folds(dev.not_used, 2)
    method = AgainstUnused(features=Space("low-pass"))
    place = method.features.learned(generated)
    both = np.concatenate([bright, dev.not_used])
    logits = method.raw(place, known, both, bright, progress=silent)
    assert logits[: len(bright)].min() > 0 > logits[len(bright) :].max()


def test_the_order_of_the_generated_images_says_nothing() -> None:
    """Two libraries index real images with the numbers of generated ones."""
    dev, candidates, generated = example()
    order = np.random.default_rng(1).permutation(len(generated))
    for method in (Votes(), PoolLogRatio(), MonteCarlo(), Calibrated()):
        scorer = method.fit(dev)
        found = scorer.score(candidates, generated[order])
        np.testing.assert_array_equal(found, scorer.score(candidates, generated))

    def defective(c: Images, g: Images) -> Floats:
        gaps = ((c[:, None].astype(float) - g[None]) ** 2).mean(axis=(2, 3))
        nearest = gaps.argmin(axis=1)
        own = ((c[:, None].astype(float) - c[None]) ** 2).mean(axis=(2, 3))
        return np.asarray(own[np.arange(len(c)), nearest % len(c)])

    assert not np.array_equal(
        defective(candidates, generated[order]), defective(candidates, generated)
    )


@pytest.mark.parametrize("name", ["pool-log-ratio", "nearest", "domias", "against-unused"])
def test_large_images_with_a_small_gap_keep_distinct_scores(name: str) -> None:
    """`exp(-d^2)`, `sigmoid` and `exp(-d)` saturate to ties at 256x256 and an RMS gap of 0.2."""
    rng = np.random.default_rng(0)
    generated = rng.integers(1, 255, (3, 256, 256), dtype=np.uint8)
    share = np.linspace(0.02, 0.06, 10)[:, None, None]
    candidates = generated[:1] + (rng.random((10, 256, 256)) < share).astype(np.uint8)
    dev = DevSet(generated, candidates[:5], rng.integers(0, 256, (5, 256, 256), dtype=np.uint8))
    scores = registry.get(name)().fit(dev).score(candidates, generated)
    assert len(np.unique(scores)) == 10
    d = np.sqrt(((candidates.astype(float) - generated[0]) ** 2).sum(axis=(1, 2)))
    assert len(np.unique(np.exp(-(d**2)))) < 10


def test_the_assumed_share_is_a_parameter() -> None:
    """Two libraries threshold at the median: they assume that half of the images was used."""
    dev, candidates, generated = example()
    for share, count in ((0.0, 0), (0.2, 1), (0.5, 3), (1.0, 6)):
        scores = VcmiRank(share=share).fit(dev).score(candidates, generated)
        assert (scores > 0).sum() == count


@pytest.mark.parametrize("name", ["nearest", "fusion", "meta", "texture-cdf", "vcmi-ensemble"])
def test_nothing_is_chosen_on_the_scored_images(name: str, tmp_path: Path) -> None:
    """An audit tool keeps the best of three scores by test labels: other labels, another score."""
    for role, images in roles().items():
        save(tmp_path / role, images, role.rpartition("/")[2] + "_{:04d}")
    said = []
    for first in (True, False):  # the test truth as it is, and turned round
        rows = [f"real_unknown_1_{i + 1:04d},{int((i < 3) == first)}" for i in range(6)]
        (tmp_path / "truth.csv").write_text("\n".join(rows) + "\n")
        read = reading.read(tmp_path)
        for rule in RULES if name == "nearest" else ("dev-best:f1",):
            run = job.run(read, name, registry.get(name)(), rule=decide.parse(rule))
            assert run.test is not None
            assert run.test.truth is not None
            assert run.test.truth[:3].all() == first
            held_out = run.dev["held-out"]
            said += [run.test.scores, run.test.decisions, held_out.scores, held_out.decisions]
    half = len(said) // 2
    for one, other in zip(said[:half], said[half:], strict=True):
        np.testing.assert_array_equal(one, other)
    assert any(decisions.any() and not decisions.all() for decisions in said[1::4])


def roles() -> dict[str, Images]:
    """A challenge whose generated images show three of the six candidates."""
    dev, candidates, _ = example()
    rng = np.random.default_rng(2)
    near = np.clip(candidates[:3].astype(int) + rng.integers(-9, 10, (3, 32, 32)), 0, 255)
    return {
        "dev/generated": dev.generated,
        "dev/used": dev.used,
        "dev/not_used": dev.not_used,
        "test/generated_1": np.concatenate([blobs(rng, 4), near.astype(np.uint8)]),
        "test/real_unknown_1": candidates,
    }


def test_scaling_lives_in_one_place() -> None:
    """A team trained on 0..255 and applied the network to 0..1."""
    nets: Any = pytest.importorskip("baselines.learning.nets")
    x = np.stack([np.zeros((32, 32), np.uint8), np.full((32, 32), 255, np.uint8)])
    found = nets.cells(x, 32)
    assert found.min() == -1
    assert found.max() == 1


@pytest.mark.parametrize("form", ["count", "log"])
def test_a_copy_never_lowers_a_monte_carlo_score(form: Any) -> None:
    """If copies take part in choosing eps, they shrink it and push real neighbours out."""
    candidates = np.zeros((2, 8, 8), np.uint8)
    candidates[1] = 150
    generated = np.zeros((4, 8, 8), np.uint8)
    generated[3] = 150
    for i, gap in enumerate((50, 50, 50, 60)):
        generated[i, i, i] += gap
    method = MonteCarlo(features=Space("levels"), form=form)
    raw = partial(method.raw, method.features.learned(generated), candidates, progress=silent)
    before = raw(generated)  # eps is 55
    more = np.concatenate([generated, candidates[:1]])
    assert before[0] > 0
    assert raw(more)[0] >= before[0]


@pytest.mark.parametrize("form", ["count", "log"])
def test_monte_carlo_sees_a_generated_set_of_copies_only(form: Any) -> None:
    """The median of the closest distances is 0 then, and nothing is closer than that."""
    rng = np.random.default_rng(0)
    candidates = blobs(rng, 12)
    reuse = np.array([3, 1, 1, 2, 1, 1, 1, 1, 0, 0, 0, 0])
    generated = np.repeat(candidates, reuse, axis=0)
    method = MonteCarlo(form=form)
    place = method.features.learned(blobs(rng, 20))
    raw = partial(method.raw, place, candidates, progress=silent)
    scores = raw(generated)
    assert membership.auc(reuse > 0, scores) == 1
    np.testing.assert_allclose(scores / scores.max(), reuse / 3)
    for i in range(len(candidates)):  # the rule of the test above, here too
        more = np.concatenate([generated, candidates[i : i + 1]])
        assert raw(more)[i] >= scores[i]
    few = candidates[[0, 0, 1]]  # less than half were copied
    before = raw(few)
    for i in range(len(candidates)):
        assert raw(np.concatenate([few, candidates[i : i + 1]]))[i] >= before[i]
    same = np.full((3, 32, 32), 7, np.uint8)
    found = method.raw(place, same, same, progress=silent)
    assert found[0] > 0
    assert (found == found[0]).all()


def test_a_copy_never_lowers_a_csls_score() -> None:
    """If a copy counts as usual, it raises what is usual by more than it can add."""
    y, x = np.mgrid[:16, :16] * 2 * np.pi / 16

    def turned(angle: float) -> Images:
        pattern = np.cos(angle) * np.sin(x) + np.sin(angle) * np.sin(y)
        return np.asarray(np.rint(128 + 40 * pattern)[None], np.uint8)

    candidates = np.concatenate([turned(0), turned(-0.8), turned(-0.81)])
    generated = turned(0.2)
    raw = partial(Csls().raw, PIXELS.learned(generated), candidates, progress=silent)
    more = np.concatenate([generated, candidates[:1]])
    assert raw(more)[0] >= raw(generated)[0]


def test_an_unused_image_is_not_scored_by_what_has_seen_it() -> None:
    """Calibration by a set that holds the image itself is at distance 0: it tells the answer."""
    dev, _, generated = example()
    scores = Calibrated().fit(dev).score(dev.not_used, generated)
    others = [
        Calibrated().fit(DevSet(dev.generated, dev.used, np.delete(dev.not_used, i, axis=0)))
        for i in range(len(dev.not_used))
    ]
    for i, scorer in enumerate(others):
        alone: Any = scorer
        found = alone.raw(dev.not_used[i : i + 1], generated, progress=silent)
        whole: Any = Calibrated().fit(dev)
        np.testing.assert_allclose(scores[i] + whole.threshold, found[0])


def test_folds_leave_each_unused_image_out() -> None:
    images = blobs(np.random.default_rng(0), 7)
    images = np.concatenate([images, images[:2]])
    known = unused.folds(images, 3)
    assert known.count == 3
    assert (known.fold[-2:] == known.fold[:2]).all()  # copies share a fold
    scores = np.array([[10.0, 10, 10], [20, 20, 20], [30, 30, 30]])
    asked = np.concatenate([images[:2], blobs(np.random.default_rng(1), 1)])
    found = known.out_of_fold(asked, scores)
    np.testing.assert_array_equal(found, [*(10 * (1 + known.fold[:2])), 20])
    for number in range(3):
        assert len(known.without(number)) == (known.fold != number).sum()


def test_one_unused_image_has_one_fold() -> None:
    known: Folds = unused.folds(blobs(np.random.default_rng(0), 1), 5)
    assert known.count == 1
    assert len(known.without(0)) == 1

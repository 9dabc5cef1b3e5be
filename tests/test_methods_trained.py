"""Methods that learn: which way their scores point, and what they learn from."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from baselines import meta
from baselines.autoencoder import Autoencoder, TwoDecoders
from baselines.learning import logistic
from baselines.meta import STRENGTHS, MetaClassifier, held_out_loss, standardised
from baselines.relation import Relation, related
from baselines.scoring import unused
from baselines.siamese import Siamese
from clefgan.method import DevSet, Images, silent
from clefgan.testing import blobs, example

Floats = NDArray[np.float64]


def levels(middle: int, n: int, seed: int) -> Images:
    """Coarse patterns around a grey level."""
    coarse = np.random.default_rng(seed).integers(-12, 13, (n, 8, 8))
    found: Images = np.clip(middle + np.kron(coarse, np.ones((1, 4, 4))), 0, 255).astype(np.uint8)
    return found


@pytest.mark.parametrize(("used", "not_used"), [(220, 40), (40, 220)])
@pytest.mark.parametrize(("make", "near"), [(Relation, 0.8), (Siamese, -0.35)])
def test_pairs_of_both_classes_are_seen_and_scaled_alike(
    make: Any, near: float, used: int, not_used: int
) -> None:
    """One level is used and another is not, as far from the generated one: dev alone says which.

    Fails if the network sees used images only, which are then pulled as much as pushed: a relation
    or distance of a half. Fails if it is trained on 0..255 and applied to 0..1.
    """
    generated = levels(128, 12, 1)
    dev = DevSet(generated, levels(used, 12, 2), levels(not_used, 12, 3))
    scorer = make(epochs=30).fit(dev)
    first = scorer.score(levels(used, 5, 4), generated)
    second = scorer.score(levels(not_used, 5, 5), generated)
    assert first.min() > 0 > second.max()
    assert first.min() - second.max() > 0.5
    assert first.min() + scorer.threshold > near


def test_an_autoencoder_scores_what_it_reconstructs_well_higher() -> None:
    rng = np.random.default_rng(0)
    generated = levels(90, 40, 0)
    others = rng.integers(0, 256, (6, 32, 32), dtype=np.uint8)
    raw = partial(Autoencoder(epochs=60).raw, progress=silent)
    used = np.clip(generated[:6].astype(int) + rng.integers(-2, 3, (6, 32, 32)), 0, 255)
    scores = raw(np.concatenate([used.astype(np.uint8), others]), generated)
    assert scores[:6].min() > scores[6:].max()
    assert (scores < 0).all()  # an error with its sign


def test_two_decoders_score_what_is_easy_for_that_of_the_generated_images_higher() -> None:
    dev = DevSet(levels(200, 40, 0), levels(200, 8, 1), levels(60, 24, 2))
    scorer: Any = TwoDecoders(epochs=40).fit(dev)
    candidates = np.concatenate([levels(200, 5, 3), levels(60, 5, 4)])
    scores = scorer.raw(candidates, dev.generated, progress=silent)
    assert scores[:5].min() > 0 > scores[5:].max()


def test_a_mean_relation_near_one_or_nought_keeps_its_order() -> None:
    """A sigmoid in single precision is 1 from a logit of 17 on: all scores would tie."""
    for middle in (-30.0, 25.0):
        logits = middle + np.linspace(0, 1, 12)
        ours, theirs, weights = logits[:, None], np.zeros((5, 1)), np.ones(1)
        if middle < 0:  # the rectifier passes a fifth
            ours, weights = -logits[:, None], -weights
        scores = related(ours, theirs, weights, 0.0) / 5
        assert (np.diff(scores) > 0).all()
        np.testing.assert_allclose(scores, 1 / (1 + np.exp(-logits)), rtol=1e-12)
        assert len(np.unique(scores.astype(np.float32))) < 12 or middle < 0


@pytest.mark.parametrize("make", [Relation, Siamese, Autoencoder, TwoDecoders])
def test_large_images_with_a_small_gap_keep_distinct_learned_scores(make: Any) -> None:
    rng = np.random.default_rng(0)
    generated = rng.integers(1, 255, (3, 256, 256), dtype=np.uint8)
    share = np.linspace(0.02, 0.06, 10)[:, None, None]
    candidates = generated[:1] + (rng.random((10, 256, 256)) < share).astype(np.uint8)
    dev = DevSet(generated, candidates[:5], rng.integers(0, 256, (5, 256, 256), dtype=np.uint8))
    scores = make(epochs=10).fit(dev).score(candidates, generated)
    assert len(np.unique(scores)) == 10


class TestMeta:
    def test_the_penalty_is_the_one_with_the_least_held_out_loss(self) -> None:
        dev, candidates, generated = example()
        scorer: Any = MetaClassifier().fit(dev)
        reals = np.concatenate([dev.used, dev.not_used])
        rows = standardised(scorer.parts, reals, dev.generated, silent)
        truth = np.repeat([True, False], 6)
        fold = unused.folds(reals, 5).fold
        losses = [self.loss_by_hand(rows, truth, fold, C) for C in STRENGTHS]
        found = [held_out_loss(rows, truth, fold, C) for C in STRENGTHS]
        np.testing.assert_allclose(found, losses, rtol=1e-3)
        models = [logistic.fit(rows, truth, C=C, nonnegative=True) for C in STRENGTHS]
        best = int(np.argmin(losses))
        assert np.ptp(losses) > 0.01
        np.testing.assert_array_equal(scorer.model.weights, models[best].weights)
        expected = models[best].logit(standardised(scorer.parts, candidates, generated, silent))
        np.testing.assert_array_equal(scorer.score(candidates, generated), expected)
        for other, model in enumerate(models):
            if other != best:
                assert not np.array_equal(model.weights, models[best].weights)

    @staticmethod
    def loss_by_hand(rows: Floats, truth: NDArray[np.bool_], fold: Any, C: float) -> float:
        """Mean log loss over the images of each fold by a model of the others."""
        losses: list[float] = []
        for number in range(5):
            inside = fold != number
            x, y = rows[inside], truth[inside]
            weight = C * len(y) / (2 * np.where(y, y.sum(), (~y).sum()))

            def objective(at: Floats, x: Any = x, y: Any = y, weight: Any = weight) -> float:
                margin = np.where(y, 1, -1) * (x @ at[:-1] + at[-1])
                return float(weight @ np.log1p(np.exp(-margin)) + at[:-1] @ at[:-1] / 2)

            bounds = [(0.0, None)] * rows.shape[1] + [(None, None)]
            at = minimize(objective, np.zeros(rows.shape[1] + 1), bounds=bounds, tol=1e-10).x
            margin = np.where(truth, 1, -1) * (rows @ at[:-1] + at[-1])
            losses.extend(np.log1p(np.exp(-margin[~inside])))
        return float(np.mean(losses))

    def test_near_duplicates_of_dev_share_an_inner_fold(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else a copy on the other side tells the answer, and the weakest penalty seems best."""
        seen: list[Any] = []
        real = meta.held_out_loss

        def spy(rows: Any, truth: Any, fold: Any, C: float) -> float:
            seen.append(fold)
            return real(rows, truth, fold, C)

        monkeypatch.setattr(meta, "held_out_loss", spy)
        images = blobs(np.random.default_rng(0), 8)
        used, not_used = np.repeat(images[:4], 3, axis=0), np.tile(images[4:], (2, 1, 1))
        MetaClassifier(folds=4).fit(DevSet(images[:5], used, not_used))
        for fold in seen:
            assert (fold[:12].reshape(4, 3) == fold[:12:3, None]).all()
            assert (fold[12:16] == fold[16:]).all()
            assert len(np.unique(fold)) == 4
        assert len(seen) == len(STRENGTHS)

"""Reference generators: the two forms by hand, who saw what, and a tiny training."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from baselines.features.space import PIXELS
from baselines.reference_generators import (
    Form,
    Reference,
    ReferenceGenerators,
    dominated,
    known_images,
    log_ratio,
    standardised,
)
from baselines.scoring import threshold
from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.flow import synthesise as flows
from clefgan.flow.config import FlowConfig
from clefgan.flow.train import train_and_draw
from clefgan.method import DevSet, Images, silent
from clefgan.plugins import registry
from clefgan.testing import blobs, check_method, example

TINY_FLOW = FlowConfig(steps=2, batch=2, width=4, draws=2, block=8, components=3)
TINY = DCGANConfig(epochs=1, latent=8, base_filters=8, filters=(8, 8, 8, 8))


def reference(
    reals: Images, halves: list[list[int]], drawn: list[Images], form: Form = "lira"
) -> Reference:
    space = PIXELS.learned(reals)
    return Reference(reals, np.array(halves, bool), tuple(drawn), space, form)


def test_each_image_is_seen_by_half_of_the_generators() -> None:
    halves = ReferenceGenerators(generators=6).halves(11)
    assert halves.shape == (6, 11)
    assert (halves.sum(axis=0) == 3).all()
    assert set(halves.sum(axis=1).tolist()) == {5, 6}
    assert not np.array_equal(halves, ReferenceGenerators(generators=6, seed=1).halves(11))


def test_deviations_are_counted_from_the_others_mean_with_one_width() -> None:
    rng = np.random.default_rng(0)
    own, others = rng.normal(size=20), rng.normal(size=(5, 20))
    width = np.sqrt(np.mean(others.var(axis=0, ddof=1)))
    expected = (own - others.mean(axis=0)) / width
    np.testing.assert_allclose(standardised(own, others), expected)
    others[0, 3] = np.nan
    z = standardised(own, others)
    assert z[3] * z[4] != 0
    assert np.sign(z[3]) == np.sign(own[3] - others[1:, 3].mean())
    assert np.isfinite(standardised(own, others[1:2])).all()  # one generator: no width


def test_the_share_of_the_population_is_that_of_scipy() -> None:
    rng = np.random.default_rng(0)
    ratio, population = rng.integers(0, 9, 30) / 4, rng.integers(0, 9, 17) / 4
    expected = [stats.percentileofscore(population, value, "mean") / 100 for value in ratio]
    np.testing.assert_allclose(dominated(ratio, population), expected)
    own, others = np.array([0.5]), np.array([[1.0], [0.25]])
    assert log_ratio(own, others)[0] == pytest.approx(np.log(2 / 2.5))


@pytest.mark.parametrize("form", ["lira", "rmia"])
def test_what_any_generator_comes_near_to_is_no_sign(form: Form) -> None:
    """Two candidates are as near to the generated images; one is near to all references too."""
    rng = np.random.default_rng(0)
    usual, rare = blobs(rng, 2)
    generated = np.stack([usual, rare, *blobs(rng, 6)])
    near = (usual // 2 + blobs(rng, 1)[0] // 2)[None]
    drawn = [np.concatenate([blobs(rng, 6), near]) for _ in range(4)]
    scorer = reference(blobs(rng, 8), [[1] * 4 + [0] * 4, [0] * 4 + [1] * 4] * 2, drawn, form)
    candidates = np.stack([usual, rare])
    scores = scorer(candidates, generated, progress=silent)
    ratios = (
        scores if form == "lira" else log_ratio(*scorer.distances(candidates, generated, silent))
    )
    assert ratios[1] > ratios[0]
    if form == "rmia":
        assert scores.tolist() == [1, 1]


def test_an_image_of_dev_is_compared_with_generators_that_did_not_see_it() -> None:
    """The generators that saw the image gave copies of it; the others did not."""
    rng = np.random.default_rng(0)
    reals = blobs(rng, 4)
    halves = [[1, 1, 0, 0], [0, 0, 1, 1]]
    drawn = [np.concatenate([blobs(rng, 5), reals[:2]]), np.concatenate([blobs(rng, 5), reals[2:]])]
    scorer = reference(reals, halves, drawn)
    _, others = scorer.distances(np.concatenate([reals, blobs(rng, 1)]), blobs(rng, 5), silent)
    assert np.isnan(others).tolist() == [
        [True, True, False, False, False],
        [False, False, True, True, False],
    ]
    assert (others[~np.isnan(others)] > 0.1).all()


def test_a_copy_that_all_generators_saw_is_compared_with_all() -> None:
    rng = np.random.default_rng(0)
    reals = blobs(rng, 3)[[0, 1, 0]]
    scorer = reference(reals, [[1, 0, 0], [0, 1, 1]], [blobs(rng, 4), blobs(rng, 4)])
    assert scorer.seen(reals).tolist() == [[True, False, True], [True, True, True]]
    _, others = scorer.distances(reals, blobs(rng, 4), silent)
    assert not np.isnan(others[:, [0, 2]]).any()


def test_a_tiny_training_gives_the_same_scores_whatever_the_order_of_dev() -> None:
    dev, candidates, generated = example()
    method = ReferenceGenerators(generators=2, samples=4, gan=TINY)
    scores = method.fit(dev).score(candidates, generated)
    turned = DevSet(dev.generated, dev.used[::-1], dev.not_used[::-1])
    np.testing.assert_array_equal(known_images(turned), known_images(dev))
    np.testing.assert_allclose(method.fit(turned).score(candidates, generated), scores)
    other = ReferenceGenerators(generators=2, samples=4, gan=TINY, seed=1).fit(dev)
    assert not np.allclose(other.score(candidates, generated), scores)


@pytest.mark.parametrize("components", [0, 3])
def test_flows_as_reference_generators_are_those_of_the_flow(components: int) -> None:
    """Pixel and latent space; what was generated is what the flow alone would draw."""
    dev, candidates, generated = example()
    config = replace(TINY_FLOW, components=components)
    method = ReferenceGenerators(generators=2, samples=4, generator="flow", flow=config)
    scores = method.fit(dev).score(candidates, generated)
    reals, halves = known_images(dev), method.halves(len(dev.used) + len(dev.not_used))
    drawn = tuple(train_and_draw(reals[half], config, 4) for half in halves)
    expected = Reference(reals, halves, drawn, method.features.learned(dev.generated), "lira")
    by_hand = threshold.midway(expected, dev).score(candidates, generated)
    np.testing.assert_array_equal(scores, by_hand)
    other = replace(method, seed=1).fit(dev).score(candidates, generated)
    assert not np.allclose(scores, other)


def test_flows_keep_the_promises_of_every_method() -> None:
    config = replace(TINY_FLOW, components=0)
    how = {"generator": "flow", "generators": 2, "samples": 6, "flow": config}
    check_method(ReferenceGenerators, **how)


def test_what_was_prepared_is_not_trained_again(monkeypatch: pytest.MonkeyPatch) -> None:
    dev, candidates, generated = example()
    method = ReferenceGenerators(generators=2, samples=3, generator="flow", flow=TINY_FLOW, seed=3)
    method.prepare([dev])

    def refused(*_images: object, **_how: object) -> None:
        raise AssertionError

    monkeypatch.setattr("clefgan.flow.train.train_and_draw", refused)
    assert np.isfinite(method.fit(dev).score(candidates, generated)).all()


def test_settings_of_the_generator_that_is_not_trained_are_refused() -> None:
    message = "settings of 'gan' mean nothing to generator 'flow'; leave them out"
    with pytest.raises(ValueError, match=message):
        ReferenceGenerators(generator="flow", gan=TINY)
    with pytest.raises(ValueError, match="settings of 'flow' mean nothing to generator 'dcgan'"):
        ReferenceGenerators(flow=TINY_FLOW)
    with pytest.raises(
        ClefganError, match=r"reference-generators.: settings of 'gan' mean nothing"
    ):
        registry.configure("reference-generators(generator=flow,gan.epochs=3)")


def test_images_that_a_flow_cannot_learn_are_refused_before_any_is_trained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    dev = DevSet(*(rng.integers(0, 256, (3, 24, 24), np.uint8) for _ in range(3)))
    method = ReferenceGenerators(generators=2, samples=3, generator="flow")
    monkeypatch.setattr(flows, "synthesise", None)
    for call in (method.fit, lambda dev: method.prepare([dev])):
        with pytest.raises(ClefganError, match="multiples of 16, twice the block; got 24x24"):
            call(dev)


def test_what_cannot_be_is_refused() -> None:
    for number in (0, 3):
        with pytest.raises(ValueError, match=rf"generators {number} must be an even number"):
            ReferenceGenerators(generators=number)
    with pytest.raises(ValueError, match="samples 0 must be at least 1"):
        ReferenceGenerators(samples=0)
    with pytest.raises(ClefganError, match="dcgan: seed must be a whole number of at least 0"):
        ReferenceGenerators(seed=-1)
    rng = np.random.default_rng(0)
    scorer = reference(blobs(rng, 2), [[1, 0], [0, 1]], [blobs(rng, 2), blobs(rng, 2)])
    with pytest.raises(ClefganError, match="candidates are 16x16, dev images 32x32; resize one"):
        scorer(np.zeros((1, 16, 16), np.uint8), blobs(rng, 2), progress=silent)

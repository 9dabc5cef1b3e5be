"""The rectified flow: its code, its network against JAX's own, and that it learns."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from sklearn.decomposition import PCA

from building import noise
from clefgan.errors import ClefganError
from clefgan.experiments.lab import leaks, make
from clefgan.experiments.lab.leaks import LeakPool
from clefgan.experiments.lab.make import Spec
from clefgan.experiments.lab.reals import Reals
from clefgan.experiments.lab.role_counts import RoleCounts
from clefgan.experiments.lab.roles import siblings
from clefgan.flow.blocks import Blocks
from clefgan.flow.config import FlowConfig
from clefgan.flow.net import Convolution, Velocity, folded, unfolded
from clefgan.flow.synthesise import synthesise, synthesise_all
from clefgan.flow.train import moved, moving, refuse_diverged, stepping, train_and_draw

SMALL = FlowConfig(steps=3, batch=2, width=4, draws=2)


def test_pixel_space_keeps_every_pixel() -> None:
    x = noise(5, 16)
    blocks = Blocks.fit(x, SMALL)
    codes = blocks.encode(x)
    assert codes.shape == (5, 4, 4, 16)
    assert codes.std() == pytest.approx(1, abs=1e-3)
    np.testing.assert_array_equal(blocks.decode(codes), x)


def test_latent_space_is_that_of_scikit_learn() -> None:
    x = noise(40, 16)
    blocks = Blocks.fit(x, FlowConfig(components=5))
    rows = x.reshape(40, 4, 4, 4, 4).transpose(0, 1, 3, 2, 4).reshape(-1, 16) / 127.5 - 1
    reference = PCA(5, svd_solver="full").fit(rows)
    codes = blocks.encode(x).reshape(-1, 5)
    expected = reference.transform(rows) / rows.shape[0] ** 0
    expected /= expected.std(axis=0)
    np.testing.assert_allclose(np.abs(codes), np.abs(expected), rtol=1e-3, atol=1e-3)


def test_a_convolution_is_that_of_jax() -> None:
    layer = Convolution(3, 5, nnx.Rngs(0))
    x = jax.random.normal(jax.random.key(1), (2, 6, 7, 3))
    kernel = layer.kernel[...].reshape(3, 3, 3, 5)
    expected = jax.lax.conv_general_dilated(
        x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)


def test_unfolding_turns_folding_back() -> None:
    x = jnp.arange(2 * 4 * 6 * 3.0).reshape(2, 4, 6, 3)
    assert folded(x).shape == (2, 2, 3, 12)
    np.testing.assert_array_equal(unfolded(folded(x)), x)


def test_images_are_moved_with_their_edge_repeated() -> None:
    x = noise(20, 16)
    found = moved(x, 1, np.random.default_rng(0))
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode="edge")
    for image, whole in zip(found, padded, strict=True):
        places = [(y, z) for y in range(3) for z in range(3)]
        assert any((image == whole[y : y + 16, z : z + 16]).all() for y, z in places)
    assert moved(x, 0, np.random.default_rng(0)) is x


def test_the_same_seed_draws_the_same_images_and_another_others() -> None:
    x = noise(4, 16)
    one, again = (train_and_draw(x, SMALL, 3) for _ in range(2))
    assert one.dtype == np.uint8
    assert one.shape == (3, 16, 16)
    np.testing.assert_array_equal(one, again)
    assert (synthesise(x, FlowConfig(steps=3, batch=2, width=4, draws=2, seed=1), 3) != one).any()


def test_what_was_drawn_is_kept_and_more_begins_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    x, config = noise(4, 16), replace(SMALL, seed=9)
    synthesise_all([x, x[:3]], config, 2)
    expected = train_and_draw(x, config, 60)
    np.testing.assert_array_equal(synthesise(x, config, 60), expected)
    monkeypatch.setattr("clefgan.flow.train.train_and_draw", None)  # a call would fail
    np.testing.assert_array_equal(synthesise(x, config, 2), expected[:2])
    np.testing.assert_array_equal(synthesise(x, config, 60), expected)
    assert len(synthesise(x[:3], config, 2)) == 2


def test_flows_of_one_config_share_their_compilations() -> None:
    config = replace(SMALL, width=6)
    one, other = (nnx.split(Velocity(16, 6, nnx.Rngs(seed)))[0] for seed in (1, 2))
    assert stepping(one, config) is stepping(other, config)
    assert stepping(one, config) is not stepping(one, replace(config, steps=4))
    assert moving(one) is moving(other)


def test_a_loss_that_is_no_number_is_an_error() -> None:
    with pytest.raises(ClefganError, match=r"the loss is nan after 20 steps; give a lower"):
        refuse_diverged(float("nan"), 20)
    refuse_diverged(1e9, 20)


def test_one_flow_for_what_leaks_and_one_for_what_does_not() -> None:
    pool = LeakPool(np.full((3, 16, 16), 250, np.uint8), np.full((5, 16, 16), 5, np.uint8))
    made = leaks.generate("flow", pool, 10, 0.5, np.random.default_rng(0), of_flow=SMALL)
    assert made.images.dtype == np.uint8
    assert made.leaks.sum() == 5
    means = made.images.mean(axis=(1, 2))
    assert means[made.leaks].min() > means[~made.leaks].max()


def test_siblings_are_written_in_a_role_of_their_own(tmp_path: Path) -> None:
    groups = tuple(f"p{i // 3}" for i in range(90))
    reals = Reals(noise(90, 16), tuple(map(str, range(90))), groups, "x", "group")
    counts = RoleCounts(used=3, not_used=3, generated=2, candidates=6, test_generated=2)
    drawn = make.draw(reals, Spec(leak=1, how="flow", counts=counts, flow=SMALL))
    own = {groups[i] for i in drawn.roles["test used"]}
    others = drawn.roles["test siblings"]
    assert {groups[i] for i in others} == own
    assert not set(others) & set(drawn.roles["test candidates"])
    make.write(tmp_path / "c", reals, Spec(leak=1, how="flow", counts=counts, flow=SMALL), drawn)
    assert len(list((tmp_path / "c/test/siblings").glob("*.png"))) == len(others) == 6
    text = (tmp_path / "c/lab.json").read_text()
    assert '"degradation": null' in text
    assert '"steps": 3' in text
    assert '"gan"' not in text
    assert not len(siblings(["a", "b"], np.array([0])))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "flow: steps must be a whole number of at least 1; got 0"),
        ({"block": 2.5}, "flow: block must be a whole number"),
        ({"learning_rate": 0.0}, "flow: learning_rate must be between 0 and 1; got 0.0"),
        ({"seed": 2**32}, "flow: seed must be below 4294967296; got 4294967296; give a smaller"),
        ({"block": 2, "components": 5}, "flow: 5 components of blocks of 4 pixels; give at most"),
    ],
)
def test_wrong_settings_are_an_error(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        FlowConfig(**settings)


def test_images_that_no_flow_can_learn_are_an_error() -> None:
    with pytest.raises(ClefganError, match="sides of images must be multiples of 8, twice the bl"):
        synthesise(noise(2, 12), SMALL, 1)
    with pytest.raises(ClefganError, match="flow: number of images to draw must be at least 1"):
        synthesise(noise(2, 16), SMALL, 0)
    with pytest.raises(ClefganError, match=r"images must be uint8 .* at least one; got uint8 of"):
        synthesise(noise(0, 16), SMALL, 1)

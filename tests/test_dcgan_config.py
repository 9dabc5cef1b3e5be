"""What a DCGAN's hyper-parameters may be."""

import inspect
import subprocess
import sys
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from clefgan.dcgan import config as module
from clefgan.dcgan.config import DCGANConfig, check_images, steps
from clefgan.errors import ClefganError


def test_the_defaults_are_the_papers_where_it_prints_them() -> None:
    config = DCGANConfig()
    assert (config.batch, config.learning_rate, config.beta1, config.slope) == (2, 2e-4, 0.5, 0.2)
    assert (module.KERNEL, module.STRIDE, module.LAYERS) == ((4, 4), 2, 5)


def test_every_field_says_where_its_default_comes_from() -> None:
    lines = inspect.getsource(DCGANConfig).splitlines()
    for field in fields(DCGANConfig):
        (line,) = [text for text in lines if text.strip().startswith(f"{field.name}:")]
        assert line.endswith(("(paper)", "(our choice)")), line


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "dcgan: epochs must be a whole number of at least 1; got 0; change it"),
        ({"batch": 1.5}, "dcgan: batch must be a whole number of at least 1; got 1.5"),
        ({"latent": True}, "dcgan: latent must be a whole number of at least 1; got True"),
        ({"base_filters": -1}, "dcgan: base_filters must be a whole number of at least 1; got -1"),
        ({"seed": -1}, "dcgan: seed must be a whole number of at least 0; got -1"),
        ({"seed": 2**32}, "dcgan: seed must be below 4294967296; got 4294967296; give a smaller"),
        ({"learning_rate": 0.0}, "dcgan: learning_rate must be above 0; got 0.0; change it"),
        ({"learning_rate": float("nan")}, "dcgan: learning_rate must be above 0; got nan"),
        ({"init_std": -1.0}, "dcgan: init_std must be above 0; got -1.0"),
        ({"beta1": 1.0}, "dcgan: beta1 must be at least 0 and below 1; got 1.0"),
        ({"slope": -0.1}, "dcgan: slope must be at least 0 and below 1; got -0.1"),
        ({"norm_momentum": 2.0}, "dcgan: norm_momentum must be at least 0 and below 1; got 2.0"),
        ({"filters": (8, 8)}, r"dcgan: filters must be 4 whole numbers .*; got \(8, 8\); give one"),
        ({"filters": (8, 8, 0, 8)}, r"dcgan: filters must be 4 whole numbers of at least 1; got"),
        ({"convolution": "fast"}, "dcgan: no convolution 'fast'; give one of auto, stock, custom"),
    ],
)
def test_a_bad_value_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        DCGANConfig(**settings)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((0, 32, 32), np.uint8), "dcgan: no images to learn from; got 0; give at least 1"),
        (np.zeros((2, 32, 64), np.uint8), "multiple of 32; got 32 x 64; resize them"),
        (np.zeros((2, 48, 48), np.uint8), "multiple of 32; got 48 x 48; resize them"),
        (np.zeros((2, 0, 0), np.uint8), "multiple of 32; got 0 x 0; resize them"),
        (np.zeros((2, 32, 32), np.float32), "must be uint8 .*; got float32 of shape"),
        (np.zeros((32, 32), np.uint8), r"must be uint8 .*; got uint8 of shape \(32, 32\)"),
    ],
)
def test_images_that_do_not_fit_are_refused(images: Any, message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        check_images(images)


def test_steps_see_every_image_equally_often() -> None:
    assert steps(40, DCGANConfig(epochs=3)) == 60
    assert steps(5, DCGANConfig(epochs=2)) == 5  # batches run over the ends of epochs
    assert steps(1, DCGANConfig(epochs=1)) == 1


def test_config_critic_and_synthesise_import_no_jax() -> None:
    code = (
        "import sys, clefgan.dcgan.config, clefgan.dcgan.critic, clefgan.dcgan.synthesise;"
        "sys.exit(any(m in sys.modules for m in ('jax', 'flax', 'optax', 'PIL')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

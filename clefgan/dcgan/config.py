"""The hyper-parameters of the DCGAN, and which of them the paper gives; imports no JAX.

The paper is AIMultimediaLab at ImageCLEFmedical GANs 2023 (CEUR-WS Vol-3497). It prints the kernel,
the strides, the activations, the batch size and the optimiser's figures; the rest is ours.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from clefgan.errors import ClefganError
from clefgan.method import Images

LAYERS = 5  # transposed convolutions, and convolutions (paper)
KERNEL = (4, 4)  # of each of them (paper)
STRIDE = 2  # of each of them (paper)
STEP_OF_SIZE = STRIDE**LAYERS  # a picture's side is a multiple of this: 8 x 8 leads to 256 x 256

Convolution = Literal["auto", "stock", "custom"]


@dataclass(frozen=True, kw_only=True)
class DCGANConfig:
    """A deep convolutional GAN for square grey images, after Radford et al. (2016)."""

    latent: int = 100  # length of the noise vector (our choice)
    base_filters: int = 256  # channels that noise is projected to (our choice)
    filters: tuple[int, ...] = (256, 128, 64, 32)  # of the generator; mirrored (our choice)
    slope: float = 0.2  # of LeakyReLU below zero (paper)
    epochs: int = 12  # times that every image is seen (our choice)
    batch: int = 2  # images per step (paper)
    learning_rate: float = 2e-4  # of Adam (paper)
    beta1: float = 0.5  # of Adam (paper)
    init_std: float = 0.02  # of the normal distribution that weights start from (our choice)
    norm_momentum: float = 0.9  # kept of BatchNorm's running figures at each step (our choice)
    discriminator_norm: bool = False  # BatchNorm in it; the paper prints none (paper)
    convolution: Convolution = "auto"  # by the device: custom on CPU, else stock (our choice)
    seed: int = 0  # of weights, order of images, noise and samples (our choice)

    def __post_init__(self) -> None:
        for name in ("latent", "base_filters", "epochs", "batch"):
            _at_least(name, getattr(self, name), 1)
        _at_least("seed", self.seed, 0)
        if self.seed >= 2**32:
            raise ClefganError(
                f"dcgan: seed must be below {2**32}; got {self.seed}; give a smaller one"
            )
        _inside("learning_rate", self.learning_rate, above=0, below=None)
        _inside("init_std", self.init_std, above=0, below=None)
        for name in ("slope", "beta1", "norm_momentum"):
            _inside(name, getattr(self, name), above=None, below=1)
        if len(self.filters) != LAYERS - 1 or any(
            isinstance(f, bool) or not isinstance(f, int) or f < 1 for f in self.filters
        ):
            raise ClefganError(
                f"dcgan: filters must be {LAYERS - 1} whole numbers of at least 1; got "
                f"{tuple(self.filters)!r}; give one a transposed convolution but the last"
            )
        if self.convolution not in get_args(Convolution):
            raise ClefganError(
                f"dcgan: no convolution {self.convolution!r}; give one of "
                f"{', '.join(get_args(Convolution))}"
            )


def steps(n: int, config: DCGANConfig) -> int:
    """Count the training steps: every image is seen `epochs` times, the last part batch aside."""
    return max(1, n * config.epochs // config.batch)


def check_images(images: Images) -> int:
    """Return the side of the images, or raise ClefganError if a DCGAN cannot learn them."""
    if images.ndim != 3 or images.dtype != np.uint8:
        raise ClefganError(
            f"dcgan: images must be uint8 of shape (n, height, width); got {images.dtype} of shape "
            f"{images.shape}; read them with clefgan.data.images"
        )
    n, height, width = images.shape
    if n == 0:
        raise ClefganError("dcgan: no images to learn from; got 0; give at least 1")
    if height != width or height % STEP_OF_SIZE or height == 0:
        raise ClefganError(
            f"dcgan: images must be square with a side that is a multiple of {STEP_OF_SIZE}; got "
            f"{height} x {width}; resize them"
        )
    return int(height)


def _at_least(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ClefganError(
            f"dcgan: {name} must be a whole number of at least {least}; got {value!r}; change it"
        )


def _inside(name: str, value: float, *, above: float | None, below: float | None) -> None:
    """Raise unless `above < value`, or `0 <= value` where above is None, and `value < below`."""
    enough = value > above if above is not None else value >= 0
    little = below is None or value < below
    if not (enough and little and np.isfinite(value)):
        lower = f"above {above}" if above is not None else "at least 0"
        upper = "" if below is None else f" and below {below}"
        raise ClefganError(f"dcgan: {name} must be {lower}{upper}; got {value!r}; change it")

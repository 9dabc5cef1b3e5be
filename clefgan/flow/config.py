"""The hyper-parameters of the flow; imports no JAX."""

from dataclasses import dataclass, fields

import numpy as np

from clefgan.errors import ClefganError
from clefgan.method import Images


@dataclass(frozen=True, kw_only=True)
class FlowConfig:
    """A small rectified flow; every choice is ours. Training length is what sets how much it leaks.

    Images are cut into blocks of `block` x `block` pixels. In pixel space (`components` 0) the flow
    sees all pixels of a block; in latent space the first principal components of the blocks of its
    training images, scaled to unit variance.
    """

    steps: int = 2000  # of training
    batch: int = 16  # images per step
    block: int = 4  # pixels along each side of a block
    components: int = 0  # of a block, in latent space; 0: pixel space
    width: int = 48  # channels at the size of the blocks; twice as many at half of it
    learning_rate: float = 2e-3  # of Adam at its highest
    shift: int = 2  # pixels that a training image is moved by, at most
    draws: int = 40  # Euler steps of a sample
    seed: int = 0  # of weights, batches, noise and samples

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = 0 if field.name in ("components", "shift", "seed") else 1
            if field.name == "learning_rate":
                if not 0 < value < 1:
                    raise ClefganError(
                        f"flow: learning_rate must be between 0 and 1; got {value!r}; change it"
                    )
            elif isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ClefganError(
                    f"flow: {field.name} must be a whole number of at least {least}; got "
                    f"{value!r}; change it"
                )
        if self.seed >= 2**32:
            raise ClefganError(
                f"flow: seed must be below {2**32}; got {self.seed}; give a smaller one"
            )
        if self.components > self.block**2:
            raise ClefganError(
                f"flow: {self.components} components of blocks of {self.block**2} pixels; give at "
                "most as many"
            )

    def check_images(self, images: Images) -> None:
        """Raise ClefganError if a flow cannot learn the images.

        Raises
        ------
        ClefganError
            No images, images that are not uint8 (n, height, width), or that cannot be cut into
            blocks.
        """
        if images.ndim != 3 or images.dtype != np.uint8 or not len(images):
            raise ClefganError(
                f"flow: images must be uint8 of shape (n, height, width), at least one; got "
                f"{images.dtype} of shape {images.shape}"
            )
        self.check_side(*images.shape[1:])

    def check_side(self, height: int, width: int) -> None:
        """Raise unless images of that size can be cut into blocks, and those halved once."""
        step = 2 * self.block
        if height % step or width % step or not height or not width:
            raise ClefganError(
                f"flow: sides of images must be multiples of {step}, twice the block; got "
                f"{width}x{height}; resize them, or set another block"
            )

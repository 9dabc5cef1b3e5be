"""The learned space: where variants of an image are alike, learned without labels.

The encoder belongs to the images that it was trained on: the candidates and the generated images of
one challenge. It is trained when features are first asked for, and kept (see `nets.train`), so that
whoever asks for the same space trains once.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from baselines import learning
from baselines.features.blocks import Features
from baselines.learning import net_settings
from clefgan.method import Images, Progress, silent
from clefgan.similarity.canonical import canonical


@dataclass(frozen=True, kw_only=True)
class Training:
    """How an encoder is trained; none of it is in the paper that the idea is from."""

    size: int = 64  # cells along each side
    width: int = 64  # numbers that an image is encoded to
    epochs: int = 30  # passes over the images
    temperature: float = 0.5  # of NT-Xent
    learning_rate: float = 1e-3  # of Adam
    most: int = 2000  # generated images to learn from

    def __post_init__(self) -> None:
        net_settings.check(self)


@dataclass(frozen=True, eq=False)
class Learned:
    """Encodings by a network trained (NT-Xent) on candidates and generated images.

    The order of either set changes nothing: the images are learned from in an order of their own.

    References
    ----------
    Dar et al. (2024), arXiv:2402.01054: copies are found in a space learned by contrast. Chen,
    Kornblith, Norouzi, Hinton (2020), arXiv:2002.05709, eq. 1, for the loss.
    """

    candidates: Images
    generated: Images
    training: Training
    seed: int = 0  # of weights, batches and variants
    report: Progress = silent  # while the encoder is trained

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:  # noqa: ARG002
        """Return (n, width) float32 features of (n, height, width) uint8 images.

        Raises
        ------
        ClefganError
            Images below 16 x 16.
        """
        return learning.embedding_net.rows(self.encoder, images, self.training.size)

    @cached_property
    def encoder(self) -> Any:
        """The network; training it again gives what was kept."""
        chosen = np.sort(canonical(self.generated, self.training.most))
        images = np.concatenate([np.asarray(self.candidates), self.generated[chosen]])
        return learning.embedding_net.learn_space(
            learning.nets.ordered(images, self.training.size), width=self.training.width,
            epochs=self.training.epochs, temperature=self.training.temperature,
            learning_rate=self.training.learning_rate, seed=self.seed, progress=self.report,
        )  # fmt: skip

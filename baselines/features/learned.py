"""The learned space: where variants of an image are alike, learned without labels.

The encoder belongs to the images that it was trained on: the candidates and the generated images of
one challenge. It is trained when features are first asked for, and kept under the digest of all
that decides it, so that whoever asks for the same space trains once.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from baselines.features.blocks import Features
from baselines.features.pca import canonical
from clefgan.files import cache
from clefgan.method import Images, Progress, silent

LAYOUT = 1  # of a kept encoder, and of what training does with settings: raise it on any change


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
        if self.temperature <= 0 or self.most < 1:
            raise ValueError(
                f"temperature {self.temperature} must be above 0, most {self.most} 1 or more"
            )


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
        from baselines import embedding_net

        return embedding_net.rows(self.encoder, images, self.training.size)

    @cached_property
    def encoder(self) -> Any:
        """The network, from the cache where it was trained before."""
        from baselines import embedding_net
        from baselines.nets import ordered
        from clefgan.dcgan import devices, store

        chosen = np.sort(canonical(self.generated, self.training.most))
        reals = np.asarray(self.candidates)
        x = ordered(np.concatenate([reals, self.generated[chosen]]), self.training.size)
        deciding = {
            "layout": LAYOUT,
            "images": hashlib.sha256(repr(x.shape).encode() + x.tobytes()).hexdigest(),
            "training": asdict(self.training),
            "seed": self.seed,
            "record": devices.record(),
        }
        key = hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()
        path = cache("encoders") / f"{key}.weights"
        kept = store.read(path)
        if kept is not None:
            return embedding_net.restored(kept, x.shape[1], self.training.width)
        net = embedding_net.learn_space(
            x, width=self.training.width, epochs=self.training.epochs,
            temperature=self.training.temperature, learning_rate=self.training.learning_rate,
            seed=self.seed, progress=self.report,
        )  # fmt: skip
        store.write(path, embedding_net.weights(net))
        return net

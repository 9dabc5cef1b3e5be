"""Siamese centroid: the organisers' own 2025 run, a pair network and the nearest mean."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from baselines import learning
from baselines.attribution.sources import distinct, labelled, reals
from baselines.learning import net_settings
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked
from clefgan.similarity.whole_numbers import Floats


@dataclass(frozen=True, kw_only=True)
class SiameseCentroid:
    """Minus the distance to the mean embedding of each class's real images.

    A network learns from pairs: a real and a generated image of one class are alike, of two classes
    they are not.

    References
    ----------
    AIMultimediaLab at ImageCLEFmedical GANs 2025 (CEUR-WS Vol-4038, paper 178), accuracy 99.04 %.

    Notes
    -----
    The paper's code trains on grey levels 0..255 and embeds 0..1: `paper=true` brings that back.
    Images are averaged to `size` cells; the paper's are 256 x 256.
    """

    evidence: ClassVar[Evidence] = Evidence.A3
    source: ClassVar[str] = "AIMultimediaLab at ImageCLEFmedical GANs 2025 (CEUR-WS Vol-4038)"

    size: int = 64  # cells along each side (ours)
    epochs: int = 50  # of n / 32 steps, n real images (paper)
    learning_rate: float = 1e-4  # of Adam (paper)
    paper: bool = False  # train on levels 0..255, embed 0..1
    seed: int = 0  # of weights and pairs

    def __post_init__(self) -> None:
        net_settings.check(self)

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Train on pairs; average the real images of each class."""
        images = reals(sources)
        labelled(sources)
        order = sorted(range(len(images)), key=lambda k: digest(images[k]))
        net = learning.pair_net.learn(
            [self._scaled(images[k]) for k in order],
            [self._scaled(distinct(sources[k].generated)) for k in order],
            epochs=self.epochs, learning_rate=self.learning_rate, seed=self.seed,
            progress=progress,
        )  # fmt: skip
        centroids = [
            learning.pair_net.encoded(net, of_class, self.size, 1 / 255).mean(
                axis=0, dtype=np.float64
            )
            for of_class in images
        ]
        return Centroids(net, self.size, np.stack(centroids))

    def _scaled(self, images: Images) -> NDArray[np.float32]:
        scale = np.float32(1.0 if self.paper else 1 / 255)
        return learning.pair_net.prepared(images, self.size) * scale


def digest(images: Images) -> bytes:
    """An order of classes that depends on their pixels only."""
    return hashlib.blake2b(np.ascontiguousarray(images).data, digest_size=16).digest()


@dataclass(frozen=True, eq=False)
class Centroids:
    """A network, and the mean embedding of each class."""

    net: Any
    size: int
    means: Floats  # (n_classes, 256)

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Minus the Euclidean distance to each mean."""
        rows = learning.pair_net.encoded(self.net, generated, self.size, 1 / 255).astype(np.float64)
        progress("embedding", len(rows), len(rows), "")
        return np.asarray(-np.linalg.norm(rows[:, None, :] - self.means[None], axis=2))

"""Learned space: distances where variants of an image are alike, learned without labels."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from baselines import threshold
from baselines.features.pca import canonical
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import nearest
from clefgan.similarity.products import Metric


@dataclass(frozen=True, kw_only=True)
class LearnedSpace:
    """Cosine with the closest generated image, under an encoder trained on both sets.

    The encoder learns (NT-Xent) that mirrored, shifted and re-contrasted variants of an image are
    the same image, so a generator that varies what it copies does not hide it.

    References
    ----------
    Dar et al. (2024), arXiv:2402.01054: copies are found in a space learned by contrast.

    Notes
    -----
    The network is ours: small, on images averaged to 64 x 64 cells. It is trained anew on each
    pool and generated set that are put to it.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S1
    learns_from_generated: ClassVar[bool] = True
    source: ClassVar[str] = "Dar et al. 2024, arXiv:2402.01054"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    size: int = 64  # cells along each side (ours)
    width: int = 64  # numbers that an image is encoded to (ours)
    epochs: int = 30  # passes over the images (ours)
    temperature: float = 0.5  # of NT-Xent (ours)
    learning_rate: float = 1e-3  # of Adam (ours)
    most: int = 2000  # generated images to learn from (ours)
    seed: int = 0  # of weights, batches and variants

    def __post_init__(self) -> None:
        if self.temperature <= 0 or self.most < 1:
            raise ValueError(
                f"temperature {self.temperature} must be above 0, most {self.most} 1 or more"
            )

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        return threshold.midway(self.raw, dev, progress=progress)

    def raw(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Train on both sets; minus the cosine distance of each candidate to the closest."""
        from baselines import embedding_net
        from baselines.nets import ordered

        chosen = np.sort(canonical(generated, self.most))
        net = embedding_net.learn_space(
            ordered(np.concatenate([candidates, generated[chosen]]), self.size),
            width=self.width, epochs=self.epochs, temperature=self.temperature,
            learning_rate=self.learning_rate, seed=self.seed, progress=progress,
        )  # fmt: skip
        ours, theirs = (
            embedding_net.rows(net, images, self.size) for images in (candidates, generated)
        )
        return -nearest(Metric.COSINE, ours, theirs, progress=progress).distances[:, 0]

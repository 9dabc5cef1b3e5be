"""Siamese network: a distance learned from dev images whose use is known."""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from baselines import learning
from baselines.learning import net_settings
from baselines.scoring import held_out, threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.engine import scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Sum


@dataclass(frozen=True, kw_only=True)
class Siamese:
    """Negative mean distance to the generated images, learned so that used images lie near them.

    References
    ----------
    AIMultimediaLab at ImageCLEFmedical GANs 2025, CEUR-WS Vol-4038.

    Notes
    -----
    The network is ours: small, on images averaged to 64 x 64 cells. A used image with any
    generated image is a pair that is alike. A third of the dev images is kept for the threshold.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S3
    source: ClassVar[str] = "AIMultimediaLab at ImageCLEFmedical GANs 2025 (CEUR-WS Vol-4038)"
    paper_note: ClassVar[str] = "the network was trained on the dev images that are scored"

    size: int = 64  # cells along each side (ours)
    width: int = 32  # numbers that an image is encoded to (ours)
    epochs: int = 30  # passes over the dev images (ours)
    margin: float = 1.0  # by which other pairs are pushed apart (ours)
    learning_rate: float = 1e-3  # of Adam (ours)
    seed: int = 0  # of weights and pairs

    def __post_init__(self) -> None:
        net_settings.check(self)

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Train on two thirds of dev; set the threshold on the last third.

        Raises
        ------
        ClefganError
            No used or no not-used image in dev.
        """
        learn, check = held_out.split(dev)
        net = learning.embedding_net.learn_pairs(
            learning.nets.ordered(learn.used, self.size),
            learning.nets.ordered(learn.not_used, self.size),
            learning.nets.ordered(learn.generated, self.size),
            width=self.width, epochs=self.epochs, margin=self.margin,
            learning_rate=self.learning_rate, seed=self.seed, progress=progress,
        )  # fmt: skip
        return threshold.midway(partial(self.raw, net), check, progress=progress)

    def raw(self, net: Any, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Minus the mean distance of each candidate."""
        ours, theirs = (
            learning.embedding_net.rows(net, images, self.size)
            for images in (candidates, generated)
        )
        total = scan(Metric.EUCLIDEAN, ours, theirs, Sum(), progress=progress)
        return np.asarray(-total / len(generated))

"""Autoencoders: is the image easy for a network that has seen the generated ones only?"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from baselines import learning
from baselines.learning import net_settings
from baselines.scoring import threshold, unused
from baselines.scoring.unused import Folds
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent


@dataclass(frozen=True, kw_only=True)
class Autoencoder:
    """Negative reconstruction error of an autoencoder trained on the generated images.

    References
    ----------
    Montenegro et al. (2023), VCMI at ImageCLEFmedical GANs, CEUR-WS Vol-3497.

    Notes
    -----
    The network is ours: small, on images averaged to 64 x 64 cells. It is trained anew on each
    generated set that is put to it.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    learns_from_generated: ClassVar[bool] = True
    source: ClassVar[str] = "VCMI at ImageCLEFmedical GANs 2023 (CEUR-WS Vol-3497)"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    size: int = 64  # cells along each side (ours)
    width: int = 32  # numbers that an image is encoded to (ours)
    epochs: int = 30  # passes over the images (ours)
    learning_rate: float = 1e-3  # of Adam (ours)
    seed: int = 0  # of weights and batches

    def __post_init__(self) -> None:
        net_settings.check(self)

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        return threshold.midway(self.raw, dev, progress=progress)

    def raw(self, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Train on the generated images; minus the error of each candidate."""
        net = learning.autoencoder_net.trained(
            (generated,), size=self.size, width=self.width, epochs=self.epochs,
            learning_rate=self.learning_rate, seed=self.seed, progress=progress,
        )  # fmt: skip
        return np.asarray(-learning.autoencoder_net.errors(net, candidates, self.size)[0])


@dataclass(frozen=True, kw_only=True)
class TwoDecoders:
    """Error of a decoder for unused images less that of one for generated images.

    Both share an encoder. What is hard for the first and easy for the second lies nearer to the
    generated images than an image that was not used should.

    References
    ----------
    Montenegro et al. (2023), VCMI at ImageCLEFmedical GANs, CEUR-WS Vol-3497: the two decoders.

    Notes
    -----
    Which images train which decoder, and the network, are our reading. Two networks are trained,
    each without half of the unused images; a candidate that is one of them is scored by the other.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S2
    learns_from_generated: ClassVar[bool] = True
    source: ClassVar[str] = "VCMI at ImageCLEFmedical GANs 2023 (CEUR-WS Vol-3497)"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    size: int = 64  # cells along each side (ours)
    width: int = 32  # numbers that an image is encoded to (ours)
    epochs: int = 30  # passes over the larger set (ours)
    learning_rate: float = 1e-3  # of Adam (ours)
    seed: int = 0  # of weights and batches

    def __post_init__(self) -> None:
        net_settings.check(self)

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Keep the unused images; set the threshold midway between the classes' medians.

        Raises
        ------
        ClefganError
            No used or no not-used image in dev.
        """
        threshold.require(dev)
        known = unused.folds(dev.not_used, 2)
        return threshold.midway(partial(self.raw, known), dev, progress=progress)

    def raw(
        self, known: Folds, candidates: Images, generated: Images, *, progress: Progress
    ) -> Scores:
        """Train on generated and unused images; difference of the errors of each candidate."""
        scores = np.empty((known.count, len(candidates)))
        for number in range(known.count):
            net = learning.autoencoder_net.trained(
                (generated, known.without(number)), size=self.size, width=self.width,
                epochs=self.epochs, learning_rate=self.learning_rate, seed=self.seed,
                progress=progress,
            )  # fmt: skip
            near, far = learning.autoencoder_net.errors(net, candidates, self.size)
            scores[number] = far - near
        return known.out_of_fold(candidates, scores)

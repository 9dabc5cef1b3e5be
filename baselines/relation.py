"""Relation network: a pair score learned from dev images whose use is known."""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from baselines import learning
from baselines.learning import net_settings
from baselines.scoring import held_out, threshold
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.pixel_digest import digest
from clefgan.similarity.whole_numbers import Floats

BLOCK = 64  # generated images at a time


@dataclass(frozen=True, kw_only=True)
class Relation:
    """Mean learned relation, 0 to 1, of the candidate to the generated images.

    References
    ----------
    SSN at ImageCLEFmedical GANs 2023, CEUR-WS Vol-3497; Sung et al. (2018), arXiv:1711.06025.

    Notes
    -----
    The network is ours: small, on images averaged to 64 x 64 cells. A third of the dev images is
    kept for the threshold. A generated image that is a copy of the candidate has relation 1.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S3
    source: ClassVar[str] = "SSN at ImageCLEFmedical GANs 2023 (CEUR-WS Vol-3497)"
    paper_note: ClassVar[str] = "the network was trained on the dev images that are scored"

    size: int = 64  # cells along each side (ours)
    width: int = 32  # numbers that an image is encoded to (ours)
    epochs: int = 30  # passes over the dev images (ours)
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
        net = learning.relation_net.learn(
            learning.nets.ordered(learn.used, self.size),
            learning.nets.ordered(learn.not_used, self.size),
            learning.nets.ordered(learn.generated, self.size),
            width=self.width, epochs=self.epochs,
            learning_rate=self.learning_rate, seed=self.seed, progress=progress,
        )  # fmt: skip
        return threshold.midway(partial(self.raw, net), check, progress=progress)

    def raw(self, net: Any, candidates: Images, generated: Images, *, progress: Progress) -> Scores:
        """Mean relation of each candidate."""
        ours, theirs = learning.relation_net.relation(net, candidates, generated, self.size)
        weights, bias = learning.relation_net.last(net)
        total = np.zeros(len(candidates))
        for start in range(0, len(theirs), BLOCK):
            total += related(ours, theirs[start : start + BLOCK], weights, bias)
            progress("relation", min(start + BLOCK, len(theirs)), len(theirs), "")
        numbers: dict[bytes, list[int]] = {}
        for number, image in enumerate(generated):
            numbers.setdefault(digest(image), []).append(number)
        for i, image in enumerate(candidates):
            copies = theirs[numbers.get(digest(image), [])]
            total[i] += len(copies) - related(ours[i : i + 1], copies, weights, bias)[0]
        return total / len(generated)


def related(ours: Floats, theirs: Floats, weights: Floats, bias: float) -> Floats:
    """Sum of the relations of each candidate to a block of generated images."""
    hidden = ours[:, None, :] + theirs[None, :, :]
    hidden = np.maximum(hidden, 0.2 * hidden)  # leaky rectifier
    logits = np.vecdot(hidden, weights) + bias
    relations: Floats = np.exp(-np.logaddexp(0, -logits))
    return np.asarray(relations.sum(axis=1))

"""LOGAN, black box: the discriminator of a GAN trained on the released images judges candidates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from clefgan.dcgan.config import DCGANConfig, check_images
from clefgan.dcgan.synthesise import trained
from clefgan.errors import ClefganError
from clefgan.method import (
    DevSet,
    Images,
    Knowledge,
    Progress,
    Scorer,
    Scores,
    nothing_to_score,
    silent,
)
from clefgan.similarity.pixel_digest import digest

if TYPE_CHECKING:
    from clefgan.dcgan.trained import Trained

COPY = 1e3  # score of a candidate that was released as it is: above any that a critic gives
MOST = 1e2  # largest score, in either direction, that a critic gives
GAN = DCGANConfig(epochs=8)
LEAST_SPREAD = 1e-3  # of the scale: a set of equal images has none


@dataclass(frozen=True, kw_only=True)
class DcganCritic:
    """Logit of the discriminator of a DCGAN trained on the generated set (LOGAN, black box).

    A generator repeats what it was trained on, so a discriminator that learns the generated images
    learns some of that too, and takes the used images for more real than others.

    Notes
    -----
    Departures from the paper, which ranks the candidates of one attack and needs no threshold: the
    logits are put on a scale of the generated set itself (its median 0, the distance between its
    quartiles 1), and the threshold on that scale is set on dev, midway between the medians of used
    and not used images, neither of which trained the critic. The largest generated sets are thinned
    to `most_generated` images, chosen by their digest, so their order never matters. A candidate
    that is itself among the generated images needs no critic and gets the highest score.

    References
    ----------
    Hayes, Melis, Danezis, De Cristofaro (2019). LOGAN: Membership inference attacks against
    generative models. PoPETs 2019(1), arXiv:1705.07663.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    source: ClassVar[str] = "Hayes et al., PoPETs 2019, arXiv:1705.07663"

    gan: DCGANConfig = GAN  # the DCGAN whose discriminator is the critic
    most_generated: int = 128  # generated images that it is trained on, at most
    seed: int = 0  # of the thinning; added to gan.seed it is the DCGAN's

    def __post_init__(self) -> None:
        if self.most_generated < 1:
            raise ClefganError(
                "dcgan-critic: most_generated must be at least 1; got "
                f"{self.most_generated}; change it"
            )

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median scores."""
        if not len(dev.used) or not len(dev.not_used):
            raise ClefganError(
                "dcgan-critic: the threshold needs used and not used dev images; got "
                f"{len(dev.used)} used and {len(dev.not_used)} not used; give both"
            )
        critic = Critic.of(self, dev.generated, progress=progress)
        used = np.median(critic.raw(dev.used, progress=progress))
        not_used = np.median(critic.raw(dev.not_used, progress=progress))
        return CriticScorer(method=self, threshold=float((used + not_used) / 2))


@dataclass(frozen=True, kw_only=True)
class CriticScorer:
    """Scores by a critic of the generated set at hand; the threshold is dev's."""

    method: DcganCritic
    threshold: float

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Train a critic on `generated` (once: it is kept) and judge each candidate alone."""
        if nothing_to_score(candidates, generated):
            return np.empty(0)
        critic = Critic.of(self.method, generated, progress=progress)
        raw = critic.raw(candidates, progress=progress) - self.threshold
        scores = np.clip(raw, -MOST, MOST)
        copied = np.isin(names(candidates), names(generated))
        return np.where(copied, COPY, scores)


@dataclass(frozen=True, kw_only=True)
class Critic:
    """A trained discriminator, and the scale of its logits on what it was trained on."""

    networks: Trained
    middle: float
    spread: float

    @classmethod
    def of(cls, method: DcganCritic, generated: Images, *, progress: Progress) -> Critic:
        """Train on the generated images, thinned."""
        chosen = thinned(generated, method.most_generated, method.seed)
        config = replace(method.gan, seed=method.gan.seed + method.seed)
        networks = trained(chosen, config, progress=progress)
        lower, middle, upper = np.quantile(networks.judge(chosen), [0.25, 0.5, 0.75])
        return cls(networks=networks, middle=middle, spread=max(upper - lower, LEAST_SPREAD))

    def raw(self, images: Images, *, progress: Progress) -> Scores:
        """Return the logits on the scale of the generated set."""
        return (self.networks.judge(images, progress=progress) - self.middle) / self.spread


def thinned(images: Images, most: int, seed: int) -> Images:
    """Choose at most `most` images, and an order, by their pixels and the seed alone."""
    check_images(images)
    order = np.argsort(names(images, salt=f"{seed}:"), kind="stable")
    return np.stack([images[index] for index in order[:most]])


def names(images: Images, *, salt: str = "") -> NDArray[np.bytes_]:
    """Return a digest of each image's pixels."""
    digests = [digest(image, salt=salt, algorithm="sha256").hex() for image in images]
    return np.array(digests, dtype="S64")

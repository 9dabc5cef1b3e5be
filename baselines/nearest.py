"""Nearest: how close is the closest generated image?"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent

CANDIDATE_BYTES = 256 * 2**20  # of one block of candidates in float64: 512 images of 256x256
GENERATED_BYTES = 64 * 2**20  # of one block of generated images: 128 images of 256x256


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """Negative distance to the closest generated image, on normalised pixels.

    Each image is centred and scaled to unit norm, so brightness and contrast do not count.

    Notes
    -----
    `fit` puts the threshold midway between the two classes' median distances on the dev set that it
    is given. Dev scores are out of fold under the job's `held-out` protocol, which fits anew for
    each fold without the images that it then scores; under `paper` the threshold has seen them.
    Distances shrink as the generated set grows, so the threshold of a small dev set calls more
    images used when the generated set under test is larger; the order of scores does not suffer.

    References
    ----------
    Chen, Yu, Zhang, Fritz (2020), GAN-Leaks, arXiv:1909.03935: the full black-box attack, there on
    raw pixels and scores compared by rank; normalisation and threshold are ours.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    source: ClassVar[str] = "GAN-Leaks, full black box (Chen et al. 2020, arXiv:1909.03935)"
    paper_note: ClassVar[str] = "the threshold was set on the dev images that are scored"

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median distances.

        Raises
        ------
        ClefganError
            If one of the three sets is empty, or their images differ in size.
        """
        if not len(dev.used) or not len(dev.not_used):
            raise ClefganError(
                f"nearest: dev has {len(dev.used)} used and {len(dev.not_used)} not-used images; "
                "the threshold needs at least one of each"
            )
        used = distances(dev.used, dev.generated, progress=progress)
        not_used = distances(dev.not_used, dev.generated, progress=progress)
        return NearestScorer(threshold=float(np.median(used) + np.median(not_used)) / 2)


@dataclass(frozen=True, slots=True)
class NearestScorer:
    """Scores `threshold - distance`."""

    threshold: float

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Score by the distance to the closest generated image; see `distances`."""
        return self.threshold - distances(candidates, generated, progress=progress)


def distances(images: Images, generated: Images, *, progress: Progress = silent) -> Scores:
    """Return each image's Euclidean distance to the closest generated one, after normalisation.

    An exact copy, also one in another brightness or contrast that lost no grey level, has distance
    0; unrelated images have about sqrt(2), and 2 is the largest. A constant image has no
    direction: it lies at the origin, 1 away from every other image and 0 from another constant one.

    Raises
    ------
    ClefganError
        If there is no generated image, or it differs in size from `images`.

    Notes
    -----
    Products of grey levels are whole numbers, and float64 adds them without rounding. The result
    therefore depends on neither block size nor thread count nor neighbours, to the last bit.
    """
    if not len(generated):
        raise ClefganError("nearest: no generated image to compare with; give at least one")
    if images.shape[1:] != generated.shape[1:]:
        raise ClefganError(
            f"nearest: images of {size(images)} cannot be compared with generated images of "
            f"{size(generated)}; resize one of the two sets"
        )
    closest = np.full(len(images), np.inf)
    blocks = [
        (a, b) for a in slices(images, CANDIDATE_BYTES) for b in slices(generated, GENERATED_BYTES)
    ]
    candidates, held = Block(images[:0]), None
    for done, (rows, columns) in enumerate(blocks):
        if rows != held:
            candidates, held = Block(images[rows]), rows
        found = squared_distances(candidates, Block(generated[columns])).min(axis=1)
        closest[rows] = np.minimum(closest[rows], found)
        progress("nearest", done + 1, len(blocks), "")
    return np.asarray(np.sqrt(closest))


class Block:
    """Some images as rows of float64 whole numbers, with their sums and centred squared norms."""

    def __init__(self, images: Images) -> None:
        self.n_pixels = images.shape[1] * images.shape[2]
        self.rows = images.reshape(len(images), self.n_pixels).astype(np.float64)
        self.sums = self.rows.sum(axis=1)
        self.norms = self.n_pixels * np.einsum("ij,ij->i", self.rows, self.rows) - self.sums**2


def squared_distances(a: Block, b: Block) -> NDArray[np.float64]:
    """Return |a|^2 + |b|^2 - 2 cos for all pairs, with |a| = 1, or 0 for a constant image."""
    products = a.n_pixels * (a.rows @ b.rows.T) - a.sums[:, None] * b.sums
    scale = np.sqrt(a.norms[:, None] * b.norms)
    cosines = np.divide(products, scale, out=np.zeros_like(products), where=scale > 0)
    lengths = (a.norms > 0)[:, None].astype(np.float64) + (b.norms > 0)
    return np.asarray(np.maximum(lengths - 2 * cosines, 0.0))


def slices(images: Images, limit: int) -> list[slice]:
    """Cut the images into runs whose float64 copies take at most `limit` bytes."""
    step = max(1, limit // max(1, 8 * images.shape[1] * images.shape[2]))
    return [slice(start, start + step) for start in range(0, len(images), step)]


def size(images: Images) -> str:
    """Write the size of the images as height x width."""
    return f"{images.shape[1]}x{images.shape[2]}"

"""Fidelity beside privacy: how far one set of images is from another, on features named here.

The features need no download: grey-level histogram, mean, spread, clipped ends, sharpness, noise,
spectrum in rings (`clefgan.data.nuisance`), and co-occurrence of grey levels. They are not those of
Inception, so the numbers compare with nothing printed elsewhere.
"""

from dataclasses import dataclass

import numpy as np

from clefgan.auditing.margins import Values
from clefgan.data import nuisance
from clefgan.method import Images

FEATURES = "38 radiomic features"
MOST = 2000  # images described of each set
NEIGHBOURS = 5  # of a ball, for precision, recall, density and coverage
LEVELS = 16  # grey levels of co-occurrence
OFFSETS = ((0, 1), (1, 0))  # pixels between the two levels
FARTHEST = 5.0  # standard deviations: a rare saturated image is no farther than that


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How far generated images are from real ones.

    frechet : Frechet distance of Gaussians fitted to standardised features; 0 for equal sets
    kid : unbiased squared kernel distance, cubic kernel; about 0 for equal sets, may be below
    precision, density : of the generated images, within balls round real ones
    recall, coverage : of the real images, within balls round generated ones; balls that hold one
    """

    frechet: float
    kid: float
    precision: float
    recall: float
    density: float
    coverage: float


def some_of(images: Images, most: int, seed: int) -> Images:
    """At most so many images, drawn where there are more, in their order."""
    if len(images) <= most:
        return images
    return images[np.sort(np.random.default_rng(seed).permutation(len(images))[:most])]


def features_of_all(images: Images) -> Values:
    """Features of every image: (n, 38)."""
    textures = np.stack([co_occurrence(image) for image in images])
    return np.column_stack([nuisance.features(images), textures])


def co_occurrence(image: Images) -> Values:
    """Contrast, homogeneity, energy and correlation of neighbouring levels, right and down: (8,).

    References
    ----------
    Haralick, Shanmugam, Dinstein (1973), doi:10.1109/TSMC.1973.4309314.
    """
    levels = image.astype(np.int64) * LEVELS // 256
    i, j = np.mgrid[:LEVELS, :LEVELS]
    features = []
    for down, right in OFFSETS:
        first = levels[: levels.shape[0] - down, : levels.shape[1] - right].ravel()
        second = levels[down:, right:].ravel()
        counts = np.bincount(first * LEVELS + second, minlength=LEVELS**2)
        p = (counts / max(1, counts.sum())).reshape(LEVELS, LEVELS)
        mean = (p * i).sum(), (p * j).sum()
        spread = np.sqrt((p * (i - mean[0]) ** 2).sum() * (p * (j - mean[1]) ** 2).sum())
        covariance = (p * (i - mean[0]) * (j - mean[1])).sum()
        features += [
            (p * (i - j) ** 2).sum(),
            (p / (1 + (i - j) ** 2)).sum(),
            np.sqrt((p**2).sum()),
            covariance / spread if spread > 0 else 1.0,
        ]
    return np.array(features)


def standardised(real: Values, generated: Values) -> tuple[Values, Values]:
    """Two sets of features in standard deviations of the real ones, at most `FARTHEST` from 0.

    Shares of white pixels are 0 in most images. Where none of the real ones had many, a single
    image lay 200 deviations away, and halves of one set were farther apart than a blurred one.
    """
    mean, spread = real.mean(axis=0), real.std(axis=0)
    scale = np.where(spread > 1e-12, spread, 1.0)
    first, second = (np.clip((a - mean) / scale, -FARTHEST, FARTHEST) for a in (real, generated))
    return first, second


def compare(a: Values, b: Values, *, fewest: int = 2) -> Fidelity:
    """Compare two sets of features.

    Parameters
    ----------
    a, b : of real and of generated images
    fewest : rows of each set, below which there is no Frechet distance: it is too high for few
    """
    distance = frechet(a, b) if min(len(a), len(b)) >= fewest else np.nan
    return Fidelity(distance, kernel_distance(a, b), *balls(a, b))


def frechet(a: Values, b: Values) -> float:
    """|m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2)).

    References
    ----------
    Dowson, Landau (1982), doi:10.1016/0047-259X(82)90077-X; on radiomic features Konz et al.,
    arXiv:2412.01496 (theirs are other features).
    """
    if min(len(a), len(b)) < 2:
        return np.nan
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    product = np.linalg.eigvalsh(root @ second @ root)
    gap = a.mean(axis=0) - b.mean(axis=0)
    crossed = np.sqrt(np.maximum(product, 0)).sum()
    return float(gap @ gap + np.trace(first) + np.trace(second) - 2 * crossed)


def kernel_distance(a: Values, b: Values) -> float:
    """Unbiased squared maximum mean discrepancy, kernel (x.y / d + 1)^3.

    References
    ----------
    Binkowski et al. (2018), arXiv:1801.01401.
    """
    n, m, d = len(a), len(b), a.shape[1]
    if min(n, m) < 2:
        return np.nan
    within = []
    for rows in (a, b):
        kernel = (rows @ rows.T / d + 1) ** 3
        within.append((kernel.sum() - np.trace(kernel)) / (len(rows) * (len(rows) - 1)))
    return float(sum(within) - 2 * ((a @ b.T / d + 1) ** 3).mean())


def balls(real: Values, generated: Values) -> tuple[float, float, float, float]:
    """Precision, recall, density, coverage.

    References
    ----------
    Kynkaanniemi et al. (2019), arXiv:1904.06991; Naeem et al. (2020), arXiv:2002.09797.
    """
    k = min(NEIGHBOURS, len(real) - 1, len(generated) - 1)
    if k < 1:
        return np.nan, np.nan, np.nan, np.nan
    radii = [np.sort(distances(rows, rows), axis=1)[:, k] for rows in (real, generated)]
    apart = distances(real, generated)
    inside = apart <= radii[0][:, None]
    precision = inside.any(axis=0).mean()
    recall = (apart <= radii[1][None, :]).any(axis=1).mean()
    density = inside.sum() / (k * len(generated))
    return float(precision), float(recall), float(density), float(inside.any(axis=1).mean())


def distances(a: Values, b: Values) -> Values:
    """Euclidean distances of all pairs."""
    squares = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1) - 2 * (a @ b.T)
    return np.asarray(np.sqrt(np.maximum(squares, 0)))

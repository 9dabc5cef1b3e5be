"""Local binary patterns: which of the points on a circle are no darker than its centre?"""

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from baselines.features.blocks import Features, in_blocks
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress, silent

LbpMethod: TypeAlias = Literal["default", "ror", "uniform", "nri_uniform", "var"]
METHODS: tuple[LbpMethod, ...] = get_args(LbpMethod)  # in the order of the kernels' numbers

BLOCK = 16  # images at a time: what one core's cache holds at 256x256
MOST_POINTS = {"default": 31, "ror": 31, "uniform": 62, "nri_uniform": 62, "var": 62}
MOST_POINTS_BINNED = {**MOST_POINTS, "default": 16, "ror": 16}  # they have 2**points codes
VAR_BINS = 16
LARGEST_VARIANCE = 127.5**2  # of grey levels 0..255


@dataclass(frozen=True)
class Lbp:
    """Normalised histograms of local binary patterns; each histogram sums to 1.

    One histogram for every radius and every cell of a grid x grid division of the image. `default`
    has 2**P bins, `ror` one for each class of rotations (36 for P = 8), `uniform` P + 2,
    `nri_uniform` P(P - 1) + 3, `var` 16 of equal width in log(1 + variance).

    References
    ----------
    Ojala, Pietikainen, Maenpaa (2002), doi:10.1109/TPAMI.2002.1017623, eq. 9-13 and, for several
    radii, section 2.5. Ahonen, Hadid, Pietikainen (2006), doi:10.1109/TPAMI.2006.244: the grid.

    Notes
    -----
    The bins of `var` are ours. Ojala et al. take quantiles of a training set, which would make the
    features of an image depend on others. Pixels without variance fall in the first bin.
    """

    points: tuple[int, ...] = (8,)  # on the circle: one number for all radii, or one for each
    radius: tuple[float, ...] = (1.0,)  # of the circle, in pixels
    method: LbpMethod = "uniform"
    grid: int = 1  # cells along each side

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, d) float32 features of (n, height, width) uint8 images.

        Raises
        ------
        ClefganError
            If the settings make no sense, or not for images of this size.
        """
        height, width = images.shape[1:]
        rows, columns = edges(height, self.grid), edges(width, self.grid)
        circles = self.circles()

        def features(block: Images) -> Features:
            parts = [histograms(block, P, R, self.method, rows, columns) for P, R in circles]
            return np.concatenate(parts, axis=1)

        n_features = self.grid**2 * sum(n_bins(P, self.method) for P, _ in circles)
        return in_blocks(
            features, images, n_features=n_features, block=BLOCK, stage="LBP", progress=progress
        )

    def circles(self) -> list[tuple[int, float]]:
        """Pairs of points and radius, one for each radius."""
        points = self.points * len(self.radius) if len(self.points) == 1 else self.points
        if not self.radius or len(points) != len(self.radius):
            raise ClefganError(
                f"LBP: P is {self.points} and R is {self.radius}; "
                "give one P for all radii or one for each"
            )
        return list(zip(points, self.radius, strict=True))


def codes(
    images: Images, points: int = 8, radius: float = 1.0, method: LbpMethod = "uniform"
) -> NDArray[np.float64]:
    """Return the code of every pixel, equal to scikit-image's `local_binary_pattern` in every bit.

    Neighbours outside the image are 0. Neighbour k lies at the angle 2 pi k / points, counted from
    the right and upwards, its offsets rounded to 5 decimals, its value interpolated. For `var` the
    code is the variance of the neighbours, NaN where it is 0.

    Returns
    -------
    float64 array of the shape of `images`

    Examples
    --------
    A dark pixel in the middle: all 8 neighbours are brighter.

    >>> image = np.full((1, 3, 3), 9, np.uint8)
    >>> image[0, 1, 1] = 5
    >>> float(codes(image)[0, 1, 1])
    8.0
    """
    check(images, points, radius, method, MOST_POINTS)
    if (points, radius) == (8, 1.0) and method != "var":
        table: NDArray[np.float64] = code_table(points, method).astype(np.float64)
        return table[patterns(images)]
    return circle_codes(images, points, radius, method)


def n_bins(points: int, method: LbpMethod) -> int:
    """Length of one histogram."""
    if method == "default":
        return int(2**points)
    if method == "ror":
        return len(rotation_classes(points))
    if method == "var":
        return VAR_BINS
    return points + 2 if method == "uniform" else points * (points - 1) + 3


def histograms(
    images: Images,
    points: int,
    radius: float,
    method: LbpMethod,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
) -> Features:
    """Return (n, cells * n_bins) histograms of the cells between the edges, cell by cell."""
    kernels = compiled()
    check(images, points, radius, method, MOST_POINTS_BINNED)
    fast = (points, radius) == (8, 1.0) and method != "var"
    if fast:
        bins: NDArray[np.uint8] | NDArray[np.int32] = patterns(images)
    else:
        bins = to_bins(circle_codes(images, points, radius, method), points, method)
    size = 256 if fast else n_bins(points, method)
    counts = np.zeros((len(images), len(rows) - 1, len(columns) - 1, size), np.int32)
    kernels.count(bins, rows, columns, counts)
    if fast:
        counts = merged(counts, points, method)
    areas = np.multiply.outer(np.diff(rows), np.diff(columns))
    shares = counts / areas[:, :, None]
    return shares.reshape(len(images), areas.size * counts.shape[3]).astype(np.float32)


def merged(counts: NDArray[np.int32], points: int, method: LbpMethod) -> NDArray[np.int32]:
    """Add up counts of patterns to counts of codes, along the last axis."""
    bins = to_bins(code_table(points, method).astype(np.float64), points, method)
    belongs = bins[:, None] == np.arange(n_bins(points, method))
    return np.asarray(counts @ belongs.astype(np.int32))


def to_bins(values: NDArray[np.float64], points: int, method: LbpMethod) -> NDArray[np.int32]:
    """Return the number of the histogram bin of each code."""
    if method == "ror":
        return np.asarray(np.searchsorted(rotation_classes(points), values), np.int32)
    if method == "var":
        variances = np.nan_to_num(values, nan=0.0).clip(0, LARGEST_VARIANCE)
        places = VAR_BINS * np.log1p(variances) / np.log1p(LARGEST_VARIANCE)
        return np.asarray(np.minimum(places, VAR_BINS - 1), np.int32)
    return values.astype(np.int32)


@lru_cache
def code_table(points: int, method: LbpMethod) -> NDArray[np.int64]:
    """Return the code of each of the 2**points patterns."""
    kernels = compiled()
    number = METHODS.index(method)
    return np.array([kernels.code(bits, points, number) for bits in range(2**points)], np.int64)


@lru_cache
def rotation_classes(points: int) -> NDArray[np.int64]:
    """Return the smallest member of each class of patterns that are rotations of each other."""
    return np.unique(code_table(points, "ror"))


def patterns(images: Images) -> NDArray[np.uint8]:
    """Return the 8 signs at radius 1 of every pixel as bits."""
    kernels = compiled()
    result = np.empty(images.shape, np.uint8)
    rows, columns = (fractions(length) for length in images.shape[1:])
    kernels.patterns_8_1(bordered(images, 1), rows, columns, result)
    return result


def fractions(length: int) -> NDArray[np.float64]:
    """Return how far each coordinate -+ 0.70711 lies beyond a whole number; shape (2, length)."""
    places = np.arange(length) + np.array([[-0.70711], [0.70711]])
    return np.asarray(places - np.floor(places))


def circle_codes(
    images: Images, points: int, radius: float, method: LbpMethod
) -> NDArray[np.float64]:
    """Return the codes for any circle."""
    kernels = compiled()
    angles = 2 * np.pi * np.arange(points, dtype=np.float64) / points
    rows, columns = np.round(-radius * np.sin(angles), 5), np.round(radius * np.cos(angles), 5)
    margin = int(np.ceil(radius)) + 1
    result = np.empty(images.shape)
    number = METHODS.index(method)
    kernels.circle(bordered(images, margin), margin, rows, columns, number, result)
    return result


def bordered(images: Images, margin: int) -> NDArray[np.uint8]:
    """Return a copy with `margin` zeros around every image."""
    n, height, width = images.shape
    result = np.zeros((n, height + 2 * margin, width + 2 * margin), np.uint8)
    result[:, margin : margin + height, margin : margin + width] = images
    return result


def edges(length: int, cells: int) -> NDArray[np.int64]:
    """Return the `cells` + 1 edges of cells of as equal a length as can be.

    Raises
    ------
    ClefganError
        If there are no cells, or more than pixels.
    """
    if not 1 <= cells <= length:
        raise ClefganError(
            f"LBP: a grid of {cells} cells per side on images {length} pixels wide or high; "
            f"give 1 to {length}"
        )
    return np.arange(cells + 1) * length // cells


def check(images: Images, points: int, radius: float, method: str, most: dict[str, int]) -> None:
    """Raise a ClefganError if the settings make no sense, or not for images of this size."""
    if method not in METHODS:
        raise ClefganError(f"LBP: no method {method!r}; known: {', '.join(METHODS)}")
    if not 1 <= points <= most[method]:
        raise ClefganError(
            f"LBP: P is {points}; method {method!r} takes 1 to {most[method]} points"
        )
    largest = max(images.shape[1:])
    if not 0 < radius <= largest:
        raise ClefganError(
            f"LBP: R is {radius}; give a radius above 0, and at most {largest} for images of "
            f"{images.shape[1]}x{images.shape[2]}"
        )


def compiled() -> ModuleType:
    """The compiled loops; they bring numba, which takes a while to load."""
    return import_module("baselines.features._lbp_kernels")

"""Where distances are measured: a feature map by name, and the distance that suits it.

==================  ====================================================  =========
name                features                                              distance
==================  ====================================================  =========
pixels              grey levels, centred and scaled to length 1           Euclidean
levels              grey levels as they are                               Euclidean
low-pass            means of a 32 x 32 grid, centred, length 1            Euclidean
hog                 histograms of oriented gradients, centred, length 1   Euclidean
lbp                 local binary patterns in 4 x 4 cells, the same        Euclidean
vgg16-block1 ... 5  VGG-16, the same                                      Euclidean
NAME-pca40          40 principal components of dev's generated images     Euclidean
==================  ====================================================  =========
"""

import difflib
import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from baselines.features.blocks import FeatureMap
from baselines.features.cached import Cached, Remembered
from clefgan.errors import ClefganError
from clefgan.method import Images
from clefgan.similarity.products import Metric
from clefgan.similarity.whole_numbers import Rows


@dataclass(frozen=True)
class Space:
    """A feature map by name, with or without principal components."""

    CHOICES: ClassVar[str] = "pixels | levels | low-pass | hog | lbp | vgg16-block1..5, or -pca40"

    base: str = "pixels"
    n_components: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Space":
        """Read `hog` or `hog-pca40`.

        Raises
        ------
        ClefganError
            No such features; the closest name, or all of them.
        """
        base, _, components = text.partition("-pca")
        number = int(components) if re.fullmatch("[1-9][0-9]*", components) else None
        if base not in NAMES or (number is None) != (base == text):
            close = difflib.get_close_matches(base, NAMES, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(NAMES)}"
            raise ClefganError(f"no features {text!r}; {hint}; for principal components add -pca40")
        return cls(base, number)

    def __str__(self) -> str:
        return self.base if self.n_components is None else f"{self.base}-pca{self.n_components}"

    def learned(self, generated: Images) -> "Place":
        """Return the place to measure in; principal components are those of `generated`."""
        if self.n_components is not None:
            from baselines.features import pca

            base = "pixels" if self.base == "levels" else self.base
            learned = pca.fit(feature_map(base, generated), generated, self.n_components)
            return Place(Metric.EUCLIDEAN, learned)
        if self.base in ("pixels", "levels"):
            return Place(Metric.UNIT if self.base == "pixels" else Metric.EUCLIDEAN, None)
        return Place(Metric.UNIT, feature_map(self.base, generated))


PIXELS = Space()
PIXELS_PCA20 = Space("pixels", 20)
PIXELS_PCA40 = Space("pixels", 40)
HOG = Space("hog")
HOG_PCA40 = Space("hog", 40)


@dataclass(frozen=True, eq=False)
class Place:
    """A metric and the features that it compares."""

    metric: Metric
    features: FeatureMap | None  # None: the pixels themselves

    def rows(self, images: Images) -> Rows:
        """The rows to compare, computed where they are read."""
        return images if self.features is None else Mapped(images, self.features)


@dataclass(frozen=True, eq=False)
class Mapped:
    """Images that turn into features when they are sliced."""

    images: Images
    features: FeatureMap

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows: slice, /) -> NDArray[Any]:
        return self.features(np.asarray(self.images[rows]))


def feature_map(name: str, like: Images) -> FeatureMap:
    """Return the map of that name, with cells that suit the size of the images.

    What takes long is kept by the image's digest (see `cached`); to look the others up would take
    about as long as to work them out.
    """
    if name.startswith("vgg16-"):
        # its weights come with an extra, so a type checker may not see all that it imports
        vgg16 = importlib.import_module("baselines.features.vgg16")
        return Cached(vgg16.Vgg16(layer=name.removeprefix("vgg16-")))
    return MAPS[name](like)


def _pixels(_like: Images) -> FeatureMap:
    from baselines.features.pixels import Pixels

    return Pixels()


def _levels(_like: Images) -> FeatureMap:
    from baselines.features.pixels import Levels

    return Levels()


def _low_pass(_like: Images) -> FeatureMap:
    from baselines.features.pixels import LowPass

    return LowPass()


def _hog(like: Images) -> FeatureMap:
    from baselines.features.hog import Hog

    return Remembered(Hog(cell=max(1, min(like.shape[1:]) // 16)))


def _lbp(_like: Images) -> FeatureMap:
    from baselines.features.lbp import Lbp

    return Lbp(grid=4)


MAPS: dict[str, Callable[[Images], FeatureMap]] = {
    "pixels": _pixels,
    "levels": _levels,
    "low-pass": _low_pass,
    "hog": _hog,
    "lbp": _lbp,
}
NAMES = (*MAPS, *(f"vgg16-block{i}" for i in range(1, 6)))

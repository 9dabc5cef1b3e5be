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
band                band-pass: detail without the common anatomy          Euclidean
contrast            the band over its own strength around each pixel      Euclidean
gradient            slopes over their strength around each pixel          Euclidean
whitened            pixels on principal components of equal strength      cosine
NAME-pca40          40 principal components of dev's generated images     Euclidean
==================  ====================================================  =========

A name may end in a search, as in `band+flips`: the distance is then the smallest over a small group
of transformations of the candidate (`flips`, `turns`, `tilts`, `shifts`, `all`; see
`clefgan.similarity.group`).

`band`, `contrast` and `gradient` (see `clefgan.similarity.detail_images`) are centred and scaled to
length 1 too. They take a scale: `band:fine`, `band:middle`, which is `band`, or `band:coarse` go
with how fine the images are; `band:1:3` is the band between blurs of 1 and 3 pixels of the images.
"""

import difflib
import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from baselines.features import pca
from baselines.features.blocks import FeatureMap
from baselines.features.cached import Cached, Remembered
from baselines.features.hog import Hog
from baselines.features.lbp import Lbp
from baselines.features.pixels import Levels, LowPass, Pixels
from baselines.features.whitened import learned
from clefgan.errors import ClefganError
from clefgan.method import Images
from clefgan.similarity import detail
from clefgan.similarity.detail_images import SCALES, Detail, Drawn, Kind, worked
from clefgan.similarity.group import GROUPS, GroupName, poses, shifts
from clefgan.similarity.products import Metric
from clefgan.similarity.search import Searched
from clefgan.similarity.spectrum import Spectrum
from clefgan.similarity.whole_numbers import Rows
from clefgan.similarity.working_size import working_shape

DETAILS: dict[str, Kind] = {"band": "band", "contrast": "contrast", "gradient": "gradient"}
MOVABLE = ("pixels", "band", "contrast")
"""Features in the places of pixels, which a shift of the image moves."""
PIXEL_SCALE = re.compile(r"[0-9]+(?:\.[0-9]+)?:[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True)
class Space:
    """A feature map by name, with or without principal components."""

    CHOICES: ClassVar[str] = (
        "pixels | levels | low-pass | hog | lbp | whitened | band | contrast | gradient | "
        "vgg16-block1..5, or band:fine, or -pca40, or +flips | +turns | +tilts | +shifts | +all"
    )

    is_searched: ClassVar[bool] = False

    base: str = "pixels"
    n_components: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Space":
        """Read `hog` or `hog-pca40`.

        Raises
        ------
        ClefganError
            No such features, or no such scale; the closest name, or all of them.
        """
        text, plus, group = text.partition("+")
        if plus:
            return SearchedSpace.of(cls.parse(text), group)
        base, _, components = text.partition("-pca")
        number = int(components) if re.fullmatch("[1-9][0-9]*", components) else None
        known = base in NAMES or is_scaled(base)
        if not known or (number is None) != (base == text):
            close = difflib.get_close_matches(base, NAMES, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(NAMES)}"
            raise ClefganError(f"no features {text!r}; {hint}; for principal components add -pca40")
        return cls(base, number)

    def __str__(self) -> str:
        return self.base if self.n_components is None else f"{self.base}-pca{self.n_components}"

    def learned(self, generated: Images) -> "FittedSpace":
        """Return the place to measure in; principal components are those of `generated`."""
        if self.n_components is not None:
            base = "pixels" if self.base == "levels" else self.base
            learned = pca.fit(feature_map(base, generated), generated, self.n_components)
            return FittedSpace(Metric.EUCLIDEAN, learned)
        if self.base in ("pixels", "levels"):
            return FittedSpace(Metric.UNIT if self.base == "pixels" else Metric.EUCLIDEAN, None)
        metric = Metric.COSINE if self.base == "whitened" else Metric.UNIT
        return FittedSpace(metric, feature_map(self.base, generated))


@dataclass(frozen=True)
class SearchedSpace(Space):
    """The same, and the distance is the smallest over a group of transformations."""

    is_searched: ClassVar[bool] = True

    search: GroupName = "flips"

    @classmethod
    def of(cls, space: Space, group: str) -> "SearchedSpace":
        """Add a search to a space.

        Raises
        ------
        ClefganError
            No such group, or shifts of features that are not in the places of pixels.
        """
        known = next((name for name in GROUPS if name == group), None)
        if known is None:
            raise ClefganError(
                f"features '{space}+{group}': no search {group!r}; give {', '.join(GROUPS)}"
            )
        kind = space.base.partition(":")[0]
        if shifts(known) and (kind not in MOVABLE or space.n_components is not None):
            raise ClefganError(
                f"features '{space}+{group}': shifts are looked for in {', '.join(MOVABLE)} only; "
                "give one of these, or '+turns'"
            )
        return cls(space.base, space.n_components, known)

    def __str__(self) -> str:
        return f"{super().__str__()}+{self.search}"

    def learned(self, generated: Images) -> "FittedSpace":
        """Return the place to measure in, which looks for the nearest member of the group."""
        learned = Space(self.base, self.n_components).learned(generated)
        assert isinstance(learned.metric, Metric)
        members = poses(self.search, square=generated.shape[1] == generated.shape[2])
        if not shifts(self.search):
            return replace(learned, metric=Searched(learned.metric, learned.rows, members))
        drawn = learned.features
        maps: Callable[[Images], NDArray[np.float32]]
        if isinstance(drawn, Detail):
            maps = partial(detail_maps, drawn)
        else:
            maps = partial(worked, work=working_shape(generated))
        spectrum = Spectrum.learned(maps, generated)
        rows = FittedSpace(Metric.COSINE, spectrum).rows
        moving = Searched(Metric.COSINE, rows, members, shifts(self.search), spectrum.moved)
        return FittedSpace(moving, spectrum)


def detail_maps(drawn: Detail, images: Images) -> NDArray[np.float32]:
    """Detail in levels around 0, (n, height, width)."""
    return drawn.images(images).astype(np.float32)


PIXELS = Space()
PIXELS_PCA20 = Space("pixels", 20)
PIXELS_PCA40 = Space("pixels", 40)
HOG = Space("hog")
HOG_PCA40 = Space("hog", 40)


@dataclass(frozen=True, eq=False)
class FittedSpace:
    """A metric and the features that it compares."""

    metric: Metric | Searched
    features: FeatureMap | None  # None: the pixels themselves

    @property
    def cosine(self) -> Metric | Searched:
        """How to measure cosines here: of centred rows where distances are between such."""
        if isinstance(self.metric, Searched):
            return self.metric.by(cosine_of(self.metric.metric))
        return cosine_of(self.metric)

    def rows(self, images: Images) -> Rows:
        """The rows to compare, computed where they are read."""
        if self.features is None:
            return images
        if isinstance(self.features, Detail):  # grey levels again: exact and fast
            return Drawn(images, self.features)
        return Mapped(images, self.features)


def cosine_of(metric: Metric) -> Metric:
    """Pearson's correlation where rows are centred, else the cosine."""
    return Metric.PEARSON if metric is Metric.UNIT else Metric.COSINE


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
    if is_scaled(name):
        return scaled(name, like)
    return MAPS[name](like)


def is_scaled(name: str) -> bool:
    """Whether the name is that of a map of detail with a scale, such as `band:fine`.

    Raises
    ------
    ClefganError
        A map of detail with a scale that there is not.
    """
    kind, colon, scale = name.partition(":")
    if kind not in DETAILS or not colon:
        return False
    if scale in SCALES or PIXEL_SCALE.fullmatch(scale):
        return True
    raise ClefganError(
        f"features {name!r}: no scale {scale!r}; give {', '.join(SCALES)}, or two blurs in pixels, "
        f"as in '{kind}:1:3'"
    )


def scaled(name: str, like: Images) -> FeatureMap:
    """Return a map of detail at the scale that its name says."""
    kind, _, scale = name.partition(":")
    if scale in SCALES:
        return Detail.like(DETAILS[kind], scale, like)
    narrow, wide = map(float, scale.split(":"))
    detail.check(narrow, wide)
    height, width = like.shape[1:]
    return Detail(DETAILS[kind], (narrow, wide), (height, width))


def _pixels(_like: Images) -> FeatureMap:
    return Pixels()


def _levels(_like: Images) -> FeatureMap:
    return Levels()


def _low_pass(_like: Images) -> FeatureMap:
    return LowPass()


def _hog(like: Images) -> FeatureMap:
    return Remembered(Hog(cell=max(1, min(like.shape[1:]) // 16)))


def _lbp(_like: Images) -> FeatureMap:
    return Lbp(grid=4)


def _whitened(like: Images) -> FeatureMap:
    return learned(like)


MAPS: dict[str, Callable[[Images], FeatureMap]] = {
    "pixels": _pixels,
    "levels": _levels,
    "low-pass": _low_pass,
    "hog": _hog,
    "lbp": _lbp,
    "whitened": _whitened,
    "band": partial(scaled, "band:middle"),
    "contrast": partial(scaled, "contrast:middle"),
    "gradient": partial(scaled, "gradient:middle"),
}
NAMES = (*MAPS, *(f"vgg16-block{i}" for i in range(1, 6)))

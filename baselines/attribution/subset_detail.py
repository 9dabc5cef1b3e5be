"""Subset-detail: whose fine structure is this? What a network keeps of single training images."""

from dataclasses import dataclass
from typing import ClassVar

from baselines.attribution.subset_nearest import SubsetNearest
from baselines.features.space import Space

FINE = Space("band:fine")


@dataclass(frozen=True, kw_only=True)
class SubsetDetail(SubsetNearest):
    """Subset-nearest on a band of fine detail, without the anatomy that all patients share.

    A network that was trained on few images keeps their detail, while what it makes is no mixture
    that a span could tell. Where images are bent or patched together, the other subset methods see
    more.

    References
    ----------
    Ours: the density of `subset-nearest` on the maps of `clefgan.similarity.detail_images`.
    """

    source: ClassVar[str] = "ours"

    features: Space = FINE  # where distances are measured

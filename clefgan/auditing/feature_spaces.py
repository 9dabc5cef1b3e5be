"""Features on which fidelity is measured, by name.

`radiomic` needs no download. Others, such as `vgg16`, come in by entry points of the group
`clefgan.feature_spaces`: a class without required arguments, called with uint8 images (n, height,
width), that gives one row for each. They are slow, so fewer images are described.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points

import numpy as np

from clefgan.auditing import fidelity
from clefgan.auditing.fidelity import Fidelity
from clefgan.auditing.margins import Values
from clefgan.errors import ClefganError
from clefgan.method import Images

GROUP = "clefgan.feature_spaces"
RADIOMIC = "radiomic"
MOST = 500  # images of each set that a learned space describes
ENOUGH = 2  # images for each feature, from which on a Frechet distance of one is printed


@dataclass(frozen=True, slots=True)
class FeatureSpace:
    """A named feature space.

    title : what they are called in a report
    describe : images to features, (n, d)
    most : images described of each set, drawn where there are more
    learned : features of a network: the Frechet distance needs many images
    """

    name: str
    title: str
    describe: Callable[[Images], Values]
    most: int
    learned: bool = False

    def features(self, images: Images, *, seed: int = 0) -> Values:
        """Features of at most `most` images: (n, d)."""
        return np.asarray(self.describe(fidelity.some_of(images, self.most, seed)), np.float64)

    def compare(self, real: Values, generated: Values) -> Fidelity:
        """Compare two sets of features: those of a network as they are, others standardised."""
        if self.learned:
            return fidelity.compare(real, generated, fewest=ENOUGH * real.shape[1])
        return fidelity.compare(*fidelity.standardised(real, generated))


def names() -> list[str]:
    """The names of all feature spaces, the one without a download first."""
    return [RADIOMIC, *sorted(entry.name for entry in entry_points(group=GROUP))]


def get(name: str) -> FeatureSpace:
    """The feature space of this name.

    Raises
    ------
    ClefganError
        There is none.
    """
    if name == RADIOMIC:
        return FeatureSpace(name, fidelity.FEATURES, fidelity.features_of_all, fidelity.MOST)
    entries = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in entries:
        known = ", ".join(names())
        raise ClefganError(f"features: {name!r} is no feature space; give one of {known}")
    describe: Callable[[Images], Values] = entries[name].load()()
    return FeatureSpace(name, f"features of {name}", describe, MOST, learned=True)

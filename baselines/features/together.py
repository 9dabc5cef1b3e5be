"""Several feature maps side by side."""

from dataclasses import dataclass

import numpy as np

from baselines.features.blocks import FeatureMap, Features
from clefgan.method import Images, Progress, silent


@dataclass(frozen=True)
class Together:
    """The features of each map, one after the other."""

    maps: tuple[FeatureMap, ...]

    def __call__(self, images: Images, *, progress: Progress = silent) -> Features:
        """Return (n, sum of the maps' features) float32."""
        return np.concatenate([part(images, progress=progress) for part in self.maps], axis=1)

"""Feature scaling: fitted on the training features, applied to all."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from baselines.features.blocks import Features

ScalingKind: TypeAlias = Literal["none", "standard", "minmax"]


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """x -> (x - offset) * factor, feature by feature."""

    offset: Features
    factor: Features

    def __call__(self, features: Features) -> Features:
        """Return the features scaled, float32."""
        return (features - self.offset) * self.factor


def fit(features: Features, kind: ScalingKind) -> Scaling:
    """Return the scaling that gives the training features mean 0 and deviation 1, or range 0 to 1.

    A feature that is constant in training keeps its unit.
    """
    d = features.shape[1]
    offset, spread = np.zeros(d), np.ones(d)
    if kind == "standard":
        offset, spread = (
            features.mean(axis=0, dtype=np.float64),
            features.std(axis=0, dtype=np.float64),
        )
    elif kind == "minmax":
        offset = features.min(axis=0).astype(np.float64)
        spread = features.max(axis=0) - offset
    # a spread below rounding comes from a constant, too
    constant = spread <= 1e-7 * np.abs(features).max(axis=0)
    factor = 1 / np.where(constant, 1.0, spread)
    return Scaling(offset.astype(np.float32), factor.astype(np.float32))

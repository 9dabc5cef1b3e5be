"""What is drawn of one patient: level of the slice, build, pose and scanner, all from one seed."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Patient:
    """Lengths in half image widths, angles in radians, `level` from 0 (arch) to 1 (diaphragm)."""

    level: float
    half_width: float  # of the body
    half_height: float
    squareness: float  # 2 an ellipse, higher more like a box
    fat: float  # thickness under the skin
    breasts: float  # how far they stand out; 0 for about half of the patients
    chest_width: float  # of the cavity that the ribs enclose, half
    chest_height: float
    chest_y: float
    turn: float
    shift: tuple[float, float]
    enhanced: float  # HU of blood

    @property
    def back(self) -> float:
        """The y of the skin of the back at the spine."""
        return self.half_height - 0.02

    @property
    def spine(self) -> float:
        """The y of the centre of the vertebral body."""
        return self.chest_y + 0.66 * self.chest_height


def patient(rng: np.random.Generator) -> Patient:
    """A patient drawn at random."""
    level = float(rng.uniform(0.0, 1.0))
    shoulders = max(0.0, 1.0 - level / 0.35)  # only the highest slices meet them
    fat = float(np.clip(rng.gamma(2.5, 0.016), 0.012, 0.12))
    half_width = float(np.clip(rng.normal(0.86, 0.045) + 0.6 * fat, 0.74, 0.98))
    ratio = rng.normal(0.70, 0.035) - 0.11 * shoulders
    half_height = float(half_width * ratio + 0.25 * fat)
    wall = 0.115 + 0.9 * fat + 0.20 * shoulders
    chest_width = half_width - wall - float(rng.uniform(0.0, 0.03))
    chest_height = half_height - 0.105 - 0.55 * fat - 0.03 * shoulders
    woman = rng.random() < 0.5
    breasts = float(rng.uniform(0.02, 0.12)) if woman and level > 0.25 else 0.0
    contrast = rng.random() < 0.4
    return Patient(
        level=level,
        half_width=half_width,
        half_height=half_height,
        squareness=float(rng.uniform(2.15, 2.75)),
        fat=fat,
        breasts=breasts,
        chest_width=chest_width,
        chest_height=chest_height,
        chest_y=-0.035 + float(rng.normal(0.0, 0.008)),
        turn=float(rng.normal(0.0, 0.035)),
        shift=(float(rng.normal(0.0, 0.03)), float(rng.normal(-0.03, 0.035))),
        enhanced=float(rng.uniform(130, 260)) if contrast else float(rng.uniform(35, 50)),
    )

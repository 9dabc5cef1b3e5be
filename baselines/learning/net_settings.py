"""Settings of the methods that train a small network: checked before any image is looked at."""

import math

LEAST = {"size": 16, "width": 1, "epochs": 1, "most": 1, "seed": 0}  # whole numbers from here on
LARGEST_SEED = 2**32 - 1
ABOVE_ZERO = ("learning_rate", "margin", "temperature")


def check(settings: object) -> None:
    """Raise ValueError at the first setting with which no network can be trained.

    Parameters
    ----------
    settings : a dataclass; of the settings known here, those that it has are looked at
    """
    for name, least in LEAST.items():
        value = getattr(settings, name, least)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} {value!r} must be a whole number of at least {least}")
    if getattr(settings, "seed", 0) > LARGEST_SEED:
        raise ValueError(f"seed {settings.seed} must be at most {LARGEST_SEED}")  # type: ignore[attr-defined]
    for name in ABOVE_ZERO:
        value = getattr(settings, name, 1.0)
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} {value} must be a finite number above 0")

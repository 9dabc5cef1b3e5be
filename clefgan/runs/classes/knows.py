"""What a method knows, by two labs with known truth: the training data, or only the network.

A class score says which source it is, not why. In one lab only the training data can tell, in the
other only texture; `clefgan.experiments.lab.class_controls` makes both.
"""

from collections.abc import Mapping

from evaluation.intervals.bca import Interval
from evaluation.intervals.proportions import wilson

MADE = 40  # images made of each class of a lab, labelled and under test

TRAINING = "training data alone (dev pca, test blend)"
TEXTURE = "texture alone (same training images, more noise)"
TITLES = (TRAINING, TEXTURE)

Labs = Mapping[str, float]
"""Accuracy by lab; empty where none was made."""


def interval(value: float, n_classes: int, level: float = 0.95) -> Interval:
    """Limits of an accuracy on a lab of so many classes."""
    n = MADE * n_classes
    return wilson(round(value * n), n, level)


def meaning(labs: Labs, n_classes: int, level: float = 0.95) -> str:
    """What surely beats chance: `training data`, `only the network`, both of them, or `neither`."""
    if not labs:
        return ""
    sure = {
        title: bool(interval(labs[title], n_classes, level).low > 1 / n_classes) for title in TITLES
    }
    names = {
        (True, True): "training data and network",
        (True, False): "training data",
        (False, True): "only the network",
        (False, False): "neither",
    }
    return names[sure[TRAINING], sure[TEXTURE]]

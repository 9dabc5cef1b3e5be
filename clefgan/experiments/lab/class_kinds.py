"""Kinds of class labs: in what the classes differ, and whether the test has other generators.

==================  ====================================================================
kind                classes differ in
==================  ====================================================================
subset              the patients behind them; one rule
family              the rule only: all have the same training images
both                patients and rule
other-generator     patients; the images under test come of another rule than those of dev
seed                nothing but the random numbers of their training (rules with a network)
null                nothing
texture-shift       the noise: 4.0, 4.2, ... grey levels on the same training images
texture-reversed    the same, its order reversed in test
histogram           the number of grey levels; the same training images
collapse            patients; most images are near-copies of three templates
shared-patients     patients, but for a share of common ones
unequal-sizes       patients, and how many: each class has twice as many as the one before
==================  ====================================================================
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.experiments.lab import leaks
from clefgan.experiments.lab.class_rules import check

FAMILY = ("pca", "blend", "tiles", "up", "warp")
NOISE_STEP = 0.2  # grey levels from one class to the next
LEVELS = (16, 24, 32, 48, 64, 96, 128)  # grey levels of the classes of `histogram`
OTHER = {"pca": "blend"}  # what the images under test come of where nobody says; else `pca`
DISTINCT_PATIENTS = ("subset", "both", "other-generator", "collapse")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the images of one class are made, in dev or in test.

    patients : numbers of its real images among those that were dealt
    noise : grey levels, standard deviation
    levels : grey levels that are left; 256: all
    templates : near-copies of how many images; 0: all are made anew
    """

    rule: str
    patients: NDArray[np.intp]
    noise: float = leaks.NOISE
    levels: int = 256
    templates: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What a kind is made from: classes, real images per class, rules, and the shared share."""

    classes: int
    reals: int
    rule: str
    test_rule: str
    overlap: float


Kind = Callable[[Setting], tuple[list[Recipe], list[Recipe]]]


def apart(setting: Setting) -> list[NDArray[np.intp]]:
    """Real images of each class, none in two."""
    return list(np.arange(setting.classes * setting.reals).reshape(setting.classes, -1))


def alike(setting: Setting) -> list[NDArray[np.intp]]:
    """The same real images for all classes."""
    return [np.arange(setting.reals)] * setting.classes


def subset(setting: Setting) -> tuple[list[Recipe], list[Recipe]]:
    """Other patients, one rule; in test that of `test_rule`."""
    dev = [Recipe(setting.rule, own) for own in apart(setting)]
    return dev, [replace(recipe, rule=setting.test_rule) for recipe in dev]


def family(setting: Setting) -> tuple[list[Recipe], list[Recipe]]:
    """The same patients, other rules."""
    rules = families(setting)
    dev = [Recipe(rule, own) for rule, own in zip(rules, alike(setting), strict=True)]
    return dev, dev


def both(setting: Setting) -> tuple[list[Recipe], list[Recipe]]:
    """Other patients, other rules."""
    rules = families(setting)
    dev = [Recipe(rule, own) for rule, own in zip(rules, apart(setting), strict=True)]
    return dev, dev


def families(setting: Setting) -> Sequence[str]:
    """A rule a class.

    Raises
    ------
    ClefganError
        More classes than rules.
    """
    if setting.classes > len(FAMILY):
        raise ClefganError(
            f"lab: {setting.classes} classes that differ in rule; there are {len(FAMILY)}: "
            f"{', '.join(FAMILY)}; ask for at most {len(FAMILY)}"
        )
    return FAMILY[: setting.classes]


def null(setting: Setting) -> tuple[list[Recipe], list[Recipe]]:
    """The same patients, one rule."""
    dev = [Recipe(setting.rule, own) for own in alike(setting)]
    return dev, dev


def texture_shift(setting: Setting) -> tuple[list[Recipe], list[Recipe]]:
    """The same patients and rule, a little more noise from class to class."""
    dev = [
        Recipe(setting.rule, own, noise=leaks.NOISE + NOISE_STEP * number)
        for number, own in enumerate(alike(setting))
    ]
    return dev, dev


def texture_reversed(setting: Setting) -> tuple[list[Recipe], list[Recipe]]:
    """Other patients; more noise from class to class in dev, less in test."""
    dev = [
        Recipe(setting.rule, own, noise=leaks.NOISE + NOISE_STEP * number)
        for number, own in enumerate(apart(setting))
    ]
    noises = [recipe.noise for recipe in reversed(dev)]
    return dev, [replace(recipe, noise=noise) for recipe, noise in zip(dev, noises, strict=True)]


def histogram(setting: Setting) -> tuple[list[Recipe], list[Recipe]]:
    """The same patients and rule, more grey levels from class to class."""
    if setting.classes > len(LEVELS):
        raise ClefganError(
            f"lab: {setting.classes} classes that differ in grey levels; ask for at most "
            f"{len(LEVELS)}"
        )
    dev = [
        Recipe(setting.rule, own, levels=levels)
        for own, levels in zip(alike(setting), LEVELS, strict=False)
    ]
    return dev, dev


def collapse(setting: Setting) -> tuple[list[Recipe], list[Recipe]]:
    """Other patients; near-copies of three templates, the same ones in dev and test."""
    dev = [Recipe(setting.rule, own, templates=3) for own in apart(setting)]
    return dev, dev


def shared_patients(setting: Setting) -> tuple[list[Recipe], list[Recipe]]:
    """A share of the patients is in every class."""
    common = round(setting.overlap * setting.reals)
    own = np.arange(setting.classes * (setting.reals - common)).reshape(setting.classes, -1)
    shared = own.size + np.arange(common)
    dev = [Recipe(setting.rule, np.concatenate([shared, patients])) for patients in own]
    return dev, dev


def unequal_sizes(setting: Setting) -> tuple[list[Recipe], list[Recipe]]:
    """Twice as many patients from class to class; `reals` in the second."""
    sizes = [max(2, setting.reals * 2**number // 2) for number in range(setting.classes)]
    ends = np.cumsum(sizes)
    dev = [
        Recipe(setting.rule, np.arange(end - size, end))
        for size, end in zip(sizes, ends, strict=True)
    ]
    return dev, dev


KINDS: dict[str, Kind] = {
    "subset": subset,
    "family": family,
    "both": both,
    "other-generator": subset,
    "seed": null,
    "null": null,
    "texture-shift": texture_shift,
    "texture-reversed": texture_reversed,
    "histogram": histogram,
    "collapse": collapse,
    "shared-patients": shared_patients,
    "unequal-sizes": unequal_sizes,
}


def recipes(kind: str, setting: Setting) -> tuple[list[Recipe], list[Recipe]]:
    """Recipes of the classes, for dev and for test.

    Raises
    ------
    ClefganError
        No such kind or rule, or more classes than it can tell apart.
    """
    if kind not in KINDS:
        raise ClefganError(f"lab: no kind of classes {kind!r}; known: {', '.join(KINDS)}")
    for rule in (setting.rule, setting.test_rule):
        check(rule)
    return KINDS[kind](setting)

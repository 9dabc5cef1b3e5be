"""What a method of attribution knows: labs made of a challenge's own real images.

A class score says which of the sources it is; it does not say why. Two labs tell: in one the images
under test come of another generator than the labelled ones, so only the training data can tell; in
the other nothing but the noise differs, so only texture can.
"""

from collections.abc import Sequence

import numpy as np

from clefgan.experiments.lab import class_rules, leaks
from clefgan.method import Attributor, Images, Progress, Source, silent
from clefgan.runs.classes import fitting
from clefgan.runs.classes.knows import MADE, TEXTURE, TRAINING, Labs
from clefgan.similarity.canonical import canonical

MOST = 40  # real images of a class that are used
STEP = 0.2  # grey levels of noise from class to class


def known(
    sources: Sequence[Source],
    method: Attributor,
    *,
    name: str = "",
    seed: int = 0,
    progress: Progress = silent,
) -> Labs:
    """Accuracy of the method on both labs; nothing where a class has fewer than two real images.

    Parameters
    ----------
    name : of the method, for errors

    Raises
    ------
    ClefganError
        What a stranger's method raises, or scores of another form.
    """
    if not sources or min(len(source.real) for source in sources) < 2:
        return {}
    reals = [np.asarray(source.real)[canonical(source.real)[:MOST]] for source in sources]
    names = [source.name for source in sources]
    shares = {}
    for number, title in enumerate((TRAINING, TEXTURE)):
        rng = np.random.default_rng([seed, number])
        if title == TRAINING:
            dev = [made("pca", real, leaks.NOISE, rng) for real in reals]
            test = [made("blend", real, leaks.NOISE, rng) for real in reals]
            own = reals
        else:
            noises = [leaks.NOISE + STEP * k for k in range(len(reals))]
            own = [reals[0]] * len(reals)
            dev = [made("blend", own[0], noise, rng) for noise in noises]
            test = [made("blend", own[0], noise, rng) for noise in noises]
        lab = [Source(*source) for source in zip(names, own, dev, strict=True)]
        called = name or type(method).__name__
        scores = fitting.fitted_scores(called, method, lab, np.concatenate(test), progress)
        truth = np.repeat(np.arange(len(lab)), MADE)
        shares[title] = float(np.mean(np.argmax(scores, axis=1) == truth))
    return shares


def made(rule: str, real: Images, noise: float, rng: np.random.Generator) -> Images:
    """Images of a rule, degraded."""
    return leaks.degraded(class_rules.make(rule, real, MADE, rng), rng, noise=noise)

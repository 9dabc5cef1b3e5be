"""The fidelity-privacy plane: the release, and what is kept of it, beside the ideal point."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clefgan.auditing import membership
from clefgan.auditing.examine import Findings
from clefgan.auditing.feature_spaces import FeatureSpace
from clefgan.auditing.fidelity import Fidelity
from clefgan.auditing.inputs import HELD_OUT
from clefgan.auditing.margins import Numbers


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the fidelity-privacy plane.

    excess : share of the images won by training patients beyond that by held-out ones, at the
        margin of the 5% nearest; 0 where nothing leaks
    auc : of the strongest attack of each half; below 0.5 a filter has dug a hole
    """

    name: str
    n: int
    fidelity: Fidelity
    excess: float
    auc: float


def points(
    findings: Findings, sets: Mapping[str, Numbers], space: FeatureSpace
) -> tuple[Point, ...]:
    """Fidelity and privacy of the held-out images, the release, and what is kept of it.

    Parameters
    ----------
    sets : numbers of the released images, none empty
    """
    own = findings.material
    ours = own.image_training()
    reference = own.real[~ours] if (~ours).any() else own.real
    seed = findings.plan.seed
    real = space.features(reference, seed=seed)
    result = []
    if (~ours).any():
        ideal = space.compare(real, space.features(own.real[ours], seed=seed))
        result.append(
            Point(f"training images beside {HELD_OUT} ones", int(ours.sum()), ideal, 0, 0.5)
        )
    for name, places in sets.items():
        some = space.features(own.released[places], seed=seed)
        result.append(
            Point(
                name,
                len(places),
                space.compare(real, some),
                excess(findings, places),
                attack_auc(findings, places),
            )
        )
    return tuple(result)


def excess(findings: Findings, places: Numbers) -> float:
    """See `Point`; the margin is that of the whole release. NaN without held-out patients."""
    training = findings.material.training
    share = training.mean()
    if share == 1:
        return np.nan
    strong = findings.strong
    near = strong.margin[places] >= max(np.quantile(strong.margin, 0.95), np.finfo(float).tiny)
    won = training[strong.winner[places]]
    ratio = share / (1 - share)
    return float(((near & won).sum() - ratio * (near & ~won).sum()) / len(places))


def attack_auc(findings: Findings, places: Numbers) -> float:
    """AUC of the strongest attack of each half; NaN without held-out images."""
    if not findings.strongest:
        return np.nan
    training, seed = findings.material.training, findings.plan.seed
    return membership.as_chosen(findings.scores(places), training, seed=seed).auc

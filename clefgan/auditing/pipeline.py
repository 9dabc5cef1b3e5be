"""An audit from its inputs to all that a report says."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clefgan.auditing import (
    diversity,
    examine,
    fidelity,
    looks,
    membership,
    other_slices,
    verdict,
)
from clefgan.auditing import filter as filters
from clefgan.auditing.examine import LEVEL, Findings, Plan
from clefgan.auditing.fidelity import Fidelity
from clefgan.auditing.filter import Withheld, Withhold
from clefgan.auditing.inputs import HELD_OUT, Inputs
from clefgan.auditing.ledger import Before
from clefgan.auditing.looks import Look
from clefgan.auditing.margins import Numbers
from clefgan.auditing.other_slices import OtherSlices
from clefgan.auditing.profiles import Profile
from clefgan.auditing.verdict import AuditVerdict
from clefgan.auditing.views import BATTERY, CONFIRMING
from clefgan.method import Progress, silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is asked of an audit.

    withhold : how images are withheld after looking; None: none
    thin : share of the kept images that stay, chosen for diversity; None: all
    """

    profile: Profile
    withhold: Withhold | None = None
    thin: float | None = None
    level: float = LEVEL
    q: float = 0.2
    deals: int = 1999
    planted: int = 50
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the fidelity-privacy plane.

    excess : share of the images won by training patients beyond that by held-out ones, at the
        margin of the 5% nearest; 0 where nothing leaks
    auc : of the strongest attack; below 0.5 a filter has dug a hole
    """

    name: str
    n: int
    fidelity: Fidelity
    excess: float
    auc: float


@dataclass(frozen=True, slots=True, eq=False)
class AuditRun:
    """All that a report says.

    look : number of this look at these patients, from 1
    plane : held-out images as the ideal point first, then the release, and what is kept of it
    """

    inputs: Inputs
    settings: Settings
    findings: Findings
    verdict: AuditVerdict
    look: int
    first_level: float
    plane: tuple[Point, ...]
    other_slices: OtherSlices | None
    withheld: Withheld | None


def run(
    inputs: Inputs,
    settings: Settings,
    *,
    before: Before | None = None,
    kept_lists: Path | None = None,
    progress: Progress = silent,
) -> AuditRun:
    """Audit; with `before`, as a further look at the same patients.

    Parameters
    ----------
    kept_lists : folder where the lists of each view are kept, so that an audit that was stopped is
        resumed
    """
    number = 1 if before is None else before.look + 1
    level = settings.level if before is None else before.next_level()
    filtered = before is not None and before.withhold is not None
    plan = Plan(
        level=level,
        q=settings.q,
        deals=settings.deals if before is None else max(settings.deals, int(np.ceil(4 / level))),
        planted=settings.planted,
        views=CONFIRMING if filtered else BATTERY,
        seed=settings.seed,
    )
    look = looks.look(inputs.material, plan.views, kept=kept_lists, progress=progress)
    findings = examine.judge(inputs.material, plan, look, progress=progress)
    out = None if settings.withhold is None else filters.withhold(findings, settings.withhold)
    if out is not None and settings.thin is not None:
        out = thinned(inputs, out, settings.thin)
    return AuditRun(
        inputs,
        settings,
        findings,
        verdict.of(
            findings,
            settings.profile,
            look_number=number,
            withheld=None if out is None else len(out.withheld),
            files=inputs.files,
        ),
        number,
        settings.level if before is None else before.level,
        plane(findings, out),
        other_slices.judge(look, inputs.material),
        out,
    )


def thinned(inputs: Inputs, out: Withheld, share: float) -> Withheld:
    """Keep a share of what is kept, chosen for diversity."""
    kept = out.kept
    rows = fidelity.features_of_all(inputs.material.released[kept])
    chosen = kept[np.sort(diversity.herd(rows, max(1, round(share * len(kept)))))]
    left = np.setdiff1d(np.arange(len(inputs.material.released)), chosen)
    return Withheld(out.how, left, chosen, out.cutoff)


def plane(findings: Findings, out: Withheld | None) -> tuple[Point, ...]:
    """Fidelity and privacy of the held-out images, the release, and what is kept of it."""
    own = findings.material
    ours = own.image_training()
    reference = own.real[~ours] if (~ours).any() else own.real
    real = fidelity.features(reference, seed=findings.plan.seed)
    everything = np.arange(len(own.released))
    points = []
    if (~ours).any():
        ideal = fidelity.compare(real, fidelity.features(own.real[ours], seed=findings.plan.seed))
        points.append(
            Point(f"training images beside {HELD_OUT} ones", int(ours.sum()), ideal, 0, 0.5)
        )
    sets = {"the release": everything} | ({} if out is None else {"what is kept of it": out.kept})
    for name, places in sets.items():
        if len(places):
            some = fidelity.features(own.released[places], seed=findings.plan.seed)
            points.append(
                Point(
                    name,
                    len(places),
                    fidelity.compare(real, some),
                    excess(findings, places),
                    attack_auc(findings, findings.look, places),
                )
            )
    return tuple(points)


def excess(findings: Findings, places: Numbers) -> float:
    """See `Point`; the margin is that of the whole release. NaN without held-out patients."""
    training = findings.material.training
    share = training.mean()
    if share == 1:
        return np.nan
    strong = findings.strong
    near = strong.margin[places] >= np.quantile(strong.margin, 0.95)
    won = training[strong.winner[places]]
    ratio = share / (1 - share)
    return float(((near & won).sum() - ratio * (near & ~won).sum()) / len(places))


def attack_auc(findings: Findings, look: Look, places: Numbers) -> float:
    """AUC of the strongest attack on some of the released images; NaN without held-out ones."""
    if not findings.strongest:
        return np.nan
    some = looks.some_of(look, places, len(findings.material.names))
    return membership.auc(some.scores()[findings.strongest], findings.material.training)

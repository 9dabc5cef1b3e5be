"""An audit from its inputs to all that a report says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from clefgan.auditing import (
    diversity,
    edition_parts,
    exact,
    examine,
    feature_spaces,
    fidelity,
    looks,
    membership,
    sealing,
    verdict,
)
from clefgan.auditing import filter as filters
from clefgan.auditing.edition_parts import EditionParts
from clefgan.auditing.examine import LEVEL, Findings, Plan
from clefgan.auditing.feature_spaces import FeatureSpace
from clefgan.auditing.fidelity import Fidelity
from clefgan.auditing.filter import Withheld, Withhold
from clefgan.auditing.inputs import HELD_OUT, Inputs
from clefgan.auditing.ledger import Before
from clefgan.auditing.looks import Look
from clefgan.auditing.margins import Numbers, Strongest
from clefgan.auditing.material import Flags, Material
from clefgan.auditing.profiles import Profile
from clefgan.auditing.sealing import Seal, Sealed
from clefgan.auditing.verdict import AuditVerdict
from clefgan.auditing.views import BATTERY, CONFIRMING
from clefgan.errors import ClefganError
from clefgan.method import Progress, silent

RELEASE = "the release"
KEPT = "what is kept of it"
THINNED = "what thinning leaves of that"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is asked of an audit.

    withhold : how images are withheld after looking; None: none
    thin : share of the kept images that stay, chosen for diversity; None: all
    sealed : share of the patients kept for the re-audit; None: `sealing.SHARE` where images are
        withheld, else nobody
    features : on which fidelity is measured, see `feature_spaces`
    """

    profile: Profile
    withhold: Withhold | None = None
    thin: float | None = None
    sealed: float | None = None
    level: float = LEVEL
    q: float = 0.2
    deals: int = 1999
    planted: int = 50
    features: str = feature_spaces.RADIOMIC
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what means nothing before images are read."""
        Plan(q=self.q, deals=self.deals)

    def seal(self) -> Seal | None:
        """Who is kept sealed."""
        share = self.sealed
        if share is None:
            share = 0.0 if self.withhold is None else sealing.SHARE
        return None if share == 0 else Seal(share, self.seed)


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


@dataclass(frozen=True, slots=True, eq=False)
class AuditRun:
    """All that a report says.

    inputs : with the patients that this look is at
    digests : of all patients' images, and of the release
    look : number of this look at these patients, from 1
    filtered : whether images were withheld in this look or in one before
    features : title of those on which fidelity is measured
    plane : held-out images as the ideal point first, then the release, and what is kept of it
    parts : of the 2026 edition, of the release and of what is kept of it
    """

    inputs: Inputs
    digests: Mapping[str, str]
    settings: Settings
    findings: Findings
    verdict: AuditVerdict
    look: int
    first_level: float
    features: str
    plane: tuple[Point, ...]
    parts: tuple[EditionParts, ...]
    withheld: Withheld | None
    sealed: Sealed | None
    filtered: bool


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

    Raises
    ------
    ClefganError
        A second filter is asked for, or settings mean nothing.
    """
    refuse_second_filter(settings, before)
    space = feature_spaces.get(settings.features)
    space.features(inputs.material.released[:1])  # what it lacks is said before the work
    seal = settings.seal() if before is None else before.seal
    groups = None if seal is None else sealing.choose(inputs.material, seal)
    plan = plan_of(settings, before, shared=groups is not None)
    seen = partial(looks.look, views=plan.views, kept=kept_lists, progress=progress)
    noted = noting(inputs, seal, groups, before)
    compared = examine.compare(noted.material, plan, kept=kept_lists, progress=progress)
    look = compared.release
    findings = examine.judge(noted.material, plan, compared, progress=progress)
    if noted.material is not inputs.material:
        findings = replace(findings, exact=exact.copies(inputs.material))
    sealed, everybody = None, None
    if seal is not None and groups is not None:
        apart = inputs.material.of_groups(groups)
        sealed = sealing.Sealed(seal, apart.n_training, apart.n_held_out)
        if before is not None:
            sealed = opened(sealed, seen(apart), apart, plan)
        elif settings.withhold is not None:
            everybody = sealing.everybody(look, seen(apart), inputs.material, groups)
    out, sets = withheld(inputs, settings, findings, everybody)
    number = 1 if before is None else before.look + 1
    return AuditRun(
        inputs=noted,
        digests=inputs.digests(),
        settings=settings,
        findings=findings,
        verdict=verdict.of(
            findings,
            settings.profile,
            look_number=number,
            withheld=None if out is None else len(out.withheld),
            files=inputs.files,
            sealed=sealed,
        ),
        look=number,
        first_level=settings.level if before is None else before.level,
        features=space.title,
        plane=plane(findings, sets, space),
        parts=edition_parts.measure(findings, sets, kept=kept_lists, progress=progress),
        withheld=out,
        sealed=sealed,
        filtered=out is not None or (before is not None and before.filtered),
    )


def withheld(
    inputs: Inputs, settings: Settings, findings: Findings, everybody: Strongest | None
) -> tuple[Withheld | None, dict[str, Numbers]]:
    """What is withheld, and the sets of released images that are compared; none is empty."""
    sets = {RELEASE: np.arange(len(findings.material.released))}
    out = None
    if settings.withhold is not None:
        out = filters.withhold(findings, settings.withhold, everybody=everybody)
        sets[KEPT] = out.kept
        if settings.thin is not None:
            out = thinned(inputs, out, settings.thin)
            sets[THINNED] = out.kept
    return out, {name: places for name, places in sets.items() if len(places)}


def refuse_second_filter(settings: Settings, before: Before | None) -> None:
    """Refuse to withhold again: no views would be left that have not filtered."""
    if settings.withhold is not None and before is not None and before.filtered:
        raise ClefganError(
            "withhold: images were withheld after an earlier look already, and a second filter "
            "would leave no views to audit with; change the generator"
        )


def plan_of(settings: Settings, before: Before | None, *, shared: bool) -> Plan:
    """How this look is done.

    Parameters
    ----------
    shared : whether a re-audit shares its level with the test of sealed patients
    """
    level, deals = settings.level, settings.deals
    if before is not None:
        level = before.next_level() / (2 if shared else 1)
        deals = max(deals, int(np.ceil(4 / level)))
    views = CONFIRMING if before is not None and before.filtered else BATTERY
    return Plan(
        level=level,
        q=settings.q,
        deals=deals,
        planted=settings.planted,
        null=settings.withhold is Withhold.SYMMETRIC,
        views=views,
        seed=settings.seed,
    )


def noting(
    inputs: Inputs, seal: Seal | None, groups: Flags | None, before: Before | None
) -> Inputs:
    """The patients that this look is at, and a note on those who are sealed."""
    if seal is None:
        return inputs
    if groups is None:
        return inputs.noting(
            f"nobody is kept sealed for a re-audit: that takes {sealing.OPEN + sealing.FEWEST} "
            "patients of each set"
        )
    n = int(groups.sum())
    if before is not None:
        return inputs.noting(f"{n} patients were kept sealed until this look, and are opened now")
    return inputs.of_groups(~groups).noting(
        f"{n} patients are kept sealed for the re-audit: they take no part in this look, and what "
        "is withheld protects them too"
    )


def opened(sealed: Sealed, look: Look, apart: Material, plan: Plan) -> Sealed:
    """The sealed patients, opened."""
    result = looks.test(look, apart.training, apart.stratum, times=plan.deals, seed=plan.seed)
    return replace(sealed, test=result, level=plan.level)


def thinned(inputs: Inputs, out: Withheld, share: float) -> Withheld:
    """Keep a share of what is kept, chosen for diversity."""
    kept = out.kept
    rows = fidelity.features_of_all(inputs.material.released[kept])
    chosen = kept[np.sort(diversity.herd(rows, max(1, round(share * len(kept)))))]
    left = np.setdiff1d(np.arange(len(inputs.material.released)), chosen)
    return Withheld(out.how, left, chosen, out.cutoff, thinned=len(kept) - len(chosen))


def plane(
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
    points = []
    if (~ours).any():
        ideal = space.compare(real, space.features(own.real[ours], seed=seed))
        points.append(
            Point(f"training images beside {HELD_OUT} ones", int(ours.sum()), ideal, 0, 0.5)
        )
    for name, places in sets.items():
        some = space.features(own.released[places], seed=seed)
        points.append(
            Point(
                name,
                len(places),
                space.compare(real, some),
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
    """AUC of the strongest attack of each half; NaN without held-out images."""
    if not findings.strongest:
        return np.nan
    some = looks.some_of(look, places, len(findings.material.names))
    training, seed = findings.material.training, findings.plan.seed
    return membership.as_chosen(some.scores(), training, seed=seed).auc

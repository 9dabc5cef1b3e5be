"""The whole audit of arrays: three sets of images in, findings out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clefgan.auditing import (
    alone,
    attacks,
    control,
    copies,
    exact,
    looks,
    membership,
    patients,
    sensitivity,
)
from clefgan.auditing.control import ImageOnly
from clefgan.auditing.copies import CopyList
from clefgan.auditing.looks import Look
from clefgan.auditing.margins import Numbers, Strongest, Values
from clefgan.auditing.material import Material
from clefgan.auditing.membership import Attack
from clefgan.auditing.patients import Patients, StratumRow, Sure
from clefgan.auditing.sensitivity import Planting, Sensitivity
from clefgan.auditing.set_test import SetTest
from clefgan.auditing.views import BATTERY, View
from clefgan.errors import ClefganError
from clefgan.method import Progress, silent

LEVEL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How an audit is done; fixed before looking.

    level : of the set test, in this look
    q : expected share of false ones in the list of copies
    deals : how often patients are dealt again
    planted : copies of each kind that are planted; 0: none
    null : whether softened images of real patients are compared too, as a filter by them needs
    """

    level: float = LEVEL
    q: float = 0.2
    deals: int = 1999
    planted: int = sensitivity.PLANTED
    null: bool = False
    views: Sequence[View] = BATTERY
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing."""
        for name, share in (("level", self.level), ("q", self.q)):
            if not 0 < share < 1:
                raise ClefganError(f"audit: {name} {share} is not between 0 and 1; give a share")
        if self.deals < 99:
            raise ClefganError(f"audit: {self.deals} deals are too few; give 99 or more")
        if self.deals < 1 / self.level:
            raise ClefganError(
                f"audit: {self.deals} deals cannot reach level {self.level:g}; give "
                f"{int(np.ceil(1 / self.level))} or more"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What was found.

    exact : (n, 2) released and training images that are equal, pixel for pixel; those of sealed
        patients among them
    test, attacks, control, patients, sure : None or empty without held-out patients
    null : margins of real patients' softened images against the others; None: not asked for
    strongest : name of the attack that the first half chose
    attack : the strongest attack, judged by the half that did not choose it
    """

    material: Material
    plan: Plan
    look: Look
    strong: Strongest
    exact: Numbers
    copies: CopyList
    sensitivity: tuple[Sensitivity, ...]
    null: Values | None = None
    test: SetTest | None = None
    control: ImageOnly | None = None
    attacks: tuple[Attack, ...] = ()
    strongest: str = ""
    attack: Attack | None = None
    patients: Patients | None = None
    sure: Sure | None = None
    strata: tuple[StratumRow, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Everything that is compared with the real images, in one pass.

    made, planted : copies that were planted, and the look at them; None: none were
    null : see `Findings`
    """

    release: Look
    made: tuple[Planting, ...] = ()
    planted: Look | None = None
    null: Values | None = None


def examine(material: Material, plan: Plan, *, progress: Progress = silent) -> Findings:
    """Audit a release; see the modules named in `Findings`."""
    return judge(material, plan, compare(material, plan, progress=progress), progress=progress)


def compare(
    material: Material, plan: Plan, *, kept: Path | None = None, progress: Progress = silent
) -> Compared:
    """Look at the release, and at what the plan sets beside it.

    Parameters
    ----------
    kept : see `looks.with_others`
    """
    made = sensitivity.draw(material, plan.planted, seed=plan.seed) if plan.planted else []
    softened = None
    if plan.null or not material.n_held_out:
        softened = alone.soften(material, seed=plan.seed)
    others = [np.concatenate([planted.copies.images for planted in made])] if made else []
    if softened is not None:
        others.append(softened.images)
    seen = looks.with_others(material, plan.views, others, kept=kept, progress=progress)
    release = seen[0]
    null = None
    if softened is not None:
        null = alone.null_margins(softened.patients, seen[-1].lists, material, release)
    return Compared(release, tuple(made), seen[1] if made else None, null)


def judge(
    material: Material, plan: Plan, compared: Compared, *, progress: Progress = silent
) -> Findings:
    """All that follows from what was compared."""
    look = compared.release
    strong = look.strongest()
    pairs = exact.copies(material)
    if not material.n_held_out:
        return without_held_out(material, plan, compared, pairs, progress=progress)
    training, stratum = material.training, material.stratum
    won = training[strong.winner]
    listed = copies.find(strong.margin, won, float(training.mean()), q=plan.q)
    test = looks.test(look, training, stratum, times=plan.deals, seed=plan.seed)
    progress("set test", 1, 1, "")
    blind = control.image_only(material, seed=plan.seed, progress=progress)
    scores = look.scores()
    rows = patients.table(strong, scores[attacks.BEST], training)
    doses = test.p_value > plan.level
    return Findings(
        material=material,
        plan=plan,
        look=look,
        strong=strong,
        exact=pairs,
        copies=listed,
        sensitivity=planted(material, plan, compared, listed, doses=doses, progress=progress),
        null=compared.null,
        test=test,
        control=blind,
        attacks=tuple(membership.judge(scores, training, seed=plan.seed)),
        strongest=membership.strongest(scores, training, seed=plan.seed),
        attack=membership.as_chosen(scores, training, seed=plan.seed),
        patients=rows,
        sure=patients.sure(rows.margin, training, seed=plan.seed),
        strata=tuple(patients.by_stratum(rows, training, stratum, material.strata)),
    )


def without_held_out(
    material: Material, plan: Plan, compared: Compared, pairs: Numbers, *, progress: Progress
) -> Findings:
    """Copies alone: each released image beside softened images of other patients."""
    assert compared.null is not None
    strong = compared.release.strongest()
    listed = alone.find(strong, compared.null, q=plan.q)
    seen = planted(material, plan, compared, listed, doses=False, progress=progress)
    return Findings(material, plan, compared.release, strong, pairs, listed, seen, compared.null)


def planted(
    material: Material,
    plan: Plan,
    compared: Compared,
    listed: CopyList,
    *,
    doses: bool,
    progress: Progress,
) -> tuple[Sensitivity, ...]:
    """What copies planted on purpose show of this audit; nothing where none are asked for."""
    if compared.planted is None:
        return ()
    return tuple(
        sensitivity.measure(
            material,
            compared.release,
            compared.made,
            compared.planted,
            listed,
            level=plan.level,
            doses=doses,
            progress=progress,
        )
    )

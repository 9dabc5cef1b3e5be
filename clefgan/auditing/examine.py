"""The whole audit of arrays: three sets of images in, findings out."""

from dataclasses import dataclass, field, replace

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
from clefgan.auditing.compared import Compared, compare
from clefgan.auditing.control import ImageOnly
from clefgan.auditing.copies import CopyList
from clefgan.auditing.looks import Look
from clefgan.auditing.margins import Numbers, Strongest, Values, without_blank
from clefgan.auditing.material import Material
from clefgan.auditing.membership import Attack
from clefgan.auditing.patients import Patients, StratumRow, Sure
from clefgan.auditing.plan import LEVEL, Plan
from clefgan.auditing.sensitivity import Dealing, Sensitivity
from clefgan.auditing.set_test import SetTest
from clefgan.auditing.volumes import alike, found
from clefgan.auditing.volumes.cubes import Volumes
from clefgan.auditing.volumes.found import Wholes
from clefgan.method import Progress, silent

__all__ = ["LEVEL", "Compared", "Findings", "Plan", "compare", "examine", "judge"]


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What was found.

    exact : (n, 2) released and training images that are equal, pixel for pixel; those of sealed
        patients among them
    judged : numbers of released images that a person judged to be copies, ascending
    test, attacks, control, patients, sure : None or empty without held-out patients
    null : margins of real patients' softened images against the others; None: not asked for
    strongest : name of the attack that the first half chose
    attack : the strongest attack, judged by the half that did not choose it
    wholes : of volumes compared whole; None where there are none
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
    wholes: Wholes | None = None
    judged: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def certain(self) -> Numbers:
        """Released images that equal a training image or were judged to be copies, ascending."""
        return np.union1d(self.exact[:, 0], self.judged)

    @property
    def single(self) -> Numbers:
        """Released images to withhold for what they are: certain or listed ones, ascending."""
        return np.union1d(self.certain, self.copies.listed)

    @property
    def planted(self) -> tuple[Sensitivity, ...]:
        """What planted images show, then what whole volumes do."""
        return (*self.sensitivity, *(() if self.wholes is None else self.wholes.sensitivity))

    def scores(self, places: Numbers) -> dict[str, Values]:
        """Score of each patient by each attack, from some of the released images."""
        n_groups = len(self.material.names)
        some = looks.some_of(self.look, places, n_groups)
        wholes = None if self.wholes is None else found.of_images(self.wholes, places)
        return found.scores(some, wholes, n_groups)


def examine(
    material: Material,
    plan: Plan,
    *,
    volumes: Volumes | None = None,
    progress: Progress = silent,
) -> Findings:
    """Audit a release; see the modules named in `Findings`."""
    compared = compare(material, plan, volumes=volumes, progress=progress)
    return judge(material, plan, compared, volumes=volumes, progress=progress)


def judge(
    material: Material,
    plan: Plan,
    compared: Compared,
    *,
    volumes: Volumes | None = None,
    progress: Progress = silent,
) -> Findings:
    """All that follows from what was compared."""
    look, whole = compared.release, compared.whole
    wholes = None
    if whole is not None and volumes is not None:
        views = plan.volume_views
        wholes = found.find(volumes, views, whole.release, whole.null, q=plan.q, seed=plan.seed)
    strong = without_blank(look.strongest(), material.released)
    pairs = exact.copies(material)
    if not material.n_held_out:
        return without_held_out(material, plan, compared, pairs, wholes, progress=progress)
    training, stratum = material.training, material.stratum
    won = training[strong.winner] & (strong.margin > 0)
    listed = copies.find(strong.margin, won, float(training.mean()), q=plan.q)
    parts = [looks.part(look), *([] if wholes is None else [wholes.part()])]
    test = looks.test_parts(parts, training, stratum, times=plan.deals, seed=plan.seed)
    progress("set test", 1, 1, "")
    also = None if wholes is None else alike.features(wholes.volumes, len(training))
    blind = control.image_only(material, also=also, seed=plan.seed, progress=progress)
    scores = found.scores(look, wholes, len(training))
    rows = patients.table(strong, scores[attacks.BEST], training)
    doses = test.p_value > plan.level
    dealing = Dealing(training, stratum, others=tuple(parts[1:]))
    return Findings(
        material=material,
        plan=plan,
        look=look,
        strong=strong,
        exact=pairs,
        copies=listed,
        sensitivity=planted(
            material, plan, compared, listed, dealing, doses=doses, progress=progress
        ),
        null=compared.null,
        test=test,
        control=blind,
        attacks=tuple(membership.judge(scores, training, seed=plan.seed)),
        strongest=membership.strongest(scores, training, seed=plan.seed),
        attack=membership.as_chosen(scores, training, seed=plan.seed),
        patients=rows,
        sure=patients.sure(rows.margin, training, seed=plan.seed),
        strata=tuple(patients.by_stratum(rows, training, stratum, material.strata)),
        wholes=with_planted(material, plan, compared, wholes, doses=doses, progress=progress),
    )


def with_planted(
    material: Material,
    plan: Plan,
    compared: Compared,
    wholes: Wholes | None,
    *,
    doses: bool,
    progress: Progress,
) -> Wholes | None:
    """What was found of whole volumes, with what planted ones show of it."""
    if wholes is None or compared.whole is None:
        return wholes
    others = (looks.part(compared.release),)
    dealing = Dealing(material.training, material.stratum, wholes.volumes.groups, others)
    seen = found.planted(
        wholes, compared.whole.made, compared.whole.planted, dealing,
        level=plan.level, doses=doses, progress=progress,
    )  # fmt: skip
    return replace(wholes, sensitivity=seen)


def without_held_out(
    material: Material,
    plan: Plan,
    compared: Compared,
    pairs: Numbers,
    wholes: Wholes | None,
    *,
    progress: Progress,
) -> Findings:
    """Copies alone: each released image beside softened images of other patients."""
    assert compared.null is not None
    strong = without_blank(compared.release.strongest(), material.released)
    listed = alone.find(strong, compared.null, q=plan.q)
    seen = planted(material, plan, compared, listed, None, doses=False, progress=progress)
    return Findings(
        material, plan, compared.release, strong, pairs, listed, seen, compared.null,
        wholes=with_planted(material, plan, compared, wholes, doses=False, progress=progress),
    )  # fmt: skip


def planted(
    material: Material,
    plan: Plan,
    compared: Compared,
    listed: CopyList,
    dealing: Dealing | None,
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
            dealing=dealing,
            progress=progress,
        )
    )

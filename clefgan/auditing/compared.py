"""Everything that is compared with the real images, before anything is judged."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clefgan.auditing import alone, looks, sensitivity
from clefgan.auditing.looks import Look
from clefgan.auditing.margins import Values
from clefgan.auditing.material import Material
from clefgan.auditing.plan import Plan
from clefgan.auditing.sensitivity import Planting
from clefgan.auditing.volumes.cubes import Volumes
from clefgan.method import Progress, silent


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
    whole: "Compared | None" = None


def compare(
    material: Material,
    plan: Plan,
    *,
    volumes: Volumes | None = None,
    kept: Path | None = None,
    progress: Progress = silent,
) -> Compared:
    """Look at the release, and at what the plan sets beside it.

    Parameters
    ----------
    volumes : compared whole beside the images
    kept : see `looks.with_others`
    """
    made = (
        sensitivity.draw(
            material, plan.planted, kinds=plan.kinds, degrade=plan.degrade, seed=plan.seed
        )
        if plan.planted
        else []
    )
    softened = None
    if plan.null or not material.n_held_out:
        softened = alone.soften(material, seed=plan.seed, degrade=plan.degrade)
    others = [np.concatenate([planted.copies.images for planted in made])] if made else []
    if softened is not None:
        others.append(softened.images)
    seen = looks.with_others(material, plan.views, others, kept=kept, progress=progress)
    release = seen[0]
    null = None
    if softened is not None:
        null = alone.null_margins(softened.patients, seen[-1].lists, material, release)
    whole = None
    if volumes is not None and volumes.cubes is not None:
        whole = compare(volumes.cubes, plan.of_volumes(), kept=kept, progress=progress)
    return Compared(release, tuple(made), seen[1] if made else None, null, whole)

"""What becomes of sealed patients in this look: kept out of it, or opened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from clefgan.auditing import looks, sealing
from clefgan.auditing.examine import Findings, Plan
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.ledger import Before
from clefgan.auditing.looks import Look
from clefgan.auditing.margins import Strongest
from clefgan.auditing.material import Flags, Material
from clefgan.auditing.sealing import Seal, Sealed
from clefgan.auditing.views import View
from clefgan.errors import counted


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
        kept = counted(n, "patient was", "patients were")
        return inputs.noting(f"{kept} kept sealed until this look, opened now")
    kept = counted(n, "patient is", "patients are")
    return inputs.of_groups(~groups).noting(
        f"{kept} kept sealed for the re-audit, with no part in this look; what is withheld "
        "protects them too"
    )


@dataclass(frozen=True, slots=True)
class Opener:
    """How sealed patients are treated in a look.

    seen : looks at a release beside some patients; called only where it is needed
    opens : whether this look opens the sealed patients
    """

    plan: Plan
    seen: Callable[[Material, Sequence[View]], Look]
    opens: bool
    withholds: bool


def sealed_ones(
    inputs: Inputs, seal: Seal | None, groups: Flags | None, findings: Findings, how: Opener
) -> tuple[Sealed | None, Strongest | None, Strongest | None]:
    """The sealed patients, and the strongest views among all patients where images are withheld.

    Parameters
    ----------
    inputs : with all patients
    groups : (n_groups,), whether sealed; None: nobody
    findings : of the open patients

    Returns
    -------
    The sealed patients; the strongest view of each image, and of each whole volume.
    """
    if seal is None or groups is None:
        return None, None, None
    material = inputs.material
    apart = inputs.of_groups(groups)
    sealed = Sealed(seal, apart.material.n_training, apart.material.n_held_out)
    if how.opens:
        return opened(sealed, apart, how), None, None
    if how.withholds:
        look = how.seen(apart.material, how.plan.views)
        strong = sealing.everybody(findings.look, look, material, groups)
        return sealed, strong, whole_ones(inputs, groups, findings, how)
    return sealed, None, None


def whole_ones(inputs: Inputs, groups: Flags, findings: Findings, how: Opener) -> Strongest | None:
    """The strongest view of each whole volume among all patients; None where none are compared."""
    volumes, wholes = inputs.volumes, findings.wholes
    if volumes is None or volumes.cubes is None or wholes is None:
        return None
    own = groups[volumes.groups]
    if not own.any():
        return None
    look = how.seen(volumes.cubes.of_groups(own), how.plan.volume_views)
    return sealing.everybody(wholes.look, look, volumes.cubes, own)


def opened(sealed: Sealed, apart: Inputs, how: Opener) -> Sealed:
    """The sealed patients, opened."""
    own, plan, volumes = apart.material, how.plan, apart.volumes
    parts = [looks.part(how.seen(own, plan.views))]
    if volumes is not None and volumes.cubes is not None:
        parts.append(looks.part(how.seen(volumes.cubes, plan.volume_views), volumes.groups))
    result = looks.test_parts(parts, own.training, own.stratum, times=plan.deals, seed=plan.seed)
    return replace(sealed, test=result, level=plan.level)

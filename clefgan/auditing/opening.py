"""What becomes of sealed patients in this look: kept out of it, or opened."""

from collections.abc import Callable
from dataclasses import replace

from clefgan.auditing import looks, sealing
from clefgan.auditing.examine import Plan
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.ledger import Before
from clefgan.auditing.looks import Look
from clefgan.auditing.margins import Strongest
from clefgan.auditing.material import Flags, Material
from clefgan.auditing.sealing import Seal, Sealed


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


def sealed_ones(
    material: Material,
    seal: Seal | None,
    groups: Flags | None,
    release: Look,
    plan: Plan,
    seen: Callable[[Material], Look],
    *,
    opens: bool,
    withholds: bool,
) -> tuple[Sealed | None, Strongest | None]:
    """The sealed patients, and the strongest views among all patients where images are withheld.

    Parameters
    ----------
    material : of all patients
    groups : (n_groups,), whether sealed; None: nobody
    release : the look at the open patients
    seen : looks at the release beside some patients; called only where it is needed
    opens : whether this look opens the sealed patients
    """
    if seal is None or groups is None:
        return None, None
    apart = material.of_groups(groups)
    sealed = Sealed(seal, apart.n_training, apart.n_held_out)
    if opens:
        return opened(sealed, seen(apart), apart, plan), None
    if withholds:
        return sealed, sealing.everybody(release, seen(apart), material, groups)
    return sealed, None


def opened(sealed: Sealed, look: Look, apart: Material, plan: Plan) -> Sealed:
    """The sealed patients, opened."""
    result = looks.test(look, apart.training, apart.stratum, times=plan.deals, seed=plan.seed)
    return replace(sealed, test=result, level=plan.level)

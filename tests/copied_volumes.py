"""Volumes of which some are released again, and their audit."""

from dataclasses import replace

import volumes
from clefgan.auditing import examine, profiles
from clefgan.auditing.examine import Findings, Plan
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.material import Flags

N = 30
MADE = 30
COPIED = 8
DEPTH = volumes.DEPTH
PUBLIC = profiles.get("public")


def copied_sets(*, noise: float = 300, copied: int = COPIED) -> tuple[volumes.Volumes, ...]:
    """Training, held-out, and released volumes of which the first few are copies, all noisy."""
    train, held, made = (volumes.drawn(n, seed) for seed, n in enumerate((N, N, MADE), 1))
    released = volumes.noisy(made, noise, 4)
    released[:copied] = volumes.noisy(train[:copied], noise, 5)
    return train, held, released


def examined(inputs: Inputs, *, whole: bool = True, planted: int = 0) -> Findings:
    plan = Plan(deals=499, planted=planted)
    return examine.examine(inputs.material, plan, volumes=inputs.volumes if whole else None)


def some_with_volumes(inputs: Inputs, has: Flags) -> Inputs:
    """The same where some patients' images are no slices of a volume."""
    assert inputs.volumes is not None
    cubes = inputs.volumes.cubes
    assert cubes is not None
    own = has[inputs.volumes.groups]
    some = replace(inputs.volumes, cubes=cubes.of_groups(own), groups=inputs.volumes.groups[own])
    return replace(inputs, volumes=some)

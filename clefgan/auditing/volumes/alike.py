"""What may tell training patients from held-out ones by their volumes, without any released one."""

import numpy as np

from clefgan.auditing.margins import Values
from clefgan.auditing.volumes.cubes import Volumes
from clefgan.auditing.volumes.views import as_cubes


def features(volumes: Volumes, n_groups: int) -> Values:
    """Volumes of each patient, their slices, and how much one differs from the next: (n_groups, 3).

    What a patient without volumes lacks is the mean of the others.
    """
    cubes = volumes.cubes
    assert cubes is not None
    n = np.bincount(cubes.group, minlength=len(cubes.names))
    steps = np.array([
        np.abs(np.diff(one.astype(np.float64), axis=0)).mean() for one in as_cubes(cubes.real)
    ])  # fmt: skip
    lengths = np.log(volumes.real.counts()[cubes.order])
    means = [np.bincount(cubes.group, values) / n for values in (lengths, steps)]
    own = np.column_stack([np.log(n), *means])
    described = np.tile(own.mean(axis=0), (n_groups, 1))
    described[volumes.groups] = own
    return described

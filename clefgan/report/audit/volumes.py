"""Volumes in a report: each as a whole, and by the slice that says most of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clefgan.auditing.pipeline import AuditRun
from clefgan.auditing.volumes.found import Wholes
from clefgan.auditing.volumes.slices import Slices
from clefgan.auditing.volumes.withheld import listed
from clefgan.errors import counted

HEADS = (
    "released", "slices", "found", "best_slice", "slice_nearest", "slice_patient", "slice_set",
    "slice_view", "slice_margin", "slice_q_value", "whole_nearest", "whole_patient", "whole_set",
    "whole_view", "whole_margin", "whole_q_value",
)  # fmt: skip
SETS = {True: "training", False: "held-out"}
AS_WHOLE, BY_SLICE, BOTH = "whole", "slice", "whole and slice"


@dataclass(frozen=True, slots=True)
class VolumeCounts:
    """Numbers of released volumes that may be given out.

    whole, slices : listed as a whole, or with a listed slice; `either` of the two
    above_every_decoy : nearer to a training patient as a whole than any is to a held-out one
    compared : whether volumes were compared whole
    withheld : with all their slices
    """

    n: int
    compared: bool
    whole: int
    above_every_decoy: int
    slices: int
    either: int
    withheld: int


def counts(run: AuditRun, withheld: Sequence[int]) -> VolumeCounts | None:
    """The counts; None where the release holds no volume.

    Parameters
    ----------
    withheld : numbers of released images
    """
    slices = released(run)
    if slices is None:
        return None
    wholes, out = run.findings.wholes, listed(run.findings, run.inputs.volumes)
    of = slices.of[np.asarray(withheld, np.int64)]
    above = 0
    if wholes is not None and wholes.volumes.cubes is not None:
        won = wholes.volumes.cubes.training[wholes.strong.winner]
        above = int((won & (wholes.strong.margin > wholes.copies.look)).sum())
    return VolumeCounts(
        n=len(slices),
        compared=wholes is not None,
        whole=len(out.whole),
        above_every_decoy=above,
        slices=len(out.slices),
        either=len(np.union1d(out.whole, out.slices)),
        withheld=len(np.unique(of[of >= 0])),
    )


def released(run: AuditRun) -> Slices | None:
    """The released volumes; None where there are none."""
    volumes = run.inputs.volumes
    return volumes.released if volumes is not None and len(volumes.released) else None


def sentence(found: VolumeCounts) -> str:
    """The counts in words."""
    total = counted(found.n, "released volume")
    whole = f"{found.whole} listed as a whole" if found.compared else "not compared whole"
    return (
        f"{total}: {whole}, {found.slices} with a listed slice; withheld with all slices: "
        f"{found.withheld}. Each is named with its best slice in internal/volumes.csv"
    )


def rows(run: AuditRun) -> list[Sequence[Any]]:
    """A row a released volume, see `HEADS`, in the order of the set."""
    slices = released(run)
    if slices is None:
        return []
    out = listed(run.findings, run.inputs.volumes)
    made: list[Sequence[Any]] = []
    for number, name in enumerate(slices.ids):
        levels = (number in out.whole, number in out.slices)
        found = {(True, True): BOTH, (True, False): AS_WHOLE, (False, True): BY_SLICE}
        place = best_slice(run, slices, number)
        made.append((
            name, len(slices.rows(number)), found.get(levels, ""), *of_slice(run, place),
            *of_whole(run, number),
        ))  # fmt: skip
    return made


def best_slice(run: AuditRun, slices: Slices, number: int) -> int:
    """The slice of a volume with the largest margin."""
    own = slices.rows(number)
    return int(own[run.findings.strong.margin[own].argmax()])


def of_slice(run: AuditRun, image: int) -> tuple[Any, ...]:
    """The best slice and its nearest patient."""
    findings = run.findings
    own, strong = findings.material, findings.strong
    winner = strong.winner[image]
    return (
        run.inputs.released_ids[image],
        run.inputs.real_id(int(strong.image[image])),
        own.names[winner],
        SETS[bool(own.training[winner])],
        findings.plan.views[int(strong.view[image])].name,
        f"{strong.margin[image]:.6g}",
        f"{findings.copies.q_values[image]:.4g}",
    )


def of_whole(run: AuditRun, number: int) -> tuple[Any, ...]:
    """The nearest patient of a whole volume; empty where volumes are not compared whole."""
    wholes = run.findings.wholes
    if wholes is None or wholes.volumes.cubes is None:
        return ("",) * 6
    cubes, strong = wholes.volumes.cubes, wholes.strong
    winner = strong.winner[number]
    return (
        wholes.volumes.real.ids[nearest(wholes, number)],
        cubes.names[winner],
        SETS[bool(cubes.training[winner])],
        wholes.views[int(strong.view[number])].name,
        f"{strong.margin[number]:.6g}",
        f"{wholes.copies.q_values[number]:.4g}",
    )


def nearest(wholes: Wholes, number: int) -> int:
    """Number of the nearest real volume of a released one, as read."""
    assert wholes.volumes.cubes is not None
    return int(wholes.volumes.cubes.order[wholes.strong.image[number]])

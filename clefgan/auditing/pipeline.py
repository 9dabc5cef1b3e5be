"""An audit from its inputs to all that a report says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from clefgan.auditing import (
    edition_parts,
    exact,
    examine,
    feature_spaces,
    looks,
    opening,
    plane,
    sealing,
    verdict,
    withholding,
)
from clefgan.auditing.edition_parts import EditionParts
from clefgan.auditing.examine import Findings, Plan
from clefgan.auditing.filter import Withheld
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.ledger import Before
from clefgan.auditing.plane import Point
from clefgan.auditing.sealing import Sealed
from clefgan.auditing.settings import Settings, plan_of, refuse_second_filter
from clefgan.auditing.verdict import AuditVerdict
from clefgan.auditing.volumes.withheld import listed, of_volumes
from clefgan.method import Progress, silent


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
    noted = opening.noting(inputs, seal, groups, before)
    findings = found_in(inputs, noted, plan, kept_lists, progress)
    opener = opening.Opener(
        plan, partial(looks.look, kept=kept_lists, progress=progress),
        opens=before is not None, withholds=settings.withhold is not None,
    )  # fmt: skip
    sealed, *everybody = opening.sealed_ones(inputs, seal, groups, findings, opener)
    out, sets = withholding.withheld(inputs, settings, findings, *everybody)
    return AuditRun(
        inputs=noted,
        digests=inputs.digests(),
        settings=settings,
        findings=findings,
        verdict=judged(inputs, findings, settings, before, out, sealed),
        look=number_of(before),
        first_level=settings.level if before is None else before.level,
        features=space.title,
        plane=plane.points(findings, sets, space),
        parts=edition_parts.measure(findings, sets, kept=kept_lists, progress=progress),
        withheld=out,
        sealed=sealed,
        filtered=out is not None or (before is not None and before.filtered),
    )


def found_in(
    inputs: Inputs, noted: Inputs, plan: Plan, kept_lists: Path | None, progress: Progress
) -> Findings:
    """What this look finds; equal images among all patients, sealed ones too.

    Parameters
    ----------
    inputs, noted : with all patients, and with those that this look is at
    """
    own, volumes = noted.material, noted.volumes
    compared = examine.compare(own, plan, volumes=volumes, kept=kept_lists, progress=progress)
    findings = examine.judge(own, plan, compared, volumes=volumes, progress=progress)
    findings = replace(findings, judged=np.asarray(inputs.judged, np.int64))
    if noted.material is inputs.material:
        return findings
    return replace(findings, exact=exact.copies(inputs.material))


def number_of(before: Before | None) -> int:
    """Number of this look, from 1."""
    return 1 if before is None else before.look + 1


def judged(
    inputs: Inputs,
    findings: Findings,
    settings: Settings,
    before: Before | None,
    out: Withheld | None,
    sealed: Sealed | None,
) -> AuditVerdict:
    """The verdict of this look."""
    images = listed(findings, inputs.volumes).images
    return verdict.of(
        findings,
        settings.profile,
        look_number=number_of(before),
        withheld=len(images) if out is None else len(out.withheld),
        volumes=of_volumes(inputs.volumes, images) if out is None else out.volumes,
        files=inputs.files,
        sealed=sealed,
    )

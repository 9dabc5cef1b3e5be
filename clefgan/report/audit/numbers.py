"""All numbers of an audit as plain data: `audit.json`. No pixel, no patient, no image's score."""

import math
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from typing import Any

import numpy as np

from clefgan.auditing.ledger import FORMAT
from clefgan.auditing.pipeline import AuditRun
from clefgan.auditing.sealing import Sealed
from clefgan.data.notes import public
from clefgan.report.audit import internal, volumes
from clefgan.runs import provenance

BINS = 10  # of the histogram of p-values


def of(run: AuditRun, today: date | None) -> dict[str, Any]:
    """The record of an audit.

    Parameters
    ----------
    today : the day it was made; None leaves it out
    """
    record: dict[str, Any] = plain(
        {
            "format": FORMAT,
            "made": None if today is None else today.isoformat(),
            **chosen_before(run),
            **seen(run),
            "versions": provenance.versions(),
        }
    )
    return record


def chosen_before(run: AuditRun) -> dict[str, Any]:
    """The verdict, what was chosen before looking, and what was looked at."""
    findings = run.findings
    own = findings.material
    return {
        "verdict": {
            "exit": int(run.verdict.outcome),
            "outcome": run.verdict.outcome.name.lower().replace("_", " "),
            "sentence": run.verdict.sentence,
            "reasons": run.verdict.reasons,
        },
        "profile": asdict(run.settings.profile),
        "ledger": {
            "look": run.look,
            "first_level": run.first_level,
            "level": findings.plan.level,
            "filtered": run.filtered,
            "sealed": None if run.sealed is None else sealed(run.sealed),
        },
        "sets": {
            "training_patients": own.n_training,
            "training_images": int(own.image_training().sum()),
            "held_out_patients": own.n_held_out,
            "held_out_images": int((~own.image_training()).sum()),
            "released_images": len(own.released),
            "height": own.real.shape[1],
            "width": own.real.shape[2],
        },
        "digests": run.digests,
        "notes": [public(note) for note in run.inputs.notes],
        "files": [
            {
                "kind": finding.kind,
                "count": finding.count,
                "n": finding.n,
                "sentence": finding.sentence,
            }
            for finding in run.inputs.files
        ],
    }


def sealed(own: Sealed) -> dict[str, Any]:
    """The sealed patients: how many, whether they were opened, and what their test said."""
    return {
        "share": own.seal.share,
        "seed": own.seal.seed,
        "training_patients": own.n_training,
        "held_out_patients": own.n_held_out,
        "opened": own.test is not None,
        "p_value": None if own.test is None else own.test.p_value,
        "p_value_held_out": None if own.test is None else own.test.p_held_out,
        "level": own.level,
    }


def seen(run: AuditRun) -> dict[str, Any]:
    """What was found, and what was done about it."""
    findings = run.findings
    return {
        "exact_copies": len(np.unique(findings.exact[:, 0])),
        "judged_copies": len(findings.judged),
        "copies": copies(run),
        "volumes": volumes.counts(run, internal.withheld(run)),
        "set_test": None if findings.test is None else set_test(run),
        "image_only": findings.control,
        "attacks": findings.attacks,
        "strongest_attack": findings.strongest or None,
        "strongest_of_each_half": findings.attack,
        "patients": patients(run),
        "sensitivity": [sensitivity(kind) for kind in findings.planted],
        "plane": run.plane,
        "parts_2026": parts_2026(run),
        "withheld": None
        if run.withheld is None
        else {
            "how": str(run.withheld.how),
            "withheld": len(run.withheld.withheld),
            "thinned": len(run.withheld.thinned),
            "volumes": run.withheld.volumes,
            "kept": len(run.withheld.kept),
        },
        "settings": {
            "q": findings.plan.q,
            "deals": findings.plan.deals,
            "planted": findings.plan.planted,
            "seed": findings.plan.seed,
            "views": [view.name for view in findings.plan.views],
            "volume_views": []
            if findings.wholes is None
            else [view.name for view in findings.wholes.views],
        },
    }


def copies(run: AuditRun) -> dict[str, Any]:
    """The list in numbers."""
    listed = run.findings.copies
    return {
        "listed": len(listed.listed),
        "false_share": listed.q,
        "decoys": listed.decoys,
        "above_every_decoy": above_every_decoy(run),
    }


def above_every_decoy(run: AuditRun) -> int:
    """Images won by training patients, above every decoy: those that a person is to look at."""
    findings = run.findings
    won = findings.material.training[findings.strong.winner]
    return int((won & (findings.strong.margin > findings.copies.look)).sum())


def set_test(run: AuditRun) -> dict[str, Any]:
    """The set test, each statistic by its name."""
    test = run.findings.test
    assert test is not None
    return {
        "p_value": test.p_value,
        "p_value_held_out": test.p_held_out,
        "deals": test.deals,
        "statistics": [
            {"name": name, "z": z, "p_value": p}
            for name, z, p in zip(test.names, test.z, test.single, strict=True)
        ],
    }


def patients(run: AuditRun) -> dict[str, Any] | None:
    """Maximum beside average over patients; nobody is named."""
    rows, sure = run.findings.patients, run.findings.sure
    if rows is None or sure is None:
        return None
    training = run.findings.material.training
    p = rows.p_value[training]
    return {
        "mean_p": p.mean(),
        "least_p": p.min(),
        "least_possible_p": 1 / (1 + run.findings.material.n_held_out),
        "p_histogram": np.histogram(p, BINS, (0, 1))[0],
        "listed": (rows.q_value[training] <= run.findings.plan.q).sum(),
        "at_least": sure.at_least,
        "of": sure.of,
        "level": sure.level,
        "strata": run.findings.strata,
    }


def sensitivity(kind: Any) -> dict[str, Any]:
    """What was seen of one planted kind."""
    return {
        "kind": kind.kind.name,
        "title": kind.kind.title,
        "shown": kind.shown,
        "noticed_from": kind.noticed,
        "tried_up_to": kind.tried,
        "seen": kind.seen,
        "missed_fewer_than": kind.missed_below,
    }


def parts_2026(run: AuditRun) -> list[dict[str, Any]]:
    """The three parts of the 2026 edition by name, and no total: its formula is not published.

    Of the release first, then of what is kept of it.
    """
    points = {point.name: point for point in run.plane}
    return [
        {
            "of": part.name,
            "images": part.n,
            "nearest_neighbour_memorisation": {
                "listed_share": part.listed / part.n,
                "excess_share": points[part.name].excess,
            },
            "membership_leakage": part.attack,
            "re_identification_by_other_slices": part.other_slices,
            "frechet": points[part.name].fidelity.frechet,
            "features": run.features,
        }
        for part in run.parts
    ]


def plain(value: Any) -> Any:
    """Data that JSON holds: what is undefined or infinite is null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

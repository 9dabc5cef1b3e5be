"""The run file and the record of a run of attribution, written together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clefgan.runs.classes.result import ClassRun, ClassScored
from clefgan.runs.record import files_of, refuse_existing
from clefgan.storage import json_text
from clefgan.storage.files import written_together
from submissions import runfile


def write(run: ClassRun, path: str | Path, *, force: bool = False) -> list[Path]:
    """Write the run file, where there are images under test, and the record: both or neither.

    Parameters
    ----------
    path : without ending
    force : replace an earlier run

    Raises
    ------
    ClefganError
        A file is there already, or is a folder.
    submissions.RunFileError
        An id or class that the edition's format cannot hold.
    """
    csv, beside = files_of(path)
    refuse_existing([csv, beside], force=force)
    targets = [beside] if run.test is None else [csv, beside]
    stale = [csv] if run.test is None else []
    with written_together(targets, remove=stale, new=not force) as parts:
        if run.test is not None:
            names = run.test.file_names
            runfile.write(parts[0], run.labels, run.edition, file_names=names, shown=str(csv))
        parts[-1].write_text(text(run), encoding="utf-8")
    return targets


def text(run: ClassRun) -> str:
    """The record as JSON; numbers that are undefined are null."""
    parts: dict[str, Any] = {"edition": run.edition.name, **run.provenance}
    parts["repr"] = run.settings
    parts["classes"] = list(run.classes)
    parts["notes"] = list(run.notes)
    parts["dev"] = {name: part(scored) for name, scored in run.dev.items()}
    parts["beside"] = {
        protocol: {name: each.measured() for name, each in rows.items()}
        for protocol, rows in run.beside.items()
    }
    parts["set"] = run.batch()
    parts["test"] = None if run.test is None else part(run.test)
    return json_text.of(parts)


def part(scored: ClassScored) -> dict[str, Any]:
    """Shares, metrics where the truth is known, and every image."""
    shown: dict[str, Any] = {
        "n": len(scored.ids),
        "shares": scored.shares(),
        "decision": {"ties": scored.verdict.ties, "note": scored.verdict.note},
    }
    measured = scored.measured()
    if measured is not None:
        shown |= measured
    shown["images"] = rows(scored)
    return shown


def rows(scored: ClassScored) -> Mapping[str, dict[str, Any]]:
    """`id -> {class, scores, probabilities, truth}`, in order."""
    likely, labels = scored.probabilities, scored.labels.tolist()
    found: dict[str, dict[str, Any]] = {}
    for i, name in enumerate(scored.ids):
        row: dict[str, Any] = {"class": labels[i]}
        if scored.scores is not None:
            row["scores"] = scored.scores[i].tolist()
        if likely is not None:
            row["probabilities"] = likely[i].tolist()
        if scored.truth is not None:
            row["truth"] = str(scored.truth[i])
        found[name] = row
    return found

"""What `clefgan run --json` prints of a run of attribution: its summary for a program to read."""

from pathlib import Path
from typing import Any

from clefgan.report.class_run_findings import verdict
from clefgan.runs.classes import knows
from clefgan.runs.classes.record import ClassRun
from clefgan.runs.classes.result import ClassScored


def of(run: ClassRun, written: list[Path], steps: list[str]) -> dict[str, Any]:
    """Counts, scores beside the trivial and the shortcut rows, the set, the labs, the notes.

    The record that was written has all this for every image.

    Parameters
    ----------
    steps : the commands to go on with
    """
    return {
        "method": run.method,
        "evidence": str(run.evidence),
        "set": list(run.provenance["method"].get("set", ())),
        "edition": run.edition.name,
        "files": [str(path) for path in written],
        "classes": list(run.classes),
        "images": None if run.test is None else len(run.test.ids),
        "called": None if run.test is None else counts(run.test),
        "ties": None if run.test is None else run.test.verdict.ties,
        "scores": scores(run),
        "as_a_set": run.batch(),
        "labs": dict(run.labs),
        "knows": knows.meaning(run.labs, len(run.classes)) or None,
        "notes": list(run.notes),
        "verdict": verdict(run),
        "next": steps,
    }


def counts(part: ClassScored) -> dict[str, int]:
    """How many images are called each class."""
    return {name: round(share * len(part.ids)) for name, share in part.shares().items()}


def scores(run: ClassRun) -> dict[str, dict[str, Any]]:
    """Part, such as `dev, grouped` or `test`, to method to metrics; rows beside it included."""
    own = {f"dev, {protocol}": {run.method: part} for protocol, part in run.dev.items()}
    if run.test is not None and run.test.truth is not None:
        own["test"] = {run.method: run.test}
    for protocol, rows in run.beside.items():
        title = "test" if protocol == "test" else f"dev, {protocol}"
        own[title] = own.get(title, {}) | dict(rows)
    return {
        title: {name: metrics(part) for name, part in rows.items()} for title, rows in own.items()
    }


def metrics(part: ClassScored) -> dict[str, Any]:
    """Metric to value, limits and what guessed labels reach; empty where no truth is known."""
    measured = part.measured()
    return {} if measured is None else measured["metrics"]

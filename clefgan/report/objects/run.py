"""What `clefgan run --json` prints of a run of membership: its summary for a program to read."""

from pathlib import Path
from typing import Any

from clefgan.report.run_findings import measured, scored_parts, verdict
from clefgan.runs.record import Run
from evaluation.boards.cells import Cell


def of(run: Run, written: list[Path], steps: list[str]) -> dict[str, Any]:
    """The decisions, the scores with their intervals, the notes and what is said of them.

    Parameters
    ----------
    steps : the commands to go on with
    """
    return {
        "method": run.method,
        "knowledge": str(run.knowledge),
        "set": list(run.provenance["method"].get("set", ())),
        "edition": run.edition.name,
        "files": [str(path) for path in written],
        "candidates": None if run.test is None else len(run.test.ids),
        "used": None if run.test is None else int(run.test.decisions.sum()),
        "scores": {
            title: {name: as_numbers(cell) for name, cell in measured({title: part})[0].items()}
            for title, part in scored_parts(run).items()
        },
        "agreement": None
        if run.test is None or run.test.agreement is None
        else run.test.agreement.as_object(),
        "notes": list(run.notes),
        "verdict": verdict(run),
        "next": steps,
    }


def as_numbers(cell: Cell) -> dict[str, float]:
    """Value and limits, NaN where undefined."""
    return {"value": cell.value, "low": cell.low, "high": cell.high}

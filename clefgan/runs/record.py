"""The record of a run: the JSON that stands beside the run file."""

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clefgan.method import Method
    from clefgan.runs.job import Run, Scored


def text(run: "Run", edition: str) -> str:
    """The record as JSON; numbers that are undefined are null."""
    parts: dict[str, Any] = {"edition": edition, **run.provenance}
    parts["repr"] = repr(run.configured)
    parts["notes"] = list(run.notes)
    parts["dev"] = {name: part(scored, run.configured) for name, scored in run.dev.items()}
    parts["test"] = None if run.test is None else part(run.test, run.configured)
    return json.dumps(plain(parts), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def part(scored: "Scored", method: "Method") -> dict[str, Any]:
    """Counts, metrics where the truth is known, and every image."""
    from clefgan.runs import job
    from clefgan.runs.decisions.decide import prevalence_curve
    from evaluation import membership

    shown: dict[str, Any] = {
        "n": len(scored.ids),
        "called_used": int(scored.decisions.sum()),
    }
    if scored.verdict is not None:
        shown["decision"] = {"threshold": scored.verdict.threshold, "note": scored.verdict.note}
    likely = job.probabilities(method, scored.scores)
    if scored.truth is not None:
        shown["by_share_called_used"] = prevalence_curve(scored.scores, scored.truth)
        shown["metrics"] = membership.evaluate(
            scored.truth, scored.decisions, scored.scores, likely
        )
    shown["images"] = scored.as_rows()
    if likely is not None:
        for image, probability in zip(shown["images"].values(), likely.tolist(), strict=True):
            image["probability"] = probability
    return shown


def plain(value: Any) -> Any:
    """The value in types that JSON has."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)

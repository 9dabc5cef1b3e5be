"""A study of labs as files: CSV, JSON and Markdown."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import asdict

from clefgan.experiments.lab.power import CHANCE, METRICS, CurvePoint
from clefgan.experiments.lab.study import StudyResults
from clefgan.report.files import markdown
from clefgan.report.wording import bare
from clefgan.runs import provenance
from clefgan.storage import json_text
from evaluation import metrics

COLUMNS = (
    "how", "leak", "method", "metric", "mean", "seeds_low", "seeds_high", "pooled_low",
    "pooled_high", "chance",
)  # fmt: skip


def rows(points: Sequence[CurvePoint]) -> list[list[str]]:
    """The table as text, a row a point, without the names of the columns; see `COLUMNS`."""
    return [
        [p.how, f"{p.leak:g}", p.method, p.metric]
        + [f"{v:.4f}" for v in (p.mean, p.seeds_low, p.seeds_high, p.pooled_low, p.pooled_high)]
        + [f"{CHANCE[p.metric]:g}"]
        for p in points
    ]


def as_json(results: StudyResults, points: Sequence[CurvePoint]) -> str:
    """Points, what decided them, and how long each method took."""
    plan = results.plan
    seconds = {
        name: round(sum(said[name].seconds for said in results.outcomes.values()), 2)
        for name in results.methods
    }
    record = {
        "made_by": "clefgan lab study",
        "real": {"source": plan.source.path.name, "size": plan.source.size},
        "kinds": plan.kinds,
        "leaks": plan.strengths,
        "seeds": [plan.seed + i for i in range(plan.seeds)],
        "counts": asdict(plan.counts),
        "versions": provenance.versions(),
        "seconds": seconds,
        "failures": dict(results.failures),
        "points": [asdict(point) for point in points],
    }
    return json_text.of(record)


def as_markdown(results: StudyResults, points: Sequence[CurvePoint]) -> str:
    """One table per kind and metric: a row per method, a column per strength."""
    tables = []
    by_key = {(p.how, p.leak, p.method, p.metric): p for p in points}
    strengths = results.plan.strengths
    heads = ["method", *(f"leak {leak:g}" for leak in strengths)]
    for metric in METRICS:
        for how in results.plan.kinds:
            lines = [
                [name, *(cell_text(by_key[how, leak, name, metric]) for leak in strengths)]
                for name in results.methods
            ]
            title = f"**{metrics.get(metric).label}, {how}** (chance {CHANCE[metric]:g})"
            tables.append(f"{title}\n\n{markdown.table(heads, lines)}")
    return "\n\n".join(tables) + "\n"


def cell_text(point: CurvePoint) -> str:
    """`.62 [.55, .69]`, over the seeds; pooled where there is one seed only."""
    low, high = point.seeds_low, point.seeds_high
    if math.isnan(low):
        low, high = point.pooled_low, point.pooled_high
    return f"{bare(point.mean)} [{bare(low)}, {bare(high)}]"


def as_csv(points: Sequence[CurvePoint]) -> str:
    """The table as CSV, one line a point."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows(points)])
    return file.getvalue()

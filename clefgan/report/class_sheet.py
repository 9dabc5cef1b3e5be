"""What run files of an edition of classes score: which subset, or generator, is it?"""

from collections.abc import Mapping

import numpy as np

from clefgan.report.sheet import Column, Entry, Holds, Line, Sheet
from evaluation import classes
from evaluation.boards.rows import Kind
from evaluation.class_tables import METRICS
from submissions.edition import Edition

ONE_CLASS = "one class"


def of(
    answers: Mapping[str, str],
    runs: Mapping[str, Mapping[str, str]],
    patients: Mapping[str, str] | None,
    edition: Edition,
    level: float,
    seed: int,
) -> Sheet:
    """Measure the runs."""
    ids = list(answers)
    truth = np.array([answers[name] for name in ids])
    groups = None if patients is None else np.array([patients[name] for name in ids])
    names, sizes = np.unique(truth, return_counts=True)
    largest = dict.fromkeys(ids, str(names[np.argmax(sizes)]))
    lines = []
    for name, labels in [*runs.items(), (ONE_CLASS, largest)]:
        predicted = np.array([labels[image] for image in ids])
        measured = classes.measure(truth, predicted, groups=groups, level=level, seed=seed)
        kind = Kind.TRIVIAL if labels is largest else Kind.RUN
        entries = {
            key: Entry(each.value, each.low, each.high, each.how) for key, each in measured.items()
        }
        label = f"{name} ({kind})" if labels is largest and name in runs else name
        lines.append(Line(label, kind, {"run": Entry(label), "kind": Entry(kind.value), **entries}))
    unit = "images" if groups is None else f"{len(set(groups.tolist()))} groups"
    return Sheet(
        title="Scores",
        subtitle=f"{len(ids)} images of {len(names)} classes",
        primary=edition.metric,
        level=level,
        columns=(
            Column("run", "Run", Holds.TEXT),
            Column("kind", "Kind", Holds.TEXT),
            *(
                Column(key, metric.brief, Holds.MEASURE, True, metric.help)
                for key, metric in METRICS.items()
            ),
        ),
        lines=tuple(lines),
        notes=(
            f"{100 * level:g}% intervals: bias-corrected bootstrap of {unit}, and half-samples for "
            f"metrics of pairs, seed {seed}; "
            f"{ONE_CLASS}: everything called the largest class",
        ),
    )

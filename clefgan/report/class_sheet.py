"""What run files of an edition of classes score: which subset, or generator, is it?"""

from collections.abc import Mapping

import numpy as np

from clefgan.report.sheet import Column, Entry, Holds, Line, Sheet
from evaluation import classes
from evaluation.boards.rows import Kind
from submissions.edition import Edition

TITLES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "balanced_accuracy": "Balanced accuracy",
    "cohen_kappa": "Kappa",
    "matched_accuracy": "Matched accuracy",
    "adjusted_rand": "ARI",
    "normalised_mutual_information": "NMI",
    "adjusted_mutual_information": "AMI",
    "homogeneity": "Homogeneity",
    "completeness": "Completeness",
    "v_measure": "V measure",
}
HELP = {
    "accuracy": "Share of the images with the right label",
    "macro_f1": "Mean of the F1 of every class",
    "balanced_accuracy": "Mean of the recalls of the classes",
    "cohen_kappa": "Accuracy beyond that of blind labels with the same shares",
    "matched_accuracy": "Accuracy after the best matching of labels to classes (Hungarian)",
    "adjusted_rand": "Agreement on pairs of images beyond chance",
    "normalised_mutual_information": "Mutual information over the mean entropy",
    "adjusted_mutual_information": "Mutual information beyond that of blind clusters",
    "homogeneity": "How much a label tells of the class",
    "completeness": "How much a class tells of the label",
    "v_measure": "Harmonic mean of homogeneity and completeness",
}
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
            *(Column(key, TITLES[key], Holds.MEASURE, True, HELP[key]) for key in TITLES),
        ),
        lines=tuple(lines),
        notes=(
            f"{100 * level:g}% intervals: bias-corrected bootstrap of {unit}, and half-samples for "
            f"metrics of pairs, seed {seed}; "
            f"{ONE_CLASS}: everything called the largest class",
        ),
    )

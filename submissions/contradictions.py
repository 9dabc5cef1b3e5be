"""Values of an edition that are fine alone and do not go together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from submissions.checking import run_line
from submissions.edition import LOWER_IS_BETTER, METRICS, Edition


def of(edition: Edition) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong, and the keys that it is about, first the one to change."""
    yield from of_labels(edition)
    yield from of_columns(edition)
    yield from of_metric(edition)
    yield from of_ids(edition)


def of_labels(edition: Edition) -> Iterator[tuple[tuple[str, ...], str]]:
    """How many labels there are, and whether each is one."""
    labels = list(edition.labels)
    if len(set(labels)) != len(labels):
        yield ("labels",), f"'labels' has a label twice; got {labels!r}"
    if edition.is_membership and len(labels) != 2:
        yield (
            ("labels",),
            f"'labels' of a membership edition are (not used, used); got {labels!r}",
        )
    if labels and len(labels) != edition.n_classes:
        yield (
            ("n_classes", "labels"),
            f"'n_classes' is {edition.n_classes}, but there are {len(labels)} labels",
        )


def of_columns(edition: Edition) -> Iterator[tuple[tuple[str, ...], str]]:
    """Whether a run file can hold the header and the labels."""
    if edition.header and len(edition.header) != 2:
        yield ("header",), f"'header' must name two columns; got {list(edition.header)!r}"
    without = f"write it without {edition.delimiter!r}, quotes, and spaces at its ends"
    for key, texts in (("header", edition.header), ("labels", edition.labels)):
        for text in texts:
            read = run_line.parse(f"id{edition.delimiter}{text}", edition)
            if read.written != text or any(fault.kind != "decision" for fault in read.faults):
                yield (key, "delimiter"), f"{key!r}: no run file can hold {text!r}; {without}"


def of_metric(edition: Edition) -> Iterator[tuple[tuple[str, ...], str]]:
    """Whether the metric is one of the task, and which way is better."""
    name, known = edition.metric, METRICS[edition.task]
    if name not in known:
        yield (
            ("metric", "task"),
            f"'metric' of {edition.task} must be one of {', '.join(known)}; got {name!r}",
        )
    elif edition.higher_is_better is (name in LOWER_IS_BETTER):
        better = "higher" if edition.higher_is_better else "lower"
        yield (
            ("higher_is_better", "metric"),
            f"'higher_is_better' says that {better} is better, which is wrong of {name!r}",
        )


def of_ids(edition: Edition) -> Iterator[tuple[tuple[str, ...], str]]:
    """Whether the ids that are known are as many as said, and have the form that is said."""
    ids = edition.known_ids()
    if ids and edition.n_test not in (None, len(ids)):
        yield (
            ("n_test", "id_range"),
            f"'n_test' is {edition.n_test}, but 'id_range' spans {len(ids)} ids",
        )
    for one in edition.id_range or ():
        if not re.fullmatch(edition.id_pattern, one):
            yield (
                ("id_pattern", "id_range"),
                f"'id_pattern' {edition.id_pattern!r} does not match {one!r} of 'id_range'; change "
                "one of them ('id_range = []' where ids are not known)",
            )

"""The competition's pages, from templates; nothing of the truth but its size is known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from submissions import edition_text
from submissions.codabench.competition import Phase
from submissions.edition import Edition

_QUESTION = {
    "membership": "Some of these real images trained a generator, others did not: which did?",
    "attribution": "Every one of these images was generated: which source is behind each?",
}
_BASELINE = {
    "membership": "Calling every image used is the run to beat: on balanced truth its F1 is 0.667 "
    "and its Cohen's kappa 0.",
    "attribution": "Giving every image the most frequent class is the run to beat.",
}


def write(
    edition: Edition, keys: Mapping[str, str], phases: tuple[Phase, ...], n_test: int, shared: bool
) -> dict[str, str]:
    """File name to text of every page."""
    first, second = phases
    values = {
        "title": edition.title,
        "question": _QUESTION[edition.task],
        "baseline": _BASELINE[edition.task],
        "metric": keys[edition.metric],
        "direction": "higher is better" if edition.higher_is_better else "lower is better",
        "dev_name": first.name,
        "test_name": second.name,
        "dev_what": "a fixed secret share of the test images" if shared else "other images",
        "n_test": str(n_test),
        "member": edition.member,
        "rules": edition_text.as_toml(_of_competition(edition, n_test)).rstrip("\n"),
        "edition": edition.name,
        "delimiter": edition.delimiter,
        "header": f"first the line `{edition.delimiter.join(edition.header)}`"
        if edition.header
        else "no header",
        "example": _example(edition),
        "extension": f"with its extension (`{edition.extension}`)"
        if edition.extension_in_id
        else "without its extension",
        "labels": _labels(edition),
    }
    folder = Path(__file__).parent / "templates"
    return {
        path.name: path.read_text(encoding="utf-8").format_map(values)
        for path in sorted(folder.glob("*.md"))
    }


def _of_competition(edition: Edition, n_test: int) -> Edition:
    """The rules as they are here: the platform takes zips alone, and the truth counts the images.

    Without this, `clefgan bundle` by the rules of 2023 says to upload the run file as it is.
    """
    own = replace(edition, container="zip")
    return own if own.n_test == n_test else replace(own, n_test=n_test, id_range=None)


def _example(edition: Edition) -> str:
    """Lines of images that do not exist, so that no truth can be read from them."""
    labels = edition.labels[:2] or ("class_a", "class_b")
    rows = [
        f"{edition.token(f'some_image_{i}')}{edition.delimiter}{label}"
        for i, label in enumerate(labels, 1)
    ]
    head = [edition.delimiter.join(edition.header)] if edition.header else []
    return "\n".join(head + rows)


def _labels(edition: Edition) -> str:
    if edition.is_membership:
        no, yes = edition.labels
        return f"The label is `{yes}` for used and `{no}` for not used; no scores."
    if edition.labels:
        return "The label is one of: " + ", ".join(f"`{label}`" for label in edition.labels) + "."
    return f"The label is the name of a class; there are {edition.n_classes}."

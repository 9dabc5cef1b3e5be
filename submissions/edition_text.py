"""An edition as a TOML file that explains every key: what a new edition starts from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from submissions.edition import ROLES, Edition
from submissions.edition_toml import FIELDS

EXPLAINED = {
    "title": "for people",
    "task": "'membership': was this real image used? 'attribution': which class made this image?",
    "id_pattern": "regular expression of an image id, without the file's extension",
    "id_range": "first and last id of the test images where they are consecutive; [] if not",
    "n_test": "number of test images; 0 if not known",
    "extension_in_id": "true: a run file writes `real_unknown_1.png`; false: `real_unknown_1`",
    "extension": "of the image files, with its dot",
    "header": "column names of the first line of a run file; [] for none",
    "delimiter": "one character between id and decision",
    "labels": "membership: not used, then used; attribution: the classes, [] if any will do",
    "n_classes": "how many different decisions there are; 2 for membership",
    "container": "what is uploaded: 'csv' (the run file itself) or 'zip'",
    "member": "name of the run file inside the zip",
    "metric": "the official metric, such as 'f1', 'cohen_kappa', 'accuracy', 'adjusted_rand'",
    "higher_is_better": "direction of the metric",
    "max_runs": "runs that a team may hand in; 0 for no limit",
    "balanced": "attribution: true if each class has as many test images, for certain",
    "knowledge": "the most a method may use: S0 image, S1 pool, S2 unused, S3 labels",
    "folders": "what the folder of each role may be called; dev and test are searched alike",
}
"""What each key means; a new key without a line here fails a test."""

HEAD = """\
# An edition for clefgan, made from {name!r}. Change what differs, delete nothing you are unsure of.
# Use: clefgan check RUN --edition mine.toml    (also run, bundle, score, leaderboard, codabench)
# A shorter file works too: the line  base = "{name}"  and the keys that differ.
"""


def as_toml(edition: Edition) -> str:
    """The edition as TOML that `editions.get` reads back, a comment before each key."""
    lines = [HEAD.format(name=edition.name)]
    plain = [key for key in FIELDS if key != "folders"]
    for key in plain:
        value = getattr(edition, key)
        if key == "id_range" and value is None:
            value = ()
        lines += [f"# {EXPLAINED[key]}", f"{key} = {written(value)}", ""]
    lines += [f"# {EXPLAINED['folders']}", "[folders]"]
    lines += [f"{role} = {written(edition.folders[role])}" for role in ROLES]
    return "\n".join(lines) + "\n"


def written(value: object) -> str:
    """A value as TOML writes it; what is not known is 0 or an empty list."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "0"
    if isinstance(value, (str, int)):
        return json.dumps(value, ensure_ascii=False)  # TOML's basic strings escape as JSON's do
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return "[" + ", ".join(written(item) for item in value) + "]"
    raise TypeError(value)

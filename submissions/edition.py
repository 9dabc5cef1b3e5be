"""One edition of the task: what its data folders are called and what its run files look like."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from submissions.errors import RunFileError
from submissions.names import FileNames, has_extension, without_extension

ROLES = ("used", "not_used", "generated", "unknown")
RULES = ("extension_in_id", "extension", "header", "delimiter", "labels", "container", "member")
"""Fields by which a run file is refused."""
KNOWLEDGE = ("S0", "S1", "S2", "S3")
UNSURE = ("inferred", "not_found")
METRICS = {
    "membership": (
        "f1", "accuracy", "precision", "specificity", "recall", "balanced_accuracy", "cohen_kappa",
        "mcc", "auc", "average_precision", "tpr_at_fpr_0.001", "tpr_at_fpr_0.01", "tpr_at_fpr_0.1",
        "brier", "calibration_error",
    ),
    "attribution": (
        "accuracy", "macro_f1", "balanced_accuracy", "cohen_kappa", "matched_accuracy",
        "adjusted_rand", "normalised_mutual_information", "adjusted_mutual_information",
        "homogeneity", "completeness", "v_measure",
    ),
}  # fmt: skip
"""Task to the metrics that may be official, by their name in `evaluation`."""
LOWER_IS_BETTER = ("brier", "calibration_error")


@dataclass(frozen=True)
class Edition:
    """An edition's rules.

    Parameters
    ----------
    name : as on the command line, such as `2025_s1`
    title : for people
    task : `membership` (was this real image used?) or `attribution` (which class is it of?)
    folders : role (`used`, `not_used`, `generated`, `unknown`) to the names its folder may have
    id_pattern : regular expression of an image id, extension aside
    id_range : first and last id where the ids of the test set are known and consecutive, or None
    n_test : number of test images, or None
    extension_in_id : whether a run file writes `real_unknown_1.png` for `real_unknown_1`
    extension : with its dot
    header : column names of the first line; empty where there must be none
    delimiter : between id and label
    labels : membership: (not used, used); attribution: class names, or empty where not known
    n_classes : number of classes
    container : what is uploaded: `csv` (the run itself) or `zip`
    member : the name of the run inside the zip
    metric : name of the official metric, as in `evaluation`
    higher_is_better : the metric's direction
    max_runs : runs a team may hand in, or None
    balanced : attribution: whether the test set has as many images of each class
    knowledge : the most that a membership method may use (`S0` to `S3`); runs that used no more are
        comparable
    certainty : field to `verified`, `printed`, `inferred`, `not_found`, or `given` (a user's own)
    """

    name: str
    title: str
    task: str
    folders: Mapping[str, tuple[str, ...]]
    id_pattern: str
    id_range: tuple[str, str] | None
    n_test: int | None
    extension_in_id: bool
    extension: str
    header: tuple[str, ...]
    delimiter: str
    labels: tuple[str, ...]
    n_classes: int
    container: str
    member: str
    metric: str
    higher_is_better: bool
    max_runs: int | None
    balanced: bool
    knowledge: str
    certainty: Mapping[str, str]

    @property
    def is_membership(self) -> bool:
        """Whether the question is used or not used."""
        return self.task == "membership"

    def allows(self, knowledge: str) -> bool:
        """Whether a run that used this much is comparable; one that says nothing is."""
        return not knowledge or knowledge <= self.knowledge

    def unsure(self, field: str) -> bool:
        """Whether the value of a field is inferred or not found."""
        return self.certainty.get(field) in UNSURE

    def inferred_rules(self, zipped: bool = False) -> tuple[str, ...]:
        """Fields that decide about a run file (or a zip of one) and are inferred only."""
        unread: tuple[str, ...] = () if zipped else ("container", "member")
        if not self.extension_in_id:
            unread += ("extension",)
        rules = (name for name in RULES if name not in unread)
        return tuple(name for name in rules if self.certainty.get(name) == "inferred")

    def known_ids(self) -> tuple[str, ...] | None:
        """Ids of the test set, without extension, where the edition alone tells them.

        Examples
        --------
        >>> from submissions import editions
        >>> editions.get("2023").known_ids()[-1]
        'real_unknown_0200'
        """
        if self.id_range is None:
            return None
        first, last = (split_number(end) for end in self.id_range)
        return tuple(
            f"{first[0]}{i:0{len(first[1])}d}" for i in range(int(first[1]), int(last[1]) + 1)
        )

    def token(self, image_id: str, file_name: str | None = None) -> str:
        """How a run file writes an image: by its id, or by the name of its file.

        Parameters
        ----------
        image_id : without `file_name` it may be an id or the name of a file: what ends like an
            image is a file's
        file_name : as the data has it; empty where that is not known, and then the edition's usual
            extension ends it. Given, `image_id` is the id and stays as it is
        """
        if file_name is None:
            if not self.extension_in_id:
                return without_extension(image_id)
            return image_id if has_extension(image_id) else image_id + self.extension
        if not self.extension_in_id:
            return image_id
        return file_name or image_id + self.extension

    def image_id(self, token: str) -> str:
        """The image id that a run file's id stands for: without extension."""
        return without_extension(token) if self.extension_in_id else token

    def images(self, tokens: Iterable[str]) -> FileNames:
        """The images that ids stand for which are written as this edition writes them."""
        named = self.extension_in_id
        return FileNames(
            {self.image_id(key): key if named and has_extension(key) else "" for key in tokens}
        )

    def label(self, decision: bool | str) -> str:
        """How a run file writes a decision (membership) or a class name (attribution)."""
        if self.is_membership:
            if not isinstance(decision, bool):
                raise RunFileError(
                    f"edition {self.name!r}: decisions are True (used) or False; got {decision!r}"
                )
            return self.labels[int(decision)]
        if not isinstance(decision, str):
            raise RunFileError(f"edition {self.name!r}: classes are names (text); got {decision!r}")
        return decision

    def to_json(self) -> str:
        """Everything, as text that `from_json` reads back."""
        return json.dumps({f.name: getattr(self, f.name) for f in fields(self)}, indent=2)


def from_json(text: str) -> Edition:
    """Read an edition that `Edition.to_json` wrote."""
    values = {"knowledge": KNOWLEDGE[-1], **json.loads(text)}  # texts of before had no such key
    for name in ("header", "labels"):
        values[name] = tuple(values[name])
    if values["id_range"] is not None:
        values["id_range"] = tuple(values["id_range"])
    values["folders"] = {role: tuple(names) for role, names in values["folders"].items()}
    return Edition(**values)


def split_number(image_id: str) -> tuple[str, str]:
    """The text before an id's final number, and that number's digits (maybe none)."""
    before = image_id.rstrip("0123456789")
    return before, image_id[len(before) :]

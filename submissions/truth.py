"""Truth files: for each image whether it was used, or which class it is of.

A truth file looks like a run. Organisers write theirs in many ways, so whatever can be read for
certain is read: a header, ids with or without extension, `True` for 1.
"""

from __future__ import annotations

import dataclasses
import os

from submissions import checker
from submissions.edition import Edition
from submissions.errors import RunFileError


def read(path: str | os.PathLike[str], edition: Edition) -> dict[str, bool]:
    """Read who was used: image id (without extension) to True for used.

    Raises
    ------
    RunFileError
        Something in the file cannot be read for certain, or the edition is not about membership.
    """
    if not edition.is_membership:
        raise RunFileError(
            f"{path}: edition {edition.name!r} asks for classes, not for used or not"
        )
    labels = read_labels(path, edition)
    return {image_id: label == edition.labels[1] for image_id, label in labels.items()}


def read_labels(path: str | os.PathLike[str], edition: Edition) -> dict[str, str]:
    """Read labels as a run would write them: image id (without extension) to label.

    Raises
    ------
    RunFileError
        Something in the file cannot be read for certain.
    """
    found: dict[str, str] = {}

    def keep(token: str, label: str) -> None:
        found[edition.image_id(token)] = label

    certain = {**edition.certainty, "container": "given"}
    as_file = dataclasses.replace(edition, container="zip", certainty=certain)
    findings = checker.inspect(path, as_file, None, keep)
    if findings.in_doubt:
        first = next(p for p in findings.finished() if p.is_error and p.kind in findings.doubtful)
        raise RunFileError(f"{first} (in the truth file)")
    return found

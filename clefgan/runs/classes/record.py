"""A run of attribution, and its record: the JSON beside the run file, written and read here.

run.write("runs/subset-fusion")            # the run file and the record, both or neither
again = load("runs/subset-fusion.json")    # equal to `run`
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clefgan.errors import ClefganError, shortened
from clefgan.method import Evidence
from clefgan.runs.classes import as_a_set
from clefgan.runs.classes.decisions import UNKNOWN, UNKNOWN_LABEL, ClassVerdict
from clefgan.runs.classes.knows import Labs
from clefgan.runs.classes.result import ClassScored
from clefgan.runs.record import files_of, files_to_write, refuse_existing
from clefgan.storage import json_text
from clefgan.storage.files import written_together
from submissions import editions, runfile
from submissions.edition import Edition

OF_A_RUN = ("edition", "repr", "classes", "notes", "labs", "dev", "beside", "set", "test")
"""Keys of the record that are a run's own; all others are its provenance."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassRun:
    """What a method of attribution said of a challenge, and all that is needed to say it again.

    Parameters
    ----------
    dev : protocol to scores of the labelled generated images
    beside : protocol to the trivial and the shortcut rows: name to scores; `test`: of the images
        under test, where their truth is known
    test : of the images under test; None where there are none
    notes : what the reader must know
    labs : what the method reached on labs that tell what it knows; see `knows`

    Two runs are equal if their records are.
    """

    method: str
    evidence: Evidence
    settings: str
    edition: Edition
    classes: tuple[str, ...]
    dev: Mapping[str, ClassScored]
    beside: Mapping[str, Mapping[str, ClassScored]]
    test: ClassScored | None
    notes: tuple[str, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    labs: Labs = field(default_factory=dict)

    def __repr__(self) -> str:
        """One line: a prompt shows it, and the arrays in full fill hundreds."""
        edition, dev = self.edition.name, dict(self.dev)
        return f"ClassRun({self.method!r}, edition={edition!r}, dev={dev!r}, test={self.test!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClassRun) and self._unmeasured() == other._unmeasured()

    def __hash__(self) -> int:
        return hash(self._unmeasured())

    def _unmeasured(self) -> str:
        """The record without the metrics, which follow from the rest of it."""
        return text(self, measured=False)

    @property
    def labels(self) -> dict[str, str]:
        """Id of each image under test to its class.

        Raises
        ------
        ClefganError
            There are none.
        """
        if self.test is None:
            raise ClefganError("run: no images under test, so no classes of them")
        return dict(zip(self.test.ids, self.test.labels.tolist(), strict=True))

    def batch(self) -> dict[str, dict[str, float]]:
        """What the images under test say as a set: a row per class; see `as_a_set.rows`."""
        return as_a_set.rows(self.test, list(self.dev.values()), self.classes)

    def write(self, path: str | Path, *, force: bool = False) -> list[Path]:
        """Write the run file and its record; see `write`."""
        return write(self, path, force=force)


def write(run: ClassRun, path: str | Path, *, force: bool = False) -> list[Path]:
    """Write the run file, where there are images under test, and the record: both or neither.

    Parameters
    ----------
    path : without ending
    force : replace an earlier run

    Raises
    ------
    ClefganError
        A file is there already, or is a folder.
    submissions.RunFileError
        An id or class that the edition's format cannot hold.
    """
    csv, beside = files_to_write(path)
    refuse_existing([csv, beside], force=force)
    targets = [beside] if run.test is None else [csv, beside]
    stale = [csv] if run.test is None else []
    with written_together(targets, remove=stale, new=not force) as parts:
        if run.test is not None:
            names = run.test.file_names
            runfile.write(parts[0], run.labels, run.edition, file_names=names, called=str(csv))
        parts[-1].write_text(text(run), encoding="utf-8")
    return targets


def text(run: ClassRun, *, measured: bool = True) -> str:
    """The record as JSON, with metrics or without; numbers that are undefined are null."""
    parts: dict[str, Any] = {"edition": run.edition.name, **run.provenance}
    parts["repr"] = run.settings
    parts["classes"] = list(run.classes)
    parts["notes"] = list(run.notes)
    parts["labs"] = dict(run.labs)
    parts["dev"] = {name: part(scored, measured) for name, scored in run.dev.items()}
    parts["beside"] = {
        protocol: {name: part(one_row, measured) for name, one_row in rows.items()}
        for protocol, rows in run.beside.items()
    }
    parts["set"] = run.batch()
    parts["test"] = None if run.test is None else part(run.test, measured)
    return json_text.of(parts)


def part(scored: ClassScored, with_metrics: bool = True) -> dict[str, Any]:
    """Shares, metrics where the truth is known, and every image."""
    row: dict[str, Any] = {
        "n": len(scored.ids),
        "names": list(scored.names),
        "shares": scored.shares(),
        "decision": {"ties": scored.verdict.ties, "note": scored.verdict.note},
    }
    measured = scored.measured() if with_metrics else None
    if measured is not None:
        row |= measured
    row["images"] = rows(scored)
    return row


def rows(scored: ClassScored) -> Mapping[str, dict[str, Any]]:
    """`id -> {class, scores, probabilities, truth, file, near_copies}`, in order."""
    likely, labels = scored.probabilities, scored.labels.tolist()
    by_id: dict[str, dict[str, Any]] = {}
    for i, name in enumerate(scored.ids):
        row: dict[str, Any] = {"class": labels[i]}
        if scored.scores is not None:
            row["scores"] = scored.scores[i].tolist()
        if likely is not None:
            row["probabilities"] = likely[i].tolist()
        if scored.truth is not None:
            row["truth"] = str(scored.truth[i])
        if scored.file_names.get(name):
            row["file"] = scored.file_names[name]
        if scored.groups is not None:
            row["near_copies"] = int(scored.groups[i])
        by_id[name] = row
    return by_id


def is_of_classes(path: str | Path) -> bool:
    """Whether a record is of classes; False where it cannot be read at all."""
    try:
        content = json.loads(files_of(path)[1].read_text(encoding="utf-8"))
        return "evidence" in content["method"]
    except (OSError, ValueError, LookupError, TypeError, ClefganError):
        return False


def load(path: str | Path, edition: str | Path | None = None) -> ClassRun:
    """Read a run of classes back from its record.

    Parameters
    ----------
    path : of the record, of the run file beside it, or of both without ending
    edition : whose run it is, where it is one's own: the path of its TOML file; None: the one that
        the record names

    Raises
    ------
    ClefganError
        No such file, or not the record of a run of classes.
    submissions.RunFileError
        An edition that is not known.
    """
    _, path = files_of(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return ClassRun(
            method=content["method"]["name"],
            evidence=Evidence(content["method"]["evidence"]),
            settings=content["repr"],
            edition=editions.get(edition or content["edition"]),
            classes=tuple(content["classes"]),
            dev={name: scored(row) for name, row in content["dev"].items()},
            beside={
                protocol: {name: scored(row) for name, row in rows.items()}
                for protocol, rows in content["beside"].items()
            },
            test=None if content["test"] is None else scored(content["test"]),
            notes=tuple(content["notes"]),
            provenance={name: value for name, value in content.items() if name not in OF_A_RUN},
            labs=content["labs"],
        )
    except FileNotFoundError:
        raise ClefganError(f"{path}: no such file; give the record of a run") from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ClefganError(
            f"{path}: not the record of a run of classes; got {shortened(repr(error))}"
        ) from error


def scored(content: Mapping[str, Any]) -> ClassScored:
    """One part of a record."""
    images: Mapping[str, Mapping[str, Any]] = content["images"]
    rows = list(images.values())
    number = {UNKNOWN_LABEL: UNKNOWN} | {name: at for at, name in enumerate(content["names"])}
    labels = np.array([number[row["class"]] for row in rows], np.int64)
    first = rows[0]
    return ClassScored(
        ids=tuple(images),
        names=tuple(content["names"]),
        scores=np.array([row["scores"] for row in rows], float) if "scores" in first else None,
        verdict=ClassVerdict(labels, content["decision"]["ties"], content["decision"]["note"]),
        truth=np.array([row["truth"] for row in rows]) if "truth" in first else None,
        likely="probabilities" in first,
        file_names={name: row.get("file", "") for name, row in images.items()},
        groups=np.array([row["near_copies"] for row in rows]) if "near_copies" in first else None,
    )

"""Run files of classes by anybody, with the records that clefgan writes beside them.

A run file says which class. The record beside it, if it is there and says the same, adds what the
method was given, and what it reached on labs that tell what it knows.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from clefgan.method import Evidence
from clefgan.runs import run_files
from clefgan.runs.classes.knows import TEXTURE, TRAINING, Labs
from submissions import runfile
from submissions.edition import Edition
from submissions.files import neighbour
from submissions.ids import Ids
from submissions.names import FileNames, ListedNames, matched

KINDS = tuple(kind.value for kind in Evidence)


@dataclass(frozen=True, slots=True)
class ClassEntrant:
    """One run file.

    evidence : `A0` to `A3`; empty where nobody says
    labs : of the record; empty where it has none
    notes : what the reader must know of how it was read
    """

    path: Path
    labels: Mapping[str, str]
    evidence: str = ""
    labs: Labs = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read(path: Path, edition: Edition, images: FileNames, source: str) -> ClassEntrant:
    """Read a run file, and the record beside it."""
    lenient = isinstance(images, ListedNames)  # the names of the data are certain

    def reader(known: Iterable[str] | None) -> Mapping[str, str]:
        ids = None if known is None else Ids(known, edition, lenient=lenient)
        return runfile.read_classes(path, edition, ids)

    entrant = ClassEntrant(path, run_files.answered(reader, images, source))
    record = neighbour(path, ".json")
    return with_record(entrant, record, images) if record.is_file() else entrant


def with_record(entrant: ClassEntrant, path: Path, images: FileNames) -> ClassEntrant:
    """Add what a record says; one of another run only adds a note."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        named = content["test"]["images"]
        ids = matched(named, images)
        called = {ids.get(name, name): row["class"] for name, row in named.items()}
        evidence = content["method"]["evidence"]
        labs = {title: float(value) for title, value in (content.get("labs") or {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return replace(entrant, notes=(f"{path.name}: not the record of a run; left out",))
    if called != dict(entrant.labels):
        return replace(
            entrant, notes=(f"{path.name}: says otherwise than {entrant.path.name}; left out",)
        )
    if evidence not in KINDS or (labs and set(labs) != {TRAINING, TEXTURE}):
        return replace(entrant, notes=(f"{path.name}: not the record of a run; left out",))
    return replace(entrant, evidence=evidence, labs=labs)

"""What one fit gave, kept on disk: a file each, named by all that decides what is in it.

It is written as soon as it is there, so what was stopped goes on where it was, and a method added
later costs only its own fits.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clefgan.method import Method
from clefgan.runs import provenance
from clefgan.storage import code_digest
from clefgan.storage.files import written_whole


def path_of(
    folder: Path, method: Method, decides: Mapping[str, object], *, modules: tuple[str, ...] = ()
) -> Path:
    """Where it is kept what a method gives.

    Parameters
    ----------
    decides : all that decides it beside the method, its code and the versions
    modules : names of modules whose code decides it too
    """
    everything = {
        **decides,
        "class": provenance.class_name(method),
        "source": code_digest.digest(type(method).__module__, *modules),
        "method": repr(method),
        "versions": provenance.versions(),
    }
    text = json.dumps(everything, sort_keys=True)
    return folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json"


def write(path: Path, record: Mapping[str, object]) -> None:
    """Write a record, whole or not at all."""
    with written_whole(path) as part:
        part.write_text(json.dumps(record) + "\n", encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """The record that was written; empty where there is none, or a damaged one."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}

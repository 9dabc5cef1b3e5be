"""What a dataset was prepared from: noted in its folder, compared when it is asked for again."""

import json
from pathlib import Path

from clefgan.errors import ClefganError

NAME = "source.json"


def write(dataset: Path, source: Path, digest: str) -> None:
    """Note the download's folder and the digest of what was taken from it."""
    record = {"folder": str(source.resolve()), "sha256": digest}
    (dataset / NAME).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def refuse_another(dataset: Path, source: Path, digest: str) -> None:
    """Raise if a dataset was prepared from something else than what has this digest.

    Raises
    ------
    ClefganError
        It was, or does not say from what.
    """
    try:
        record = json.loads((dataset / NAME).read_text(encoding="utf-8"))
        known, folder = record["sha256"], record["folder"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ClefganError(
            f"{dataset}: prepared before, and does not say from what; "
            f"give --force to prepare it anew from {str(source)!r}"
        ) from None
    if known != digest:
        raise ClefganError(
            f"{dataset}: prepared before from other data, in {folder!r}; "
            f"give --force to replace it by that in {str(source)!r}"
        )

"""Does anything that participants may see hold the truth?"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from submissions.checking import archive

MOST_BYTES = 64 << 20
FEWEST = 3
"""Answers that a file must hold to count as a truth; two may be an example."""

_PAIR = re.compile(
    r"""^[\s"'|`*-]*([^\s,;|"'`]+)["'`]?\s*[,;|\t:]\s*["'`]?([^\s,;|"'`]+)""", re.MULTILINE
)


def found(folder: Path, references: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Each file outside the reference data that answers for truth images, all of them rightly."""
    secrets = [_secret(reference) for reference in references]
    truth: dict[str, str] = {}
    for secret in secrets:
        truth.update(secret)
    if len(set(truth.values())) < 2:
        return
    inside = [reference.resolve() for reference in references]
    for path in sorted(folder.rglob("*")):
        real = path.resolve()
        if not path.is_file() or any(
            real == folder_inside or folder_inside in real.parents for folder_inside in inside
        ):
            continue
        for name, content in _contents(path):
            n = _answers(content, truth)
            if n:
                yield path, f"{name}holds the truth of {n} images outside the reference data"


def _secret(reference: Path) -> dict[str, str]:
    try:
        content = (reference / "truth.csv").read_bytes()
    except OSError:
        return {}
    return _pairs(content)


def _pairs(content: bytes) -> dict[str, str]:
    pairs = _PAIR.findall(content.decode("utf-8", "replace"))
    return {re.sub(r"\.[A-Za-z]+$", "", image_id): label for image_id, label in pairs}


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.stat().st_size > MOST_BYTES:
        return
    content = path.read_bytes()
    if not content.startswith(b"PK\x03\x04"):
        yield "", content
    else:
        try:
            with archive.damage_told(), zipfile.ZipFile(io.BytesIO(content)) as packed:
                for info in packed.infolist():
                    if info.file_size <= MOST_BYTES and not info.flag_bits & 1:
                        yield f"{info.filename!r} in it ", packed.read(info)
        except (zipfile.BadZipFile, OSError, lzma.LZMAError):  # the last two: packed otherwise
            return


def _answers(content: bytes, truth: dict[str, str]) -> int:
    """How many images a file answers for; 0 unless all rightly and of two classes."""
    pairs = {i: label for i, label in _pairs(content).items() if i in truth}
    right = all(truth[i] == label for i, label in pairs.items())
    return len(pairs) if right and len(pairs) >= FEWEST and len(set(pairs.values())) > 1 else 0

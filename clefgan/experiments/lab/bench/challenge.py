"""A challenge of the bench in memory, and as one file in the cache."""

import hashlib
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clefgan.method import DevSet, Images
from clefgan.storage.files import written_whole

Labels = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class BenchChallenge:
    """What a method is given, and the truth that it is measured by.

    dev_groups : of dev's used images, then of those not used
    groups : of the candidates
    """

    dev_generated: Images
    dev_used: Images
    dev_not_used: Images
    dev_groups: Labels
    candidates: Images
    generated: Images
    truth: NDArray[np.bool_]
    groups: Labels

    @property
    def devset(self) -> DevSet:
        """Dev, as methods take it."""
        return DevSet(self.dev_generated, self.dev_used, self.dev_not_used)

    def digest(self) -> str:
        """Return SHA-256 over all arrays."""
        whole = hashlib.sha256()
        for field in FIELDS:
            array = np.ascontiguousarray(getattr(self, field.name))
            whole.update(f"{field.name} {array.dtype} {array.shape}".encode())
            whole.update(array.tobytes())
        return whole.hexdigest()


def write(path: Path, challenge: BenchChallenge) -> None:
    """Write all arrays to one npz, whole or not at all."""
    arrays = {field.name: getattr(challenge, field.name) for field in fields(challenge)}
    with written_whole(path) as part, part.open("wb") as file:
        np.savez_compressed(file, **arrays)


def read(path: Path) -> BenchChallenge | None:
    """Return the challenge that was written; None where there is none, or a damaged one."""
    try:
        with path.open("rb") as opened, np.load(opened) as file:
            return BenchChallenge(**{field.name: file[field.name] for field in FIELDS})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


FIELDS = fields(BenchChallenge)

"""Arrays kept in one file that says whether it is still whole."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clefgan.storage.files import written_whole

HEAD = 64 + 1  # a SHA-256 in hexadecimal, and a line feed


def write(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write named arrays; a reader sees all of them or none."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # as np.savez, which old releases let pickle
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=False)
    body = buffer.getbuffer()
    with written_whole(path) as part, part.open("wb") as whole:
        whole.write(hashlib.sha256(body).hexdigest().encode() + b"\n")
        whole.write(body)


def read(path: Path) -> dict[str, NDArray[np.generic]] | None:
    """Read named arrays; None where the file is absent or not as it was written."""
    try:
        content = memoryview(path.read_bytes())
    except FileNotFoundError:
        return None
    head, body = content[:HEAD], content[HEAD:]
    if hashlib.sha256(body).hexdigest().encode() + b"\n" != bytes(head):
        return None
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (ValueError, zipfile.BadZipFile):  # whole, but not ours
        return None

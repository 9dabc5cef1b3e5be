"""What tells two images apart: a digest of their pixels."""

import hashlib
from typing import Literal

import numpy as np

from clefgan.method import Images


def digest(
    image: Images,
    *,
    salt: object = "",
    size: int = 16,
    algorithm: Literal["blake2b", "sha256"] = "blake2b",
) -> bytes:
    """Digest of an image's pixels, the same for exact copies.

    Parameters
    ----------
    salt : its text goes before the pixels, such as the shape where sizes differ, or a seed where
        the digest is to stand for chance
    size : of the digest in bytes; of BLAKE2b only, SHA-256 always has 32
    """
    state = hashlib.blake2b(digest_size=size) if algorithm == "blake2b" else hashlib.sha256()
    state.update(str(salt).encode())
    state.update(np.ascontiguousarray(image).data)
    return state.digest()

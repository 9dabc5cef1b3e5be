"""Downloads of the challenge that tests prepare as a TFDS dataset, and what they compare."""

import io
import os
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from building import levels
from clefgan.data import images, reading

DEV = ("dev/generated", "dev/used", "dev/not_used")
TEST = ("test/generated_1", "test/real_unknown_1")


def png(level: int) -> bytes:
    """An 8-bit palette image, as in 2025."""
    image = Image.frombytes("P", (4, 4), bytes([255 - level] * 16))
    image.putpalette([255 - i // 3 for i in range(768)])
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


make = partial(levels, n=11, png=png)


def downloaded(folder: Path) -> Path:
    """A challenge as it was unpacked, with truth and groups."""
    root = make(folder / "download", *DEV, *TEST)
    rows = [f"real_unknown_1_{i + 1},{i % 2}\n" for i in range(11)]
    (root / "truth.csv").write_text("".join(rows))
    ids = [f"{role}_{i + 1}" for role in ("used", "not_used") for i in range(11)]
    (root / "groups.csv").write_text("".join(f"{name},p{len(name)}\n" for name in ids))
    return root


def same(found: reading.Challenge, expected: reading.Challenge) -> None:
    for one, other in zip(found.image_sets(), expected.image_sets(), strict=True):
        assert one.role == other.role
        assert one.ids == other.ids
        assert one.digest() == other.digest()
        np.testing.assert_array_equal(one.load(), other.load())
    assert found.groups == expected.groups
    assert (found.test and found.test.truth) == (expected.test and expected.test.truth)


def counted(patched: pytest.MonkeyPatch) -> list[int]:
    """How many images each further call of `images.read` is for."""
    counts: list[int] = []
    read = images.read

    def counting(items: Any, **options: Any) -> Any:
        counts.append(len(items))
        return read(items, **options)

    patched.setattr(images, "read", counting)
    return counts


def run(script: str) -> "subprocess.CompletedProcess[str]":
    """This Python with a script; whatever it warns of fails."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )

"""Folders of challenges that tests make, and the error that reading one gives."""

from functools import partial
from pathlib import Path

import pytest

from building import levels
from clefgan.data import reading
from clefgan.errors import ClefganError

make = partial(levels, n=2)
DEV = ("dev/generated", "dev/used", "dev/not_used")
TEST = ("test/generated_1", "test/real_unknown_1")


def error(root: Path) -> str:
    with pytest.raises(ClefganError) as caught:
        reading.read(root)
    text = str(caught.value)
    assert text.startswith(str(root))
    assert "\n" not in text
    return text.removeprefix(str(root))

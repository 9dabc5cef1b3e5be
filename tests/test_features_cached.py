"""Features kept on disk by the digest of the image: looked at once, and never trusted damaged."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from baselines.features.cached import Cached
from building import noise
from clefgan.method import Images
from clefgan.storage import files


class Counting:
    """An extractor that says how often it looks at an image."""

    def __init__(self, name: str = "counting") -> None:
        self.name, self.seen = name, 0

    def key(self) -> str:
        return self.name.ljust(64, "0")

    def each(self, images: Images) -> Any:
        for start in range(0, len(images) or 1, 2):
            block = images[start : start + 2].astype(np.float32)
            self.seen += len(block)
            yield block.mean(axis=2)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path))
    return files.cache("features")


def test_an_image_is_looked_at_once(folder: Path) -> None:
    images, counting = noise(5, 64, 96), Counting()
    wanted = images.astype(np.float32).mean(axis=2)
    doubled = np.concatenate([images, images[::-1]])
    found = Cached(counting)(doubled)
    np.testing.assert_array_equal(found, np.concatenate([wanted, wanted[::-1]]))
    assert counting.seen == 5
    again = np.concatenate([noise(7, 64, 96)[5:], images[3:]])
    np.testing.assert_array_equal(Cached(counting)(again)[2:], wanted[3:])
    assert counting.seen == 7
    assert Cached(counting)(images[:0]).shape == (0, 64)


def test_another_extractor_looks_again(folder: Path) -> None:
    first, second = Counting("a"), Counting("b")
    Cached(first)(noise(2, 64, 96))
    Cached(second)(noise(2, 64, 96))
    assert first.seen == second.seen == 2


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_file_is_worked_out_again(damage: bytes | None, folder: Path) -> None:
    counting = Counting()
    wanted = Cached(counting)(noise(1, 64, 96))
    (path,) = (path for path in folder.rglob("*") if path.is_file())
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]) if damage is None else damage)
    np.testing.assert_array_equal(Cached(counting)(noise(1, 64, 96)), wanted)
    assert counting.seen == 2
    assert path.read_bytes() == data


def test_what_is_done_before_an_interruption_is_kept(folder: Path) -> None:
    counting = Counting()

    def stop(_stage: str, done: int, _total: int, _note: str) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Cached(counting)(noise(9, 64, 96), progress=stop)
    Cached(counting)(noise(9, 64, 96))
    assert counting.seen == 9


def test_shape_decides_which_features_are_kept() -> None:
    counting = Counting("shapes")
    flat = noise(1, 4, 9)
    Cached(counting)(flat)
    Cached(counting)(flat.reshape(1, 9, 4))
    assert counting.seen == 2

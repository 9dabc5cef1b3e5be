"""Generated images of one's own: trained once, kept, and never trusted when damaged."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clefgan.dcgan import devices, store
from clefgan.dcgan import train as training
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.synthesise import entry, flat, nested, synthesise, trained
from clefgan.errors import ClefganError
from clefgan.files import cache
from clefgan.method import Images

SMALL = DCGANConfig(latent=4, base_filters=8, filters=(8,) * 4, init_std=0.2, epochs=1)


def some(n: int, *, seed: int = 0) -> Images:
    return np.random.default_rng(seed).integers(0, 256, (n, 32, 32), dtype=np.uint8)


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """Count the trainings, with an empty cache but for compiled code."""
    devices.keep_compilations()
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path))
    count: list[int] = []
    original = training.train

    def counted(*arguments: object, **options: object) -> object:
        count.append(1)
        return original(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "train", counted)
    return count


def test_a_second_call_reads_back_the_first(trainings: list[int]) -> None:
    first = synthesise(some(4), SMALL, 5)
    assert first.shape == (5, 32, 32)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(synthesise(some(4), SMALL, 5), first)
    np.testing.assert_array_equal(synthesise(some(4), SMALL, 2), first[:2])
    np.testing.assert_array_equal(synthesise(some(4), SMALL, 40)[:5], first)
    np.testing.assert_array_equal(trained(some(4), SMALL).draw(5), first)
    assert len(trainings) == 1


def test_other_images_settings_or_cores_are_trained_anew(
    trainings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {entry(some(4), SMALL), entry(some(5), SMALL), entry(some(4, seed=1), SMALL)}
    names |= {entry(some(4), replace(SMALL, epochs=2)), entry(some(4), replace(SMALL, seed=1))}
    monkeypatch.setattr(devices, "cores", lambda: 999)
    names.add(entry(some(4), SMALL))
    assert len(names) == 6
    # the same pixels in another shape are other images
    assert entry(np.zeros((4, 32, 32), np.uint8), SMALL) != entry(
        np.zeros((1, 64, 64), np.uint8), SMALL
    )


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "foreign"])
def test_a_damaged_entry_is_rebuilt(trainings: list[int], damage: str) -> None:
    first = synthesise(some(4), SMALL, 3)
    for path in cache("dcgan").iterdir():
        content = bytearray(path.read_bytes())
        if damage == "flip":
            content[len(content) // 2] ^= 1
        elif damage == "cut":
            del content[-10:]
        elif damage == "empty":
            content.clear()
        else:
            content[:] = b"x" * 200
        path.write_bytes(content)
    np.testing.assert_array_equal(synthesise(some(4), SMALL, 3), first)
    assert len(trainings) == 2
    synthesise(some(4), SMALL, 3)
    assert len(trainings) == 2


def test_nothing_but_whole_entries_is_left(trainings: list[int]) -> None:
    synthesise(some(4), SMALL, 3)
    assert sorted(path.suffix for path in cache("dcgan").iterdir()) == [".images", ".weights"]


@pytest.mark.parametrize("n", [0, -3])
def test_no_images_cannot_be_drawn(n: int) -> None:
    with pytest.raises(ClefganError, match=f"must be at least 1; got {n}; change it"):
        synthesise(some(4), SMALL, n)


def test_images_that_do_not_fit_are_refused_before_training() -> None:
    with pytest.raises(ClefganError, match="multiple of 32; got 30 x 30"):
        synthesise(np.zeros((4, 30, 30), np.uint8), SMALL, 3)


def test_a_file_that_is_whole_but_not_ours_counts_as_absent(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "entry"
    path.write_bytes(hashlib.sha256(b"abc").hexdigest().encode() + b"\nabc")
    assert store.read(path) is None
    assert store.read(tmp_path / "none") is None


def test_names_of_weights_lead_back_to_them() -> None:
    tree = {
        "generator": {"norms": {}, "params": {"up": {0: {"kernel": np.ones(2)}, 10: np.zeros(1)}}},
        "discriminator": {"norms": {}, "params": {"judge": np.arange(3)}},
    }
    back = nested(flat(tree))
    assert back["generator"]["params"]["up"][0]["kernel"].tolist() == [1, 1]
    assert sorted(back["generator"]["params"]["up"]) == [0, 10]
    assert back["discriminator"]["norms"] == {}

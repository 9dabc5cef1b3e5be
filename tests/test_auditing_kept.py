"""Lists that are kept on disk: which ones a later audit may take, and who may look at them."""

import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from clefgan.auditing import kept_lists, looks, material, views
from clefgan.auditing.material import Material
from clefgan.auditing.views import View
from clefgan.method import Images
from clefgan.storage import code_digest


def images(n: int, seed: int) -> Images:
    return np.random.default_rng(seed).integers(0, 256, (n, 16, 16)).astype(np.uint8)


def sets() -> Material:
    """Six patients a side with two images each."""
    names = [f"p{i // 2}" for i in range(24)]
    return material.gather(images(12, 0), images(12, 1), images(9, 2), names[:12], names[12:])


def key(own: Material, view: View = views.PIXELS) -> str:
    return kept_lists.keys(own, [view], [own.released])[0][0]


def other_pixel(own: Material) -> Material:
    real = own.real.copy()
    real[5, 3, 3] ^= 1
    return replace(own, real=real)


def other_released_pixel(own: Material) -> Material:
    released = own.released.copy()
    released[5, 3, 3] ^= 1
    return replace(own, released=released)


def other_order(own: Material) -> Material:
    return replace(own, released=own.released[::-1])


def other_patients(own: Material) -> Material:
    """Every image of another one."""
    n = len(own.group)
    return replace(
        own,
        group=np.arange(n),
        names=tuple(map(str, range(n))),
        training=own.image_training(),
        stratum=np.zeros(n, np.int64),
    )


def other_shape(own: Material) -> Material:
    return replace(own, released=own.released.reshape(9, 8, 32))


CHANGES = [other_pixel, other_released_pixel, other_order, other_patients, other_shape]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_no_list_of_other_images_or_patients_is_taken(
    change: Callable[[Material], Material],
) -> None:
    assert key(sets()) == key(sets())
    assert key(change(sets())) != key(sets())


@pytest.mark.parametrize(
    "other",
    [{"name": "x"}, {"across": 3}, {"keep": 5}, {"turned": True}, {"inverted": True}],
    ids=str,
)
def test_no_list_of_another_view_is_taken(other: dict[str, object]) -> None:
    assert key(sets(), replace(views.PIXELS, **other)) != key(sets())  # type: ignore[arg-type]


def test_no_list_of_another_release_of_clefgan_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key(sets())
    kept_lists.code.cache_clear()
    monkeypatch.setattr(code_digest, "digest", lambda *_: "other code")
    try:
        assert key(sets()) != before
    finally:
        kept_lists.code.cache_clear()


@pytest.mark.parametrize("change", CHANGES[:4], ids=lambda change: change.__name__)
def test_a_look_beside_kept_lists_is_the_look_without_them(
    change: Callable[[Material], Material], tmp_path: Path
) -> None:
    looks.look(sets(), [views.PIXELS], kept=tmp_path)
    own = change(sets())
    beside = looks.look(own, [views.PIXELS], kept=tmp_path).lists["pixels"]
    alone = looks.look(own, [views.PIXELS]).lists["pixels"]
    assert_array_equal(beside.images, alone.images)
    assert_array_equal(beside.values, alone.values)
    assert len(list(tmp_path.glob("*.arrays"))) == 2


def test_only_the_owner_may_look_at_what_is_kept(tmp_path: Path) -> None:
    looks.look(sets(), [views.PIXELS], kept=tmp_path / "new" / "audit")
    assert stat.S_IMODE((tmp_path / "new" / "audit").stat().st_mode) == 0o700

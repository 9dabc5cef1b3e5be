import numpy as np
import pytest

from baselines.trivial import AllNotUsed, AllUsed, Coin
from clefgan.method import DevSet, Images


def noise(n: int, seed: int = 0, size: int = 16) -> Images:
    return np.random.default_rng(seed).integers(0, 256, (n, size, size), dtype=np.uint8)


NONE = noise(0)
DEV = DevSet(generated=noise(5, 1), used=noise(4, 2), not_used=noise(3, 3))


def test_all_used_and_all_not_used() -> None:
    assert (AllUsed().fit(DEV).score(noise(3), NONE) > 0).all()
    assert (AllNotUsed().fit(DEV).score(noise(3), NONE) < 0).all()


def test_a_coin_falls_on_both_sides_and_the_same_way_again() -> None:
    images = noise(400)
    first = Coin(seed=1).fit(DEV).score(images, NONE)
    assert 150 < (first > 0).sum() < 250  # five standard deviations around 200
    np.testing.assert_array_equal(first, Coin(seed=1).fit(DEV).score(images, NONE))
    assert (first != Coin(seed=2).fit(DEV).score(images, NONE)).all()


def test_a_coin_does_not_look_at_the_neighbours() -> None:
    images = noise(20)
    scorer = Coin().fit(DEV)
    together = scorer.score(images, NONE)
    np.testing.assert_array_equal(scorer.score(images[::-1], NONE), together[::-1])
    np.testing.assert_array_equal(scorer.score(images[7:8], NONE), together[7:8])
    np.testing.assert_array_equal(scorer.score(np.asfortranarray(images), NONE), together)


@pytest.mark.parametrize(("share", "used"), [(0.0, 0), (1.0, 50)])
def test_a_loaded_coin(share: float, used: int) -> None:
    assert (Coin(share=share).fit(DEV).score(noise(50), NONE) > 0).sum() == used

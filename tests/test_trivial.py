import numpy as np
import pytest

from baselines.trivial import AllNotUsed, AllUsed, Coin
from building import noise
from clefgan.method import DevSet

NONE = noise(0, 16)
DEV = DevSet(
    generated=noise(5, 16, seed=1), used=noise(4, 16, seed=2), not_used=noise(3, 16, seed=3)
)


def test_all_used_and_all_not_used() -> None:
    assert (AllUsed().fit(DEV).score(noise(3, 16), NONE) > 0).all()
    assert (AllNotUsed().fit(DEV).score(noise(3, 16), NONE) < 0).all()


def test_a_coin_falls_on_both_sides_and_the_same_way_again() -> None:
    images = noise(400, 16)
    first = Coin(seed=1).fit(DEV).score(images, NONE)
    assert 150 < (first > 0).sum() < 250  # five standard deviations around 200
    np.testing.assert_array_equal(first, Coin(seed=1).fit(DEV).score(images, NONE))
    assert (first != Coin(seed=2).fit(DEV).score(images, NONE)).all()


def test_a_coin_does_not_look_at_the_neighbours() -> None:
    images = noise(20, 16)
    scorer = Coin().fit(DEV)
    together = scorer.score(images, NONE)
    np.testing.assert_array_equal(scorer.score(images[::-1], NONE), together[::-1])
    np.testing.assert_array_equal(scorer.score(images[7:8], NONE), together[7:8])
    np.testing.assert_array_equal(scorer.score(np.asfortranarray(images), NONE), together)


@pytest.mark.parametrize(("share", "used"), [(0.0, 0), (1.0, 50)])
def test_a_loaded_coin(share: float, used: int) -> None:
    assert (Coin(share=share).fit(DEV).score(noise(50, 16), NONE) > 0).sum() == used

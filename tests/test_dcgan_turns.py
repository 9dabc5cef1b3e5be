"""Whose turn it is: those with the most left go first, and all end together."""

import time
from threading import Event, Thread

import numpy as np
import pytest

from clefgan.dcgan import side_by_side
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.turns import Turns
from clefgan.errors import ClefganError
from clefgan.method import Images, Progress


def worked(total: list[int], n_at_work: int) -> tuple[list[int], int]:
    """Let jobs of so many rounds take turns; return whose each round was, and the most at once."""
    turns, rounds, at_work, most = Turns(n_at_work), list[int](), set[int](), [0]

    def job(k: int) -> None:
        with turns.turn(k, total[k]):
            for done in range(total[k]):
                at_work.add(k)
                most[0] = max(most[0], len(at_work))
                rounds.append(k)
                at_work.discard(k)
                turns.give_way(k, total[k] - done - 1)

    threads = [Thread(target=job, args=(k,)) for k in range(len(total))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return rounds, most[0]


def test_one_core_works_off_the_longest_first_until_all_have_as_much_left() -> None:
    turns, begun, rounds = Turns(1), [Event(), Event()], list[int]()

    def job(k: int, total: int) -> None:
        begun[k].set()
        with turns.turn(k, total):
            for left in reversed(range(total)):
                rounds.append(k)
                turns.give_way(k, left)

    with turns.turn(9, 100):  # holds the core until both wait for it
        threads = [Thread(target=job, args=(k, total)) for k, total in enumerate((3, 6))]
        for thread in threads:
            thread.start()
        for event in begun:
            assert event.wait(30)
        while len(turns._waiting) < 2:
            pass
    for thread in threads:
        thread.join(30)
    assert rounds == [1, 1, 1, 1, 0, 0, 1, 1, 0]  # whoever has as much left stays


@pytest.mark.parametrize("n_at_work", [1, 2, 3])
def test_every_job_is_done_and_no_more_work_than_may(n_at_work: int) -> None:
    total = [24, 16, 16, 16, 1]
    rounds, most = worked(total, n_at_work)
    assert np.bincount(rounds).tolist() == total
    assert most <= n_at_work


def test_one_that_fails_ends_those_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "cores", lambda: 1)

    def draw(images: Images, _config: object, _n: int, *, progress: Progress) -> Images:
        if len(images) == 5:  # the first, for it has the most left
            time.sleep(0.5)  # until the other waits
            raise ClefganError("dcgan: broken")
        for _step in range(6000):  # a minute, unless stopped
            progress("training", 1, 2, "")
            time.sleep(0.01)
        return images

    sets = [np.zeros((n, 32, 32), np.uint8) for n in (2, 5)]
    start = time.monotonic()
    with pytest.raises(ClefganError, match="broken"):
        side_by_side.draw_all(draw, sets, DCGANConfig(), 3)
    assert time.monotonic() - start < 30


def test_a_training_gives_way_and_drawing_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "cores", lambda: 1)
    monkeypatch.setattr(side_by_side, "BEGUN", 3)
    reports = list[tuple[str, int]]()

    def draw(images: Images, _config: object, n: int, *, progress: Progress) -> Images:
        time.sleep(0.5)  # until the others wait
        for stage in ("training", "drawing"):
            for done in range(5):
                progress(stage, done, 4, "")
        return images[:n]

    def seen(stage: str, done: int, *_: object) -> None:
        reports.append((stage.split()[0], done))

    sets = [np.zeros((n, 32, 32), np.uint8) for n in (4, 6, 4)]
    side_by_side.draw_all(draw, sets, DCGANConfig(), 3, progress=seen)
    assert len(reports) == 30
    first_drawn = reports.index(("drawing", 0))
    unfinished = [stage == "training" and done < 4 for stage, done in reports]
    assert not any(unfinished[first_drawn:])

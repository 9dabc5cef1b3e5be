"""Several networks at once, a thread each: one training alone leaves a third of two cores idle.

They share one compilation, and each comes to the bits that it comes to alone. As many as there are
cores work at a time, those with the most steps left, so that all end together.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Event, Lock
from typing import Any

from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.synthesise import entry, synthesise
from clefgan.dcgan.turns import Turns
from clefgan.method import Images, Progress, silent
from clefgan.similarity.threads import cores

BEGUN = 2  # jobs begun for each core: more would end no earlier, and each holds two networks


class StoppedError(Exception):
    """Another of the trainings failed, or Ctrl-C was pressed."""


def synthesise_all(
    sets: Sequence[Images], config: DCGANConfig, n: int, *, progress: Progress = silent
) -> None:
    """Do what `synthesise` does for each set of images, and keep it for the calls that follow.

    Raises
    ------
    ClefganError
        As `synthesise` does, for the first set that fails; the other trainings are stopped.
    """
    apart = list({entry(images, config): images for images in sets}.values())
    draw_all(synthesise, apart, config, n, progress=progress)


def draw_all(
    draw: Callable[..., Images],
    apart: Sequence[Images],
    config: Any,
    n: int,
    *,
    progress: Progress = silent,
) -> None:
    """Call `draw(images, config, n, progress=...)` for each set of images, a thread each.

    What a stage of `draw` takes is assumed to grow with the set: so much is left of it.

    Raises
    ------
    ClefganError
        As `draw` does, for the first set that fails; the others are stopped.
    """
    stop, lock = Event(), Lock()
    turns = Turns(cores())

    def drawn(k: int, images: Images) -> Images:
        which = f" {k + 1} of {len(apart)}" if len(apart) > 1 else ""

        def report(stage: str, done: int, total: int, note: str, /) -> None:
            turns.give_way(k, len(images) * (1 - done / total))
            if stop.is_set():
                raise StoppedError
            with lock:
                progress(f"{stage}{which}", done, total, note)

        with turns.turn(k, len(images)):
            if stop.is_set():
                raise StoppedError
            return draw(images, config, n, progress=report)

    with ThreadPoolExecutor(max(1, min(BEGUN * cores(), len(apart)))) as pool:
        largest_first = sorted(enumerate(apart), key=lambda job: -len(job[1]))
        jobs = [pool.submit(drawn, k, images) for k, images in largest_first]
        try:
            ended, _ = wait(jobs, return_when=FIRST_EXCEPTION)
            for job in ended:
                job.result()
        finally:
            stop.set()  # none is at work any longer, but for an error or Ctrl-C
            pool.shutdown(wait=False, cancel_futures=True)

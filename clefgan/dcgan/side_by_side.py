"""Several networks at once, a thread each: one training alone leaves a third of two cores idle.

They share one compilation, and each comes to the bits that it comes to alone.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from functools import partial
from threading import Event, Lock
from typing import Any

from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.synthesise import entry, synthesise
from clefgan.method import Images, Progress, silent
from clefgan.similarity.threads import cores


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

    Raises
    ------
    ClefganError
        As `draw` does, for the first set that fails; the others are stopped.
    """
    stop, turn = Event(), Lock()

    def report(which: str, stage: str, done: int, total: int, note: str, /) -> None:
        if stop.is_set():
            raise StoppedError
        with turn:
            progress(f"{stage}{which}", done, total, note)

    with ThreadPoolExecutor(max(1, min(cores(), len(apart)))) as pool:
        jobs = []
        for k, images in enumerate(apart):
            which = f" {k + 1} of {len(apart)}" if len(apart) > 1 else ""
            report_job = partial(report, which)
            jobs.append(pool.submit(draw, images, config, n, progress=report_job))
        try:
            ended, _ = wait(jobs, return_when=FIRST_EXCEPTION)
            for job in ended:
                job.result()
        finally:
            stop.set()  # none is at work any longer, but for an error or Ctrl-C
            pool.shutdown(wait=False, cancel_futures=True)

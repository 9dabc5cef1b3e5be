"""Slices drawn by processes of their own, one for each core.

Drawing is Python: threads would take turns, and so would whatever else the process does meanwhile,
such as compiling. The processes are started by hand, not by `multiprocessing`, which runs the
user's script a second time in each of them.
"""

import pickle
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np

from clefgan.data.phantom.slices import SIZE, in_turn
from clefgan.method import Images
from clefgan.similarity.threads import cores

FEW = 40  # slices that are drawn sooner than a process has started
CHILD = "import sys; sys.path[:] = {path!r}; from {module} import child; child()"


def draw_many(
    seeds: Sequence[np.random.SeedSequence], size: int = SIZE, *, n_workers: int | None = None
) -> Images:
    """Draw a slice for each seed, as `slices.in_turn` does: uint8 (n, size, size).

    `n_workers` processes share them; None: one for each core, and none where there are few slices.
    """
    if n_workers is None:
        n_workers = min(cores(), len(seeds) // FEW)
    if n_workers < 2:
        return in_turn(seeds, size)
    images = np.empty((len(seeds), size, size), np.uint8)
    try:
        drawn = by_children([pickle.dumps((seeds[k::n_workers], size)) for k in range(n_workers)])
        for k, pixels in enumerate(drawn):
            images[k::n_workers] = np.frombuffer(pixels, np.uint8).reshape(-1, size, size)
    except (OSError, ValueError):  # no process may be started here, or one was killed
        return in_turn(seeds, size)
    return images


def by_children(questions: Sequence[bytes]) -> list[bytes]:
    """Start a child for each question, and return the answers; an exception or Ctrl-C kills all."""
    command = [sys.executable, "-c", CHILD.format(path=sys.path, module=__name__)]
    with ExitStack() as stack:
        children = [
            stack.enter_context(
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            )
            for _ in questions
        ]
        pool = stack.enter_context(ThreadPoolExecutor(len(children)))
        try:
            answers = pool.map(subprocess.Popen.communicate, children, questions)
            return [pixels for pixels, _ in answers]
        except BaseException:
            for child_process in children:
                child_process.kill()
            raise


def child() -> None:
    """Draw what the parent asks for on standard input; write its pixels to standard output."""
    seeds, size = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(in_turn(seeds, size).tobytes())

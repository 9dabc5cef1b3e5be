"""The release audit's comparison beside the machine's own matrix product, interleaved.

    python -m benchmarks.audit_speed [SCALE]

Full size (1): 10,000 training, 2,000 held-out and 10,000 released images of 128 x 128. A part of
it, such as 0.1, is in the same proportions. For each view: seconds of all products of that view
as plain `numpy.matmul` on the same cores, of the whole comparison, and their ratio; then the
statistics with 2,000 deals, and the largest memory.
"""

import resource
import sys
import time

import numpy as np
from rich.console import Console
from rich.table import Table

from clefgan.auditing import looks, material, nearest, views
from clefgan.auditing.views import View
from clefgan.method import Images
from clefgan.similarity.threads import in_threads, single_blas

TRAIN, HELD_OUT, RELEASED, SIDE = 10_000, 2_000, 10_000, 128
DEALS = 2000


def images(n: int, seed: int) -> Images:
    """Smooth random images."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (n, SIDE // 8, SIDE // 8), dtype=np.uint8)
    return np.kron(coarse, np.ones((1, 8, 8), np.uint8))


def products(view: View, n_real: int, n_released: int) -> float:
    """Seconds of all matrix products of a view alone, in blocks as the comparison has them."""
    sizes = [cut.shape[1] for cut in view.cuts(images(2, 0))]
    seconds = 0.0
    for size in sorted(set(sizes)):
        rows = np.ones((n_real, size), np.float32)
        block = np.ones((nearest.BLOCK, size), np.float32)
        out = np.empty((nearest.BLOCK, n_real), np.float32)

        def some(part: slice, left: object = block, right: object = rows, to: object = out) -> None:
            np.matmul(left[part], right.T, out=to[part])  # type: ignore[index,attr-defined]

        with single_blas():
            in_threads(some, nearest.BLOCK)
            start = time.perf_counter()
            for _ in range(3):
                in_threads(some, nearest.BLOCK)
            one = (time.perf_counter() - start) / 3
        seconds += one * sizes.count(size) * n_released / nearest.BLOCK
    return seconds


def main() -> None:
    """Print the table."""
    scale = float(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1][0].isdigit() else 0.1
    train, held_out, released = (
        images(max(60, round(scale * n)), seed)
        for seed, n in enumerate((TRAIN, HELD_OUT, RELEASED))
    )
    n_real = len(train) + len(held_out)
    names = [f"patient {i}" for i in range(n_real)]
    sets = material.gather(train, held_out, released, names[: len(train)], names[len(train) :])
    title = f"{len(train)} + {len(held_out)} patients, {len(released)} released, {SIDE}x{SIDE}"
    table = Table(title=title, title_justify="left")
    for column in ("", "products alone, s", "comparison, s", "share of sgemm"):
        table.add_column(column, justify="right" if column else "left")
    found, totals = {}, [0.0, 0.0]
    nearest.nearest(views.PIXELS, released[:8], train[:8], np.arange(8))  # compiles
    for view in views.BATTERY:
        alone = products(view, n_real, len(released))
        start = time.perf_counter()
        found[view.name] = nearest.nearest(view, sets.released, sets.real, sets.group)
        whole = time.perf_counter() - start
        totals = [totals[0] + alone, totals[1] + whole]
        table.add_row(view.name, f"{alone:.1f}", f"{whole:.1f}", f"{alone / whole:.2f}")
    table.add_row("all", *(f"{each:.1f}" for each in totals), f"{totals[0] / totals[1]:.2f}")
    start = time.perf_counter()
    look = looks.of_lists(found, sets)
    looks.test(look, sets.training, sets.stratum, times=DEALS, seed=0)
    console = Console()
    console.print(table)
    console.print(f"set test, {DEALS} deals: {time.perf_counter() - start:.1f} s")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    console.print(f"largest memory: {most:.2f} GiB")


if __name__ == "__main__":
    main()

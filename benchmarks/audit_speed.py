"""The release audit's comparison beside the machine's own matrix product, interleaved.

    python -m benchmarks.audit_speed [SCALE ...]

Full size (1): 10,000 training, 2,000 held-out and 10,000 released images of 128 x 128. A part of
it, such as 0.1, is in the same proportions. For each view: seconds that all its products take at
the speed of a large single-precision product on the same cores, measured before and after it, of
the whole comparison, and their ratio; then everything else (planting with its set tests, and the
set test with 2,000 deals), and the largest memory. With several scales a last table says how time
grew beside the number of pairs.
"""

import resource
import sys
import time

import numpy as np
from rich.console import Console
from rich.table import Table

from clefgan.auditing import examine, looks, material, nearest, views
from clefgan.auditing.examine import Plan
from clefgan.auditing.material import Material
from clefgan.auditing.nearest import NearestLists
from clefgan.method import Images
from clefgan.similarity.threads import in_threads, single_blas

TRAIN, HELD_OUT, RELEASED, SIDE = 10_000, 2_000, 10_000, 128
DEALS = 2000
LARGE, DEEP = 1024, 4096  # rows and columns of the product that speed is compared with


def images(n: int, seed: int) -> Images:
    """Smooth random images."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (n, SIDE // 8, SIDE // 8), dtype=np.uint8)
    return np.kron(coarse, np.ones((1, 8, 8), np.uint8))


def sgemm() -> float:
    """Products a second, in 10^9 multiplications and additions, of a large product on all cores."""
    left, right = (np.full((LARGE, DEEP), seed, np.float32) for seed in (0.5, 0.25))
    out = np.empty((LARGE, LARGE), np.float32)

    def some(part: slice) -> None:
        np.matmul(left[part], right.T, out=out[part])

    with single_blas():
        start = time.perf_counter()
        in_threads(some, LARGE)
        return 2 * LARGE * LARGE * DEEP / (time.perf_counter() - start) / 1e9


def gathered(scale: float) -> Material:
    """Three sets in the full size's proportions; every real image is a patient."""
    train, held_out, released = (
        images(max(60, round(scale * n)), seed)
        for seed, n in enumerate((TRAIN, HELD_OUT, RELEASED))
    )
    names = [f"patient {i}" for i in range(len(train) + len(held_out))]
    return material.gather(train, held_out, released, names[: len(train)], names[len(train) :])


def compared(sets: Material, table: Table) -> tuple[dict[str, NearestLists], float, float]:
    """Lists of each view, seconds of the products alone and of the whole comparisons."""
    found, totals = {}, [0.0, 0.0]
    for view in views.BATTERY:
        deep = sum(cut.shape[1] for cut in view.cuts(sets.real[:1]))
        before = sgemm()
        start = time.perf_counter()
        found[view.name] = nearest.nearest(view, sets.released, sets.real, sets.group)
        whole = time.perf_counter() - start
        work = 2 * len(sets.released) * len(sets.real) * deep / 1e9
        alone = work / ((before + sgemm()) / 2)
        totals = [totals[0] + alone, totals[1] + whole]
        table.add_row(view.name, f"{alone:.1f}", f"{whole:.1f}", f"{alone / whole:.2f}")
    table.add_row("all", *(f"{each:.1f}" for each in totals), f"{totals[0] / totals[1]:.2f}")
    return found, totals[0], totals[1]


def measured(scale: float, console: Console) -> tuple[int, float]:
    """Print the table of one size; number of pairs and seconds of the whole audit."""
    sets = gathered(scale)
    title = f"{sets.n_training} + {sets.n_held_out} patients, {len(sets.released)} released"
    table = Table(title=f"{title}, {SIDE}x{SIDE}", title_justify="left")
    for column in ("", "products alone, s", "comparison, s", "share of sgemm"):
        table.add_column(column, justify="right" if column else "left")
    found, _, comparison = compared(sets, table)
    start = time.perf_counter()
    examine.judge(sets, Plan(deals=DEALS), looks.of_lists(found, sets))
    rest = time.perf_counter() - start
    console.print(table)
    console.print(f"everything else, with planting and {DEALS} deals: {rest:.1f} s")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    console.print(f"largest memory so far: {most:.2f} GiB")
    return len(sets.released) * len(sets.real), comparison + rest


def main() -> None:
    """Print the tables."""
    scales = [float(each) for each in sys.argv[1:] if each[0].isdigit()] or [0.05, 0.1]
    console = Console()
    small = images(8, 0)
    nearest.nearest(views.PIXELS, small, small, np.arange(8))  # compiles
    rows = [measured(scale, console) for scale in scales]
    for scale, (pairs, seconds) in zip(scales[1:], rows[1:], strict=True):
        console.print(
            f"{scale / scales[0]:g} times the sizes: {pairs / rows[0][0]:.1f} times the pairs, "
            f"{seconds / rows[0][1]:.1f} times the time"
        )


if __name__ == "__main__":
    main()

"""The release audit in CPU seconds, beside the machine's own matrix product, interleaved.

    python -m benchmarks.audit_speed [SCALE ...]

Full size (1): 10,000 training, 2,000 held-out and 10,000 released images of 128 x 128. A part of
it, such as 0.1, is in the same proportions. For each view: CPU seconds that all its products take
at the speed of a large single-precision product, measured before and after, those of the whole
comparison with filtering and lists (planted copies are compared in the same pass), and their ratio.
Then everything else that an audit does from there on: the set test with 2,000 deals, planting with
its set tests, the image-only control, attacks, fidelity; and the largest memory. With several
scales a last table says how time grew beside the number of pairs. CPU time of all threads, as the
machine may be shared; where it is, waiting for memory counts.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from clefgan.auditing import examine, inputs, material, pipeline, planted, profiles, views
from clefgan.auditing.material import Material
from clefgan.auditing.settings import Settings, plan_of
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
    """Products a CPU second, in 10^9 multiplications and additions, of a large product."""
    left, right = (np.full((LARGE, DEEP), seed, np.float32) for seed in (0.5, 0.25))
    out = np.empty((LARGE, LARGE), np.float32)

    def some(part: slice) -> None:
        np.matmul(left[part], right.T, out=out[part])

    with single_blas():
        start = time.process_time()
        in_threads(some, LARGE)
        return 2 * LARGE * LARGE * DEEP / (time.process_time() - start) / 1e9


def gathered(scale: float) -> Material:
    """Three sets in the full size's proportions; every real image is a patient."""
    train, held_out, released = (
        images(max(60, round(scale * n)), seed)
        for seed, n in enumerate((TRAIN, HELD_OUT, RELEASED))
    )
    names = [f"patient {i}" for i in range(len(train) + len(held_out))]
    return material.gather(train, held_out, released, names[: len(train)], names[len(train) :])


class Stages:
    """CPU seconds of each view, and speed of a large product at its end; called as progress is."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.speeds = [sgemm()]
        self.start = time.process_time()

    def __call__(self, stage: str, done: int, total: int, _detail: str = "") -> None:
        """Note the end of a view."""
        if stage.startswith("comparing ") and done == total:
            self.seconds[stage.removeprefix("comparing ")] = time.process_time() - self.start
            self.speeds.append(sgemm())
            self.start = time.process_time()


def compared(sets: Material, plan: examine.Plan, kept: Path, table: Table) -> tuple[float, float]:
    """CPU seconds of the products alone and of the whole comparisons."""
    stages = Stages()
    n = len(sets.released) + plan.planted * len(planted.KINDS)
    examine.compare(sets, plan, kept=kept, progress=stages)
    speed = float(np.median(stages.speeds))
    totals = [0.0, 0.0]
    for view in views.BATTERY:
        deep = view.cuts(sets.real[:1]).size * len(view.turns(sets.real))
        alone, whole = 2 * n * len(sets.real) * deep / 1e9 / speed, stages.seconds[view.name]
        totals = [totals[0] + alone, totals[1] + whole]
        table.add_row(view.name, f"{alone:.1f}", f"{whole:.1f}", f"{alone / whole:.2f}")
    table.add_row("all", *(f"{each:.1f}" for each in totals), f"{totals[0] / totals[1]:.2f}")
    return totals[0], totals[1]


def measured(scale: float, console: Console) -> tuple[int, float]:
    """Print the table of one size; number of pairs and CPU seconds of the whole audit."""
    sets = gathered(scale)
    title = f"{sets.n_training} + {sets.n_held_out} patients, {len(sets.released)} released"
    table = Table(title=f"{title}, {SIDE}x{SIDE}", title_justify="left")
    for column in ("", "products alone, CPU s", "comparison, CPU s", "share of sgemm"):
        table.add_column(column, justify="right" if column else "left")
    settings = Settings(profile=profiles.get("public"), deals=DEALS)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder)
        plan = plan_of(settings, None, shared=False)
        alone, comparison = compared(sets, plan, kept, table)
        console.print(table)
        first, second = (tuple(map(str, range(len(own)))) for own in (sets.real, sets.released))
        start = time.process_time()
        pipeline.run(inputs.Inputs(sets, first, second), settings, kept_lists=kept)
        rest = time.process_time() - start
    console.print(
        f"everything else, with planting and {DEALS} deals: {rest:.1f} CPU s, "
        f"{rest / alone:.2f} of the products"
    )
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    console.print(f"largest memory so far: {most:.2f} GiB")
    return len(sets.released) * len(sets.real), comparison + rest


def main() -> None:
    """Print the tables."""
    scales = [float(each) for each in sys.argv[1:] if each[0].isdigit()] or [0.05, 0.1]
    console = Console()
    measured(0.001, Console(quiet=True))  # compiles
    rows = [measured(scale, console) for scale in scales]
    for scale, (pairs, seconds) in zip(scales[1:], rows[1:], strict=True):
        console.print(
            f"{scale / scales[0]:g} times the sizes: {pairs / rows[0][0]:.1f} times the pairs, "
            f"{seconds / rows[0][1]:.1f} times the CPU time"
        )


if __name__ == "__main__":
    main()

"""All pairs of 200 candidates and 10,000 generated images of 256x256, beside peers.

Single-core rows are pinned to one core; peers run the same query in the same process. Pairs by
scikit-image are timed on a sample, as all of them would take hours.
"""

import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.timing import best, one_core
from clefgan.method import Images
from clefgan.similarity.block_sizes import BlockSizes
from clefgan.similarity.engine import nearest, scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import BestTwo, Block, Both, CountBelow, Smallest, Sum
from clefgan.similarity.ssim import SSIM
from clefgan.similarity.ssim import best as prefiltered
from clefgan.similarity.threads import single_blas
from clefgan.similarity.whole_numbers import code

N, TOTAL, SIDE = 200, 10_000, 256
SAMPLE = 2_000  # generated images held in memory at a time by the bare product
WIDEST = BlockSizes().columns


def main() -> None:
    """Print the tables."""
    rng = np.random.default_rng(0)
    candidates = rng.integers(0, 256, (N, SIDE, SIDE), dtype=np.uint8)
    generated = rng.integers(0, 256, (TOTAL, SIDE, SIDE), dtype=np.uint8)
    base = peak_mib()
    with one_core():
        growth(candidates, generated, base)  # first: peers hold floats of all images
        products(candidates, generated, base)
    windows(candidates, generated)


def products(candidates: Images, generated: Images, base: float) -> None:
    """Product, distances and reductions beside the bare product and peers."""
    table = columns(f"{N} x {TOTAL:,} at {SIDE}x{SIDE}, one core", "what", "s", "sgemm is", "MiB")
    everything = Both(Both(Smallest(50), CountBelow(0.5)), Both(BestTwo(), Sum()))
    calls: dict[str, Callable[[], object]] = {
        "product, from uint8": lambda: dots(candidates, generated),
        "nearest": lambda: nearest(Metric.UNIT, candidates, generated),
        "50 nearest, counts, best two, means": lambda: scan(
            Metric.UNIT, candidates, generated, everything
        ),
    }
    # memory first: the bare product holds floats of many images
    ours = {name: (best(call, 2), peak_mib() - base) for name, call in calls.items()}
    bare = sgemm_seconds(candidates, generated)
    table.add_row("sgemm of floats at hand", f"{bare:.2f}", "", "")
    for name, (seconds, memory) in ours.items():
        table.add_row(name, f"{seconds:.2f}", f"{bare / seconds:.0%}", f"{memory:.0f}")
    table.add_row("all these reductions alone", f"{reducing(everything):.2f}", "", "")
    for name, peer in peers(candidates, generated):
        table.add_row(name, f"{best(peer, 1, warm=False):.2f}", "", "")
    Console().print(table)


def dots(candidates: Images, generated: Images) -> None:
    """The product alone, as the engine does it: converted to floats chunk by chunk."""
    ready = Metric.UNIT.against(candidates, memory_mib=1024)
    with single_blas():
        for start in range(0, len(generated), WIDEST):
            ready.dots(code(generated[start : start + WIDEST]))


def reducing(reduction: Any) -> float:
    """Seconds of a reduction over all blocks, on distances that are there already."""
    values = np.random.default_rng(1).random((N, WIDEST))
    blocks = -(-TOTAL // WIDEST)

    def all_blocks() -> None:
        state = reduction.partial(Block(values, 0))
        for number in range(1, blocks):
            state = reduction.fold(state, reduction.partial(Block(values, number * WIDEST)))
        reduction.finish(state)

    return best(all_blocks, 2)


def sgemm_seconds(candidates: Images, generated: Images) -> float:
    """The product alone, of floats that are there already, scaled up from a sample."""
    a = candidates.reshape(N, -1).astype(np.float32)
    b = generated[:SAMPLE].reshape(SAMPLE, -1).astype(np.float32)
    return best(lambda: a @ b.T, 3) * TOTAL / SAMPLE


def peers(candidates: Images, generated: Images) -> list[tuple[str, Callable[[], object]]]:
    """The same query by others, from the same uint8 images."""
    from sklearn.neighbors import NearestNeighbors

    def sklearn() -> object:
        rows = generated.reshape(TOTAL, -1).astype(np.float32)
        index = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(rows)
        return index.kneighbors(candidates.reshape(N, -1).astype(np.float32))

    found: list[tuple[str, Callable[[], object]]] = [("scikit-learn, brute", sklearn)]
    try:
        import faiss
    except ImportError:
        return found

    def flat() -> object:
        faiss.omp_set_num_threads(1)
        index = faiss.IndexFlatL2(SIDE * SIDE)
        index.add(generated.reshape(TOTAL, -1).astype(np.float32))
        return index.search(candidates.reshape(N, -1).astype(np.float32), 1)

    return [*found, ("faiss, flat", flat)]


def growth(candidates: Images, generated: Images, base: float) -> None:
    """Time and memory against the number of generated images."""
    table = columns("growth, one core", "generated", "s", "to linear", "MiB")
    first = 0.0
    for share in (8, 4, 2, 1):
        some = generated[: TOTAL // share]
        seconds = best(lambda some=some: nearest(Metric.UNIT, candidates, some), 2)  # type: ignore[misc]
        first = first or seconds
        ratio = seconds / (first * 8 / share)
        table.add_row(
            f"{len(some):,}", f"{seconds:.2f}", f"{ratio:.2f}", f"{peak_mib() - base:.0f}"
        )
    Console().print(table)


def windows(candidates: Images, generated: Images) -> None:
    """SSIM of all pairs on all cores beside a loop over pairs."""
    from skimage.metrics import structural_similarity

    some = generated[:256]
    scan(SSIM(), candidates[:1], some[:1], Smallest(1))  # compile
    start = time.perf_counter()
    near = scan(SSIM(), candidates, some, Smallest(1))
    ours = (time.perf_counter() - start) / (N * len(some))
    pairs = [(i, j) for i in range(2) for j in range(60)]
    with one_core():
        start = time.perf_counter()
        values = [structural_similarity(candidates[i], some[j]) for i, j in pairs]  # type: ignore[no-untyped-call]
        theirs = (time.perf_counter() - start) / len(pairs)
        again = 1 - scan(SSIM(), candidates[:2], some[:60], Smallest(60)).distances[:, ::-1]
    gap = float(np.abs(np.sort(np.reshape(values, (2, 60)), axis=1) - again).max())
    start = time.perf_counter()
    prefiltered(candidates, some, 1, among=16)
    few = (time.perf_counter() - start) / (N * len(some))
    table = columns(f"SSIM, {SIDE}x{SIDE}", "what", "us a pair", "ratio", "gap")
    table.add_row("scikit-image, pair by pair", f"{theirs * 1e6:.0f}", "", "")
    table.add_row("all cores", f"{ours * 1e6:.1f}", f"{theirs / ours:.0f}", f"{gap:.1e}")
    table.add_row("among the 16 best correlated", f"{few * 1e6:.1f}", f"{theirs / few:.0f}", "")
    Console().print(table)
    assert near.distances.shape == (N, 1)


def columns(title: str, *names: str) -> Table:
    """A table with figures to the right."""
    table = Table(title=title, title_justify="left")
    for name in names:
        table.add_column(name, justify="right")
    return table


def peak_mib() -> float:
    """Most memory that this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()

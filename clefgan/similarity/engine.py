"""All pairs of candidates and generated images, block by block, reduced on the way.

    near = scan(Metric.EUCLIDEAN, candidates, generated, Smallest(1))

Memory is set by `memory_mib` and does not grow with the number of generated images, which are read
in slices and may be a memory-mapped array. The block size changes no bit of any result.
"""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError
from clefgan.method import Progress, silent
from clefgan.similarity import block_sizes, listening
from clefgan.similarity.reductions import PAGE, Block, Both, Neighbours, Reduction, Smallest
from clefgan.similarity.threads import single_blas
from clefgan.similarity.whole_numbers import Floats, Rows

MEMORY_MIB = 1024

P = TypeVar("P")
R = TypeVar("R")


class Pairs(Protocol):
    """Candidates made ready to be compared."""

    def column_bytes(self) -> int:
        """Memory that one generated row costs while its block is in work."""
        ...

    def __call__(self, generated: NDArray[Any], /) -> Floats:
        """Distances, (n_candidates, n_generated, ...)."""
        ...


class Measure(Protocol):
    """A way to compare two images or two rows of features; 0 for a copy, higher is further."""

    def against(self, candidates: Rows, /, *, memory_mib: int) -> Pairs:
        """Do once what concerns the candidates alone."""
        ...


Partials = Callable[["Job", Reduction[Any, Any]], Iterator[Any]]
elsewhere: ContextVar[Partials | None] = ContextVar("elsewhere", default=None)
"""Who computes the partials, if not this process (see `distributed`)."""


class Job:
    """One comparison of all pairs, cut into blocks of columns."""

    def __init__(
        self,
        measure: Measure,
        candidates: Rows,
        generated: Rows,
        *,
        skip_self: bool = False,
        memory_mib: int = MEMORY_MIB,
        progress: Progress = silent,
        stage: str = "comparing",
    ) -> None:
        if len(generated) == 0:
            raise ClefganError("comparison: there are no generated images; got 0; give at least 1")
        if memory_mib < 1:
            raise ClefganError(f"memory: {memory_mib} MiB is too little; give at least 1")
        self.measure = measure
        self.candidates = candidates
        self.generated = generated
        self.skip_self = skip_self
        self.memory_mib = memory_mib
        self.progress = progress
        self.stage = stage

    def ready(self) -> Pairs:
        """The candidates, ready to be compared."""
        return self.measure.against(self.candidates, memory_mib=self.memory_mib)

    def width(self, pairs: Pairs) -> int:
        """Columns of a block: whole pages, at least one, at most as many as are allowed."""
        pages = self.memory_mib * 2**20 // max(1, 2 * PAGE * pairs.column_bytes())
        return PAGE * max(1, min(block_sizes.current().columns // PAGE, pages))


def block(pairs: Pairs, generated: NDArray[Any], start: int, skip_self: bool) -> Block:
    """Compare with the generated rows from number `start`; leave a candidate out of its own row."""
    values = pairs(generated)
    if skip_self:
        own = np.arange(start, min(start + len(generated), len(values)))
        values[own, own - start] = np.inf
    return Block(values, start)


def scan(
    measure: Measure,
    candidates: Rows,
    generated: Rows,
    reduction: Reduction[P, R],
    *,
    skip_self: bool = False,
    memory_mib: int = MEMORY_MIB,
    progress: Progress = silent,
    stage: str = "comparing",
) -> R:
    """Compare every candidate with every generated image; keep what `reduction` keeps.

    Parameters
    ----------
    measure : how two of them are compared
    candidates : (n, ...) uint8 images or float features
    generated : (n_generated, ...) of the same kind, read in slices
    reduction : what to keep
    skip_self : leave out pairs (i, i), where both sets are the same
    memory_mib : bound on working memory, beside the inputs and the result; a block is never
        narrower than 64 columns

    Raises
    ------
    ClefganError
        No generated images; candidates and generated of different size; features not finite.
    """
    job = Job(
        measure, candidates, generated,
        skip_self=skip_self, memory_mib=memory_mib, progress=progress, stage=stage,
    )  # fmt: skip
    listener = listening.current.get()
    wanted = listener.wants(measure, candidates, generated) if listener else None
    if listener is None or wanted is None:
        return reduced(job, reduction)
    result, listener.matches = reduced(job, Both(reduction, wanted))
    listener.rows = generated
    return result


def reduced(job: Job, reduction: Reduction[P, R]) -> R:
    """What a reduction makes of all blocks of a job."""
    partials = (elsewhere.get() or here)(job, reduction)
    state: P = next(partials)
    for partial in partials:
        state = reduction.fold(state, partial)
    return reduction.finish(state)


def here(job: Job, reduction: Reduction[P, Any]) -> Iterator[P]:
    """The partials of a job, one per block, computed in this process."""
    pairs = job.ready()
    total = len(job.generated)
    width = job.width(pairs)
    for start in range(0, total, width):
        stop = min(start + width, total)
        generated = np.asarray(job.generated[start:stop])
        with single_blas():
            partial = reduction.partial(block(pairs, generated, start, job.skip_self))
        yield partial
        job.progress(job.stage, stop, total, "")


def nearest(
    measure: Measure,
    candidates: Rows,
    generated: Rows,
    k: int = 1,
    *,
    skip_self: bool = False,
    apart: bool = False,
    memory_mib: int = MEMORY_MIB,
    progress: Progress = silent,
    stage: str = "comparing",
) -> Neighbours:
    """The k nearest generated images of each candidate, and how far they are.

    `skip_self` leaves out pairs (i, i), `apart` all pairs at distance 0. Fewer than k columns come
    back where there are fewer than k generated images.
    """
    return scan(
        measure, candidates, generated, Smallest(k, apart),
        skip_self=skip_self, memory_mib=memory_mib, progress=progress, stage=stage,
    )  # fmt: skip

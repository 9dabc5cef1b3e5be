"""How large the blocks of a comparison are at most; no size changes a bit of any result."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlockSizes:
    """Bounds on a block, beside the memory that it may take.

    Parameters
    ----------
    columns : generated images; wider blocks are no faster
    panel : candidates converted to floats at a time, where they are not kept
    """

    columns: int = 512
    panel: int = 2048


_current: ContextVar[BlockSizes] = ContextVar("block_sizes", default=BlockSizes())  # noqa: B039


def current() -> BlockSizes:
    """The sizes that comparisons use now."""
    return _current.get()


@contextmanager
def at_most(*, columns: int = 512, panel: int = 2048) -> Iterator[None]:
    """Compare in blocks of these sizes, within this block of code."""
    token = _current.set(BlockSizes(columns, panel))
    try:
        yield
    finally:
        _current.reset(token)

"""Which devices multiply whole rows: the GPUs or TPUs that JAX sees, or none, and then NumPy does.

On a CPU NumPy is the faster one, and importing JAX takes longer than many a comparison. So JAX is
imported only where a package that brings an accelerator is installed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import jax

Devices: TypeAlias = "tuple[jax.Device, ...]"

PACKAGES = ("jax_plugins", "libtpu")  # CUDA, ROCm and others install a part of the first

_chosen: ContextVar["Devices | None"] = ContextVar("chosen", default=None)


@contextmanager
def on(devices: "Sequence[jax.Device]") -> Iterator[None]:
    """Let comparisons that start within this block multiply on `devices`; on none: with NumPy."""
    token = _chosen.set(tuple(devices))
    try:
        yield
    finally:
        _chosen.reset(token)


def devices() -> "Devices":
    """The devices that multiply; empty where NumPy does."""
    chosen = _chosen.get()
    return found() if chosen is None else chosen


@cache
def found() -> "Devices":
    """The accelerators of this process, looked for once."""
    return accelerators() if any(find_spec(name) for name in PACKAGES) else ()


def accelerators(platform: str | None = None) -> "Devices":
    """The devices of JAX unless it has a CPU alone; `platform` None asks JAX for their kind."""
    import jax  # JAX

    return () if (platform or jax.default_backend()) == "cpu" else tuple(jax.local_devices())

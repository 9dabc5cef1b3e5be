"""Which devices share the work, and what must be recorded because it changes the last bits.

A batch is split over all devices of the process, or of all processes after `join`; the networks
are held by each. BatchNorm and losses see the whole batch, so the result is that of one device but
for rounding.
"""

from importlib.metadata import version
from typing import Any, TypeAlias

import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec
from numpy.typing import NDArray

from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.similarity.threads import cores
from clefgan.storage.files import cache

Tree: TypeAlias = Any


def keep_compilations() -> None:
    """Switch on JAX's persistent compilation cache, unless the user has set it already."""
    if jax.config.values["jax_compilation_cache_dir"] is None:
        jax.config.update("jax_compilation_cache_dir", str(cache("jax")))  # type: ignore[no-untyped-call]


def mesh(config: DCGANConfig) -> Mesh | None:
    """Return the devices that share a batch, or None where there is one.

    They are as many of all devices as divide the batch evenly; over several processes all of them
    must take part.
    """
    devices = jax.devices()
    count = sharing(config.batch, len(devices))
    if count == 1:
        return None
    return jax.make_mesh((count,), ("images",), (AxisType.Auto,), devices=devices[:count])


def sharing(batch: int, n_devices: int) -> int:
    """Return the largest number of devices, of so many, that divides the batch evenly."""
    return max(k for k in range(1, n_devices + 1) if batch % k == 0)


def placed(over: Mesh, *axes: str | None) -> NamedSharding:
    """Return how an array lies on the devices: its axes named "images" are split, others whole."""
    return NamedSharding(over, PartitionSpec(*axes))  # type: ignore[no-untyped-call]


def spread(batches: NDArray[np.uint8], over: Mesh | None) -> jax.Array:
    """Put batches (steps, batch, size, size) on the devices, each its share of every batch."""
    if over is None:
        return jax.numpy.asarray(batches)
    sharding = placed(over, None, "images")
    return jax.make_array_from_callback(batches.shape, sharding, lambda index: batches[index])


def replicate(tree: Tree, over: Mesh | None) -> Tree:
    """Put a copy of every array of a tree on each device."""
    if over is None:
        return tree
    sharding = placed(over)

    def copied(leaf: Any) -> jax.Array:
        array = np.asarray(leaf)
        return jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])

    return jax.tree.map(copied, tree)


def record() -> dict[str, str | int]:
    """Return what, beside seed and config, decides the bits of a trained network."""
    return {
        "device": jax.devices()[0].device_kind,
        "backend": jax.default_backend(),
        "devices": jax.device_count(),
        "cores": cores(),
        "jax": jax.__version__,
        "flax": version("flax"),
        "optax": version("optax"),
    }


def join(coordinator: str, processes: int, rank: int) -> None:
    """Let this process, one of `processes`, take part in a training over several hosts.

    To be called before anything else of JAX. `coordinator` is HOST:PORT of the process of rank 0;
    all processes train with the same images and config, and checkpoint to a folder that all see.

    Raises
    ------
    ClefganError
        If the rank is not below the number of processes.
    """
    if not 0 <= rank < processes:
        raise ClefganError(
            f"dcgan: rank must be from 0 to {processes - 1} for {processes} processes; got {rank}"
        )
    jax.config.update("jax_cpu_collectives_implementation", "gloo")  # type: ignore[no-untyped-call]
    jax.distributed.initialize(coordinator, processes, rank)

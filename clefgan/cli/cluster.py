"""The option `--cluster`: comparisons on a Dask cluster that is there already."""

from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

import typer

CLUSTER = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Compare images on the Dask cluster with this scheduler."),
]


def connected(address: str | None) -> AbstractContextManager[None]:
    """Compare on the cluster within this block; here if there is no address."""
    if address is None:
        return nullcontext()
    from clefgan.similarity import dask_cluster

    return dask_cluster.on(address)

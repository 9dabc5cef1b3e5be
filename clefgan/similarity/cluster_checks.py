"""Before any work on a cluster: is a scheduler there, and do all run what we run?"""

import asyncio
import platform
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import clefgan
from clefgan.errors import ClusterError

ADDRESS = re.compile(r"(?:[a-z]+://)?(?:[\w.-]+|\[[\w:.%]+\]):(?P<port>\d{1,5})")
MISSING = "missing"
METHODS = "baselines"  # the package whose reductions travel by name


def check_address(address: str) -> None:
    """Raise unless the text has the form of an address."""
    match = ADDRESS.fullmatch(address)
    if match is None or not 0 < int(match["port"]) < 2**16:
        raise ClusterError(
            f"cluster {address!r}: not an address; give the scheduler's, "
            "such as tcp://10.0.0.1:8786"
        )


def check_scheduler(address: str, timeout: float) -> None:
    """Raise unless a scheduler answers at the address within `timeout` seconds."""
    try:
        with ThreadPoolExecutor(1) as own:  # this thread may have a loop of its own
            kind = own.submit(asyncio.run, asyncio.wait_for(hello(address), timeout)).result()
    except Exception as error:  # whatever the answer of a stranger leads to
        silent = isinstance(error, TimeoutError)
        reason = f"no answer for {timeout:g} seconds" if silent else one_line(error)
        raise ClusterError(
            f"cluster {address!r}: cannot be reached ({reason}); "
            "start one with 'dask scheduler' and 'dask worker', and give the scheduler's address"
        ) from error
    if kind != "Scheduler":
        raise ClusterError(
            f"cluster {address!r}: is not a scheduler; got a {kind!r}; give the address that "
            "'dask scheduler' printed"
        )


async def hello(address: str) -> str:
    """Ask who is there: `Scheduler`, `Worker`, `Nanny`."""
    from distributed.core import rpc  # optional: an extra

    async with rpc(address) as other:  # type: ignore[no-untyped-call]
        said: Mapping[str, Any] = await other.identity()
    return str(said["type"])


def one_line(error: BaseException) -> str:
    """Kind and first line of an exception."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def installed() -> dict[str, str]:
    """Versions of what decides the numbers of a block, where this is called."""
    major, minor, _ = platform.python_version_tuple()
    return {
        "python": f"{major}.{minor}",
        "clefgan": clefgan.__version__,
        METHODS: beside_us(METHODS),
        "numpy": version_of("numpy"),
        "numba": version_of("numba"),
    }


def beside_us(package: str) -> str:
    """Our version if the package is installed beside us."""
    spec = find_spec(package)
    if spec is None:
        return MISSING
    home = Path(clefgan.__file__).resolve().parents[1]
    ours = any(
        Path(folder).resolve().parent == home for folder in spec.submodule_search_locations or ()
    )
    return clefgan.__version__ if ours else "another package"


def version_of(package: str) -> str:
    """The version of an installed package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return MISSING


def check_installed(who: str, theirs: Mapping[str, str] | BaseException) -> None:
    """Raise if `installed` gave something else on `who` than here, or could not be called."""
    if isinstance(theirs, BaseException):  # perhaps not even this module is there
        raise ClusterError(
            f"{who}: cannot say what is installed there ({one_line(theirs)}); "
            f"install clefgan {clefgan.__version__} there"
        )
    for package, ours in installed().items():
        version = theirs.get(package, MISSING)
        if version != ours:
            raise ClusterError(
                f"{who}: {package} is {version}; here it is {ours}; install the same on the "
                "scheduler and on every worker"
            )

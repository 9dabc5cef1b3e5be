"""How JAX compiles in tests: with little effort, which is most of their time, and once for all."""

import mmap
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

import pytest

COMPILED = "/jax/core/compile/backend_compile_duration"  # event of JAX
QUICKLY = {"xla_cpu_use_fusion_emitters": "false", "xla_cpu_parallel_codegen_split_count": "1"}


def set_up(config: pytest.Config) -> None:
    """Set it for this process and for those that it starts, before JAX is loaded.

    JAX_DISABLE_MOST_OPTIMIZATIONS=0 in the environment compiles as users do.
    """
    os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
    if os.environ["JAX_DISABLE_MOST_OPTIMIZATIONS"] != "0" and "XLA_FLAGS" not in os.environ:
        os.environ["XLA_FLAGS"] = " ".join(f"--{name}={QUICKLY[name]}" for name in known(QUICKLY))
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        compiled = os.environ["JAX_COMPILATION_CACHE_DIR"] = mkdtemp(prefix="clefgan-tests-")
        os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.1"
        config.add_cleanup(partial(shutil.rmtree, compiled, ignore_errors=True))


def known(flags: dict[str, str]) -> Iterator[str]:
    """Those flags that this release of XLA has: one that it does not know ends the process."""
    spec = find_spec("jaxlib")
    for folder in spec.submodule_search_locations or () if spec else ():
        for path in Path(folder).glob("*_common.*"):
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as b:
                # between zeros: the text of a flag's successor still names it
                yield from (name for name in flags if b.find(b"\0" + name.encode() + b"\0") >= 0)


@contextmanager
def noted() -> Iterator[list[str]]:
    """The functions that JAX compiles, or reads compiled, in the block."""
    import jax  # not before its flags are set

    names: list[str] = []
    is_over = threading.Event()

    def note(event: str, duration_secs: float, **about: str | int) -> None:
        if event == COMPILED and not is_over.is_set():
            names.append(str(about.get("fun_name")))

    jax.monitoring.register_event_duration_secs_listener(note)
    yield names
    is_over.set()


def with_devices(n: int) -> dict[str, str]:
    """What makes so many devices of a process that is started with it."""
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={n}"
    return {"XLA_FLAGS": flags.strip()}

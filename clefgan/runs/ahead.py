"""What a method can do while the images of a run are still being drawn."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from clefgan.errors import COMPILING
from clefgan.method import CompilesAhead, Method
from clefgan.plugins import isolation


@contextmanager
def compiling(name: str, method: Method, side: int | None) -> Iterator[None]:
    """Let a method compile in a thread beside the block, if it can and the images' side is known.

    Drawing holds the interpreter lock and one core; compilation needs neither. An exception of the
    block, or Ctrl-C, is raised at once: nothing can stop the compilation, and nobody needs it then.

    Raises
    ------
    ClefganError
        A stranger's method raised something.
    """
    if side is None or not isinstance(method, CompilesAhead):
        yield
        return
    pool = ThreadPoolExecutor(1, thread_name_prefix=COMPILING)
    job = pool.submit(isolation.compiled_ahead, name, method, side)
    pool.shutdown(wait=False)
    yield
    job.result()

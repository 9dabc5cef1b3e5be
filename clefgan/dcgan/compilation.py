"""Compilations that the threads of a process share: each is done once, and the others wait for it.

JAX compiles a function in every thread that calls it for the first time, and the compilation of a
training step takes as long as a hundred steps.
"""

from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec

COMPILING = "compiling, first time only"

P = ParamSpec("P")


class SharedCompilation:
    """A jitted function whose first call holds up the calls of other threads."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.is_compiled = False
        self._first = Lock()

    def __call__(self, *arguments: Any) -> Any:
        """Call the function; alone where it is not compiled yet."""
        if self.is_compiled:
            return self.function(*arguments)
        with self._first:
            result = self.function(*arguments)
            self.is_compiled = True
        return result

    @property
    def note(self) -> str:
        """What to say of the next call: that it compiles, or nothing."""
        return "" if self.is_compiled else COMPILING


def shared(make: Callable[P, Callable[..., Any]]) -> Callable[P, SharedCompilation]:
    """Make a function once for equal arguments, whichever threads ask."""
    made: dict[Hashable, SharedCompilation] = {}
    asking = Lock()  # two threads that ask for the same at once would both make it

    @wraps(make)
    def asked(*args: P.args, **kwargs: P.kwargs) -> SharedCompilation:
        key = (args, tuple(sorted(kwargs.items())))
        with asking:
            if key not in made:
                made[key] = SharedCompilation(make(*args, **kwargs))
            return made[key]

    return asked

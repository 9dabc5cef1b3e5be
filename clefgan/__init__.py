"""clefgan: which real images trained the generator?

The verbs of the command line as functions: `read`, `methods`, `class_methods`, `run`, `evaluate`,
`audit`, `check`, `load`; see `clefgan.verbs`. They are loaded on first use, so that importing
clefgan costs nothing.
"""

from importlib import import_module

TYPE_CHECKING = False  # as in `typing`, whose import would cost more than all of this
if TYPE_CHECKING:  # for editors and type checkers; at run time on first use
    from clefgan.verbs import audit, check, class_methods, evaluate, load, methods, read, run

__version__ = "0.1.0"
__all__ = [
    "__version__", "audit", "check", "class_methods", "evaluate", "load", "methods", "read", "run",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module("clefgan.verbs"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

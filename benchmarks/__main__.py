"""`python -m benchmarks [NAME ...]`: every table, or those that are named."""

import importlib
import pkgutil
import sys

import benchmarks

HELPERS = {"__main__", "command", "timing"}


def main() -> None:
    """Run the benchmarks one after the other: two at once would spoil both."""
    known = [m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in HELPERS]
    asked = sys.argv[1:] or known
    for name in asked:
        if name not in known:
            raise SystemExit(f"no benchmark {name!r}; known: {', '.join(known)}")
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()

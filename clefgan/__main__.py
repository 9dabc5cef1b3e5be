"""The entry point of the command line: `clefgan`, or `python -P -m clefgan`."""

import io
import os
import sys
import threading
import traceback
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from clefgan.errors import COMPILING, STDOUT, ClefganError, shortened
from clefgan.storage.steering import disarmed

PACKAGES = ("baselines", "evaluation", "submissions")
INTERRUPTED = 130  # 128 + SIGINT, as shells count
DEBUG = "--debug"
LONGEST = 2000  # characters of a message: a few paths, each as long as a path may be in practice


def foreign_packages() -> list[str]:
    """One line for each of our top-level packages that another one of the same name shadows."""
    home = Path(__file__).resolve().parents[1]
    lines = []
    for name in PACKAGES:
        spec = find_spec(name)
        if spec is None:
            lines.append(f"package {name!r} is missing; install clefgan again")
            continue
        places = list(spec.submodule_search_locations or [spec.origin or ""])
        if not any(Path(folder).resolve().parent == home for folder in places):
            lines.append(
                f"package {name!r} found at {places[0]!r} is not clefgan's; "
                "run `clefgan`, or `python -P -m clefgan`, outside that folder"
            )
    return lines


def refuse_foreign_packages() -> None:
    """Exit with 1, and one line, if a package of ours is not ours."""
    shadowed = foreign_packages()
    if shadowed:
        print(f"clefgan: {shadowed[0]}", file=sys.stderr)  # noqa: T201 - rich may be missing
        raise SystemExit(1)


def print_whatever_comes() -> None:
    """Let stdout and stderr replace what their encoding does not have, rather than fail.

    An id, a path or a box of a table may hold any character; the terminal, the file or the pipe
    that it is printed to may be Latin-1 (`PYTHONIOENCODING`, a redirection on Windows).
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="replace")


def forget_stdout() -> None:
    """Send what is still to be printed nowhere: Python would fail on it again at its end."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def known_errors() -> tuple[type[BaseException], ...]:
    """What is the user's to put right; imported only once our packages are known to be ours."""
    from evaluation import EvaluationError
    from submissions import RunFileError

    return (ClefganError, EvaluationError, RunFileError, OSError)


def main(arguments: list[str] | None = None) -> None:
    """Run one command; one line on stderr and exit code 1 for what the user can put right.

    Ctrl-C exits with 130, in silence, from the first import on: Typer hears it only in a command.
    """
    try:
        print_whatever_comes()
        refuse_foreign_packages()
        run(arguments)
    except KeyboardInterrupt:
        leave(INTERRUPTED, alone=arguments is None)
    except SystemExit as ending:
        leave(ending.code, alone=arguments is None)


def leave(code: str | int | None, *, alone: bool) -> NoReturn:
    """Exit; a program that runs alone waits for no thread that compiles what nobody needs now."""
    compiling = any(thread.name.startswith(COMPILING) for thread in threading.enumerate())
    if alone and code and compiling:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(code if isinstance(code, int) else 1)
    raise SystemExit(code) from None


def run(arguments: list[str] | None) -> None:
    """Run one command of ours."""
    from clefgan.cli.app import called  # Typer and our packages: not before they are known ours

    words = sys.argv[1:] if arguments is None else list(arguments)
    debug = DEBUG in words
    try:
        called([word for word in words if word != DEBUG])
    except known_errors() as error:
        if debug:
            traceback.print_exception(error)
        if isinstance(error, OSError) and error.filename in (None, STDOUT):
            forget_stdout()
        print(f"clefgan: {disarmed(message(error))}", file=sys.stderr)  # noqa: T201 - never wrapped or styled
        raise SystemExit(1) from None


def message(error: BaseException) -> str:
    """The error in one line; an OSError with the file first, as compilers print it."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {(error.strerror or str(error)).lower()}"
    return shortened(" ".join(str(error).splitlines()), LONGEST)


if __name__ == "__main__":
    main()

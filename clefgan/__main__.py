"""The entry point of the command line: `clefgan`, or `python -P -m clefgan`."""

import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("baselines", "evaluation", "submissions")
INTERRUPTED = 130  # 128 + SIGINT, as shells count


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
        if not any(Path(place).resolve().parent == home for place in places):
            lines.append(
                f"package {name!r} found at {places[0]!r} is not clefgan's; "
                "run `clefgan`, or `python -P -m clefgan`, outside that folder"
            )
    return lines


def known_errors() -> tuple[type[BaseException], ...]:
    """What is the user's to put right. Called only once something was raised: imports cost."""
    from clefgan.errors import ClefganError
    from evaluation import EvaluationError
    from submissions import RunFileError

    return (ClefganError, EvaluationError, RunFileError, OSError)


def main(arguments: list[str] | None = None) -> None:
    """Run one command; one line on stderr and exit code 1 for what the user can put right.

    Ctrl-C exits with 130, in silence, from the first import on: Typer hears it only in a command.
    """
    try:
        shadowed = foreign_packages()
        if shadowed:
            print(f"clefgan: {shadowed[0]}", file=sys.stderr)  # noqa: T201 - rich may be missing
            raise SystemExit(1)
        run(arguments)
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def run(arguments: list[str] | None) -> None:
    """Run one command of ours."""
    from clefgan.cli.app import app

    try:
        app(arguments)
    except known_errors() as error:
        print(f"clefgan: {message(error)}", file=sys.stderr)  # noqa: T201 - never wrapped or styled
        raise SystemExit(1) from None


def message(error: BaseException) -> str:
    """The error in one line; an OSError with the file first, as compilers print it."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {(error.strerror or str(error)).lower()}"
    return " ".join(str(error).splitlines())


if __name__ == "__main__":
    main()

"""Which files the scoring program carries: copies of what is installed, byte for byte."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from submissions.edition import Edition
from submissions.errors import RunFileError

SUBMISSIONS = (
    "__init__",
    "checker",
    "checking/__init__",
    "checking/archive",
    "checking/byte_lines",
    "checking/id_form",
    "checking/one_pass",
    "checking/run_line",
    "checking/strange_classes",
    "edition",
    "errors",
    "files",
    "ids",
    "names",
    "problems",
    "runfile",
    "table",
    "truth",
)
BOTH = ("__init__", "counts", "errors", "given")
EVALUATION = {
    "membership": (*BOTH, "membership", "metrics", "score_curve"),
    "attribution": (*BOTH, "attribution", "class_tables", "partitions"),
}


def files(edition: Edition) -> dict[str, bytes]:
    """Path inside the scoring program to content, the program itself included.

    Raises
    ------
    RunFileError
        `evaluation` is not installed, or not the one that belongs to this package.
    """
    templates = Path(__file__).parent / "templates"
    carried = {
        "metadata.yaml": (templates / "metadata.yaml").read_bytes(),
        "scoring.py": (templates / "scoring.py").read_bytes(),
    }
    for package, modules in (
        ("submissions", SUBMISSIONS),
        ("evaluation", EVALUATION[edition.task]),
    ):
        home = _home(package)
        for module in modules:
            path = home / f"{module}.py"
            if not path.is_file():
                raise RunFileError(f"{path}: missing; install clefgan again")
            carried[f"{package}/{module}.py"] = path.read_bytes()
    return carried


def _home(package: str) -> Path:
    spec = find_spec(package)  # does not import it
    if spec is None or spec.origin is None:
        raise RunFileError(f"package {package!r} is missing; install clefgan again")
    return Path(spec.origin).parent

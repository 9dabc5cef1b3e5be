"""What a competition should have before it is uploaded, though the platform would take it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from submissions.codabench import yaml_lines
from submissions.codabench.lint import NAME
from submissions.codabench.yaml_lines import Node
from submissions.errors import RunFileError
from submissions.problems import Problem

PLACEHOLDER = "Replace this page by the terms of your competition"
"""How the terms begin that `init` writes."""
LIMITS = ("max_submissions", "max_submissions_per_day")


def advice(folder: Path) -> list[Problem]:
    """Warnings: terms that nobody wrote, and a last phase without a limit on submissions.

    Nothing where the competition cannot be read, which `lint` says.
    """
    path = folder / NAME
    try:
        document = yaml_lines.read(path.read_text(encoding="utf-8"), str(path))
    except (RunFileError, OSError, UnicodeDecodeError):
        return []
    return [*_terms(folder, document), *_unlimited(path, document)]


def _terms(folder: Path, document: Node) -> Iterator[Problem]:
    node = document.get("terms")
    file = None if node is None else folder / str(node.value)
    if file is not None and file.is_file():
        text = file.read_text(encoding="utf-8", errors="replace")
        if PLACEHOLDER in text:
            yield Problem(
                str(file), 0, "warning", "terms", "still the placeholder; write your own terms"
            )


def _unlimited(path: Path, document: Node) -> Iterator[Problem]:
    phases = document.get("phases")
    listed = [] if phases is None else phases.items()
    if listed and not any(listed[-1].get(key) is not None for key in LIMITS):
        name = listed[-1].get("name")
        title = "the last phase" if name is None else f"phase {name.value!r}"
        yield Problem(
            str(path), listed[-1].line, "warning", "unlimited",
            f"{title} takes any number of submissions, so that its truth can be guessed bit by "
            "bit; set max_submissions",
        )  # fmt: skip

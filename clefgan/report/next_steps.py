"""The commands to go on with after a run."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from clefgan.report.run_findings import says_nothing
from clefgan.runs.classes.record import ClassRun
from clefgan.runs.record import Run
from submissions import editions
from submissions.edition import Edition

BEGIN_WITH = "fusion"
"""The method that the next step names after a run that says nothing."""


def after(
    run: Run, csv: Path, data: str, options: Mapping[str, object] = MappingProxyType({})
) -> list[str]:
    """The commands to go on with.

    Parameters
    ----------
    data : the one that holds the test part
    options : how images and rules were read, as typed; one without a value was not given
    """
    steps: list[str] = []
    if says_nothing(run) and run.method != BEGIN_WITH:
        given = (f" {name} {quoted(str(value))}" for name, value in options.items() if value)
        steps.append(f"clefgan run --method {BEGIN_WITH}{''.join(given)}")
    elif run.test is not None:
        rules = str(options.get("--edition") or "")
        steps += submitting(run.edition, csv, f"--data {quoted(data)}", rules)
    return steps


def after_classes(run: ClassRun, csv: Path, data: str, rules: str = "") -> list[str]:
    """The commands to go on with after a run of classes; `data` holds the images under test."""
    if run.test is None:
        return []
    return submitting(run.edition, csv, f"--data {quoted(data)}" if data else "", rules)


def submitting(edition: Edition, csv: Path, given: str, rules: str) -> list[str]:
    """The commands that check a run, and pack it where the edition takes a zip.

    The record names the edition; one's own is found by `rules` alone, the path of its file.
    """
    if edition.name not in editions.names():
        given = f"{given} --edition {quoted(rules)}".lstrip()
    commands = ["check", "bundle"] if edition.container == "zip" else ["check"]
    return [f"clefgan {command} {quoted(str(csv))} {given}".rstrip() for command in commands]


def quoted(text: str) -> str:
    """A word as a shell takes it."""
    plain = all(sign.isalnum() or sign in "/._-+=:@%" for sign in text) and text
    return text if plain else "'" + text.replace("'", "'\\''") + "'"

"""The commands to go on with after a run."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from clefgan.report.run_findings import says_nothing
from clefgan.runs.record import Run

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
    steps = []
    if says_nothing(run) and run.method != BEGIN_WITH:
        given = (f" {name} {quoted(str(value))}" for name, value in options.items() if value)
        steps.append(f"clefgan run --method {BEGIN_WITH}{''.join(given)}")
    elif run.test is not None:
        steps.append(f"clefgan check {quoted(str(csv))} --data {quoted(data)}")
        if run.edition.container == "zip":
            steps.append(f"clefgan bundle {quoted(str(csv))} --data {quoted(data)}")
    return steps


def quoted(text: str) -> str:
    """A word as a shell takes it."""
    plain = all(sign.isalnum() or sign in "/._-+=:@%" for sign in text) and text
    return text if plain else "'" + text.replace("'", "'\\''") + "'"

"""The pattern that finds a patient in an id; the command line reads it without NumPy."""

import re

from clefgan.errors import ClefganError


def pattern_of(text: str) -> re.Pattern[str]:
    """The regular expression that finds the patient in an id.

    Raises
    ------
    ClefganError
        It is none, or has several groups and none is called `patient`.
    """
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise ClefganError(f"patients: {text!r} is no regular expression ({error})") from error
    if pattern.groups > 1 and "patient" not in pattern.groupindex:
        raise ClefganError(
            f"patients: {text!r} has {pattern.groups} groups; write that of the patient as "
            "(?P<patient>...), or the others as (?:...)"
        )
    return pattern


def found_in(pattern: re.Pattern[str], text: str) -> str | None:
    """What the group `patient`, the only group, or else the whole pattern finds."""
    match = pattern.search(text)
    if match is None:
        return None
    group: int | str = "patient" if "patient" in pattern.groupindex else min(pattern.groups, 1)
    return match[group]

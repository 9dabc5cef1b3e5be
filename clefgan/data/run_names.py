"""What a run file will call the candidates: asked before any work is done for it."""

from clefgan.data.challenge import Challenge
from clefgan.data.listing import NAMED
from clefgan.errors import ClefganError
from submissions import RunFileError, runfile
from submissions.problems import quoted


def refuse_unwritable(challenge: Challenge) -> None:
    """Raise if a run file of the challenge's edition cannot name a candidate.

    Raises
    ------
    ClefganError
        It cannot.
    """
    fault = unwritable(challenge)
    if fault:
        raise ClefganError(fault)


def unwritable(challenge: Challenge) -> str:
    """Which candidates no run file of the challenge's edition can name, and why; or empty."""
    if challenge.test is None:
        return ""
    candidates, edition = challenge.test.candidates, challenge.edition
    try:
        faults = list(runfile.unwritable(candidates.ids, edition, candidates.file_names))
    except RunFileError as error:
        return f"{candidates.where}: {error}; rename the images"
    if not faults:
        return ""
    named = "; ".join(f"{quoted(name)}: {why}" for name, why in faults[:NAMED])
    more = f"; and {len(faults) - NAMED} more" if len(faults) > NAMED else ""
    return (
        f"{candidates.where}: {len(faults)} of {len(candidates)} candidates have a name that no "
        f"run file can hold: {named}{more}; rename the images"
    )


def unlike_the_edition(challenge: Challenge) -> tuple[str, ...]:
    """A note where the edition writes names of files that end otherwise than those of the data."""
    edition = challenge.edition
    if challenge.test is None or not edition.extension_in_id:
        return ()
    names = [name for name in challenge.test.candidates.file_names.values() if name]
    others = [name for name in names if not name.endswith(edition.extension)]
    if not others:
        return ()
    return (
        f"names in the run file: edition {edition.name!r} has names that end in "
        f"{edition.extension!r}; {len(others)} of {len(names)} candidates are stored otherwise, "
        f"such as {quoted(others[0])}, and the run file names them as they are stored",
    )

"""What was written: read back, and checked."""

from pathlib import Path

from clefgan.data.challenge import DEFAULT_EDITION
from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError
from clefgan.runs import record
from clefgan.runs.classes import record as class_record
from clefgan.runs.classes.record import ClassRun
from clefgan.runs.record import Run
from clefgan.verbs.reading import Data, challenge_of
from submissions import checker, editions
from submissions.problems import Problem


def load(path: str | Path, edition: str | Path | None = None) -> Run | ClassRun:
    """Read a run back from its record, equal to what was written; of membership, or of classes.

    Parameters
    ----------
    path : of the record, of the run file beside it, or of both without ending
    edition : whose run it is, where it is one's own: the path of its TOML file; None: the one that
        the record names

    Raises
    ------
    ClefganError
        No such file, or not the record of a run.
    submissions.RunFileError
        An edition that is not known.
    """
    if class_record.is_of_classes(path):
        return class_record.load(path, edition)
    return record.load(path, edition)


def check(
    path: str | Path, challenge: Data | ClassChallenge | None = None, *, edition: str = ""
) -> list[Problem]:
    """Everything wrong with a run file; empty where the challenge would accept it.

    Parameters
    ----------
    challenge : whose images the run has to name; None: ids are checked for their form only
    edition : whose rules; "": those of the challenge, else of the default edition

    Raises
    ------
    ClefganError
        The challenge has no test part.
    """
    if challenge is None:
        return checker.check(path, editions.get(edition or DEFAULT_EDITION), None)
    whole = challenge if isinstance(challenge, ClassChallenge) else challenge_of(challenge)
    if whole.test is None:
        raise ClefganError(f"{whole.source}: no test candidates; a run cannot be checked with it")
    test = whole.test if isinstance(whole, ClassChallenge) else whole.test.candidates
    rules = editions.get(edition) if edition else whole.edition
    return checker.check(path, rules, test.file_names)

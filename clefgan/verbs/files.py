"""What was written: read back, and checked."""

from pathlib import Path

from clefgan.cli.entering import asked_of_runs
from clefgan.data.challenge import Challenge
from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError
from clefgan.runs import record, run_editions
from clefgan.runs.classes import record as class_record
from clefgan.runs.classes.record import ClassRun
from clefgan.runs.record import Run
from clefgan.verbs import given
from clefgan.verbs.reading import Data
from submissions import checker
from submissions.names import FileNames
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
    given.refuse_empty("load", path=path, edition=edition)
    given.refuse_folder("load", path, "the record of a run")
    if class_record.is_of_classes(path):
        return class_record.load(path, edition)
    return record.load(path, edition)


def check(
    path: str | Path,
    challenge: Data | ClassChallenge | None = None,
    *,
    edition: str | Path | None = None,
) -> list[Problem]:
    """Everything wrong with a run file; empty where the challenge would accept it.

    Parameters
    ----------
    challenge : whose images the run has to name; None: the ids of the edition where they are known
        (2023), else ids are checked for their form only
    edition : whose rules; None: those of the challenge that was read, else of the record beside the
        run, of the data or of the ids, else 2023

    Raises
    ------
    ClefganError
        The challenge has no test part, the run is of another edition, or the path is a folder.
    """
    given.refuse_empty("check", path=path, challenge=challenge, edition=edition)
    given.refuse_folder("check", path, "a run file")
    run = Path(path)
    if isinstance(challenge, Challenge | ClassChallenge):
        asked = edition or challenge.edition
        rules = run_editions.edition_of(asked, [run], data=challenge.source)
        classes = challenge.answers if isinstance(challenge, ClassChallenge) else ()
        return checker.check(run, rules or challenge.edition, ids_under_test(challenge), classes)
    rules = run_editions.edition_or_default(edition, [run], data=challenge)
    return checker.check(run, rules, *asked_of_runs(rules, edition or rules.name, challenge, None))


def ids_under_test(challenge: Challenge | ClassChallenge) -> FileNames:
    """The names of the images that a run of a challenge has to answer for."""
    if challenge.test is None:
        raise ClefganError(
            f"{challenge.source}: no test candidates; a run cannot be checked with it"
        )
    if isinstance(challenge, ClassChallenge):
        return challenge.test.file_names
    return challenge.test.candidates.file_names

"""Which edition runs are of: the one given, else that of their records, of the data, of the ids."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from clefgan.data import which_edition
from clefgan.data.challenge import DEFAULT_EDITION
from clefgan.errors import ClefganError
from clefgan.runs import run_files
from submissions import RunFileError, editions, recognition
from submissions import ids as id_files
from submissions.edition import Edition
from submissions.files import neighbour


def taking_part(
    given: str | None, runs: Sequence[Path], data: str | None = None, ids: Path | None = None
) -> tuple[Edition, list[Path], dict[Path, str]]:
    """The edition that is given, or that most runs are of; its runs; and what the others are of.

    A run takes part of which neither a record nor its ids say the edition.

    Raises
    ------
    ClefganError
        The data or the ids are of another edition, or all runs are.
    """
    recorded = {run: run_files.recorded_edition(run) for run in runs}
    named = {run: name or recognition.of_run(run) for run, name in recorded.items()}
    votes = Counter(name for name in recorded.values() if name) or Counter(
        name for name in named.values() if name
    )
    if given is None and votes:
        most = votes.most_common(1)[0][0]
        asked = built_in(neighbour(next(run for run in runs if named[run] == most), ".json"), most)
    else:
        asked = edition_or_default(given, [], data=data, ids=ids)
    edition_of(asked, [], data=data, ids=ids)  # data or ids of another are refused
    others = {
        run: name
        for run, name in named.items()
        if name
        and contradicts(name, asked)
        and (recorded[run] or recognition.is_told_by_ids(asked))
    }
    kept = [run for run in runs if run not in others]
    if not kept:
        edition_of(given, runs)  # which says what is wrong with the first
    return asked, kept, others


def edition_of(
    given: str | Path | Edition | None,
    runs: Sequence[Path],
    *,
    data: str | Path | None = None,
    ids: Path | None = None,
) -> Edition | None:
    """The edition that is given; else that of records, of data, of ids; None: nothing says which.

    Raises
    ------
    ClefganError
        A run is of another edition than the one given, than another run, than the data, or of one
        that is not built in.
    """
    asked = edition_of_records(given, runs)
    if data is not None:
        known = which_edition.of(data)
        if asked is None and known is not None:
            asked = editions.get(known.name)
        elif asked is not None:
            which_edition.refuse_another(data, known, asked)
    named = [] if ids is None else [(ids, recognition.of_ids(id_files.read(ids)))]
    for path, name in (*named, *((run, recognition.of_run(run)) for run in runs)):
        if asked is None and name is not None:
            asked = editions.get(name)
        if name and asked and recognition.is_told_by_ids(asked) and contradicts(name, asked):
            raise ClefganError(
                f"{path}: the ids are those of edition {name!r}; got edition {asked.name!r}; "
                f"give edition {name!r}, or ids of that edition"
            )
    return asked


def edition_or_default(
    given: str | Path | None,
    runs: Sequence[Path],
    *,
    data: str | Path | None = None,
    ids: Path | None = None,
) -> Edition:
    """As `edition_of`; the default where nothing says which."""
    return edition_of(given, runs, data=data, ids=ids) or editions.get(DEFAULT_EDITION)


def edition_of_records(given: str | Path | Edition | None, runs: Sequence[Path]) -> Edition | None:
    """The edition that is given, else the one that records beside the runs name; None: neither."""
    asked = editions.get(given) if isinstance(given, str | Path) else given
    named = {neighbour(run, ".json"): run_files.recorded_edition(run) for run in runs}
    recorded = {path: name for path, name in named.items() if name is not None}
    for path, name in recorded.items():
        if asked is not None and contradicts(name, asked):
            raise ClefganError(
                f"{path}: the run is of edition {name!r}; got edition {asked.name!r}; leave it "
                "out, or give runs of that edition"
            )
        first, other = next(iter(recorded.items()))
        if name != other:
            raise ClefganError(
                f"{path}: the run is of edition {name!r}, that of {str(first)!r} of {other!r}; "
                "give runs of one edition"
            )
    if asked is None and recorded:
        return built_in(*next(iter(recorded.items())))
    return asked


def contradicts(name: str, asked: Edition) -> bool:
    """Whether a run of the edition `name` is none of the one asked for.

    The rules of a user's own edition may be stated anew from those of a built-in one.
    """
    known = editions.names()
    return name != asked.name and (asked.name in known or name not in known)


def built_in(path: Path, name: str) -> Edition:
    """The edition that a record names."""
    try:
        return editions.get(name)
    except RunFileError as error:
        raise ClefganError(
            f"{path}: the run is of edition {name!r}, which is not built in; give its .toml file "
            "as the edition"
        ) from error

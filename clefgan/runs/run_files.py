"""Run files by anybody, lined up with a truth: what `score` and `leaderboard` start from.

A run file says used or not. The record that clefgan writes beside it, if it is there and says the
same, adds the scores and what the method knew.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from clefgan.errors import ClefganError, shortened
from clefgan.method import Knowledge
from clefgan.runs import pairs as pair_tables
from clefgan.runs.pairs import PairTable
from evaluation.runs import Panel, Run
from submissions import runfile
from submissions.edition import Edition
from submissions.errors import RunFileError
from submissions.files import neighbour
from submissions.ids import Ids
from submissions.names import FileNames, ListedNames, matched
from submissions.problems import quoted

Label = TypeVar("Label")


@dataclass(frozen=True, slots=True)
class Entrant:
    """One run file.

    scores : of the record beside it, by id; None where there is none
    threshold : of the record; None where it has none
    digests : SHA-256 of the data by role, as the record has them
    probabilities : of being used, as the record has them; None where it has none
    knowledge : "S0" to "S3", or "" where nobody said
    notes : what the reader must know of how it was read
    ranks : by id and part: the rank of the candidate, 1 for the highest; None where there is none
    pairs : its candidates beside their nearest generated images, where the run kept them
    """

    path: Path
    decisions: Mapping[str, bool]
    scores: Mapping[str, float] | None = None
    probabilities: Mapping[str, float] | None = None
    knowledge: str = ""
    threshold: float | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    ranks: Mapping[str, Mapping[str, int]] | None = None
    pairs: PairTable | None = None


def read(path: Path, edition: Edition, ids: Iterable[str], source: str = "") -> Entrant:
    """Read a run file, and the record beside it.

    Parameters
    ----------
    ids : of the images, or `FileNames` of them, as a truth or the data gives them
    source : of the ids, for errors

    Raises
    ------
    RunFileError
        Not a valid run of this edition.
    ClefganError
        Not the ids of the source, or a score of the record is not finite.
    """
    images = ids if isinstance(ids, FileNames) else ListedNames(dict.fromkeys(ids, ""))
    lenient = isinstance(images, ListedNames)  # the names of the data are certain

    def reader(known: Iterable[str] | None) -> Mapping[str, bool]:
        return runfile.read(
            path, edition, None if known is None else Ids(known, edition, lenient=lenient)
        )

    decisions = answered(reader, images, source)
    entrant = Entrant(path, decisions)
    record = neighbour(path, ".json")
    return with_record(entrant, record, images) if record.is_file() else entrant


def recorded_edition(run: Path) -> str | None:
    """The edition that the record beside a run file names; None where there is no such record."""
    name = recorded(run).get("edition")
    return name if isinstance(name, str) else None


def recorded_data(run: Path) -> str | None:
    """The data that the record beside a run file names; None where there is no such record."""
    data = recorded(run).get("data")
    source = data.get("source") if isinstance(data, dict) else None
    return source if isinstance(source, str) else None


def recorded(run: Path) -> dict[str, object]:
    """The record beside a run file as it is written; empty where there is none."""
    path = neighbour(run, ".json")
    try:
        content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except ValueError:
        return {}
    if not isinstance(content, dict) or not {"method", "test"} <= content.keys():
        return {}
    return content


def answered(
    reader: Callable[[Iterable[str] | None], Mapping[str, Label]], ids: Iterable[str], source: str
) -> Mapping[str, Label]:
    """Read a run; where the file is valid but for its ids, say whose ids those are."""
    try:
        return reader(ids)
    except RunFileError as error:
        try:
            reader(None)
        except RunFileError:
            raise error from None  # what this one would say of an id may be no id of the source
        raise ClefganError(f"{error}; the ids are those of {source or 'the truth'}") from error


def with_record(entrant: Entrant, path: Path, known_images: FileNames) -> Entrant:
    """Add scores and knowledge of a record; one of another run only adds a note."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        named: Mapping[str, Mapping[str, Any]] = record["test"]["images"]
        ids = matched(named, known_images)
        images = {ids.get(name, name): image for name, image in named.items()}
        called = {name: image["decision"] == 1 for name, image in images.items()}
        scores = {name: image["score"] for name, image in images.items()}
        likely = {
            name: image["probability"] for name, image in images.items() if "probability" in image
        }
        ranks = {
            name: {str(part): int(rank) for part, rank in image["ranks"].items()}
            for name, image in images.items()
            if "ranks" in image
        }
        knowledge = str(record["method"]["knowledge"])
        threshold = (record["test"].get("decision") or {}).get("threshold")
        digests = dict((record.get("data") or {}).get("sha256") or {})
    except (ValueError, KeyError, TypeError, AttributeError):
        return replace(entrant, notes=(f"{path.name}: not the record of a run; left out",))
    if called != dict(entrant.decisions):
        return replace(
            entrant,
            notes=(f"{path.name}: says otherwise than {entrant.path.name}; left out",),
        )
    for name, score in scores.items():
        if not isinstance(score, (int, float)) or not np.isfinite(score):
            raise ClefganError(
                f"{path}: score of {quoted(name)} is {shortened(repr(score))}; need a finite number"
            )
    for name, value in likely.items():
        if not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise ClefganError(
                f"{path}: probability of {quoted(name)} is {shortened(repr(value))}; need 0 to 1"
            )
    evidence, note = pairs_of(entrant.path, record)
    cut = float(threshold) if isinstance(threshold, (int, float)) else None
    return replace(
        entrant,
        scores=scores,
        probabilities=likely if len(likely) == len(scores) else None,
        knowledge=known(knowledge, str(path)),
        threshold=cut,
        digests=digests,
        notes=(*entrant.notes, *note),
        ranks=ranks if len(ranks) == len(scores) else None,
        pairs=evidence,
    )


def pairs_of(run: Path, record: Mapping[str, Any]) -> tuple[PairTable | None, tuple[str, ...]]:
    """The pairs of a run, and a note where the file is not the one of its record."""
    try:
        return pair_tables.beside(run, record.get("pairs")), ()
    except ClefganError as error:
        return None, (f"{error}; left out",)


def known(text: str, where: str) -> str:
    """Check a kind of knowledge."""
    kinds = [kind.value for kind in Knowledge]
    if text not in kinds:
        raise ClefganError(f"{where}: knowledge {quoted(text)} is not one of {', '.join(kinds)}")
    return text


def names(paths: Sequence[Path]) -> list[str]:
    """A name for each run: that of its file, with as many folders before it as tell all apart.

    Raises
    ------
    ClefganError
        A path is given twice.
    """
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise ClefganError(f"{path}: given twice; give each run once")
        seen.add(path.resolve())
    whole = [neighbour(path.resolve(), "").parts for path in paths]
    ends = [path.resolve().name for path in paths]
    for depth in range(1, max(map(len, whole)) + 1):
        shortened = ["/".join(parts[-depth:]) for parts in whole]
        if len(set(shortened)) == len(shortened):
            return shortened
    return ["/".join((*parts[:-1], end)) for parts, end in zip(whole, ends, strict=True)]


def line_up(
    entrants: Mapping[str, Entrant],
    truth: Mapping[str, bool],
    groups: Mapping[str, str] | None = None,
) -> Panel:
    """Put runs and truth in one order, that of the truth."""
    ids = list(truth)
    runs = {
        name: Run(
            decisions=np.array([entrant.decisions[i] for i in ids], bool),
            scores=None
            if entrant.scores is None
            else np.array([entrant.scores[i] for i in ids], np.float64),
            probabilities=None
            if entrant.probabilities is None
            else np.array([entrant.probabilities[i] for i in ids], np.float64),
            knowledge=entrant.knowledge,
            threshold=entrant.threshold,
        )
        for name, entrant in entrants.items()
    }
    clusters = None if groups is None else np.array([groups[i] for i in ids])
    return Panel(np.array([truth[i] for i in ids], bool), runs, clusters)


def with_knowledge(entrants: Mapping[str, Entrant], said: Iterable[str]) -> dict[str, Entrant]:
    """Entrants with what `RUN=S1` texts say of their knowledge.

    Raises
    ------
    ClefganError
        A text of another form, a run that is not there, or an unknown kind.
    """
    result = dict(entrants)
    for text in said:
        name, equals, kind = text.rpartition("=")
        if not equals:
            raise ClefganError(f"--knowledge: {text!r} is not RUN=KIND, such as run1=S0")
        if name not in result:
            raise ClefganError(f"--knowledge: no run {name!r}; got {', '.join(map(repr, result))}")
        result[name] = replace(result[name], knowledge=known(kind, "--knowledge"))
    return result

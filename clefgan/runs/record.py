"""A run, and its record: the JSON that stands beside the run file, written and read here.

run.write("runs/fusion")             # runs/fusion.csv, runs/fusion.json, runs/pairs/fusion.csv
again = record.load("runs/fusion")   # equal to `run`
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from clefgan.errors import ClefganError, shortened
from clefgan.method import Knowledge
from clefgan.runs import blank as blanks
from clefgan.runs import pairs as pair_tables
from clefgan.runs.decisions.decide import prevalence_curve
from clefgan.runs.decisions.verdict import Verdict
from clefgan.runs.pairs import PairTable
from clefgan.runs.result import Scored, ScoreTable
from clefgan.storage import json_text, names
from clefgan.storage.files import written_together
from evaluation import membership
from submissions import editions, runfile
from submissions.edition import Edition
from submissions.names import FileNames
from submissions.problems import quoted

Protocol = Literal["paper", "held-out"]
PROTOCOLS: tuple[Protocol, ...] = ("paper", "held-out")
OF_A_RUN = ("edition", "repr", "notes", "dev", "test")
"""Keys of the record that are a run's own; all others are its provenance."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a method said of a challenge, and all that is needed to say it again.

    Parameters
    ----------
    method : its name
    knowledge : what it knew
    settings : the method with all hyper-parameters, as Python writes it
    edition : whose run format it is written in
    dev : scores of the real dev images by protocol
    test : of the candidates; None where the challenge has no test part
    notes : what the reader must know
    provenance : data, seeds, versions, machine and times, as the record has them
    pairs : the candidates beside their nearest generated images; None where nobody asked, or a note
        says why there are none

    Two runs are equal if their records are.
    """

    method: str
    knowledge: Knowledge
    settings: str
    edition: Edition
    dev: Mapping[Protocol, Scored]
    test: Scored | None
    notes: tuple[str, ...]
    provenance: Mapping[str, Any]
    pairs: PairTable | None = None

    def __repr__(self) -> str:
        """One line: a prompt shows it, and the arrays in full fill hundreds."""
        edition, dev = self.edition.name, dict(self.dev)
        return f"Run({self.method!r}, edition={edition!r}, dev={dev!r}, test={self.test!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and text(self) == text(other)

    def __hash__(self) -> int:
        return hash(text(self))

    @property
    def scores(self) -> ScoreTable:
        """Scores of the test candidates.

        Raises
        ------
        ClefganError
            The challenge has no test part.
        """
        if self.test is None:
            raise ClefganError(
                "run: no test candidates, so no scores of them; those of dev are in "
                "run.dev['held-out'].table"
            )
        return self.test.table

    def write(self, path: str | Path, *, force: bool = False) -> list[Path]:
        """Write the run file, its record and its pairs; see `write`."""
        return write(self, path, force=force)


def text(run: Run) -> str:
    """The record as JSON; numbers that are undefined are null."""
    parts: dict[str, Any] = {"edition": run.edition.name, **run.provenance}
    parts["repr"] = run.settings
    parts["notes"] = list(run.notes)
    parts["dev"] = {name: part(scored) for name, scored in run.dev.items()}
    parts["test"] = None if run.test is None else part(run.test)
    return json_text.of(parts)


def part(scored: Scored) -> dict[str, Any]:
    """Counts, metrics where the truth is known, and every image."""
    content: dict[str, Any] = {
        "n": len(scored.ids),
        "called_used": int(scored.decisions.sum()),
    }
    if scored.verdict is not None:
        content["decision"] = {
            "threshold": scored.verdict.threshold,
            "note": scored.verdict.note,
            "expected_false_calls": scored.verdict.false_calls,
        }
    if scored.blank is not None:
        content["blank"] = blanks.described(scored.blank)
    agreement = scored.agreement
    if agreement is not None:
        content["agreement"] = agreement.as_object()
    if scored.truth is not None:
        content["by_share_called_used"] = prevalence_curve(scored.scores, scored.truth)
        content["metrics"] = membership.evaluate(
            scored.truth, scored.decisions, scored.scores, scored.probabilities
        )
    content["images"] = rows_of(scored)
    return content


def rows_of(scored: Scored) -> dict[str, dict[str, Any]]:
    """`id -> {score, decision, truth, probability, file, blank, ranks, patient}`, in order."""
    rows: dict[str, dict[str, Any]] = {}
    for i, name in enumerate(scored.ids):
        rows[name] = {"score": float(scored.scores[i]), "decision": int(scored.decisions[i])}
        if scored.truth is not None:
            rows[name]["truth"] = int(scored.truth[i])
        if scored.probabilities is not None:
            rows[name]["probability"] = float(scored.probabilities[i])
        if scored.file_names.get(name):
            rows[name]["file"] = scored.file_names[name]
        if scored.blank is not None:
            rows[name]["blank"] = float(scored.blank.scores[i])
        if scored.ranks is not None:
            rows[name]["ranks"] = {part: int(at[i]) for part, at in scored.ranks.items()}
        if scored.patients is not None:
            rows[name]["patient"] = int(scored.patients[i])
    return rows


def files_of(path: str | Path) -> tuple[Path, Path]:
    """The run file and the record that a path without ending, or either of them, names."""
    if not Path(path).name:
        raise ClefganError(f"{str(path)!r} names no run; give its path, such as runs/fusion")
    path = Path(path)
    ended = path.suffix in (".csv", ".json")
    name = path.stem if ended else path.name
    return path.with_name(f"{name}.csv"), path.with_name(f"{name}.json")


def files_to_write(path: str | Path) -> tuple[Path, Path]:
    """The same of a run that is to be written.

    Raises
    ------
    ClefganError
        A name that no run file should have.
    """
    csv, beside = files_of(path)
    fault = names.fault_of(csv.stem)
    if fault:
        raise ClefganError(f"{csv.parent}: {quoted(csv.stem)} {fault}; give another name")
    return csv, beside


def write(run: Run, path: str | Path, *, force: bool = False) -> list[Path]:
    """Write the run file, the record, and the pairs: all or none.

    Without candidates there is no run file, and without pairs no table of them; what an earlier
    run left in their places goes, as the new record is not of it.

    Parameters
    ----------
    path : without ending
    force : replace an earlier run

    Returns
    -------
    The files that were written.

    Raises
    ------
    ClefganError
        A file is there already, or is a folder.
    submissions.RunFileError
        An id that the edition's format cannot hold.
    """
    csv, beside = files_to_write(path)
    evidence = pair_tables.path_of(csv)
    refuse_existing([csv, beside, evidence], force=force)
    wanted = {csv: run.test is not None, beside: True, evidence: run.pairs is not None}
    targets = [target for target, is_wanted in wanted.items() if is_wanted]
    stale = [target for target, is_wanted in wanted.items() if not is_wanted]
    with written_together(targets, remove=stale, new=not force) as parts:
        part = dict(zip(targets, parts, strict=True))
        if run.test is not None:
            decisions = dict(zip(run.test.ids, run.test.decisions.tolist(), strict=True))
            runfile.write(
                part[csv], decisions, run.edition, file_names=run.test.file_names, called=str(csv)
            )
        part[beside].write_text(text(run), encoding="utf-8")
        if run.pairs is not None:
            part[evidence].write_text(pair_tables.text(run.pairs), encoding="utf-8", newline="\n")
    return targets


def refuse_existing(paths: list[Path], *, force: bool) -> None:
    """Raise if a run would overwrite another."""
    for path in paths:
        if path.is_dir():
            raise ClefganError(f"{path}: is a folder; give another name")
        if path.exists() and not force:
            raise ClefganError(f"{path}: exists; give another name, or force to replace it")


def load(path: str | Path, edition: str | Path | None = None) -> Run:
    """Read a run back from its record.

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
    csv, path = files_of(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Run(
            method=content["method"]["name"],
            knowledge=Knowledge(content["method"]["knowledge"]),
            settings=content["repr"],
            edition=editions.get(edition or content["edition"]),
            dev={
                name: scored(content["dev"][name]) for name in PROTOCOLS if name in content["dev"]
            },
            test=None if content["test"] is None else scored(content["test"]),
            notes=tuple(content["notes"]),
            provenance={name: value for name, value in content.items() if name not in OF_A_RUN},
            pairs=pair_tables.beside(csv, content.get("pairs")),
        )
    except FileNotFoundError:
        raise ClefganError(f"{path}: no such file; give the record of a run") from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ClefganError(
            f"{path}: not the record of a run; got {shortened(repr(error))}"
        ) from error


def scored(content: Mapping[str, Any]) -> Scored:
    """One part of a record."""
    images: Mapping[str, Mapping[str, Any]] = content["images"]
    rows = list(images.values())
    called = np.array([row["decision"] for row in rows], bool)
    decision = content.get("decision")
    return Scored(
        ids=tuple(images),
        scores=np.array([row["score"] for row in rows], np.float64),
        truth=np.array([row["truth"] for row in rows], bool) if "truth" in rows[0] else None,
        verdict=None
        if decision is None
        else Verdict(
            called,
            decision["threshold"],
            decision["note"],
            decision.get("expected_false_calls"),
        ),
        probabilities=np.array([row["probability"] for row in rows], np.float64)
        if "probability" in rows[0]
        else None,
        file_names=FileNames({name: row.get("file", "") for name, row in images.items()}),
        blank=None
        if "blank" not in content
        else blanks.again(content["blank"], np.array([row["blank"] for row in rows], np.float64)),
        ranks={
            part: np.array([row["ranks"][part] for row in rows], np.int64)
            for part in rows[0]["ranks"]
        }
        if "ranks" in rows[0]
        else None,
        patients=np.array([row["patient"] for row in rows], np.int64)
        if "patient" in rows[0]
        else None,
    )

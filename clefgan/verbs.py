"""The verbs of the command line as functions, for a notebook.

    challenge = clefgan.read("DATA", edition="2023")
    run = clefgan.run(challenge, "fusion", seed=0)
    run.scores                      # id, score, decision, truth where known
    run.pairs                       # the generated images that are most like each candidate
    run.write("runs/fusion")        # run file, record and pairs: all or none, checked
    clefgan.evaluate(challenge, ["fusion", "nearest"])
    clefgan.audit("TRAIN", "RELEASED", "HELD_OUT", patients="patients.csv", release="public")
    clefgan.load("runs/fusion.json") == run
    classes = clefgan.read(edition="2025_s2")     # the same verbs: runs and tables of classes

They are at hand as `clefgan.read`, `clefgan.run` and so on, loaded on first use. Nothing is
printed, and no bar is drawn unless `progress=True`; bad input is a `ClefganError` of one line.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias, overload

from clefgan.auditing.profiles import PROFILES
from clefgan.cli.console import progress_bar
from clefgan.data import patient_table, reading
from clefgan.data.challenge import DEFAULT_EDITION, Challenge
from clefgan.data.classes import reading as class_reading
from clefgan.data.classes.challenge import ClassChallenge
from clefgan.data.classes.reading import DEFAULT_CLASSES, ClassFolders
from clefgan.data.formats.grid import Size
from clefgan.data.formats.raw import Window
from clefgan.data.patient_table import PatientTable
from clefgan.data.reading import DEFAULT_DATA
from clefgan.data.sets.windows import WindowChoice
from clefgan.errors import ClefganError
from clefgan.experiments import class_runs
from clefgan.experiments.trials.evaluate import evaluate as evaluated
from clefgan.experiments.trials.trials import TrialPlan
from clefgan.method import Attributor, Clusterer, Method, Progress, silent
from clefgan.plugins import registry
from clefgan.report import blanks, boards, class_notebook
from clefgan.report.audit import making
from clefgan.report.audit.making import Files, Options
from clefgan.report.audit.result import Audit
from clefgan.report.class_notebook import CLASS_PROTOCOLS, ClassEvaluationTable
from clefgan.report.notebook import EvaluationTable
from clefgan.runs import job, provenance, record
from clefgan.runs.classes import decisions
from clefgan.runs.classes import record as class_record
from clefgan.runs.classes.record import ClassRun
from clefgan.runs.decisions.decide import parse as rule_of
from clefgan.runs.decisions.decide import usual
from clefgan.runs.pairs import NEAREST
from clefgan.runs.record import PROTOCOLS, Protocol, Run
from clefgan.runs.request import Extras
from evaluation import metrics
from submissions import checker, editions
from submissions.problems import Problem

__all__ = ["audit", "check", "class_methods", "evaluate", "load", "methods", "read", "run"]

Data: TypeAlias = Challenge | str | Path
"""A challenge, or what `read` takes."""
ClassEdition: TypeAlias = Literal["2024_s2", "2025_s2"]


@contextmanager
def reported(progress: bool | Progress) -> Iterator[Progress]:
    """What a `progress` argument asks for: nothing, bars on stderr, or the caller's function."""
    if callable(progress):
        yield progress
    elif progress:
        with progress_bar() as bars:
            yield bars
    else:
        yield silent


@overload
def read(  # type: ignore[overload-overlap]
    data: str | Path | None = None,
    *,
    edition: ClassEdition,
    test_data: str | Path | None = None,
    window: Window | None = None,
    sources: Mapping[str, str | Path] | None = None,
    folders: ClassFolders | None = None,
    shared: bool = False,
) -> ClassChallenge: ...
@overload
def read(
    data: str | Path | None = None,
    edition: str | Path = DEFAULT_EDITION,
    *,
    test_data: str | Path | None = None,
    window: Window | None = None,
    size: Size | None = None,
    patients: PatientTable | str | Path | None = None,
) -> Challenge: ...
def read(
    data: str | Path | None = None,
    edition: str | Path = DEFAULT_EDITION,
    *,
    test_data: str | Path | None = None,
    window: Window | None = None,
    size: Size | None = None,
    patients: PatientTable | str | Path | None = None,
    sources: Mapping[str, str | Path] | None = None,
    folders: ClassFolders | None = None,
    shared: bool = False,
) -> Challenge | ClassChallenge:
    """Read a challenge: every image is listed, none is decoded yet.

    Parameters
    ----------
    data : a folder in an edition's layout, the name of a dataset, or its prepared folder; None:
        the embedded one, `phantom_ct`, or `phantom_classes` of an edition of classes
    edition : whose folder names and run files; a name, or the path of a TOML file
    test_data : where the test part is, if not with dev
    window : levels of images of more than 8 bits that are black and white, `(low, high)`
    size : height and width to which all images are brought; None: all must have one size
    patients : a table of files and patients, or its path (`clefgan.data.patient_table`); None: the
        one beside the images, or their headers, where there are any
    sources : of classes: name to the folder of its real images, in the place of `data`
    folders : of classes: what the folder of each role may be called
    shared : of classes: real images may be in several of them

    Raises
    ------
    ClefganError, submissions.RunFileError
        As `clefgan.data.reading.read` and `clefgan.data.classes.reading.read` do.
    """
    if not editions.get(edition).is_membership:
        if size is not None or patients is not None:
            raise ClefganError(
                f"read: size and patients are not for classes, as edition {str(edition)!r} asks "
                "for; leave them out"
            )
        named = None if sources is None else {name: Path(each) for name, each in sources.items()}
        return class_reading.read(
            data or DEFAULT_CLASSES, edition, test_data=test_data, sources=named, folders=folders,
            window=window, shared=shared,
        )  # fmt: skip
    if sources is not None or folders is not None or shared:
        raise ClefganError(
            "read: sources, folders, shared go with an edition of classes, such as 2025_s2; got "
            f"{str(edition)!r}"
        )
    if isinstance(patients, str | Path):
        patients = patient_table.read(Path(patients))
    return reading.read(
        data or DEFAULT_DATA, edition, test_data=test_data, window=window, size=size,
        patients=patients,
    )  # fmt: skip


def challenge_of(data: Data) -> Challenge:
    """The challenge itself, or the one that a path or name gives."""
    return data if isinstance(data, Challenge) else reading.read(data, DEFAULT_EDITION)


def methods() -> dict[str, type[Method]]:
    """Every membership method that can be run, by name; a plug-in that cannot be loaded is not."""
    known = registry.all_methods()
    return {name: cls for name, cls in known if not isinstance(cls, registry.Broken)}


def class_methods() -> dict[str, type[Attributor] | type[Clusterer]]:
    """The same of the methods of attribution, clusterers included."""
    rooms: list[registry.Registry[Any]] = [registry.ATTRIBUTORS, registry.CLUSTERERS]
    known = [method for room in rooms for method in room.all_methods()]
    return {name: cls for name, cls in known if not isinstance(cls, registry.Broken)}


@overload
def run(
    challenge: ClassChallenge,
    method: str | Attributor | Clusterer,
    *,
    seed: int = 0,
    n_folds: int = 3,
    decide: str | None = None,
    clusters: int | None = None,
    progress: bool | Progress = False,
) -> ClassRun: ...
@overload
def run(
    challenge: Data,
    method: str | Method,
    *,
    seed: int = 0,
    protocols: Sequence[str] = PROTOCOLS,
    n_folds: int = 3,
    decide: str | None = None,
    pairs: bool = True,
    blank: bool = True,
    progress: bool | Progress = False,
) -> Run: ...
def run(
    challenge: Data | ClassChallenge,
    method: str | Method | Attributor | Clusterer,
    *,
    seed: int = 0,
    protocols: Sequence[str] | None = None,
    n_folds: int = 3,
    decide: str | None = None,
    pairs: bool = True,
    blank: bool = True,
    clusters: int | None = None,
    progress: bool | Progress = False,
) -> Run | ClassRun:
    """Fit a method on dev, score the images under test, and score dev.

    Parameters
    ----------
    challenge : from `read`, or what `read` takes
    method : a name, with settings where they differ (`"nearest(size=64)"`), a `file.py:Class`, or
        a method object, which has its own seed
    seed : of the method and of the folds
    protocols : of membership: `paper`, `held-out` or both
    decide : the rule that turns scores into decisions, as `--decide` takes it; None: `auto`, or
        `argmax` of classes
    pairs : of membership: keep the nearest generated images of each candidate: `run.pairs`
    blank : of membership: score the same images against another generator's: `run.test.blank`
    clusters : of classes: how many clusters to make
    progress : True: bars on stderr; or a function that is called instead

    Raises
    ------
    ClefganError
        Unknown method or rule, a fault of the data, or a score that is not finite.
    """
    whole = challenge if isinstance(challenge, ClassChallenge) else challenge_of(challenge)
    room: Any = registry if isinstance(whole, Challenge) else None
    if isinstance(method, str):
        room = room or registry.registry_of(method)
        name, configured = method, room.configure(method, seed=seed)
    else:
        name, configured = name_of(method), method
    with reported(progress) as report:
        if isinstance(whole, ClassChallenge):
            refuse_protocols(protocols)
            return class_runs.run(
                whole, name, configured, n_folds=n_folds, seed=seed,
                rule=decisions.parse(decide or "argmax"), n_clusters=clusters, progress=report,
            )  # fmt: skip
        return job.run(
            whole, name, configured, protocols=chosen_protocols(protocols or PROTOCOLS),
            n_folds=n_folds, seed=seed, progress=report,
            rule=usual(whole, configured) if decide is None else rule_of(decide),
            extras=Extras(NEAREST if pairs else 0, blank),
        )  # fmt: skip


def refuse_protocols(asked: Sequence[str] | None) -> None:
    """Raise if a run of classes is given protocols: it has all that its data allow."""
    if asked is not None:
        raise ClefganError(
            f"run: protocols {', '.join(asked)!r} are of membership; a run of classes has all that "
            "its data allow; leave them out"
        )


def chosen_protocols(asked: Sequence[str]) -> tuple[Protocol, ...]:
    """The protocols asked for, in the order of the record."""
    for name in asked:
        if name not in PROTOCOLS:
            raise ClefganError(f"protocol {name!r} is not one of {', '.join(PROTOCOLS)}")
    return tuple(known for known in PROTOCOLS if known in asked)


def name_of(method: Any) -> str:
    """The name under which a method's class is registered, else the name of the class."""
    dotted = provenance.class_name(method)
    rooms: list[registry.Registry[Any]] = [
        registry.METHODS, registry.ATTRIBUTORS, registry.CLUSTERERS,
    ]  # fmt: skip
    entries = [item for room in rooms for item in room.entries().items()]
    named = (name for name, entry in entries if entry.value == dotted)
    return next(named, type(method).__name__)


@overload
def evaluate(
    challenge: ClassChallenge,
    methods: Sequence[str],
    *,
    seed: int = 0,
    protocols: Sequence[str] | None = None,
    repeats: int = 1,
    n_folds: int = 3,
    metric: str | None = None,
    level: float = 0.95,
    folder: str | Path | None = None,
    progress: bool | Progress = False,
) -> ClassEvaluationTable: ...
@overload
def evaluate(
    challenge: Data,
    methods: Sequence[str],
    *,
    seed: int = 0,
    protocols: Sequence[str] | None = None,
    repeats: int = 1,
    n_folds: int = 3,
    metric: str | None = None,
    level: float = 0.95,
    folder: str | Path | None = None,
    progress: bool | Progress = False,
) -> EvaluationTable: ...
def evaluate(
    challenge: Data | ClassChallenge,
    methods: Sequence[str],
    *,
    seed: int = 0,
    protocols: Sequence[str] | None = None,
    repeats: int = 1,
    n_folds: int = 3,
    metric: str | None = None,
    level: float = 0.95,
    folder: str | Path | None = None,
    progress: bool | Progress = False,
) -> EvaluationTable | ClassEvaluationTable:
    """Compare methods on the dev images, with intervals and trivial answers beside them.

    Parameters
    ----------
    challenge : from `read`, or what `read` takes
    methods : names, with settings where they differ
    protocols : `held-out` (the default), `paper`; of classes `grouped`, `plain` (both)
    repeats : each with other folds and another seed
    metric : that ranks; None: the one of the edition
    folder : keeps what is done, to go on later; None: nothing is kept

    Raises
    ------
    ClefganError
        Unknown method or metric, a fault of the data, or a method that fails.
    """
    if not methods:
        raise ClefganError("evaluate: no method; give the name of at least one")
    kept = None if folder is None else Path(folder)
    if isinstance(challenge, ClassChallenge):
        with reported(progress) as report:
            return class_notebook.evaluate(
                challenge, methods, seed=seed, protocols=protocols or CLASS_PROTOCOLS,
                repeats=repeats, n_folds=n_folds, primary=metric or challenge.edition.metric,
                level=level, folder=kept, progress=report,
            )  # fmt: skip
    whole = challenge_of(challenge)
    for name in methods:
        registry.configure(name)  # a misspelt one stops here, before any work
    primary = metrics.get(metric or whole.edition.metric)
    with tempfile.TemporaryDirectory() as scratch, reported(progress) as report:
        plan = TrialPlan(
            methods=tuple(methods),
            data=whole,
            folder=kept or Path(scratch),
            edition=whole.edition.name,
            protocols=chosen_protocols(protocols or ("held-out",)),
            repeats=repeats,
            n_folds=n_folds,
            seed=seed,
            blank=True,
        )
        results = evaluated(plan, jobs=1, progress=report)
    if results.failures:
        raise ClefganError(next(iter(results.failures.values())))
    beside = blanks.contrasts(results, seed)
    return EvaluationTable(tuple(boards.parts(plan, results, primary, level, blank=beside)))


def given_sets(
    train: str | Path | None, released: str | Path | None, release: str | None
) -> tuple[str | Path, str | Path]:
    """The training and the released images of an audit, if both are there, and a threshold."""
    if train is None or released is None:
        raise ClefganError("audit: one of train and released is missing; give both, or neither")
    if release is None:
        known = ", ".join(PROFILES)
        raise ClefganError(f"audit: no threshold; choose one before looking: {known}")
    return train, released


def audit(
    train: str | Path | None = None,
    released: str | Path | None = None,
    held_out: str | Path | None = None,
    *,
    release: str | None = None,
    patients: str | Path | None = None,
    file_column: str | None = None,
    patient_column: str | None = None,
    patient_from: str | None = None,
    one_image_each: bool = False,
    strata: str | Path | None = None,
    after: str | Path | None = None,
    withhold: str | None = None,
    thin: float | None = None,
    sealed: float | None = None,
    window: WindowChoice = None,
    largest: int | None = 128,
    deals: int = 1999,
    planted: int = 50,
    seed: int = 0,
    progress: bool | Progress = False,
) -> Audit:
    """May generated images be released, and which of them not? See `docs/audit.md`.

    Parameters
    ----------
    train, released, held_out : images that were trained on, that are to be released, and of
        patients not trained on: folders or files of any format. None of them: an embedded example
    release : name of the threshold, chosen before looking: `public`, `public-use`, `controlled`
        or `membership`
    patients : a table of images and patients; its columns are guessed unless they are named
    patient_from : `header`, `folder`, or a regular expression found in the id of an image
    one_image_each : every image is a patient of its own
    after : the folder of the audit before: this is a re-audit
    withhold : `list` or `symmetric`: how images are withheld
    thin : share of the kept images that stay, chosen for diversity
    sealed : share of the patients kept for the re-audit; None: 0.2 with `withhold`, else nobody
    window : levels of images of more than 8 bits, one window for all

    Returns
    -------
    The verdict, tables and numbers; `write` makes the report.

    Raises
    ------
    ClefganError
        Images without a patient, a patient in both sets, files that cannot be read, no threshold.
    """
    options = Options(
        release=release or "public",
        after=after,
        withhold=withhold,
        thin=thin,
        sealed=sealed,
        deals=deals,
        planted=planted,
        seed=seed,
    )
    with reported(progress) as report:
        if train is None and released is None:
            return making.example(options, progress=report)
        train, released = given_sets(train, released, release)
        files = Files(
            train=train,
            released=released,
            held_out=held_out,
            patients=patients,
            file_column=file_column,
            patient_column=patient_column,
            patient_from=patient_from,
            one_image_each=one_image_each,
            strata=strata,
            window=window,
            largest=largest,
        )
        return making.audit(files, options, progress=report)


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

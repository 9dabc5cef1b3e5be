"""The verbs of the command line as functions, for a notebook.

    challenge = clefgan.read("DATA", edition="2023")
    run = clefgan.run(challenge, "fusion", seed=0)
    run.scores                      # id, score, decision, truth where known
    run.write("runs/fusion")        # run file and record: both or neither, checked
    clefgan.evaluate(challenge, ["fusion", "nearest"])
    clefgan.audit("TRAIN", "RELEASED", "HELD_OUT", patients="patients.csv", release="public")
    clefgan.load("runs/fusion.json") == run

They are at hand as `clefgan.read`, `clefgan.run` and so on, loaded on first use. Nothing is
printed, and no bar is drawn unless `progress=True`; bad input is a `ClefganError` of one line.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from clefgan.auditing.profiles import PROFILES
from clefgan.cli.console import progress_bar
from clefgan.data import patient_table, reading
from clefgan.data.challenge import DEFAULT_EDITION, Challenge
from clefgan.data.formats.grid import Size
from clefgan.data.formats.raw import Window
from clefgan.data.patient_table import PatientTable
from clefgan.data.reading import DEFAULT_DATA
from clefgan.data.sets.windows import WindowChoice
from clefgan.errors import ClefganError
from clefgan.experiments.trials.evaluate import evaluate as evaluated
from clefgan.experiments.trials.trials import TrialPlan
from clefgan.method import Method, Progress, silent
from clefgan.plugins import registry
from clefgan.report import boards
from clefgan.report.audit import making
from clefgan.report.audit.making import Files, Options
from clefgan.report.audit.result import Audit
from clefgan.report.notebook import EvaluationTable
from clefgan.runs import job, provenance
from clefgan.runs.decisions.decide import parse as rule_of
from clefgan.runs.decisions.decide import usual
from clefgan.runs.record import PROTOCOLS, Protocol, Run, load
from evaluation import metrics
from submissions import checker, editions
from submissions.problems import Problem

__all__ = ["audit", "check", "evaluate", "load", "methods", "read", "run"]

Data: TypeAlias = Challenge | str | Path
"""A challenge, or what `read` takes."""


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


def read(
    data: str | Path = DEFAULT_DATA,
    edition: str | Path = DEFAULT_EDITION,
    *,
    test_data: str | Path | None = None,
    window: Window | None = None,
    size: Size | None = None,
    patients: PatientTable | str | Path | None = None,
) -> Challenge:
    """Read a challenge: every image is listed, none is decoded yet.

    Parameters
    ----------
    data : a folder in an edition's layout, the name of a TFDS dataset, or its prepared folder
    edition : whose folder names and run files; a name, or the path of a TOML file
    test_data : where the test part is, if not with dev
    window : levels of images of more than 8 bits that are black and white, `(low, high)`
    size : height and width to which all images are brought; None: all must have one size
    patients : a table of files and patients, or its path (`clefgan.data.patient_table`); None: the
        one beside the images, or their headers, where there are any

    Raises
    ------
    ClefganError, submissions.RunFileError
        As `clefgan.data.reading.read` does.
    """
    if isinstance(patients, str | Path):
        patients = patient_table.read(Path(patients))
    return reading.read(
        data, edition, test_data=test_data, sixteen_bit=window, size=size, patients=patients
    )


def challenge_of(data: Data) -> Challenge:
    """The challenge itself, or the one that a path or name gives."""
    return data if isinstance(data, Challenge) else read(data)


def methods() -> dict[str, type[Method]]:
    """Every method that can be run, by name; a plug-in that cannot be loaded is left out."""
    known = registry.all_methods()
    return {name: cls for name, cls in known if not isinstance(cls, registry.Broken)}


def run(
    challenge: Data,
    method: str | Method,
    *,
    seed: int = 0,
    protocols: Sequence[str] = PROTOCOLS,
    n_folds: int = 3,
    decide: str | None = None,
    progress: bool | Progress = False,
) -> Run:
    """Fit a method on dev, score the test candidates, and score dev.

    Parameters
    ----------
    challenge : from `read`, or what `read` takes
    method : a name, with settings where they differ (`"nearest(size=64)"`), a `file.py:Class`, or
        a method object, which has its own seed
    seed : of the method and of the folds
    decide : the rule that turns scores into decisions, as `--decide` takes it; None: `auto`
    progress : True: bars on stderr; or a function that is called instead

    Raises
    ------
    ClefganError
        Unknown method or rule, a fault of the data, or a score that is not finite.
    """
    chosen = chosen_protocols(protocols)
    rule = None if decide is None else rule_of(decide)
    if isinstance(method, str):
        name, configured = method, registry.configure(method, seed=seed)
    else:
        configured = method
        name = name_of(method)
    with reported(progress) as report:
        found = challenge_of(challenge)
        return job.run(
            found,
            name,
            configured,
            protocols=chosen,
            n_folds=n_folds,
            seed=seed,
            rule=rule or usual(found, configured),
            progress=report,
        )


def chosen_protocols(asked: Sequence[str]) -> tuple[Protocol, ...]:
    """The protocols asked for, in the order of the record."""
    for name in asked:
        if name not in PROTOCOLS:
            raise ClefganError(f"protocol {name!r} is not one of {', '.join(PROTOCOLS)}")
    return tuple(known for known in PROTOCOLS if known in asked)


def name_of(method: Method) -> str:
    """The name under which a method's class is registered, else the name of the class."""
    place = provenance.class_name(method)
    named = (name for name, entry in registry.entries().items() if entry.value == place)
    return next(named, type(method).__name__)


def evaluate(
    challenge: Data,
    methods: Sequence[str],
    *,
    seed: int = 0,
    protocols: Sequence[str] = ("held-out",),
    repeats: int = 1,
    n_folds: int = 3,
    metric: str | None = None,
    level: float = 0.95,
    folder: str | Path | None = None,
    progress: bool | Progress = False,
) -> EvaluationTable:
    """Compare methods on the dev images, with intervals and trivial answers beside them.

    Parameters
    ----------
    challenge : from `read`, or what `read` takes
    methods : names, with settings where they differ
    protocols : `held-out`, `paper`, or both
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
    whole = challenge_of(challenge)
    for name in methods:
        registry.configure(name)  # a misspelt one stops here, before any work
    primary = metrics.get(metric or whole.edition.metric)
    with (
        tempfile.TemporaryDirectory() as scratch,
        reported(progress) as report,
    ):
        plan = TrialPlan(
            methods=tuple(methods),
            data=whole,
            folder=Path(scratch if folder is None else folder),
            edition=whole.edition.name,
            protocols=chosen_protocols(protocols),
            repeats=repeats,
            n_folds=n_folds,
            seed=seed,
        )
        results = evaluated(plan, jobs=1, progress=report)
    if results.failures:
        raise ClefganError(next(iter(results.failures.values())))
    return EvaluationTable(tuple(boards.parts(plan, results, primary, level)))


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


def check(path: str | Path, challenge: Data | None = None, *, edition: str = "") -> list[Problem]:
    """Everything wrong with a run file; empty where the challenge would accept it.

    Parameters
    ----------
    challenge : whose candidates the run has to name; None: ids are checked for their form only
    edition : whose rules; "": those of the challenge, else of the default edition

    Raises
    ------
    ClefganError
        The challenge has no test part.
    """
    whole = None if challenge is None else challenge_of(challenge)
    if whole is not None and whole.test is None:
        raise ClefganError(f"{whole.source}: no test candidates; a run cannot be checked with it")
    rules = editions.get(edition or DEFAULT_EDITION)
    if whole is not None and not edition:
        rules = whole.edition
    ids = None if whole is None or whole.test is None else whole.test.candidates.file_names
    return checker.check(path, rules, ids)

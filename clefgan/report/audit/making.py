"""An audit from files to its result: what the command and the Python function share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from clefgan.auditing import example as examples
from clefgan.auditing import feature_spaces, inputs, judged, ledger, pipeline, profiles
from clefgan.auditing.filter import Withhold
from clefgan.auditing.inputs import RELEASED, Inputs
from clefgan.auditing.ledger import Before
from clefgan.auditing.settings import Settings, refuse_second_filter
from clefgan.data import patients
from clefgan.data.patients import PatientsFrom
from clefgan.data.sets.windows import WindowChoice
from clefgan.errors import ClefganError, counted
from clefgan.method import Progress, silent
from clefgan.report.audit import internal
from clefgan.report.audit.result import Audit
from clefgan.storage import files as storage

KEPT = "audit"  # kind of cached thing
HEADER, FOLDER = "header", "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where images are, and whose they are.

    train, released, held_out : a folder or a file of any format
    patients : a table of images and patients; its columns are guessed unless they are named
    patient_from : `header`, `folder`, or a regular expression found in the id of an image
    one_image_each : every image is a patient of its own
    """

    train: str | Path
    released: str | Path
    held_out: str | Path | None = None
    patients: str | Path | None = None
    file_column: str | None = None
    patient_column: str | None = None
    patient_from: str | None = None
    one_image_each: bool = False
    strata: str | Path | None = None
    window: WindowChoice = None
    largest: int | None = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How an audit is done."""

    release: str
    after: str | Path | None = None
    withhold: str | None = None
    thin: float | None = None
    sealed: float | None = None
    deals: int = 1999
    planted: int = 50
    features: str = feature_spaces.RADIOMIC
    seed: int = 0

    def settings(self) -> Settings:
        """The same for the audit itself.

        Raises
        ------
        ClefganError
            No such threshold or filter.
        """
        if self.withhold is not None and self.withhold not in list(Withhold):
            raise ClefganError(f"withhold: {self.withhold!r} is not one of {', '.join(Withhold)}")
        return Settings(
            profile=profiles.get(self.release),
            withhold=None if self.withhold is None else Withhold(self.withhold),
            thin=self.thin,
            sealed=self.sealed,
            deals=self.deals,
            planted=self.planted,
            features=self.features,
            seed=self.seed,
        )


def audit(files: Files, options: Options, *, progress: Progress = silent) -> Audit:
    """Audit a release; see the modules of `clefgan.auditing`."""
    settings = options.settings()
    before = look_before(settings, options)
    files_read = inputs.read(
        files.train,
        files.released,
        files.held_out,
        whose(files),
        strata=None if files.strata is None else Path(files.strata),
        window=files.window,
        largest=files.largest,
        progress=progress,
    )
    return of_inputs(files_read, settings, options, before, progress)


def refuse_absent(files: Files) -> None:
    """Refuse images that are not there, before anybody asks whose they are."""
    for name in filter(None, (files.train, files.released, files.held_out)):
        if not Path(str(name).partition("#")[0]).exists():
            raise ClefganError(f"{name}: no such folder or file")


def look_before(settings: Settings, options: Options) -> Before | None:
    """The audit before; all that can be refused without images is refused here.

    Raises
    ------
    ClefganError
        It is no audit, had another threshold, has withheld already, or its judgements are no table.
    """
    if options.after is None:
        return None
    folder = Path(options.after)
    before = ledger.read(folder)
    ledger.check_threshold(before, settings.profile.name, folder)
    refuse_second_filter(settings, before)
    judgements_of(folder)
    return before


def example(options: Options, *, progress: Progress = silent) -> Audit:
    """Audit the embedded example."""
    settings = options.settings()
    before = look_before(settings, options)
    return of_inputs(examples.inputs(), settings, options, before, progress)


def of_inputs(
    sets: Inputs,
    settings: Settings,
    options: Options,
    before: Before | None,
    progress: Progress,
) -> Audit:
    """Audit what was read; of a release that was audited before, what was kept of it."""
    if before is not None and options.after is not None:
        folder = Path(options.after)
        digests = sets.digests()
        ledger.check(before, digests, folder)
        if before.withhold is not None and digests[RELEASED] == before.digests[RELEASED]:
            sets = only_kept(sets, folder, before)
        sets = judged_by(judgements_of(folder), sets)
    kept = storage.cache(KEPT)
    return Audit(pipeline.run(sets, settings, before=before, kept_lists=kept, progress=progress))


def judgements_of(folder: Path) -> dict[str, str]:
    """What a person said of the pairs of an audit; nothing where nobody judged."""
    path = folder / internal.FOLDER / judged.FILE
    words = judged.read(path)
    if words:
        judged.check(words, internal.read_ids(folder, internal.PAIRS), path)
    return words


def judged_by(words: Mapping[str, str], sets: Inputs) -> Inputs:
    """The same, knowing what a person said of the audit before."""
    if not words:
        return sets
    copies = judged.copies(words, sets.released_ids)
    return replace(sets.noting(judged.note(words, len(copies))), judged=tuple(copies.tolist()))


def only_kept(sets: Inputs, folder: Path, before: Before) -> Inputs:
    """The images of a release that the audit before kept."""
    names = internal.read_ids(folder, internal.KEEP)
    if len(names) != before.kept:
        raise ClefganError(
            f"{folder / internal.FOLDER / internal.KEEP}: {counted(len(names), 'image')}, but the "
            f"audit kept {before.kept}; give the folder of the audit as it was written, or the "
            "images to be released in a folder of their own"
        )
    places = [image for image, name in enumerate(sets.released_ids) if name in names]
    if len(places) != len(names):
        raise ClefganError(
            f"{folder}: {counted(len(names) - len(places), 'kept image is', 'kept images are')} "
            "not in the release; give the release that was audited, or the kept images in a folder "
            "of their own"
        )
    note = f"of the release audited before, the {len(places)} images that were kept"
    return sets.keep(places, note)


def whose(files: Files) -> PatientsFrom:
    """Where patients come from.

    Raises
    ------
    ClefganError
        Nothing says whose an image is, or it is said in two ways.
    """
    if (files.patients is not None) + (files.patient_from is not None) + files.one_image_each > 1:
        raise ClefganError(
            "patients: given in two ways; give a table, or headers, folders or a pattern, or say "
            "that every image is of another patient (one-image-each)"
        )
    if files.patients is None and (files.file_column or files.patient_column):
        raise ClefganError("patients: a column is named, but no table is given; give both")
    if files.patients is not None:
        table = patients.read(
            Path(files.patients),
            file_column=files.file_column,
            patient_column=files.patient_column,
        )
        return PatientsFrom(table=table)
    if files.patient_from is not None:
        how = files.patient_from
        return PatientsFrom(
            header=how == HEADER,
            folder=how == FOLDER,
            pattern=None if how in (HEADER, FOLDER) else how,
        )
    if not files.one_image_each:
        refuse_absent(files)
        raise ClefganError(
            "patients: nothing says whose each image is; give a table of images and patients, "
            "headers, folders or a pattern, or say that every image is of another patient "
            "(one-image-each)"
        )
    return PatientsFrom(one_image_each=True)

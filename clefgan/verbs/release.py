"""May generated images be released."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clefgan.auditing.profiles import LEAST_SIDE, PROFILES
from clefgan.data.sets.windows import WindowChoice
from clefgan.errors import ClefganError
from clefgan.method import Progress
from clefgan.report.audit import making
from clefgan.report.audit.making import Files, Options
from clefgan.report.audit.result import Audit
from clefgan.verbs import given
from clefgan.verbs.progress import reported


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


def refuse_for_example(given: Mapping[str, object]) -> None:
    """Refuse what is of one's own images where none are given."""
    names = [name for name, value in given.items() if value]
    if names:
        raise ClefganError(f"audit: {names[0]} is of your own images; give train and released too")


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
    features: str = "radiomic",
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
    features : on which fidelity is measured: `radiomic`, or `vgg16` where its weights are installed
    window : levels of images of more than 8 bits, one window for all

    Returns
    -------
    The verdict, tables and numbers; `write` makes the report.

    Raises
    ------
    ClefganError
        Images without a patient, a patient in both sets, files that cannot be read, no threshold.
    """
    own: dict[str, Any] = {
        "held_out": held_out, "patients": patients, "file_column": file_column,
        "patient_column": patient_column, "patient_from": patient_from,
        "one_image_each": one_image_each, "strata": strata, "window": window,
    }  # fmt: skip
    texts = {"train": train, "released": released, "release": release, "after": after}
    given.refuse_empty("audit", **texts, withhold=withhold, **own)
    given.whole("audit", 0, seed=seed, planted=planted)
    given.whole("audit", 99, deals=deals)
    if largest is not None:
        given.whole("audit", LEAST_SIDE, largest=largest)
    given.share("audit", thin=thin, sealed=sealed)
    options = Options(
        release=release or "public", after=after, withhold=withhold, thin=thin, sealed=sealed,
        deals=deals, planted=planted, features=features, seed=seed,
    )  # fmt: skip
    with reported(progress) as report:
        if train is None and released is None:
            refuse_for_example(own)
            return making.example(options, progress=report)
        train, released = given_sets(train, released, release)
        files = Files(train=train, released=released, largest=largest, **own)
        return making.audit(files, options, progress=report)

"""A class lab as a folder in the layout of 2025, with its truth and how it was made."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from clefgan.experiments.lab import leaks
from clefgan.experiments.lab.make import (
    RECORD,
    Pictures,
    ids,
    refuse_existing,
    table,
    write_pictures,
)
from clefgan.experiments.lab.make_classes import ClassLab, ClassSpec
from clefgan.experiments.lab.reals import Reals
from clefgan.method import Progress, silent
from clefgan.storage import folders, json_text


def write(
    folder: Path, reals: Reals, spec: ClassSpec, lab: ClassLab, *, progress: Progress = silent
) -> None:
    """Write `real/<class>`, `generated/<class>`, `generated_unknown`, `truth.csv` and `lab.json`.

    Whole or not at all. `groups.csv` gives the patient of each real image.

    Raises
    ------
    ClefganError
        The folder exists.
    """
    refuse_existing(folder)
    with folders.written_whole(folder, new=True) as part:
        fill(part, reals, spec, lab, progress)


def fill(folder: Path, reals: Reals, spec: ClassSpec, lab: ClassLab, progress: Progress) -> None:
    """Write images, tables and record."""
    pictures: Pictures = {}
    patients: dict[str, str] = {}
    for source, places in zip(lab.sources, lab.patients, strict=True):
        names = [f"{source.name}_{name}" for name in ids("real", source.real)]
        pictures[f"real/{source.name}"] = (names, source.real)
        patients |= {name: reals.groups[i] for name, i in zip(names, places, strict=True)}
        made = [f"{source.name}_{name}" for name in ids("generated", source.generated)]
        pictures[f"generated/{source.name}"] = (made, source.generated)
    under_test = ids("generated", lab.test)
    pictures["generated_unknown"] = (under_test, lab.test)
    write_pictures(folder, pictures, progress)
    classes = np.array([source.name for source in lab.sources])
    table(folder / "truth.csv", ("id", "class"), under_test, classes[lab.truth].tolist())
    table(folder / "groups.csv", ("id", "group"), list(patients), list(patients.values()))
    (folder / RECORD).write_text(json_text.of(about(reals, spec, lab)), encoding="utf-8")


def about(reals: Reals, spec: ClassSpec, lab: ClassLab) -> dict[str, Any]:
    """Everything that decided the lab."""
    said = asdict(spec)
    for rule, name in (("dcgan", "gan"), ("flow", "flow")):
        if rule not in (spec.rule, spec.setting().test_rule):
            del said[name]
    return {
        "made_by": "clefgan lab make-classes",
        "spec": said,
        "test_rule": spec.setting().test_rule,
        "real": {
            "source": reals.source,
            "images": len(reals.images),
            "groups": len(set(reals.groups)),
            "grouped_by": reals.group_source,
            "sha256": reals.digest(),
        },
        "degradation": {"shift": leaks.SHIFT, "blur": leaks.BLUR, "noise": leaks.NOISE},
        "numpy": np.__version__,
        "patients": {
            source.name: [reals.ids[i] for i in places]
            for source, places in zip(lab.sources, lab.patients, strict=True)
        },
    }

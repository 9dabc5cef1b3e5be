"""`clefgan lab make-classes`: class challenges whose truth, and whose shortcuts, are known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clefgan.cli import outputs, pictures
from clefgan.cli.choices import refuse_unknown
from clefgan.cli.completion import CLOSED, one_of
from clefgan.cli.console import console, progress_bar, say_wrote
from clefgan.cli.lab_options import DCGAN_SETTINGS, GROUP, MANIFEST, REAL, SIZE, networks
from clefgan.cli.outputs import Output
from clefgan.experiments.lab import class_folder
from clefgan.experiments.lab import make as making
from clefgan.experiments.lab import make_classes as class_labs
from clefgan.experiments.lab import reals as real_images

FOLDER = Annotated[Path, typer.Argument(metavar="DIR", help="The new challenge's folder.")]
KIND = Annotated[
    str,
    typer.Option(
        help="What the classes differ in: subset, family, both, other-generator, seed, null, "
        "texture-shift, texture-reversed, histogram, collapse, shared-patients or "
        "unequal-sizes.",
        autocompletion=one_of("make-classes --kind"),
    ),
]
RULE = Annotated[
    str,
    typer.Option(
        help="The rule that makes generated images: pca, blend, tiles, up, warp, dcgan or flow.",
        autocompletion=one_of("--rule"),
    ),
]
TEST_RULE = Annotated[
    str | None,
    typer.Option(
        help="The rule that makes the images under test; that of dev if not given.",
        autocompletion=one_of("--rule"),
    ),
]
CLASSES = Annotated[
    int, typer.Option(help="The number of classes; 4 or 5 for family and both.", min=2)
]
REALS = Annotated[int, typer.Option(help="The number of real images per class.", min=2)]
GENERATED = Annotated[
    int, typer.Option(help="The number of labelled generated images per class.", min=1)
]
TEST = Annotated[int, typer.Option(help="The number of images under test per class.", min=1)]
OVERLAP = Annotated[
    float, typer.Option(help="For shared-patients: the share of patients that all classes have.")
]
SEED = Annotated[int, typer.Option(help="The seed of everything that is drawn.", min=0)]


def make_classes(
    folder: FOLDER,
    real: REAL,
    kind: KIND = "subset",
    rule: RULE = "pca",
    test_rule: TEST_RULE = None,
    classes: CLASSES = 5,
    reals: REALS = 40,
    generated: GENERATED = 80,
    test: TEST = 80,
    overlap: OVERLAP = 0.5,
    seed: SEED = 0,
    group: GROUP = None,
    manifest: MANIFEST = None,
    window: pictures.WINDOW = None,
    size: SIZE = None,
    settings: DCGAN_SETTINGS = None,
) -> None:
    """Make a class challenge with a known truth, in the layout of 2025, from real images.

    One image per group (patient) is used. The kinds say why a method can be right: of a method that
    knows the training data, accuracy stays where only they differ and falls to chance elsewhere.
    """
    levels = pictures.window_levels(window)
    making.refuse_existing(folder)
    outputs.refuse([Output("DIR", folder, is_folder=True)], [real, manifest])
    refuse_unknown("--kind", kind, CLOSED["make-classes --kind"])
    refuse_unknown("--test-rule", test_rule, CLOSED["--rule"])
    gan, flow = networks(settings, 0, list(dict.fromkeys([rule, test_rule or rule])), "--rule")
    spec = class_labs.ClassSpec(
        kind=kind, rule=rule, test_rule=test_rule, classes=classes, reals=reals,
        generated=generated, test=test, overlap=overlap, seed=seed, gan=gan, flow=flow,
    )  # fmt: skip
    with progress_bar() as progress:
        drawn_from = real_images.read(
            real, group=group, manifest=manifest, size=size, window=levels, progress=progress
        )
        lab = class_labs.draw(drawn_from, spec, progress=progress)
        class_folder.write(folder, drawn_from, spec, lab, progress=progress)
    console.print(
        f"{kind}, rule {rule}: {classes} classes, {reals} real and {generated} generated images "
        f"each, {len(lab.test)} under test"
    )
    say_wrote([folder])

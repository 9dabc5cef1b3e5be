"""Negative controls as columns and sentences of the held-out table."""

from clefgan.experiments.controls import low_end
from clefgan.experiments.controls.by_method import Contrast, Contrasts
from clefgan.experiments.controls.image_only import IMAGE_ONLY
from clefgan.experiments.controls.other_generator import OTHER_GENERATOR
from clefgan.report.sheet import Column, Entry, Extra, Holds

SPELT_OUT = 3  # methods whose every contrast is a sentence; of more only the names are given

ABOVE = Column(
    "above_controls",
    "Above controls",
    Holds.YES_NO,
    help="AUC above that of every control, and above 95% of permuted labels",
)
P_PERMUTED = Column(
    "p_permuted", "p permuted", Holds.P_VALUE, help="Share of permuted labels that do as well"
)
AUCS = {
    IMAGE_ONLY: Column(
        "auc_image_only",
        "AUC of image only",
        Holds.MEASURE,
        help="Control: the truth guessed from nuisance features of the real images alone",
        short="Image only",
        lower_is_better=True,
    ),
    OTHER_GENERATOR: Column(
        "auc_other_generator",
        "AUC with other generator",
        Holds.MEASURE,
        help="Control: the same method with generated images that cannot have seen the images",
        short="Other gen.",
        lower_is_better=True,
    ),
}


def columns(contrasts: Contrasts) -> tuple[Extra, ...]:
    """A column a control, and one that says whether the AUC is above all of them."""
    methods = contrasts.methods
    aucs = tuple(
        (column, {name: Entry(auc_of(one, control)) for name, one in methods.items()})
        for control, column in AUCS.items()
    )
    p = {name: Entry(one.noise.p_value) for name, one in methods.items()}
    above = {name: Entry(one.above) for name, one in methods.items()}
    return (*aucs, (P_PERMUTED, p), (ABOVE, above))


def auc_of(contrast: Contrast, control: str) -> float:
    """The AUC of one control."""
    return next(row.control_auc for row in contrast.rows if row.control == control)


def notes(contrasts: Contrasts) -> tuple[str, ...]:
    """What the controls are, and what they say against each method."""
    within = f" within the strata of {contrasts.strata}" if contrasts.strata else ""
    said = (
        f"controls: image only: from nuisance features of the real images alone; other generator: "
        f"{contrasts.other} in the place of dev's; permuted labels{within}; all of the first repeat"
    )
    failing = {name: one.warnings for name, one in contrasts.methods.items() if not one.above}
    if len(failing) > SPELT_OUT:
        names = ", ".join(failing)
        head = [name for name, one in contrasts.methods.items() if one.noise.low_end.stands_out]
        leads = (
            f"; at the low false-positive end used ones lead in {', '.join(head)}" if head else ""
        )
        return (
            said,
            f"AUC not above all controls (see the columns): {names}{leads}; {low_end.EXCLUDES}",
        )
    return (said, *(f"{name}: {text}" for name, texts in failing.items() for text in texts))

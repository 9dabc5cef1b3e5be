"""The blank of each method of an evaluation: columns, and what they say in words."""

import math
from collections.abc import Mapping

from clefgan.experiments.trials.trials import Results
from clefgan.report.sheet import Column, Entry, Extra, Holds
from clefgan.report.wording import number
from clefgan.runs import blank
from clefgan.runs.blank import BlankContrast

SPELT_OUT = 3  # methods that are not above their blank in figures; of more only the names are given

BLANK = Column(
    "auc_blank",
    "AUC of the blank",
    Holds.MEASURE,
    help="The same images, scored against a generator that cannot have seen them",
    short="Blank",
    lower_is_better=True,
)
LESS = Column(
    "auc_less_blank",
    "AUC less the blank",
    Holds.MEASURE,
    True,
    help="With its 95% interval; whole groups are drawn",
    short="Less blank",
)
RESIDUAL = Column(
    "auc_residual",
    "AUC beyond the blank",
    Holds.MEASURE,
    help="Of what is left of the scores after a regression on those of the blank",
    short="Beyond it",
)
HALVES = Column(
    "used_against_used",
    "AUC by chance",
    Holds.MEASURE,
    True,
    help="95% of the AUCs of one half of the used images against the other half",
    short="By chance",
)


def contrasts(results: Results, seed: int) -> dict[str, BlankContrast]:
    """The held-out scores of the first repeat beside their blank, by method."""
    scores = results.scores.get("held-out", {})
    return {
        name: blank.beside_truth(results.truth, scores[name][0], elsewhere[0], results.groups, seed)
        for name, elsewhere in results.blank.items()
    }


def columns(contrasts: Mapping[str, BlankContrast]) -> tuple[Extra, ...]:
    """A column per figure; none where no method has a blank."""
    if not contrasts:
        return ()
    return (
        (BLANK, {name: Entry(one.blank_auc) for name, one in contrasts.items()}),
        (LESS, {name: Entry(one.difference, one.low, one.high) for name, one in contrasts.items()}),
        (RESIDUAL, {name: Entry(one.residual_auc) for name, one in contrasts.items()}),
        (HALVES, {name: halves(one) for name, one in contrasts.items()}),
    )


def halves(one: BlankContrast) -> Entry:
    """Where chance lies, around 0.5."""
    middle = math.nan if math.isnan(one.halves_low) else 0.5
    return Entry(middle, one.halves_low, one.halves_high)


def notes(contrasts: Mapping[str, BlankContrast], results: Results) -> tuple[str, ...]:
    """Which methods have a blank as high, and why others have none."""
    said = []
    alike = {name: one for name, one in contrasts.items() if one.is_not_above}
    if 0 < len(alike) <= SPELT_OUT:
        said += [
            f"{name}: {one.said}: AUC {number(one.blank_auc)} against images of another "
            f"generator, {number(one.auc)} against those of dev; no sign that this generator gave "
            "the images away"
            for name, one in alike.items()
        ]
    elif alike:
        said.append(
            "the blank (the same images against another generator's) is as high, so no sign that "
            f"this generator gave the images away, for: {', '.join(alike)}"
        )
    reasons: dict[str, list[str]] = {}
    for name, reason in results.no_blank.items():
        reasons.setdefault(reason, []).append(name)
    everybody = len(reasons) == 1 and not contrasts
    said += [
        reason if everybody else f"{reason} ({', '.join(names)})"
        for reason, names in reasons.items()
    ]
    return tuple(said)

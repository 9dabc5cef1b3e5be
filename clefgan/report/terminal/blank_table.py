"""The blank of a run: rows beside its result, and what they mean in words."""

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text

from clefgan.errors import counted
from clefgan.report.wording import NOTHING, limits, number
from clefgan.runs.blank import BlankContrast, SharedCalls
from clefgan.runs.record import Run

TITLES = {"held-out": "held-out", "paper": "training images"}


def parts(run: Run) -> dict[str, BlankContrast]:
    """The contrasts of a run whose truth is known, by what they are of."""
    scored = {f"dev, {TITLES[name]}": part for name, part in run.dev.items()}
    if run.test is not None:
        scored["test"] = run.test
    return {
        name: part.blank.contrast
        for name, part in scored.items()
        if part.blank is not None and isinstance(part.blank.contrast, BlankContrast)
    }


def table(contrasts: Mapping[str, BlankContrast]) -> Table:
    """A column per part: its AUC, that of the blank, what is left, and what chance gives."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    made.add_column("", no_wrap=True)
    for name in contrasts:
        made.add_column(Text(name), no_wrap=True)
    of_parts = list(contrasts.values())
    made.add_row("AUC", *(number(one.auc) for one in of_parts))
    made.add_row("AUC of the blank", *(number(one.blank_auc) for one in of_parts))
    made.add_row("difference", *map(difference, of_parts))
    made.add_row("AUC beyond the blank", *(number(one.residual_auc) for one in of_parts))
    made.add_row("AUC by chance", *map(chance, of_parts))
    return made


def warnings(run: Run) -> list[str]:
    """Sentences on results whose blank is as high, and on decisions that the blank makes too."""
    said = [
        f"{name}: {one.said}: AUC {number(one.blank_auc)} against images of another "
        f"generator, {number(one.auc)} against those under test (difference {difference(one)}); "
        "no sign that this generator gave the images away"
        for name, one in parts(run).items()
        if one.is_not_above
    ]
    test = None if run.test is None else run.test.blank
    if test is not None and isinstance(test.contrast, SharedCalls) and test.contrast.called:
        said.append(shared(test.contrast))
    return said


def shared(calls: SharedCalls) -> str:
    """How many decisions the blank would make too."""
    words = (
        f"test: of the {counted(calls.called, 'candidate that is', 'candidates that are')} called "
        f"used, {calls.shared} {'is' if calls.shared == 1 else 'are'} among the {calls.called} "
        "highest against another generator's images too "
        f"({calls.expected:.1f} expected by chance; "
        f"rank correlation {calls.correlation:.2f})"
    )
    if calls.is_mostly_shared:
        return f"{words}: the blank is as high, so these decisions say little about this generator"
    return words


def difference(one: BlankContrast) -> str:
    """`+0.270 [+0.13, +0.42]`."""
    gap = number(one.difference, signed=True)
    return f"{gap} {limits(one.low, one.high, signed=True)}".rstrip()


def chance(one: BlankContrast) -> str:
    """Where 95% of the AUCs of one half of the used images against the other lie."""
    return limits(one.halves_low, one.halves_high) or NOTHING

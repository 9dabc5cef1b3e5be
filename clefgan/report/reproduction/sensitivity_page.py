"""The sensitivity table as a page, and as numbers."""

from dataclasses import asdict
from typing import Any

from clefgan.experiments.reproduction.sensitivity import METRICS, ChoiceSensitivity, Moved, Number
from clefgan.report.files import markdown
from clefgan.report.wording import NOTHING, limits, number
from evaluation import metrics


def text(study: ChoiceSensitivity) -> str:
    """Return the whole page."""
    images = f"{study.n_used} used and {study.n_not_used} not used"
    seeds = f"{study.seeds[0]} to {study.seeds[-1]}"
    head = (
        f"# {study.paper.title}: how much each open choice moves the result\n\n"
        f"Data: `{study.data}`, {images}. Seeds {seeds}. "
        f"Size: {study.sizes.name} ({study.sizes.why}). {study.n_folds} folds held out.\n\n"
        f"One choice is changed at a time. Values are means over {len(study.seeds)} seeds with "
        "Student's 95% interval; *change* is from the defaults of the same method and protocol, "
        "paired by seed; *images* is the 95% interval of the mean AUC when the images are drawn "
        "again (BCa), which is how far the result carries to other patients. All used: F1 "
        f"{all_used_f1(study):.3f}, balanced accuracy 0.5, AUC 0.5."
    )
    tables = [f"## {protocol}\n\n{table(study, protocol)}" for protocol in ("held-out", "paper")]
    note = (
        "Under the paper protocol the unused images that are scored also trained the DCGAN. To "
        "limit the cost, choices that need another DCGAN or other features are run only under this "
        "protocol. The held-out AUC pools the scores of the folds, whose SVMs need not agree on a "
        "scale, and this blurs it. The intervals over seeds hold for these images; with so many "
        "rows, the interval of one change in twenty does not contain 0 by chance."
        f" All fits took {study.seconds / 60:.0f} minutes."
    )
    absent = [f"Not run: {name}: {reason}" for name, reason in study.left_out.items()]
    return "\n\n".join([head, *tables, note, *absent]) + "\n"


def all_used_f1(study: ChoiceSensitivity) -> float:
    """F1 of calling every image used."""
    return 2 * study.n_used / (2 * study.n_used + study.n_not_used)


def table(study: ChoiceSensitivity, protocol: str) -> str:
    """The choices of one protocol."""
    first, *others = (metrics.get(name).brief for name in METRICS)
    heads = ["method", "choice", "value", first, "change", "images"]
    for title in others:
        heads += [title, "change"]
    lines = [line(moved) for moved in study.moved if moved.protocol == protocol]
    return markdown.table(heads, lines)


def line(moved: Moved) -> list[str]:
    """One row of the table."""
    choice = moved.choice
    name = f"`{choice.method}`"
    cells = [name, choice.choice or "**defaults**", "" if choice.is_default else choice.value]
    cells += [shown(moved.means["auc"]), change(moved, "auc"), images(moved, "auc")]
    for metric in METRICS[1:]:
        cells += [shown(moved.means[metric]), change(moved, metric)]
    return cells


def shown(mean: Number, *, signed: bool = False) -> str:
    """`0.512 [0.48, 0.54]`; a change, which is small, `+0.012 [−0.004, +0.028]`."""
    value = number(mean.value, signed=signed)
    return f"{value} {limits(mean.low, mean.high, 3 if signed else 2, signed=signed)}".strip()


def change(moved: Moved, metric: str) -> str:
    """Change from the defaults; a dash for the defaults."""
    return shown(moved.changes[metric], signed=True) if moved.changes else NOTHING


def images(moved: Moved, metric: str) -> str:
    """Limits when images are drawn again."""
    return limits(*moved.images[metric]) or NOTHING


def brief(study: ChoiceSensitivity) -> tuple[list[str], list[list[str]]]:
    """Heads and rows for the terminal: AUC only."""
    heads = ["protocol", "method", "choice", "value", metrics.get("auc").brief, "change"]
    lines = [
        [
            moved.protocol,
            moved.choice.method,
            moved.choice.choice or "defaults",
            "" if moved.choice.is_default else moved.choice.value,
            shown(moved.means["auc"]),
            change(moved, "auc"),
        ]
        for moved in study.moved
    ]
    return heads, lines


def numbers(study: ChoiceSensitivity) -> dict[str, Any]:
    """Every number of the page, for JSON; undefined ones are NaN."""
    document = asdict(study)
    document["paper"] = study.paper.name
    return document

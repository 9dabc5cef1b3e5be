"""What `clefgan methods --json` prints: names, knowledge, cost and measured strength."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from clefgan.plugins.hyperparameters import Hyperparameter
from clefgan.report import method_guide
from clefgan.report.terminal.method_list import ListedMethod
from clefgan.report.wording import NOTHING


def listed(rows: Mapping[str, Sequence[ListedMethod]]) -> dict[str, list[dict[str, object]]]:
    """Every method by its interface."""
    return {
        kind: [
            {
                "name": row.name,
                "knows": row.knows,
                "does": row.does,
                "source": row.source,
                **(guide(row.name) if kind == "membership" else {}),
            }
            for row in entries
        ]
        for kind, entries in rows.items()
    }


def one(row: ListedMethod, text: str, settings: Sequence[Hyperparameter]) -> dict[str, object]:
    """One method with all that it says of itself, and what can be set."""
    return {
        "name": row.name,
        "knows": row.knows,
        "does": row.does,
        "source": row.source,
        "text": text,
        "settings": [asdict(setting) for setting in settings],
    }


def guide(name: str) -> dict[str, object]:
    """Group, cost and measured AUCs of a method of membership."""
    known = method_guide.expected(name)
    auc = dict(zip(("copy", "blend", "tiles", "pca"), known.auc, strict=False))
    return {
        "group": known.group,
        "cost": known.cost,
        "auc": {kind: float(text) for kind, text in auc.items() if text != NOTHING},
    }

"""Draw the picture of the study anew from the tables of docs/study.md.

    python -m benchmarks.study_picture

The tables hold two runs on the same challenges, so no run of `clefgan lab study` draws all of it.
"""

import re
import sys
from pathlib import Path

from clefgan.experiments.lab import picture
from clefgan.experiments.lab.power import CurvePoint

PAGE = Path("docs/study.md")
PICTURE = Path("docs/images/study.png")
FIRST = (
    "fusion", "nearest", "votes", "patch-log-ratio", "rank-fusion", "vcmi-max",
    "nearest(features=band)",
)  # fmt: skip
METRICS = {"AUC": "auc", "TPR at 1% FPR": "tpr_at_fpr_0.01"}
TITLE = re.compile(r"\*\*(AUC|TPR at 1% FPR), (\w+)\*\*")
CELL = re.compile(r"([\d.]+) \[([\d.]+), ([\d.]+)\]")
SEEDS = 5


def points(page: str) -> list[CurvePoint]:
    """Every cell of the tables, the methods that are drawn in colour first."""
    curve: list[CurvePoint] = []
    metric = how = ""
    leaks: list[float] = []
    for line in page.splitlines():
        if title := TITLE.match(line):
            metric, how = METRICS[title[1]], title[2]
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not how or not line.startswith("| ") or len(cells) != 6:
            continue
        if cells[0] == "method":
            leaks = [float(cell.removeprefix("leak ")) for cell in cells[1:]]
            continue
        for leak, cell in zip(leaks, cells[1:], strict=True):
            found = CELL.fullmatch(cell)
            assert found is not None, line
            mean, low, high = map(float, found.groups())
            curve.append(CurvePoint(how, leak, cells[0], metric, mean, low, high, low, high, ()))
    return sorted(curve, key=lambda p: FIRST.index(p.method) if p.method in FIRST else len(FIRST))


def main() -> None:
    curve = points(PAGE.read_text(encoding="utf-8"))
    picture.draw(curve, PICTURE, n_seeds=SEEDS)
    sys.stdout.write(f"{PICTURE}: {len({p.method for p in curve})} methods\n")


if __name__ == "__main__":
    main()

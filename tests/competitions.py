"""A competition of Codabench that is made, and runs for it."""

import datetime
from pathlib import Path

import numpy as np

from evaluation import metrics
from submissions import editions, runfile
from submissions.codabench.init import CompetitionSettings, init

RUNS = Path(__file__).parent / "data" / "run_files"
START = datetime.date(2027, 3, 1)
TITLES = metrics.titles()


def labels(n: int, seed: int) -> dict[str, bool]:
    rng = np.random.default_rng(seed)
    return {f"real_unknown_{i:04d}": bool(rng.integers(2)) for i in range(1, n + 1)}


def competition(folder: Path) -> Path:
    """A competition of 2023 with 60 images."""
    edition = editions.get("2023")
    runfile.write(folder / "truth.csv", labels(60, seed=1), edition)
    return init(
        folder / "comp",
        edition,
        folder / "truth.csv",
        TITLES,
        settings=CompetitionSettings(start=START),
    )


def written(folder: Path, seed: int = 2) -> Path:
    run = folder / "mine.csv"
    runfile.write(run, labels(60, seed), editions.get("2023"), force=True)
    return run

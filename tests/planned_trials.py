"""Trials on a small challenge, of a method that counts its fits."""

from pathlib import Path

import numpy as np

from building import challenge
from clefgan.experiments.trials.trials import TrialPlan
from clefgan.method import Images

METHOD = '''
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from clefgan.errors import ClefganError
from clefgan.method import Knowledge

LOG = Path(__file__).with_name("log")


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Remembers the mean of the used images it was fitted on."""

    knowledge: ClassVar[Knowledge] = Knowledge.S3
    paper_note: ClassVar[str] = "it saw the answers"
    limit: int = 99  # fits that succeed

    def fit(self, dev, /, *, progress=None):
        done = LOG.read_text().count("fit") if LOG.exists() else 0
        if done >= self.limit:
            raise ClefganError("counted: no more fits")
        with LOG.open("a") as log:
            log.write("fit\\n")
        return Scorer(float(dev.used.mean()))


@dataclass(frozen=True)
class Scorer:
    level: float

    def score(self, candidates, generated, /, *, progress=None):
        return candidates.mean(axis=(1, 2)) - self.level
'''


def draw(rng: np.random.Generator, role: str) -> Images:
    return rng.integers(0, 200 + 55 * (role == "used"), (16, 16), np.uint8)


def counting(folder: Path) -> str:
    """A method that counts its fits, by its file."""
    (folder / "counted.py").write_text(METHOD)
    return f"{folder / 'counted.py'}:Counted"


def dev_only(folder: Path) -> Path:
    """A challenge without a test part."""
    return challenge(folder / "data", {"generated": 6, "used": 8, "not_used": 8}, draw=draw)


def plan(data: Path, *methods: str, **others: object) -> TrialPlan:
    given = {"methods": methods, "data": str(data), "folder": data.parent / "trials", **others}
    return TrialPlan(**given)  # type: ignore[arg-type]


def fits(data: Path) -> int:
    log = data.parent / "log"
    return log.read_text().count("fit") if log.exists() else 0

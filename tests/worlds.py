"""One small world of files that writing commands are tried on."""

from pathlib import Path

from building import challenge
from running import output

SETS = {
    "dev/generated": 6,
    "dev/used": 5,
    "dev/not_used": 5,
    "test/generated_1": 4,
    "test/real_unknown_1": 8,
}
PLUGIN = """
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from clefgan.method import Knowledge

class Fitted:
    def score(self, candidates, generated, /, *, progress=None):
        return np.linspace(-1, 1, len(candidates))

@dataclass(frozen=True)
class Mine:
    knowledge: ClassVar = Knowledge.S0
    table: str = ""
    def fit(self, dev, /, *, progress=None):
        return Fitted()
"""

SCORE = [
    "score",
    "runs/a.csv",
    "--truth",
    "truth.csv",
    "--groups",
    "groups.csv",
    "--data",
    "data",
    "--edition",
    "own.toml",
]
LEADERBOARD = ["leaderboard", "runs/b.csv", *SCORE[1:]]


def world_in(root: Path) -> Path:
    """Data with truth, two runs with records, tables, an edition, a plug-in; links to some."""
    challenge(root / "data", SETS)
    ids = [f"real_unknown_{i:04d}" for i in range(1, 9)]
    truth = "".join(f"{name},{i % 2}\n" for i, name in enumerate(ids))
    (root / "data/truth.csv").write_text(truth)
    (root / "truth.csv").write_text(truth)
    (root / "groups.csv").write_text("".join(f"{name},{i // 2}\n" for i, name in enumerate(ids)))
    (root / "ids.txt").write_text("\n".join(ids))
    (root / "strata.csv").write_text("id,stratum\n")
    (root / "own.toml").write_text('base = "2023"\n')
    (root / "zips.toml").write_text('base = "2023"\ncontainer = "zip"\nmember = "run.csv"\n')
    (root / "mine.py").write_text(PLUGIN)
    for name, seed in (("a", 1), ("b", 2)):
        run(
            *("run", "--method", "coin", "--data", root / "data", "--seed", seed),
            *("--out", root / "runs", "--name", name, "--protocol", "held-out"),
        )
    (root / "runs/a.fixed.csv").write_text("another run\n")
    (root / "link.csv").symlink_to(root / "runs/a.csv")
    (root / "plugin.csv").symlink_to(root / "mine.py")
    (root / "hard.csv").hardlink_to(root / "data/truth.csv")
    (root / "linked").symlink_to(root / "data", target_is_directory=True)
    (root / "elsewhere").mkdir()
    (root / "data/more").symlink_to(root / "elsewhere", target_is_directory=True)
    (root / "gan/checkpoints").mkdir(parents=True)
    return root


def run(*words: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    done = output(*words)
    return done.code, done.out, done.err

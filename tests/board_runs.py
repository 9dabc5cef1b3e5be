"""Runs of membership that a leaderboard ranks, as files."""

import json
from pathlib import Path

import numpy as np

N = 80


def three_runs(folder: Path) -> Path:
    """Three runs of 80 candidates, two with records, and their truth."""
    rng = np.random.default_rng(0)
    truth = rng.permutation(N) < N // 2
    ids = [f"real_unknown_{i + 1:04d}" for i in range(N)]
    (folder / "truth.txt").write_text(
        "".join(f"{name},{int(used)}\n" for name, used in zip(ids, truth, strict=True))
    )
    for number, strength in enumerate((2.0, 0.3, 0.0)):
        scores = rng.normal(size=N) + strength * (truth - 0.5)
        calls = dict(zip(ids, (scores > 0).astype(int).tolist(), strict=True))
        path = folder / f"team{number}.csv"
        path.write_text("".join(f"{name},{call}\n" for name, call in calls.items()))
        if number < 2:
            images = {
                name: {"score": float(score), "decision": calls[name]}
                for name, score in zip(ids, scores, strict=True)
            }
            record = {"method": {"knowledge": "S1"}, "test": {"images": images}}
            path.with_suffix(".json").write_text(json.dumps(record))
    return folder


def runs(folder: Path) -> list[Path]:
    return sorted(folder.glob("team*.csv"))

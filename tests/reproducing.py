"""A paper with two rows of a stub, and its reproduction on a tiny challenge."""

from pathlib import Path

import numpy as np

from building import challenge, save
from clefgan.data import reading
from clefgan.experiments.reproduction import result
from clefgan.experiments.reproduction.paper import Paper, PaperRow, Sizes
from clefgan.method import Images

STUB = Path(__file__).parent / "data" / "fingerprint_stub.py"
SIZES = Sizes("tiny", own_samples=12, epochs=1, why="a test")


def stub_paper() -> Paper:
    method = f"{STUB}:Stub"
    dev, test = "aimultimedialab-2023-dev-vgg16-rbf", "aimultimedialab-2023-run-1"
    return Paper(
        name="stub-paper",
        title="Stub",
        source="nowhere",
        rows=(
            PaperRow("one", "first row", method, ("kernel=rbf",), dev, test),
            PaperRow("two", "second row", method, ("kernel=linear", "level=0"), dev),
        ),
        quick=SIZES,
        full=SIZES,
    )


def write_data(tmp_path: Path, *, truth: bool) -> Path:
    """Used images are bright (150), those not used dark (50), given generated white."""
    levels = {"dev/used": 150, "dev/not_used": 50, "dev/generated": 230}

    def draw(rng: np.random.Generator, role: str) -> Images:
        return (levels[role] + rng.integers(-9, 10, (32, 32))).astype(np.uint8)

    data = challenge(tmp_path / "data", dict.fromkeys(levels, 10), draw=draw)
    halves = np.repeat(np.array([150, 50], np.uint8), 4 * 32 * 32).reshape(8, 32, 32)
    for name in ("generated", "real_unknown"):
        save(data / "test" / f"{name}_1", halves, name + "_{:04d}")
    if truth:
        lines = [f"real_unknown_{i + 1:04d},{int(i < 4)}" for i in range(8)]
        (data / "test" / "truth.csv").write_text("\n".join(["id,used", *lines, ""]))
    return data


def reproduced(tmp_path: Path, *, truth: bool = True) -> result.Reproduction:
    found = reading.read(write_data(tmp_path, truth=truth))
    return result.make(stub_paper(), found, "2023", SIZES, seed=3)

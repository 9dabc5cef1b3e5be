"""The main job as a whole process: start-up, the embedded default, and the size of 2023.

The product of seconds and GFLOP/s compares machines: the rate is that of float32 matrix products on
all cores, measured in this run. Cold: nothing compiled or trained before, as after installation;
warm: compiled by an earlier run, but nothing trained. 10,000 is asked of both.
"""

import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.command import Cost, best, clefgan

SIZE = 256
ROLES_2023 = {
    "dev/generated": 500,
    "dev/used": 80,
    "dev/not_used": 80,
    "test/generated_1": 10_000,
    "test/real_unknown_1": 200,
}


def main() -> None:
    """Print what each command took beside what is asked of it."""
    table = Table("command", "asked", "took", "peak", title="the main job, whole processes")
    with tempfile.TemporaryDirectory() as folder:
        env = {"CLEFGAN_CACHE": f"{folder}/cache", "PYTHONPYCACHEPREFIX": f"{folder}/modules"}
        run = ["run", "--method", "lbp-svm", "--force", "--out", f"{folder}/runs"]
        clefgan(*run, env={**env, "CLEFGAN_CACHE": f"{folder}/other"})  # compiles modules
        python = [sys.executable, "-P", "-m", "clefgan"]
        for words, asked in ((["--help"], "0.5 s"), (["methods"], "0.7 s")):
            add(table, "clefgan " + " ".join(words), asked, best([*python, *words], 5, env))
        rate = matrix_rate()
        cold = clefgan(*run, env=env)
        add(table, "run --method lbp-svm, cold", "90 s, 3 GiB", cold)
        shutil.rmtree(f"{folder}/cache/dcgan")
        warm = clefgan(*run, env=env)
        add(table, "the same, warm", "", warm)
        add(table, "the same again", "", clefgan(*run, env=env))
        data = Path(folder) / "2023"
        make(data)
        run += ["--data", str(data), "--set", "gan.epochs=1"]
        clefgan(*run, env=env)  # trains the DCGANs, which the row below reads from the cache
        add(table, "the size of 2023, DCGANs cached", "60 s, 3 GiB", clefgan(*run, env=env))
        nearest = [*run[:2], "nearest", *run[3:-2]]
        add(table, "the same with nearest (reads all 10,000)", "", clefgan(*nearest, env=env))
    console = Console()
    console.print(table)
    console.print(f"matrix products: {rate:.0f} GFLOP/s on all cores")
    for name, cost in (("cold", cold), ("warm", warm)):
        console.print(f"{name}: {cost.seconds * rate:,.0f} seconds x GFLOP/s; asked: 10,000")


def matrix_rate(side: int = 2048) -> float:
    """The rate of NumPy's float32 matrix product on all cores, in GFLOP/s: the best of 20."""
    a = np.random.default_rng(0).standard_normal((side, side), np.float32)
    seconds = []
    for _ in range(20):
        begin = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - begin)
    return float(2 * side**3 / min(seconds) / 1e9)


def add(table: Table, what: str, asked: str, cost: Cost) -> None:
    """One row."""
    table.add_row(what, asked, f"{cost.seconds:.2f} s", f"{cost.peak_mib / 1024:.2f} GiB")


def make(folder: Path) -> None:
    """Write a challenge of the size of 2023: shifted and noised phantom slices, 256x256 PNG."""
    from clefgan.data import phantom

    slices = np.stack([phantom.draw(seed, SIZE) for seed in range(64)])
    jobs = [
        (folder / role / f"{role.rpartition('/')[2]}_{i + 1:05d}.png", slices[i % 64], i)
        for role, n in ROLES_2023.items()
        for i in range(n)
    ]
    for role in ROLES_2023:
        (folder / role).mkdir(parents=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda job: write(*job), jobs))


def write(path: Path, image: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", seed: int) -> None:
    """One PNG; no two are alike."""
    from PIL import Image

    rng = np.random.default_rng(seed)
    moved = np.roll(image, rng.integers(-6, 7, 2), (0, 1)).astype(np.int16)
    noised = np.clip(moved + rng.integers(-3, 4, moved.shape, np.int16), 0, 255)
    Image.fromarray(noised.astype(np.uint8)).save(path, compress_level=1)


if __name__ == "__main__":
    main()

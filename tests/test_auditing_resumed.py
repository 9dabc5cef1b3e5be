"""`clefgan audit` killed while it works, at several points, and started again: equal bytes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from running import clefgan

N = 24  # patients of each set


def write(folder: Path) -> list[str]:
    """Three folders, and the command that audits them."""
    rng = np.random.default_rng(0)
    sets = {"train": N, "held": N, "made": 60}
    for name, n in sets.items():
        (folder / name).mkdir()
        fine = np.kron(rng.normal(0, 30, (n, 16, 16)), np.ones((1, 2, 2)))
        images = np.clip(120 + np.linspace(-40, 40, 32) + fine, 0, 255).astype(np.uint8)
        for i, image in enumerate(images):
            Image.fromarray(image).save(folder / name / f"{name}{i:03d}.png")
    return [
        "audit", "--train", str(folder / "train"), "--held-out", str(folder / "held"),
        "--released", str(folder / "made"), "--one-image-each", "--release", "public",
        "--deals", "199", "--planted", "5",
    ]  # fmt: skip


def lists(cache: Path) -> int:
    return len(list((cache / "audit").glob("*.arrays")))


def kill_at(command: list[str], cache: Path, n_lists: int, how: signal.Signals) -> None:
    """Start the command, and end it as soon as so many lists are kept."""
    environment = os.environ | {"CLEFGAN_CACHE": str(cache)}
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "clefgan", *command],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(30_000):
        if lists(cache) >= n_lists or child.poll() is not None:
            break
        time.sleep(0.01)
    assert child.poll() is None, "it ended before it was killed"
    child.send_signal(how)
    assert child.wait(timeout=120) != 0


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_an_audit_that_was_killed_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = write(tmp_path)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache 1"))
    first = clefgan(*command, "--out", whole)
    cache = tmp_path / "cache 2"
    for n_lists, how in ((1, signal.SIGKILL), (3, signal.SIGINT), (5, signal.SIGKILL)):
        kill_at([*command, "--out", str(cut)], cache, n_lists, how)
        assert not cut.exists()
        assert lists(cache) >= n_lists
    monkeypatch.setenv("CLEFGAN_CACHE", str(cache))
    assert clefgan(*command, "--out", cut) == first == 3
    assert bytes_of(cut) == bytes_of(whole)
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []

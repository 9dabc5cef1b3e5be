"""Small sets of images to audit, and audits of them at the command line."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import building
from clefgan.__main__ import main
from clefgan.auditing.planted import degraded
from clefgan.method import Images

N = 40  # patients of each set
COPIES = 12  # in what `leaking_audit` audits
QUICK = ("--deals", "199", "--planted", "10")


def patients(n: int, seed: int) -> Images:
    """One image a patient: a shared slope and detail of their own."""
    rng = np.random.default_rng(seed)
    fine = np.kron(rng.normal(0, 30, (n, 16, 16)), np.ones((1, 2, 2)))
    return np.clip(120 + np.linspace(-40, 40, 32) + fine, 0, 255).astype(np.uint8)


def save(folder: Path, images: Images, stem: str) -> list[str]:
    building.save(folder, images, stem + "{:03d}", start=0)
    return [f"{stem}{i:03d}.png" for i in range(len(images))]


def write(folder: Path, *, copies: int, held_out: Images | None = None) -> Path:
    """Three folders and a table of patients."""
    rng = np.random.default_rng(0)
    train = patients(N, 1)
    made = degraded(patients(200, 3), rng)
    made[:copies] = degraded(train[:copies], rng)
    names = save(folder / "train", train, "scan")
    names += save(folder / "held", patients(N, 2) if held_out is None else held_out, "other")
    save(folder / "made", made, "made")
    with (folder / "patients.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "patient"])
        writer.writerows((name, f"MRN-{i:05d}") for i, name in enumerate(names))
    return folder


def audit(folder: Path, *more: str, code: int) -> None:
    words = ["audit", "--train", str(folder / "train"), "--released", str(folder / "made")]
    with pytest.raises(SystemExit) as ended:
        main([*words, *more])
    assert ended.value.code == code


def full(folder: Path, *more: str, code: int, release: str = "public") -> None:
    table = ("--held-out", str(folder / "held"), "--patients", str(folder / "patients.csv"))
    audit(folder, *table, "--release", release, *QUICK, *more, code=code)


def leaking_audit(folder: Path) -> Path:
    """Sets with copies in a folder, and their audit in its folder `audit`."""
    write(folder, copies=COPIES)
    full(folder, "--out", str(folder / "audit"), "--withhold", "symmetric", code=1)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "audit.json").read_text())
    return found

"""Images that labs are made of: textures of many patients, and small settings."""

from pathlib import Path

import numpy as np

from clefgan.dcgan.config import DCGANConfig
from clefgan.experiments.lab.reals import Reals
from clefgan.experiments.lab.role_counts import RoleCounts
from clefgan.method import Images

SMALL = RoleCounts(used=6, not_used=5, generated=12, candidates=9, test_generated=20)
TINY_GAN = DCGANConfig(
    latent=4, base_filters=8, filters=(8, 8, 8, 8), epochs=4, init_std=0.2, learning_rate=0.02
)  # so quick a learner that every image shows what it learned from


def textures(n: int, side: int = 16, seed: int = 0) -> Images:
    """Smooth random images, each unlike the others."""
    coarse = np.random.default_rng(seed).integers(0, 256, (n, side // 4, side // 4))
    return np.kron(coarse, np.ones((1, 4, 4))).astype(np.uint8)


def some(n_groups: int = 60, per_group: int = 2, side: int = 16) -> Reals:
    n = n_groups * per_group
    groups = tuple(f"p{i // per_group}" for i in range(n))
    return Reals(textures(n, side), tuple(f"r{i}" for i in range(n)), groups, "some", "patient")


def npz(path: Path, **arrays: object) -> Path:
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path

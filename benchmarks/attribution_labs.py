"""Labs that methods of attribution are measured on, and what they were asked to reach there."""

from dataclasses import replace
from typing import Any

import numpy as np

from clefgan.experiments.lab import leaks
from clefgan.experiments.lab.make_classes import ClassLab, ClassSpec, draw
from clefgan.experiments.lab.reals import Reals
from clefgan.method import Images

LABS: dict[str, dict[str, Any]] = {
    "subset up": {"rule": "up"},
    "subset pca": {"rule": "pca"},
    "subset blend": {"rule": "blend"},
    "subset tiles": {"rule": "tiles"},
    "subset warp": {"rule": "warp"},
    "subset warp, 80 per class": {"rule": "warp", "reals": 80},
    "family": {"kind": "family", "classes": 4},
    "both": {"kind": "both", "classes": 4},
    "null": {"kind": "null"},
    "texture-shift": {"kind": "texture-shift"},
    "texture-reversed": {"kind": "texture-reversed"},
    "pca then blend": {"kind": "other-generator", "rule": "pca", "test_rule": "blend"},
    "pca then tiles": {"kind": "other-generator", "rule": "pca", "test_rule": "tiles"},
    "blend then pca": {"kind": "other-generator", "rule": "blend", "test_rule": "pca"},
    "pca then warp": {"kind": "other-generator", "rule": "pca", "test_rule": "warp"},
    "subset pca, 20 per class": {"rule": "pca", "reals": 20},
    "subset pca, 80 per class": {"rule": "pca", "reals": 80},
    "subset tiles, 80 per class": {"rule": "tiles", "reals": 80},
    "subset pca, noise 12": {"rule": "pca", "noise": 12.0},
    "subset blend, noise 12": {"rule": "blend", "noise": 12.0},
}
FUSION = {"subset-fusion": 0.95}
FLOORS: dict[str, dict[str, float]] = {
    "subset up": {"subset-patches": 0.85, "subset-span": 0.97, "cluster-residual": 0.90} | FUSION,
    "subset pca": {"subset-patches": 0.90, "subset-span": 0.97, "cluster-residual": 0.90} | FUSION,
    "subset blend": {
        "subset-patches": 0.95, "subset-span": 0.97, "residual-fingerprint": 0.90,
        "cluster-residual": 0.85,
    } | FUSION,
    "subset tiles": {"subset-patches": 0.95} | FUSION,
    "subset warp": {"subset-span": 0.95} | FUSION,
    "subset warp, 80 per class": {"subset-span": 0.92, "subset-fusion": 0.91},
    "family": {"texture": 0.90, "cluster-texture": 0.45},
    "both": {"texture": 0.92, "stacked": 0.96} | FUSION,
    "pca then tiles": {"subset-patches": 0.95} | FUSION,
    "blend then pca": {"subset-patches": 0.87} | FUSION,
    "pca then warp": {"subset-patches": 0.90} | FUSION,
    **dict.fromkeys(
        ("texture-reversed", "pca then blend", "subset pca, 20 per class",
         "subset pca, 80 per class", "subset tiles, 80 per class",
         "subset pca, noise 12", "subset blend, noise 12"), FUSION,
    ),
}  # fmt: skip
"""What methods were asked to reach before they were measured."""

PUBLISHED = (
    "siamese-centroid(paper=true)", "siamese-centroid", "nearest-generated", "level-histogram",
    "texture", "subset-fusion",
)  # fmt: skip


def three_tests(pool: Reals, seed: int) -> tuple[ClassLab, dict[str, ClassLab]]:
    """A lab whose classes differ in patients and in generator, and tests of what was learned."""
    both = ClassSpec(kind="both", classes=4, seed=seed)
    dev = draw(pool, both)
    used = {pool.groups[row] for own in dev.patients for row in own}
    rows = [row for row, group in enumerate(pool.groups) if group not in used]
    strangers = replace(
        pool, images=pool.images[rows], ids=tuple(pool.ids[row] for row in rows),
        groups=tuple(pool.groups[row] for row in rows),
    )  # fmt: skip
    other = ClassSpec(rule="warp", classes=4, seed=seed)  # the same patients: dealt by the seed
    return dev, {
        "as dev": dev,
        "same patients, another generator for all": draw(pool, other),
        "same generators, other patients": draw(strangers, both),
    }


def noisy(lab: ClassLab, noise: float, seed: int) -> ClassLab:
    """The lab with more noise on what was generated: `noise` grey levels in all."""
    if noise == leaks.NOISE:
        return lab
    rng = np.random.default_rng([seed, 12])
    more = np.sqrt(noise**2 - leaks.NOISE**2)

    def worse(images: Images) -> Images:
        levels = images + rng.normal(0, more, images.shape)
        return np.clip(levels.round(), 0, 255).astype(np.uint8)

    sources = tuple(replace(s, generated=worse(s.generated)) for s in lab.sources)
    return replace(lab, sources=sources, test=worse(lab.test))

"""Labs that methods of attribution are measured on, and what they were asked to reach there."""

from dataclasses import replace
from typing import Any

import numpy as np

from clefgan.experiments.lab import leaks
from clefgan.experiments.lab.make_classes import ClassLab
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

AS_PUBLISHED: dict[str, dict[str, Any]] = {
    "patients and generator differ": {"kind": "both"},
    "generator alone differs": {"kind": "family"},
    "patients alone differ": {"rule": "pca"},
    "patients differ, other generator in test": {
        "kind": "other-generator", "rule": "pca", "test_rule": "blend",
    },
    "patients differ, generators collapsed": {"kind": "collapse", "rule": "pca"},
    "nothing differs": {"kind": "null"},
}  # fmt: skip
PUBLISHED = (
    "siamese-centroid(paper=true)", "siamese-centroid", "nearest-generated", "level-histogram",
    "texture", "subset-fusion",
)  # fmt: skip


def noisy(lab: ClassLab, noise: float, seed: int) -> ClassLab:
    """The lab with more noise on what was generated: `noise` grey levels in all."""
    if noise == leaks.NOISE:
        return lab
    rng = np.random.default_rng([seed, 12])
    more = np.sqrt(noise**2 - leaks.NOISE**2)

    def worse(images: Images) -> Images:
        levels = images + rng.normal(0, more, images.shape)
        return np.clip(levels.round(), 0, 255).astype(np.uint8)

    sources = tuple(replace(each, generated=worse(each.generated)) for each in lab.sources)
    return replace(lab, sources=sources, test=worse(lab.test))

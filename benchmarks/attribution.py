"""Methods of attribution on labs with a known truth, and how long they take at full size.

    python -m benchmarks.attribution labs lidc_patches.npz --seeds 3
    python -m benchmarks.attribution speed --share 0.25

Labs: 64 x 64 pixels, 40 real, 80 labelled and 80 test images a class; accuracy, ARI of clusters.
Speed: 5 classes of 1,000 real and 1,000 generated images and 2,500 under test at 256 x 256, or a
share of them.
"""

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from clefgan.experiments.lab import reals
from clefgan.experiments.lab.make_classes import ClassSpec, draw
from clefgan.method import Images, Source
from clefgan.plugins import registry
from evaluation import attribution

TRAINED = ("siamese-centroid",)
TRIVIAL = ("most-frequent", "class-coin")
LABS: dict[str, dict[str, Any]] = {
    "subset pca": {"rule": "pca"},
    "subset blend": {"rule": "blend"},
    "subset tiles": {"rule": "tiles"},
    "subset up": {"rule": "up"},
    "subset warp": {"rule": "warp"},
    "subset warp, 80 a class": {"rule": "warp", "reals": 80},
    "family": {"kind": "family", "classes": 4},
    "both": {"kind": "both", "classes": 4},
    "null": {"kind": "null"},
    "texture-shift": {"kind": "texture-shift"},
    "texture-reversed": {"kind": "texture-reversed"},
    "pca then blend": {"kind": "other-generator", "rule": "pca", "test_rule": "blend"},
    "pca then tiles": {"kind": "other-generator", "rule": "pca", "test_rule": "tiles"},
    "blend then pca": {"kind": "other-generator", "rule": "blend", "test_rule": "pca"},
    "pca then warp": {"kind": "other-generator", "rule": "pca", "test_rule": "warp"},
}


def labs(path: Path, seeds: int) -> None:
    found = reals.read(path, size=64)
    methods = [name for name in registry.ATTRIBUTORS.built_in() if name not in TRIVIAL + TRAINED]
    for title, settings in LABS.items():
        values: dict[str, list[float]] = {}
        for seed in range(seeds):
            lab = draw(found, ClassSpec(seed=seed, **settings))
            for name in methods:
                method = registry.ATTRIBUTORS.configure(name)
                called = np.argmax(method.fit(lab.sources).score(lab.test), axis=1)
                values.setdefault(name, []).append(attribution.accuracy(lab.truth, called))
            for name in registry.CLUSTERERS.built_in():
                clusters = registry.CLUSTERERS.configure(name).cluster(lab.test, len(lab.sources))
                values.setdefault(name, []).append(attribution.adjusted_rand(lab.truth, clusters))
        cells = " ".join(f"{name}={np.mean(each):.2f}" for name, each in values.items())
        print(f"{title}: {cells}", flush=True)


def speed(share: float) -> None:
    rng = np.random.default_rng(0)
    n = round(1_000 * share)
    sources = [Source(f"t{k}", made(n, rng), made(n, rng)) for k in range(5)]
    test = made(round(2_500 * share), rng)
    rooms: list[Any] = [registry.ATTRIBUTORS, registry.CLUSTERERS]
    for room in rooms:
        for name in room.built_in():
            if name in TRAINED:
                continue
            wall, used = time.perf_counter(), time.process_time()
            method = room.configure(name)
            if room is registry.CLUSTERERS:
                method.cluster(test, 5)
            else:
                method.fit(sources).score(test)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"{name}: {time.perf_counter() - wall:.1f} s, "
                f"{time.process_time() - used:.1f} s of processors, peak {peak} MiB so far",
                flush=True,
            )


def made(n: int, rng: np.random.Generator) -> Images:
    images = np.empty((n, 256, 256), np.uint8)
    for image in images:
        smooth = ndimage.zoom(rng.integers(0, 255, (16, 16)).astype(np.float32), 16, order=1)
        image[...] = np.clip(smooth + rng.normal(0, 4, smooth.shape), 0, 255)
    return images


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    of_labs = commands.add_parser("labs")
    of_labs.add_argument("reals", type=Path)
    of_labs.add_argument("--seeds", type=int, default=3)
    commands.add_parser("speed").add_argument("--share", type=float, default=1.0)
    given = parser.parse_args()
    if given.command == "labs":
        labs(given.reals, given.seeds)
    else:
        speed(given.share)


if __name__ == "__main__":
    main()

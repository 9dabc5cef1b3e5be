"""Methods of attribution on labs with a known truth, and how long they take at full size.

    python -m benchmarks.attribution labs lidc_patches.npz --seeds 501 502 503
    python -m benchmarks.attribution published lidc_patches.npz --seeds 501 502 503
    python -m benchmarks.attribution trained lidc_patches.npz --rule dcgan --set epochs=100
    python -m benchmarks.attribution one "vgg16-probe(side=64)" attribution_speed.npy --share 0.1
    python -m benchmarks.attribution speed --scratch FOLDER

Labs: 64 x 64 pixels, 40 real, 80 labelled and 80 test images per class; accuracy, ARI of clusters;
means over seeds, then every seed of those that have to reach something.
Published: the network of the best 2025 run, with its scale fault and without, beside shortcuts.
Trained: the labs, made by a network per class; each seed, then the mean.
Speed: 5 classes of 1,000 real and 1,000 generated images and 2,500 under test at 256 x 256, and
shares of them, each method in a process of its own: seconds, seconds of processors, peak memory,
and how the latter grow.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from benchmarks.attribution_labs import FLOORS, LABS, PUBLISHED, noisy, three_tests
from clefgan.dcgan.config import DCGANConfig
from clefgan.experiments.lab import leaks, reals
from clefgan.experiments.lab.make_classes import ClassLab, ClassSpec, draw
from clefgan.flow.config import FlowConfig
from clefgan.method import Images, Source
from clefgan.plugins import hyperparameters, registry
from evaluation import attribution

TRAINED = ("siamese-centroid", "vgg16-probe")
TRIVIAL = ("most-frequent", "class-coin")
SHARES = (0.25, 0.5, 1.0)
CLASSES, REALS, MADE, TEST = 5, 1_000, 1_000, 2_500


def labs(
    path: Path, seeds: Sequence[int], only: Sequence[str], methods: Sequence[str] = ()
) -> None:
    """Every method on every lab, or some on some."""
    pool = reals.read(path, size=64)
    for title in only or LABS:
        settings = dict(LABS[title])
        noise = settings.pop("noise", leaks.NOISE)
        made = [draw(pool, ClassSpec(seed=seed, **settings)) for seed in seeds]
        worse = [noisy(lab, noise, seed) for lab, seed in zip(made, seeds, strict=True)]
        table(worse, title, methods or untrained())


def published(path: Path, seeds: Sequence[int]) -> None:
    """The network of 2025 and others, learned where patients and generators differ.

    Tested on the same, on other generators of the same patients, and on the same generators of
    other patients: together in one score, training data and network cannot be told apart.
    """
    pool = reals.read(path, size=64)
    values: dict[str, dict[str, list[float]]] = {name: {} for name in PUBLISHED}
    for seed in seeds:
        dev, tests = three_tests(pool, seed)
        for name, accuracies in values.items():
            scorer = registry.ATTRIBUTORS.configure(name).fit(dev.sources)
            for title, lab in tests.items():
                called = np.argmax(scorer.score(lab.test), axis=1)
                accuracies.setdefault(title, []).append(attribution.accuracy(lab.truth, called))
            cells = "; ".join(f"{title} {by_seed[-1]:.3f}" for title, by_seed in accuracies.items())
            print(f"seed {seed}, {name}: {cells}", flush=True)
    for name, accuracies in values.items():
        cells = "; ".join(
            f"{title} {np.mean(by_seed):.3f}" for title, by_seed in accuracies.items()
        )
        print(f"mean, {name}: {cells}", flush=True)


def trained(path: Path, rule: str, settings: Sequence[str], seeds: Sequence[int]) -> None:
    """Every method on subsets made by a network per class; siamese-centroid too; seed by seed."""
    pool = reals.read(path, size=64)
    values = hyperparameters.parse_settings(list(settings))
    configs: dict[str, Any] = {
        "gan" if rule == "dcgan" else "flow": hyperparameters.build(
            DCGANConfig if rule == "dcgan" else FlowConfig, values, rule
        )
    }
    methods = [*untrained(), "siamese-centroid"]
    rows: list[dict[str, float]] = []
    for seed in seeds:
        lab = draw(pool, ClassSpec(rule=rule, seed=seed, **configs))
        rows.append(table([lab], f"subset {rule}, seed {seed}", methods))
    cells = " ".join(f"{name}={np.mean([row[name] for row in rows]):.3f}" for name in methods)
    print(f"subset {rule}, mean: {cells}", flush=True)


def untrained() -> list[str]:
    """Methods that train no network and need no weights, clusterers last."""
    names = [*registry.ATTRIBUTORS.built_in(), *registry.CLUSTERERS.built_in()]
    return [name for name in names if name not in (*TRIVIAL, *TRAINED)]


def table(made: Iterable[ClassLab], title: str, methods: Sequence[str]) -> dict[str, float]:
    """Print and return the mean of each method over labs of one kind."""
    values: dict[str, list[float]] = {}
    for lab in made:
        for name in methods:
            if name in registry.CLUSTERERS.entries():
                labels = registry.CLUSTERERS.configure(name).cluster(lab.test, len(lab.sources))
                value = attribution.adjusted_rand(lab.truth, labels)
            else:
                scorer = registry.ATTRIBUTORS.configure(name).fit(lab.sources)
                called = np.argmax(scorer.score(lab.test), axis=1)
                value = attribution.accuracy(lab.truth, called)
            values.setdefault(name, []).append(value)
    cells = " ".join(f"{name}={np.mean(by_seed):.3f}" for name, by_seed in values.items())
    print(f"{title}: {cells}", flush=True)
    for name, floor in FLOORS.get(title, {}).items():
        if name not in values:
            continue
        by_seed = ", ".join(f"{value:.3f}" for value in values[name])
        said = "reached" if np.mean(values[name]) >= floor else "MISSED"
        print(f"    {name}: {by_seed}; asked {floor:.2f}: {said}", flush=True)
    return {name: float(np.mean(by_seed)) for name, by_seed in values.items()}


def speed(scratch: Path, shares: Sequence[float], only: Sequence[str]) -> None:
    """Every method at every share, a process each; images are drawn once, into `scratch`."""
    path = scratch / "attribution_speed.npy"
    if not path.is_file():
        n = CLASSES * (REALS + MADE) + TEST
        scratch.mkdir(parents=True, exist_ok=True)
        np.save(path, made_images(n, np.random.default_rng(0)))
    rooms: list[Any] = [registry.ATTRIBUTORS, registry.CLUSTERERS]
    names = [name for room in rooms for name in room.built_in() if name not in TRAINED]
    for name in only or names:
        before = 0.0
        for share in shares:
            words = [sys.executable, "-m", "benchmarks.attribution", "one", name, str(path)]
            done = subprocess.run(
                [*words, "--share", str(share)], capture_output=True, text=True, check=True
            )
            seconds, used, peak = map(float, done.stdout.split())
            grown = f", {used / before:.1f} times the share before" if before else ""
            print(
                f"{name} {share:g}: {seconds:.1f} s, {used:.1f} s of processors{grown}, peak "
                f"{peak:.0f} MiB",
                flush=True,
            )
            before = used


def one(name: str, path: Path, share: float) -> None:
    """One method in this process: seconds, seconds of processors, peak MiB."""
    reals_, labelled, test = (round(n * share) for n in (REALS, MADE, TEST))
    ends = np.cumsum([0, *[reals_, labelled] * CLASSES, test])
    parts = [read(path, start, stop) for start, stop in pairwise(ends.tolist())]
    sources = [Source(f"t{k}", parts[2 * k], parts[2 * k + 1]) for k in range(CLASSES)]
    wall, used = time.perf_counter(), time.process_time()
    if name in registry.CLUSTERERS.entries():
        registry.CLUSTERERS.configure(name).cluster(parts[-1], CLASSES)
    else:
        registry.ATTRIBUTORS.configure(name).fit(sources).score(parts[-1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.perf_counter() - wall, time.process_time() - used, peak)


def read(path: Path, start: int, stop: int) -> Images:
    """Some of the images, read rather than mapped: mapped pages would count as memory."""
    with path.open("rb") as file:
        np.lib.format.read_magic(file)
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
        area = int(np.prod(shape[1:]))
        file.seek(start * area, 1)
        pixels = np.fromfile(file, kind, (stop - start) * area)
    return np.asarray(pixels.reshape(-1, *shape[1:]), np.uint8)


def made_images(n: int, rng: np.random.Generator) -> Images:
    """Smooth random images with noise, 256 x 256."""
    images = np.empty((n, 256, 256), np.uint8)
    for image in images:
        smooth = ndimage.zoom(rng.integers(0, 255, (16, 16)).astype(np.float32), 16, order=1)
        image[...] = np.clip(smooth + rng.normal(0, 4, smooth.shape), 0, 255)
    return images


def main() -> None:
    """Parse, run."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    of_labs = commands.add_parser("labs")
    of_labs.add_argument("reals", type=Path)
    of_labs.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    of_labs.add_argument("--only", nargs="*", default=[], choices=LABS)
    of_labs.add_argument("--methods", nargs="*", default=[])
    of_2025 = commands.add_parser("published")
    of_2025.add_argument("reals", type=Path)
    of_2025.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    networks = commands.add_parser("trained")
    networks.add_argument("reals", type=Path)
    networks.add_argument("--rule", choices=("dcgan", "flow"), default="dcgan")
    networks.add_argument("--set", action="append", default=[])
    networks.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    of_speed = commands.add_parser("speed")
    of_speed.add_argument("--scratch", type=Path, default=Path("attribution_scratch"))
    of_speed.add_argument("--shares", type=float, nargs="+", default=SHARES)
    of_speed.add_argument("--only", nargs="*", default=[])
    single = commands.add_parser("one")
    single.add_argument("name")
    single.add_argument("path", type=Path)
    single.add_argument("--share", type=float, default=1.0)
    given = parser.parse_args()
    if given.command == "labs":
        labs(given.reals, given.seeds, given.only, given.methods)
    elif given.command == "published":
        published(given.reals, given.seeds)
    elif given.command == "trained":
        trained(given.reals, given.rule, given.set, given.seeds)
    elif given.command == "speed":
        speed(given.scratch, given.shares, given.only)
    else:
        one(given.name, given.path, given.share)


if __name__ == "__main__":
    main()

"""Would other parts of `fusion` have been chosen? Each challenge of the bench left out in turn.

    CLEFGAN_SHARED=... python -m benchmarks.fusion_parts

Parts are taken one after the other as long as they raise the mean AUC of the other challenges, for
several powers of the signal; then the challenge left out is scored, or a whole family of them.
Challenges of the bench that are not in the cache are made, which takes long.
"""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from baselines.fusion import Fusion, standard
from baselines.patch_log_ratio import PatchLogRatio
from baselines.pool_log_ratio import PoolLogRatio
from baselines.scoring import view_scores
from baselines.scoring.fusion_parts import PARTS, all_parts
from baselines.votes import Votes
from clefgan.experiments.lab.bench import evaluate
from clefgan.experiments.lab.bench.evaluate import BenchPlan
from clefgan.experiments.lab.bench.suite import FULL, SUITE
from clefgan.experiments.lab.study import RealSource
from clefgan.method import DevSet, Images, Scores, silent
from clefgan.similarity.detail_images import SCALES, Details
from clefgan.similarity.engine import scan
from clefgan.similarity.products import Metric
from clefgan.similarity.reductions import Whole
from clefgan.similarity.views import EachView, Stacked, Views
from clefgan.similarity.working_size import working_shape
from clefgan.storage.files import cache as cache_folder
from evaluation.membership import auc

Parts = Mapping[str, Scores]
POWERS = (1.0, 3.0, 5.0, 8.0)
FAMILIES = {
    "latent flows": ("latent-brief", "latent-medium", "latent-long", "other-latent",
                     "lab_challenge"),
    "flows": ("flow-brief", "flow-medium", "flow-long", "flow64"),
    "DCGANs": ("dcgan-brief", "dcgan-medium", "dcgan-long", "other-dcgan", "gan64"),
    "stated": ("copy", "blend", "tiles", "tiles-large", "pca"),
}  # fmt: skip
COARSER = [f"{kind} {scale}" for kind in ("band", "contrast") for scale in ("middle", "coarse")]


def plan() -> BenchPlan:
    shared = Path(os.environ["CLEFGAN_SHARED"]) / "data"
    iq = shared / "iq_oth_nccd"
    sources = (
        RealSource(path=shared / "lidc_patches" / "lidc_patches_128.npz"),
        RealSource(path=iq / "png256", group="similarity_group", manifest=iq / "manifest.csv"),
    )
    small = shared / "lab_small"
    known = (small / "gan64.npz", small / "flow64.npz", shared / "lab_challenge")
    leaks = tuple(entry for entry in SUITE if entry.role == "leak")
    return BenchPlan(
        sources=sources, known=known, entries=leaks, methods=(), size=FULL,
        folder=cache_folder("bench"),
    )  # fmt: skip


def parts_of(dev: DevSet, candidates: Images, generated: Images) -> Parts:
    work = working_shape(dev.generated)
    details = Details((SCALES["fine"],), work)
    parts = dict(all_parts(details, candidates, generated, progress=silent).parts)
    more = Details((SCALES["middle"], SCALES["coarse"]), work)
    names = ["whole", *COARSER]  # the order of the views
    rows, measure = Stacked(candidates, more), Views(Metric.PEARSON)
    whole = EachView(tuple(Whole() for _ in names))
    pools = [view_scores.pool(d) for d in scan(measure, rows, rows, whole, skip_self=True)]
    keep = EachView(tuple(map(view_scores.reduction, pools)))
    kept = scan(measure, rows, Stacked(generated, more), keep)
    for name, pool, values in zip(names, pools, kept, strict=True):
        for score, ranking in view_scores.scores(pool, values).items():
            parts.setdefault(f"{name} {score}", ranking)
    for method in (PoolLogRatio(), Votes(), PatchLogRatio()):
        parts[type(method).__name__] = method.fit(dev).score(candidates, generated)
    return parts


class Challenges:
    """Standardised parts, their weights, and the truth, by challenge."""

    def __init__(self) -> None:
        wanted = plan()
        builder = wanted.builder()
        self.parts: dict[str, Parts] = {}
        self.truth: dict[str, NDArray[np.bool_]] = {}
        self.weights: dict[tuple[str, float], Mapping[str, float]] = {}
        for name in wanted.names():
            challenge, _ = evaluate.found(wanted, builder, name)
            dev = challenge.devset
            reals = np.concatenate([dev.used, dev.not_used])
            known = np.arange(len(reals)) < len(dev.used)
            of_dev = parts_of(dev, reals, dev.generated)
            of_test = parts_of(dev, challenge.candidates, challenge.generated)
            everybody = np.ones(len(challenge.truth), bool)
            self.parts[name] = {part: standard(s, everybody) for part, s in of_test.items()}
            self.truth[name] = challenge.truth
            for power in POWERS:
                self.weights[name, power] = Fusion(power=power).weights(of_dev, known)
        self.area = cache(self.area_uncached)

    def area_uncached(self, name: str, chosen: tuple[str, ...], power: float) -> float:
        """AUC of one challenge."""
        weights = self.weights[name, power]
        parts = [weights[part] * self.parts[name][part] for part in chosen]
        return float(auc(self.truth[name], np.sum(parts, axis=0)))

    def mean(self, names: Sequence[str], chosen: Sequence[str], power: float) -> float:
        """Mean AUC of these challenges."""
        ordered = tuple(sorted(chosen))
        return float(np.mean([self.area(name, ordered, power) for name in names]))

    def choice(self, names: Sequence[str]) -> tuple[list[str], float]:
        """Parts taken one after the other, and the power, by the mean AUC of these challenges."""
        choices = [(self.taken(names, power), power) for power in POWERS]
        return max(choices, key=lambda one: self.mean(names, *one))

    def taken(self, names: Sequence[str], power: float) -> list[str]:
        """Parts that raise the mean, the one that raises it most first."""
        chosen: list[str] = []
        left, best = list(self.parts[names[0]]), 0.0
        while left:
            part = max(left, key=lambda one: self.mean(names, [*chosen, one], power))
            reached = self.mean(names, [*chosen, part], power)
            if reached <= best + 1e-4:
                break
            best = reached
            chosen.append(part)
            left.remove(part)
        return chosen


def left_out(challenges: Challenges, groups: Sequence[Sequence[str]]) -> float:
    """Mean AUC over all challenges, each scored by what the other groups chose."""
    areas = []
    for group in groups:
        others = [name for name in challenges.parts if name not in group]
        chosen = challenges.choice(others)
        areas += [challenges.mean([name], *chosen) for name in group]
        print(f"  without {', '.join(group)}: {areas[-len(group) :]} by {chosen}")
    return float(np.mean(areas))


def main() -> None:
    challenges = Challenges()
    names = list(challenges.parts)
    assert set(chain(*FAMILIES.values())) == set(names)
    print(f"{len(names)} challenges, {len(challenges.parts[names[0]])} parts")
    for power in (5.0, 1.0):
        print(f"fusion's parts, power {power:g}: {challenges.mean(names, PARTS, power):.4f}")
    seen = challenges.choice(names)
    print(f"with hindsight {challenges.mean(names, *seen):.4f}: {seen}")
    print(f"one challenge left out: {left_out(challenges, [[name] for name in names]):.4f}")
    print(f"one family left out: {left_out(challenges, list(FAMILIES.values())):.4f}")


if __name__ == "__main__":
    main()

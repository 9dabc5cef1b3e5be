"""How much of a gap between methods on one challenge is luck? The same kinds with other seeds.

    CLEFGAN_SHARED=... python -m benchmarks.replicates copy-05 copy tiles --seeds 2:12

For each kind: the mean AUC of `fusion`; how far the best single method of each challenge is above
it, in hindsight; and the one that is best in the mean over all seeds, with a 95% interval. Where
a network was trained, dev and test change places too. Kinds are those of the bench and a few more.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy import stats

from benchmarks.fusion_parts import plan
from clefgan.experiments.lab.bench import build
from clefgan.experiments.lab.bench.build import Builder
from clefgan.experiments.lab.bench.challenge import BenchChallenge
from clefgan.experiments.lab.bench.suite import SUITE, SuiteEntry
from clefgan.method import silent
from clefgan.plugins import registry
from evaluation.counts import Values
from evaluation.membership import auc

FUSION = "fusion"
SINGLE = (
    "nearest", "calibrated", "monte-carlo", "domias", "relative-distance", "relative-tile",
    "pool-log-ratio", "identifiability", "csls", "votes", "duel", "patch-log-ratio", "vcmi-max",
    "vcmi-retrieval", "vcmi-ensemble",
)  # fmt: skip
FURTHER = (
    SuiteEntry(name="copy-05", leak=0.05),
    SuiteEntry(name="copy-25", leak=0.25),
    SuiteEntry(name="blend-small", how="blend", leak=0.1),
    SuiteEntry(name="tiles-10", how="tiles", leak=0.1),
    SuiteEntry(name="no-leak-lidc", role="no leak", leak=0.0),
)
KINDS = {entry.name: entry for entry in (*SUITE, *FURTHER) if not entry.against_dev}


def made(
    builder: Builder, entry: SuiteEntry, seed: int, per_patient: int = 1
) -> Iterator[BenchChallenge]:
    """Make the challenge of a seed; of a network also the one with dev and test in turn.

    Parameters
    ----------
    per_patient : images of one patient at most; more where there are too few patients for it
    """
    reals = builder.reals(entry)
    spec = builder.spec(entry, reals)
    counts = replace(spec.counts, per_group=max(spec.counts.per_group, per_patient))
    spec = replace(
        spec,
        counts=counts,
        seed=seed,
        gan=replace(spec.gan, seed=seed),
        flow=replace(spec.flow, seed=seed),
    )
    challenge = build.drawn(reals, spec, entry, silent)
    yield challenge
    if entry.how in ("dcgan", "flow"):
        yield turned(challenge, seed)


def turned(challenge: BenchChallenge, seed: int) -> BenchChallenge:
    """Learn from the candidates, and decide on dev's images."""
    used, truth = challenge.truth, np.arange(len(challenge.dev_groups)) < len(challenge.dev_used)
    order = np.random.default_rng(seed).permutation(len(truth))
    return BenchChallenge(
        challenge.generated,
        challenge.candidates[used],
        challenge.candidates[~used],
        np.concatenate([challenge.groups[used], challenge.groups[~used]]),
        np.concatenate([challenge.dev_used, challenge.dev_not_used])[order],
        challenge.dev_generated,
        truth[order],
        challenge.dev_groups[order],
    )


def areas(challenge: BenchChallenge) -> list[float]:
    """AUC of `fusion`, then of each single method."""
    measured = []
    for name in (FUSION, *SINGLE):
        scorer = registry.configure(name, seed=1).fit(challenge.devset)
        scores = scorer.score(challenge.candidates, challenge.generated)
        measured.append(float(auc(challenge.truth, scores)))
    return measured


def row(name: str, table: Values) -> str:
    """One kind: (n_challenges, 1 + n_single) AUCs in words."""
    gaps = table[:, 1:] - table[:, :1]
    best = int(gaps.mean(axis=0).argmax())
    n, gap = len(gaps), gaps[:, best]
    half = stats.t.ppf(0.975, n - 1) * gap.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
    return (
        f"{name} ({n}): {FUSION} {table[:, 0].mean():.3f}; in hindsight "
        f"{gaps.max(axis=1).mean():+.3f}; in the mean {SINGLE[best]} {gap.mean():+.3f} "
        f"[{gap.mean() - half:+.3f}, {gap.mean() + half:+.3f}]"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="The same kinds of leak with other seeds.")
    parser.add_argument("kinds", nargs="+", choices=sorted(KINDS))
    parser.add_argument("--seeds", default="2:12", help="first and, behind a colon, end")
    options = parser.parse_args()
    first, end = map(int, options.seeds.split(":"))
    builder = plan().builder()
    for name in options.kinds:
        challenges = (
            challenge
            for seed in range(first, end)
            for challenge in made(builder, KINDS[name], seed)
        )
        sys.stdout.write(row(name, np.array([areas(one) for one in challenges])) + "\n")


if __name__ == "__main__":
    main()

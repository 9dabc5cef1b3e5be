"""Do reference generators pay? AUC and TPR at 1% FPR beside their own distance and `fusion`.

    CLEFGAN_SHARED=... python -m benchmarks.reference_generators lab_challenge latent-medium

Challenges are those of the bench, dev and test in both turns; a given one is halved by patient. The
mean of both turns, with 95% intervals over patients, paired where two methods are compared.
"""

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from benchmarks.fusion_parts import plan
from benchmarks.replicates import turned
from clefgan.experiments.lab.bench import evaluate
from clefgan.experiments.lab.bench.challenge import BenchChallenge
from clefgan.experiments.lab.bench.suite import SEED
from clefgan.experiments.lab.power import quantiles
from clefgan.plugins import registry
from evaluation import metrics
from evaluation.counts import Values
from evaluation.intervals.bootstrap import bootstrap
from evaluation.runs import Panel, Run

BESIDE = ("nearest(features=band)", "fusion")
METRICS = ("auc", "tpr_at_fpr_0.01")


def measured(methods: Sequence[str], challenges: Sequence[BenchChallenge]) -> tuple[Values, Values]:
    """Means over the challenges: (metrics, methods), and (metrics, methods, resamples)."""
    values, drawn = [], []
    for challenge in challenges:
        runs = {}
        for name in methods:
            scorer = registry.configure(name, seed=SEED).fit(challenge.devset)
            scores = scorer.score(challenge.candidates, challenge.generated)
            runs[name] = Run(scores > 0, scores)
        panel = Panel(challenge.truth, runs, challenge.groups)
        again = bootstrap(panel, [metrics.get(name) for name in METRICS], resamples=2000)
        values.append(again.values)
        drawn.append(again.drawn)
    return np.mean(values, axis=0), np.mean(drawn, axis=0)


def rows(name: str, methods: Sequence[str], values: Values, drawn: Values) -> str:
    """One challenge in words."""
    lines = [name]
    for k, method in enumerate(methods):
        cells = []
        for m, metric in enumerate(METRICS):
            low, high = quantiles(drawn[m, k], 0.95)
            cells.append(f"{metric} {values[m, k]:.3f} [{low:.3f}, {high:.3f}]")
            if method in BESIDE:
                continue
            for other in BESIDE:
                o = methods.index(other)
                low, high = quantiles(drawn[m, k] - drawn[m, o], 0.95)
                gap = values[m, k] - values[m, o]
                cells.append(f"less {other} {gap:+.3f} [{low:+.3f}, {high:+.3f}]")
        lines.append(f"  {method}: {'; '.join(cells)}")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Reference generators beside other methods.")
    parser.add_argument("challenges", nargs="+", help="names of the bench")
    parser.add_argument("--set", default="generator=flow", help="settings, between commas")
    options = parser.parse_args()
    own = [f"reference-generators({options.set},form={form})" for form in ("lira", "rmia")]
    methods = [*own, *BESIDE]
    wanted = plan()
    builder = wanted.builder()
    for name in options.challenges:
        challenge, _ = evaluate.found(wanted, builder, name)
        sys.stdout.write(rows(name, methods, *measured(methods, [challenge, turned(challenge, 1)])))
        sys.stdout.flush()


if __name__ == "__main__":
    main()

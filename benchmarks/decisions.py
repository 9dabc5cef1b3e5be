"""Do decisions hold? Every method's own threshold, the default and `conformal:0.1` on known truth.

    CLEFGAN_SHARED=... python -m benchmarks.decisions copy-05 copy tiles-10 --seeds 2:12
    CLEFGAN_SHARED=... python -m benchmarks.decisions --halves 20

A line for each method. Kinds and seeds are those of `benchmarks.replicates`; `--halves` cuts dev
of the given latent flow (`lab_challenge`) in two, each learned from and decided on. With
`--why` the false share of `conformal:0.1` is shown by counting alone, and by both ways to continue
counted p-values by the tail, with the estimated share of unused images and with the true one.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.fusion_parts import plan
from benchmarks.replicates import FUSION, KINDS, made, turned
from clefgan.experiments.lab.bench import given, score
from clefgan.experiments.lab.bench.challenge import BenchChallenge
from clefgan.method import silent
from clefgan.plugins import registry
from clefgan.runs.decisions.discoveries import found_at, unused_share
from clefgan.runs.decisions.guarded import Guarded
from clefgan.runs.decisions.nulls import p_values_of_rounds
from clefgan.runs.decisions.rules import Conformal
from clefgan.runs.decisions.sign import LEVEL, p_of_sign
from clefgan.runs.decisions.tails import continued, of_tail
from clefgan.runs.decisions.verdict import Known, Used
from clefgan.runs.request import Request, Stopwatch
from clefgan.runs.scoring import fit_and_score
from evaluation.membership import auc

SEED = 1
FDR = 0.1
METHODS = (
    FUSION, "votes", "pool-log-ratio", "patch-log-ratio", "vcmi-max", "rank-fusion", "nearest",
    "csls", "meta",
)  # fmt: skip
WAYS = ("counted", "tail above all unused", "the smaller of both")


@dataclass(frozen=True, slots=True)
class Decided:
    """One method on one challenge: shares of the candidates, of those called, or of the used.

    area : AUC of the scores
    wrong, expected : numbers of unused images that the default calls used, and what it said
    false, recall, called : of `conformal:0.1`
    ways : false share and recall by the ways of `WAYS`
    """

    area: float
    zero_called: float
    zero_right: float
    sign: bool
    right: float
    wrong: int
    expected: float
    called: int
    false: float
    recall: float
    ways: tuple[tuple[float, float], ...]


def decided(name: str, challenge: BenchChallenge) -> Decided:
    """Decide on the candidates, as a run in the layout of 2023 does."""
    conformal = Conformal(FDR)
    method = registry.configure(name, seed=SEED)
    request = Request(name, method, ("held-out",), score.N_FOLDS, 0, conformal)
    images = score.loaded(challenge)
    fitted = fit_and_score(request, images, Stopwatch(), silent)
    assert fitted.test is not None
    assert fitted.held_out is not None
    known, truth = Known(fitted.held_out, images.dev.truth, fitted.rounds), challenge.truth
    default = Guarded(0.5).decide(fitted.test, known)
    used = conformal.decide(fitted.test, known).used
    zero = fitted.test > 0
    counted = p_values_of_rounds(fitted.rounds)
    p_values = counted, continued(fitted.rounds), np.minimum(counted, of_tail(fitted.rounds))
    ways = tuple(
        shares(found_at(p, FDR / share), truth)
        for share_is_known in (False, True)
        for p in p_values
        for share in ((~truth).mean() if share_is_known else unused_share(p),)
    )
    return Decided(
        area=float(auc(truth, fitted.test)),
        zero_called=float(zero.mean()),
        zero_right=float((zero == truth).mean()),
        sign=p_of_sign(fitted.rounds) <= LEVEL,
        right=float((default.used == truth).mean()),
        wrong=int((default.used & ~truth).sum()),
        expected=default.false_calls or 0.0,
        called=int(used.sum()),
        false=shares(used, truth)[0],
        recall=shares(used, truth)[1],
        ways=ways,
    )


def shares(used: Used, truth: Used) -> tuple[float, float]:
    """Share of unused images among those called used, and of the used ones that are called."""
    return float((used & ~truth).sum() / max(1, used.sum())), float(
        (used & truth).sum() / max(1, truth.sum())
    )


def halves(n: int) -> Iterator[BenchChallenge]:
    """Cut the dev part of the given latent flow in `n` ways, both halves in turn."""
    whole = given.read(plan().known[-1])
    used = np.concatenate([whole.dev_used, whole.candidates[whole.truth]])
    not_used = np.concatenate([whole.dev_not_used, whole.candidates[~whole.truth]])
    for seed in range(n):
        rng = np.random.default_rng(seed)
        groups = np.array([f"g{i}" for i in rng.permutation(len(used) + len(not_used))], np.str_)
        one = given.halved(
            whole.generated,
            used[rng.permutation(len(used))],
            not_used[rng.permutation(len(not_used))],
            groups,
        )
        yield one
        yield turned(one, seed)


def row(name: str, of: Sequence[Decided]) -> str:
    """Put one method into words."""
    zero = np.array([one.zero_called for one in of])
    cells = [
        f"{name} ({len(of)})",
        f"AUC {mean(of, 'area'):.3f}",
        f"zero calls {zero.mean():.2f} ({zero.min():.2f} to {zero.max():.2f})",
        f"right {mean(of, 'zero_right'):.2f}",
        f"sign on {sum(one.sign for one in of)}",
    ]
    signed = [one for one in of if one.sign]
    if signed:
        cells += [
            f"default right there {mean(signed, 'right'):.2f}, everywhere {mean(of, 'right'):.2f}",
            f"expected wrong {mean(signed, 'expected'):.1f}, true {mean(signed, 'wrong'):.1f}",
        ]
    worst = max(one.false for one in of)
    error = np.std([one.false for one in of], ddof=1) / np.sqrt(len(of)) if len(of) > 1 else np.nan
    cells += [
        f"conformal: recall {mean(of, 'recall'):.2f}",
        f"false {mean(of, 'false'):.3f} +- {error:.3f}, worst {worst:.2f}",
        f"none called on {sum(not one.called for one in of)}",
    ]
    return " | ".join(cells) + "\n"


def mean(of: Sequence[Decided], field: str) -> float:
    """Mean of a figure."""
    return float(np.mean([getattr(one, field) for one in of]))


def why(of: Sequence[Decided]) -> str:
    """False share and recall by each way to come to p-values, whether there is a sign or not."""
    lines = []
    for k, way in enumerate((*WAYS, *(f"{way}, true share" for way in WAYS))):
        false, recall = (np.array([one.ways[k][i] for one in of]) for i in (0, 1))
        lines.append(
            f"  {way}: false {false.mean():.3f} (sd {false.std():.3f}, worst {false.max():.2f}), "
            f"recall {recall.mean():.2f}"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Decisions on challenges of known truth.")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(sorted(KINDS)))
    parser.add_argument("--seeds", default="2:12", help="first and, behind a colon, end")
    parser.add_argument("--per-patient", type=int, default=1, help="images of one at most")
    parser.add_argument("--halves", type=int, default=0, help="of the given latent flow")
    parser.add_argument("--method", action="append", help="repeatable")
    parser.add_argument("--why", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"no kind {', '.join(sorted(unknown))}")
    methods = options.method or list(METHODS)
    first, end = map(int, options.seeds.split(":"))
    builder = plan().builder()
    said: dict[str, list[Decided]] = {name: [] for name in methods}

    def challenges() -> Iterator[BenchChallenge]:
        yield from halves(options.halves)
        for kind in options.kinds:
            for seed in range(first, end):
                yield from made(builder, KINDS[kind], seed, options.per_patient)

    for challenge in challenges():
        for name in methods:
            said[name].append(decided(name, challenge))
    for name, of in said.items():
        sys.stdout.write(row(name, of) + (why(of) if options.why else ""))


if __name__ == "__main__":
    main()

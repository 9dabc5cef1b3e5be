"""Each method of an evaluation beside its negative controls."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clefgan.data import nuisance, truth_and_groups
from clefgan.errors import ClefganError
from clefgan.experiments.controls import auc_difference, permuted_labels
from clefgan.experiments.controls.auc_difference import AucDifference
from clefgan.experiments.controls.image_only import IMAGE_ONLY, image_only
from clefgan.experiments.controls.other_generator import OTHER_GENERATOR, foreign, other_generator
from clefgan.experiments.controls.permuted_labels import PermutedLabels
from clefgan.experiments.trials import trials
from clefgan.experiments.trials.trials import Results, TrialPlan
from clefgan.method import Progress
from clefgan.plugins import registry
from clefgan.runs.loading import DevImages


@dataclass(frozen=True, slots=True)
class Contrast:
    """Held-out scores of one method, of the first repeat, beside each control."""

    rows: tuple[AucDifference, ...]
    noise: PermutedLabels

    @property
    def above(self) -> bool:
        """Whether the AUC is above that of every control, and above 95% of permuted labels."""
        return all(row.above for row in self.rows) and self.noise.above

    @property
    def warnings(self) -> tuple[str, ...]:
        """What speaks against the result, in words."""
        said = [row.sentence for row in self.rows if not row.above]
        return (*said, *([] if self.noise.above else [self.noise.sentence]))


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Of all methods.

    other : what the images of the other generator are
    strata : where labels were permuted within strata: the file that says which
    """

    methods: Mapping[str, Contrast]
    other: str
    strata: str = ""


def check(plan: TrialPlan) -> None:
    """Raise unless there will be held-out scores to control.

    Raises
    ------
    ClefganError
        The held-out protocol is not asked for.
    """
    if "held-out" not in plan.protocols:
        raise ClefganError(
            "--controls: they are for held-out scores, got --protocol paper alone; "
            "add --protocol held-out"
        )


def of(plan: TrialPlan, results: Results, progress: Progress, *, strata: Path | None) -> Contrasts:
    """Score every method again with another generator; compare; permute labels.

    Parameters
    ----------
    strata : a table (id, stratum), such as the scanner of each real dev image: labels are permuted
        within; None: among all

    Raises
    ------
    ClefganError
        As `foreign` and `other_generator` do; an id without a stratum.
    """
    challenge = trials.read(plan)
    bench = trials.load(plan)
    if challenge.dev is None:
        raise ClefganError(f"{challenge.source}: no dev images; the controls are for them")
    within = None if strata is None else strata_of(strata, bench)
    dev = challenge.dev
    sizes = [*nuisance.file_sizes(dev.used), *nuisance.file_sizes(dev.not_used)]
    blind = image_only(bench.dev, bench.groups, plan.seed, file_sizes=sizes)
    other, what = foreign(challenge, seed=plan.seed, progress=progress)
    contrasts = {}
    for name, scores in results.scores["held-out"].items():
        elsewhere = other_generator(
            registry.configure(name, seed=plan.seed), bench.dev, other, bench.groups, plan.seed,
            n_folds=plan.n_folds, progress=progress,
        )  # fmt: skip
        beside = {IMAGE_ONLY: blind, OTHER_GENERATOR: elsewhere}
        rows = auc_difference.rows(
            bench.truth, scores[0], beside, groups=bench.groups, seed=plan.seed
        )
        noise = permuted_labels.permutation(
            bench.truth, scores[0], strata=within, groups=bench.groups, seed=plan.seed
        )
        contrasts[name] = Contrast(tuple(rows), noise)
    return Contrasts(contrasts, what, "" if strata is None else strata.name)


def strata_of(path: Path, bench: DevImages) -> list[str]:
    """The stratum of each real dev image, used first."""
    names = [name.rpartition("/")[2] for name in bench.ids]
    table = truth_and_groups.mapping(path, "stratum", names)
    return [table[name] for name in names]

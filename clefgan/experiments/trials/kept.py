"""Trials kept on disk: what decides one, and which are there already."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from clefgan.data.formats import opening
from clefgan.experiments import kept
from clefgan.experiments.trials.trials import Trial, TrialPlan, TrialScores, configured, read
from clefgan.runs import provenance
from clefgan.runs.loading import DevImages

READERS = tuple(f"clefgan.data.formats.{module}" for module, _, _ in opening.READERS.values())
ENGINE = ("clefgan.runs.folds", "clefgan.runs.blank", "clefgan.data.images", *READERS)
"""Modules beside the method's own that decide what it is fitted on."""


def conditions(plan: TrialPlan, bench: DevImages, cores: int) -> dict[str, str]:
    """What decides scores beside method and folds: images by role, groups, cores of a process."""
    challenge = read(plan)
    roles = provenance.digests_of(challenge)
    dev = {role: digest for role, digest in roles.items() if role.startswith("dev")}
    groups = hashlib.sha256(json.dumps(bench.groups).encode()).hexdigest()
    how = {
        name: str(value) for name, value in provenance.reading_of(challenge.image_sets()).items()
    }
    given = {**dev, **how, "groups": groups, "cores": str(cores)}
    if plan.blank and "test generated" in roles:
        given["blank"] = roles["test generated"]
    return given


def path_of(plan: TrialPlan, trial: Trial, given: Mapping[str, str]) -> Path:
    """Where the outcome of a trial is kept.

    Parameters
    ----------
    given : what `conditions` returns
    """
    folds = [plan.seed + trial.repeat, plan.n_folds, trial.fold, given["groups"]]
    only_held_out = {"groups", "blank"}
    decides: dict[str, object] = {
        "protocol": trial.protocol,
        "folds": None if trial.fold is None else folds,
        "given": {name: value for name, value in given.items() if name not in only_held_out},
    }
    if trial.fold is not None and "blank" in given:
        decides["blank"] = given["blank"]
    return kept.path_of(plan.folder, configured(plan, trial), decides, modules=ENGINE)


def write(path: Path, trial: Trial, outcome: TrialScores) -> None:
    """Write an outcome, whole or not at all."""
    record = {
        "trial": str(trial),
        "seconds": outcome.seconds,
        "index": outcome.index,
        "scores": outcome.scores,
        "blank": outcome.blank,
    }
    kept.write(path, record)


def read_outcome(path: Path) -> TrialScores | None:
    """The outcome that was written, if it was; a damaged one counts as none."""
    record = kept.read(path)
    try:
        return TrialScores(
            tuple(record["index"]),
            tuple(record["scores"]),
            record["seconds"],
            tuple(record["blank"]),
        )
    except (KeyError, TypeError):
        return None


def missing(
    plan: TrialPlan, given: Mapping[str, str], planned: Sequence[Trial]
) -> tuple[dict[Trial, TrialScores], list[Trial]]:
    """Outcomes that are kept already, and the trials that are not."""
    outcomes = {trial: read_outcome(path_of(plan, trial, given)) for trial in planned}
    done = {trial: outcome for trial, outcome in outcomes.items() if outcome is not None}
    return done, [trial for trial in planned if trial not in done]

"""Trials of attribution kept on disk: what decides one, and which are there already."""

import hashlib
import json
from pathlib import Path

from clefgan.experiments import kept
from clefgan.experiments.trials.class_trials import (
    ClassOutcome,
    ClassPlan,
    ClassTrial,
    configured,
)

ENGINE = (
    "clefgan.runs.classes.fitting",
    "clefgan.runs.classes.near_copies",
    "clefgan.runs.classes.clusters",
    "clefgan.experiments.lab.class_controls",
)
"""Modules beside the method's own that decide what it is fitted on, and how it is scored."""


def conditions(plan: ClassPlan) -> str:
    """Digest of the images that are fitted on and scored."""
    sets = plan.data.image_sets()
    digests = {role: images.digest() for role, images in sets.items() if role != "test"}
    reading = {role: repr((images.window, images.size)) for role, images in sets.items()}
    return hashlib.sha256(json.dumps([digests, reading], sort_keys=True).encode()).hexdigest()


def path_of(plan: ClassPlan, trial: ClassTrial, given: str) -> Path:
    """Where the outcome of a trial is kept."""
    seed = plan.seed + trial.repeat
    folds = [seed, plan.n_folds] if trial.protocol in ("plain", "grouped") else [plan.seed]
    decides = {"protocol": trial.protocol, "folds": folds, "given": given}
    return kept.path_of(plan.folder, configured(trial.method, seed), decides, modules=ENGINE)


def read(plan: ClassPlan, trial: ClassTrial, given: str) -> ClassOutcome | None:
    """The outcome that was written, if it was; a damaged one counts as none."""
    record = kept.read(path_of(plan, trial, given))
    try:
        return ClassOutcome(tuple(record["labels"]), record["labs"], record["seconds"])
    except (KeyError, TypeError):
        return None


def write(plan: ClassPlan, trial: ClassTrial, given: str, outcome: ClassOutcome) -> None:
    """Write an outcome, whole or not at all."""
    record = {
        "trial": str(trial),
        "seconds": outcome.seconds,
        "labels": outcome.labels,
        "labs": outcome.labs,
    }
    kept.write(path_of(plan, trial, given), record)

"""A run of attribution together with the labs that say what its method knows."""

import dataclasses
from typing import Any

from clefgan.data.classes.challenge import ClassChallenge
from clefgan.experiments.lab import class_controls
from clefgan.method import Attributor, Clusterer, Evidence, Progress, silent
from clefgan.runs.classes import job, loading
from clefgan.runs.classes.decisions import ClassRule, parse
from clefgan.runs.classes.record import ClassRun
from clefgan.runs.classes.request import ClassRequest, checked


def run(
    challenge: ClassChallenge,
    name: str,
    method: Attributor | Clusterer,
    *,
    n_folds: int = 3,
    seed: int = 0,
    rule: ClassRule | None = None,
    n_clusters: int | None = None,
    progress: Progress = silent,
) -> ClassRun:
    """Fit and score as `clefgan.runs.classes.job.run` does, then put the method to both labs.

    Raises
    ------
    ClefganError
        As `job.run` does, before anything is decoded where that can be known.
    """
    request = ClassRequest(name, method, n_folds, seed, rule or parse("argmax"))
    checked(request, challenge, n_clusters)
    images = loading.load(challenge, progress)
    scored = job.run(
        challenge,
        name,
        method,
        n_folds=n_folds,
        seed=seed,
        rule=rule,
        n_clusters=n_clusters,
        images=images,
        progress=progress,
    )
    if scored.evidence is Evidence.A0 or challenge.evidence not in (Evidence.A1, Evidence.A3):
        return scored
    attributor: Any = method
    labs = class_controls.known(images.sources, attributor, name=name, seed=seed)
    return dataclasses.replace(scored, labs=labs)

"""Methods compared on the dev images."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import overload

from clefgan.data.classes.challenge import ClassChallenge
from clefgan.errors import ClefganError
from clefgan.experiments.trials.evaluate import evaluate as evaluated
from clefgan.experiments.trials.trials import TrialPlan
from clefgan.method import Progress
from clefgan.plugins import registry
from clefgan.report import blanks, boards, class_notebook
from clefgan.report.class_notebook import CLASS_PROTOCOLS, ClassEvaluationTable
from clefgan.report.notebook import EvaluationTable
from clefgan.verbs import given
from clefgan.verbs.progress import reported
from clefgan.verbs.reading import Data, challenge_of
from clefgan.verbs.running import chosen_protocols
from evaluation import metrics
from evaluation.given import share


@overload
def evaluate(
    challenge: ClassChallenge,
    methods: Sequence[str],
    *,
    seed: int = 0,
    protocols: Sequence[str] | None = None,
    repeats: int = 1,
    n_folds: int = 3,
    metric: str | None = None,
    level: float = 0.95,
    folder: str | Path | None = None,
    progress: bool | Progress = False,
) -> ClassEvaluationTable: ...
@overload
def evaluate(
    challenge: Data,
    methods: Sequence[str],
    *,
    seed: int = 0,
    protocols: Sequence[str] | None = None,
    repeats: int = 1,
    n_folds: int = 3,
    metric: str | None = None,
    level: float = 0.95,
    folder: str | Path | None = None,
    progress: bool | Progress = False,
) -> EvaluationTable: ...
def evaluate(
    challenge: Data | ClassChallenge,
    methods: Sequence[str],
    *,
    seed: int = 0,
    protocols: Sequence[str] | None = None,
    repeats: int = 1,
    n_folds: int = 3,
    metric: str | None = None,
    level: float = 0.95,
    folder: str | Path | None = None,
    progress: bool | Progress = False,
) -> EvaluationTable | ClassEvaluationTable:
    """Compare methods on the dev images, with intervals and trivial answers beside them.

    Parameters
    ----------
    challenge : from `read`, or what `read` takes
    methods : names, with settings where they differ
    protocols : `held-out` (the default), `paper`; of classes `grouped`, `plain` (both)
    repeats : each with other folds and another seed
    metric : that ranks; None: the one of the edition
    folder : keeps what is done, to go on later; None: nothing is kept

    Raises
    ------
    ClefganError
        Unknown method or metric, a fault of the data, or a method that fails.
    """
    refuse_methods(methods)
    given.whole("evaluate", 0, seed=seed)
    given.whole("evaluate", 1, repeats=repeats)
    given.whole("evaluate", 2, n_folds=n_folds)
    with given.refused("evaluate"):
        share("level", level)
    given.refuse_empty("evaluate", challenge=challenge, metric=metric, folder=folder)
    kept = given.folder_of("evaluate", folder)
    whole = challenge_of(challenge)
    if isinstance(whole, ClassChallenge):
        with reported(progress) as report:
            return class_notebook.evaluate(
                whole, methods, seed=seed, protocols=protocols or CLASS_PROTOCOLS,
                repeats=repeats, n_folds=n_folds, primary=metric or whole.edition.metric,
                level=level, folder=kept, progress=report,
            )  # fmt: skip
    for name in methods:
        registry.configure(name)  # a misspelt one stops here, before any work
    with given.refused("evaluate"):
        primary = metrics.get(metric or whole.edition.metric)
    with tempfile.TemporaryDirectory() as scratch, reported(progress) as report:
        plan = TrialPlan(
            methods=tuple(methods),
            data=whole,
            folder=kept or Path(scratch),
            edition=whole.edition.name,
            protocols=chosen_protocols(protocols or ("held-out",)),
            repeats=repeats,
            n_folds=n_folds,
            seed=seed,
            blank=True,
        )
        results = evaluated(plan, jobs=1, progress=report)
    if results.failures:
        raise ClefganError(next(iter(results.failures.values())))
    beside = blanks.contrasts(results, seed)
    return EvaluationTable(tuple(boards.parts(plan, results, primary, level, blank=beside)))


def refuse_methods(methods: Sequence[str]) -> None:
    """Raise unless these are names of methods, and some."""
    if isinstance(methods, str) or not all(isinstance(name, str) for name in methods or ()):
        raise ClefganError(f"evaluate: methods are no list of names; got {methods!r}; give one")
    if not methods:
        raise ClefganError("evaluate: no method; give the name of at least one")

"""Every trial of a plan of classes; whatever stops it, what is done is on disk."""

from functools import partial

from clefgan.errors import ClefganError, ClusterError
from clefgan.experiments import processes
from clefgan.experiments.trials import class_kept, class_trials
from clefgan.experiments.trials.class_trials import (
    ClassBench,
    ClassOutcome,
    ClassPlan,
    ClassResults,
    ClassTrial,
)
from clefgan.method import Progress, silent

STAGE = "evaluating"


def evaluate(plan: ClassPlan, *, jobs: int = 0, progress: Progress = silent) -> ClassResults:
    """Run every trial of a plan that is not kept yet; gather all.

    Parameters
    ----------
    jobs : processes; 0: one per core; 1: this process, one trial after the other

    Raises
    ------
    ClefganError
        Too few images for the folds, or a process that died. A method that fails while it runs
        stops no other; see `ClassResults.failures`.
    """
    bench = class_trials.load(plan, progress)
    protocols, notes = class_trials.possible(plan, bench)
    planned = list(class_trials.trials(plan, protocols))
    given = class_kept.conditions(plan)
    done = {
        trial: kept_outcome
        for trial in planned
        if (kept_outcome := class_kept.read(plan, trial, given)) is not None
    }
    todo = [trial for trial in planned if trial not in done]
    failures: dict[str, str] = {}
    progress(STAGE, len(done), len(planned), "")
    for trial, outcome in processes.spread(
        todo, partial(class_trials.load, plan), partial(outcome_or_reason, plan),
        processes.number(jobs, len(todo)), loaded=bench,
        wanted=lambda trial: trial.method not in failures,
    ):  # fmt: skip
        if isinstance(outcome, str):
            failures.setdefault(trial.method, f"{trial}: {outcome}")
        else:
            class_kept.write(plan, trial, given, outcome)
            done[trial] = outcome
        progress(STAGE, len(done) + len(failures), len(planned), str(trial))
    return class_trials.gathered(plan, bench, protocols, done, failures, notes)


def outcome_or_reason(plan: ClassPlan, bench: ClassBench, trial: ClassTrial) -> ClassOutcome | str:
    """One trial: its outcome, or why its method failed."""
    try:
        return class_trials.run(plan, bench, trial)
    except ClusterError:
        raise
    except ClefganError as error:
        return str(error)

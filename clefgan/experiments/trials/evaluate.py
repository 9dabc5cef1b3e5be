"""Every trial of a plan, in one process or several; whatever stops it, what is done is on disk."""

from functools import partial

from clefgan.errors import ClefganError, ClusterError
from clefgan.experiments import processes
from clefgan.experiments.trials import kept, trials
from clefgan.experiments.trials.trials import (
    Results,
    Trial,
    TrialImages,
    TrialPlan,
    TrialScores,
)
from clefgan.method import Progress, silent

STAGE = "evaluating"


def evaluate(plan: TrialPlan, *, jobs: int = 0, progress: Progress = silent) -> Results:
    """Run every trial of a plan that is not kept yet; gather all.

    Parameters
    ----------
    jobs : processes; 0: one per core; 1: this process, one trial after the other

    Raises
    ------
    ClefganError
        No dev images, an unknown method, too few images for the folds; a process that died, or
        a cluster. A method that fails while it runs stops no other, and is not tried again; see
        `Results.failures`.
    """
    loaded = trials.load_all(plan)
    planned = list(trials.trials(plan))
    many = processes.number(jobs, len(planned))
    given = kept.conditions(plan, loaded.dev, processes.cores_each(many))
    done, todo = kept.missing(plan, given, planned)
    failures: dict[str, str] = {}
    progress(STAGE, len(done), len(planned), "")
    for trial, outcome in processes.spread(
        todo,
        partial(trials.load_all, plan),
        partial(outcome_or_reason, plan),
        many,
        loaded=loaded,
        wanted=lambda trial: trial.method not in failures,
    ):
        if isinstance(outcome, str):
            failures.setdefault(trial.method, f"{trial}: {outcome}")
        else:
            kept.write(kept.path_of(plan, trial, given), trial, outcome)
            done[trial] = outcome
        progress(STAGE, len(done) + len(failures), len(planned), str(trial))
    return trials.gathered(plan, loaded, done, failures)


def outcome_or_reason(plan: TrialPlan, images: TrialImages, trial: Trial) -> TrialScores | str:
    """One trial: its outcome, or why its method failed; what a cluster does is raised."""
    try:
        return trials.run(plan, trial, images)
    except ClusterError:
        raise
    except ClefganError as error:
        return str(error)

"""Every condition of a study, in one process or several; what is done is kept at once."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from clefgan.experiments import processes
from clefgan.experiments.lab import study
from clefgan.experiments.lab.reals import Reals
from clefgan.experiments.lab.study import Condition, LabScores, StudyPlan, StudyResults
from clefgan.method import Progress, silent

STAGE = "studying"


def evaluate(plan: StudyPlan, *, jobs: int = 0, progress: Progress = silent) -> StudyResults:
    """Run what is not kept yet of a study; gather all.

    Parameters
    ----------
    jobs : processes; 0: one per core; 1: this process, one condition after the other

    Raises
    ------
    ClefganError
        Real images that cannot be read or are too few, a process that died. A method that is
        refused, or fails while it runs, stops no other; see `StudyResults.failures`.
    """
    reals = plan.source.read()
    done: dict[Condition, dict[str, LabScores]] = {c: {} for c in plan.conditions()}
    todo: dict[Condition, dict[str, Path]] = {}
    many = processes.number(jobs, len(done))
    paths = study.paths(plan, reals.digest(), processes.cores_each(many))
    for (condition, name), path in paths.items():
        outcome = study.read(path)
        if outcome is None:
            todo.setdefault(condition, {})[name] = path
        else:
            done[condition][name] = outcome
    failures = study.refused(plan)
    count = sum(map(len, done.values()))
    progress(STAGE, count, len(paths), "")
    for condition, outcomes in processes.spread(
        list(todo), plan.source.read, partial(run, plan, todo), many, loaded=reals
    ):
        for name, outcome_or_reason in outcomes.items():
            if isinstance(outcome_or_reason, str):
                failures.setdefault(name, outcome_or_reason)
            else:
                done[condition][name] = outcome_or_reason
        count += len(outcomes)
        progress(STAGE, count, len(paths), str(condition))
    return StudyResults(plan, done, failures)


def run(
    plan: StudyPlan,
    todo: Mapping[Condition, Mapping[str, Path]],
    reals: Reals,
    condition: Condition,
) -> dict[str, LabScores | str]:
    """All that is to do in one condition."""
    return dict(study.run(plan, condition, reals, todo[condition]))

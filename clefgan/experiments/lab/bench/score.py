"""What one method says of one challenge of the bench: scores, and two decisions."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clefgan.experiments import kept
from clefgan.experiments.lab.bench.challenge import BenchChallenge
from clefgan.method import Method, Scores, promises
from clefgan.runs import folds
from clefgan.runs.decisions.decide import PROMISED
from clefgan.runs.decisions.guarded import Guarded
from clefgan.runs.decisions.rules import Conformal, Zero
from clefgan.runs.decisions.verdict import Known, Rule
from clefgan.runs.loading import DevImages, TestImages
from clefgan.runs.request import Loaded, Request, Stopwatch
from clefgan.runs.scoring import fit_and_score
from submissions.names import FileNames

N_FOLDS = 3
FDR = 0.1
LAYOUT = "2023"  # the edition whose default decision is measured: half of the candidates were used

Decisions = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class BenchOutcome:
    """One method on one challenge.

    default : what a run in the layout of 2023 calls used
    conformal : what `conformal:0.1` calls used
    seconds : wall time of fitting and scoring, decisions included
    """

    truth: NDArray[np.bool_]
    groups: tuple[str, ...]
    scores: Scores
    default: Decisions
    conformal: Decisions
    seconds: float


def outcome(name: str, method: Method, challenge: BenchChallenge) -> BenchOutcome:
    """Fit on dev, score the candidates, and decide, as `clefgan run` does.

    Raises
    ------
    ClefganError
        As `clefgan.runs.job.run` does.
    """
    compares = promises(type(method)).needs_generated
    rule: Rule = Guarded(PROMISED[LAYOUT]) if compares else Zero()
    conformal = Conformal(FDR)
    # both are given the scores of unused images among the candidates
    request = Request(name, method, ("held-out",), N_FOLDS, 0, conformal)
    watch = Stopwatch()
    images = loaded(challenge)
    fitted = fit_and_score(request, images, watch, lambda *_: None)
    assert fitted.test is not None
    assert fitted.held_out is not None
    known = Known(fitted.held_out, images.dev.truth, fitted.rounds)
    return BenchOutcome(
        challenge.truth,
        tuple(challenge.groups.tolist()),
        fitted.test,
        rule.decide(fitted.test, known).used,
        conformal.decide(fitted.test, known).used,
        sum(watch.seconds.values()),
    )


def loaded(challenge: BenchChallenge) -> Loaded:
    """Put the images into the order of a run."""
    dev = challenge.devset
    reals = np.concatenate([dev.used, dev.not_used])
    truth = np.arange(len(reals)) < len(dev.used)
    groups = challenge.dev_groups.tolist()
    ids = tuple(f"dev image {i + 1}" for i in range(len(reals)))
    names = tuple(f"candidate {i + 1}" for i in range(len(challenge.candidates)))
    files = FileNames({name: name for name in names})
    whose = tuple(challenge.groups.tolist())
    test = TestImages(challenge.candidates, challenge.generated, names, None, files, groups=whose)
    return Loaded(
        DevImages(dev, reals, truth, ids, groups), folds.grouped(groups, truth, N_FOLDS, 0), test
    )


def write(path: Path, challenge: str, method: str, said: BenchOutcome) -> None:
    """Keep an outcome."""
    record = {
        "cell": challenge,
        "method": method,
        "truth": said.truth.astype(int).tolist(),
        "groups": said.groups,
        "scores": said.scores.tolist(),
        "default": said.default.astype(int).tolist(),
        "conformal": said.conformal.astype(int).tolist(),
        "seconds": round(said.seconds, 3),
    }
    kept.write(path, record)


def read(path: Path) -> BenchOutcome | None:
    """Return the outcome that was kept, if it was; a damaged one counts as none."""
    record = kept.read(path)
    try:
        return BenchOutcome(
            np.array(record["truth"], bool),
            tuple(map(str, record["groups"])),
            np.array(record["scores"], np.float64),
            np.array(record["default"], bool),
            np.array(record["conformal"], bool),
            float(record["seconds"]),
        )
    except (ValueError, KeyError, TypeError):
        return None

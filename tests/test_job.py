"""The job: what is fitted on what, and what the record says."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from baselines.nearest import Nearest
from building import challenge
from clefgan.data import reading
from clefgan.data.reading import Challenge
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Knowledge, silent
from clefgan.runs import folds, heldout, job
from clefgan.runs.decisions.nulls import Round
from clefgan.runs.decisions.rules import Conformal, Null95
from clefgan.runs.decisions.verdict import Known, Rule, Verdict

SIZE = 8
SETS = {"dev/generated": 5, "dev/used": 6, "dev/not_used": 7}
TEST_SETS = {"test/generated_1": 4, "test/real_unknown_1": 9}


make = partial(challenge, size=SIZE)


@pytest.fixture
def whole(tmp_path: Path) -> Challenge:
    make(tmp_path, SETS | TEST_SETS)
    return reading.read(tmp_path)


LOG: list[Any] = []


@dataclass(frozen=True)
class Spy:
    """Remembers what it was fitted on; scores the mean grey level."""

    knowledge: ClassVar[Knowledge] = Knowledge.S3
    paper_note: ClassVar[str] = "it peeked"
    seed: int = 4  # unused

    def fit(self, dev: DevSet, /, *, progress: Any = None) -> "Spy":
        LOG.append({image.tobytes() for image in np.concatenate([dev.used, dev.not_used])})
        if progress is not None:
            progress("spying", 1, 1, "")
        return self

    def score(self, candidates: Any, generated: Any, /, *, progress: Any = None) -> Any:
        LOG.append((candidates.copy(), len(generated)))
        return candidates.mean(axis=(1, 2)) - 127.5


@pytest.fixture(autouse=True)
def _clear() -> None:
    LOG.clear()
    SEEN.clear()
    ROUNDS.clear()


def test_held_out_images_take_no_part_in_fitting_what_scores_them(whole: Challenge) -> None:
    run = job.run(whole, "spy", Spy(), protocols=("held-out",), n_folds=3)
    fits, scored = LOG[2::2], LOG[3::2]
    assert len(fits) == len(scored) == 3
    for fit, (images, n_generated) in zip(fits, scored, strict=True):
        assert not fit & {image.tobytes() for image in images}
        assert n_generated == 5
    assert sum(len(images) for images, _ in scored) == 13
    assert list(run.dev) == ["held-out"]


def test_scores_stand_beside_their_ids(whole: Challenge) -> None:
    run = job.run(whole, "spy", Spy(), n_folds=2)
    assert whole.dev is not None
    assert whole.test is not None
    for part, sets in ((run.dev["held-out"], whole.dev), (run.dev["paper"], whole.dev)):
        assert part.ids == sets.used.ids + sets.not_used.ids
        reals = np.concatenate([sets.used.load(), sets.not_used.load()])
        assert part.scores.tolist() == (reals.mean(axis=(1, 2)) - 127.5).tolist()
        assert part.truth is not None
        assert part.truth.tolist() == [True] * 6 + [False] * 7
    assert run.test is not None
    assert run.test.ids == whole.test.candidates.ids
    images = whole.test.candidates.load()
    assert run.test.scores.tolist() == (images.mean(axis=(1, 2)) - 127.5).tolist()
    assert run.test.truth is None
    assert run.test.decisions.tolist() == [bool(s > 0) for s in run.test.scores]


def test_the_record_is_enough_to_run_again(whole: Challenge) -> None:
    record = job.run(whole, "spy", Spy(seed=9), n_folds=2, seed=5).provenance
    assert record["hyperparameters"] == {"seed": 9}
    assert record["seed"] == {"folds": 5, "method": 9}
    assert record["method"]["class"].endswith("test_job:Spy")
    assert set(record["data"]["sha256"]) == {
        "dev generated",
        "dev used",
        "dev not used",
        "test generated",
        "test candidates",
    }
    assert {"python", "numpy", "jax"} <= set(record["versions"])
    assert {"load", "fit", "score dev", "score test", "held-out", "digest"} <= set(
        record["seconds"]
    )
    assert record["machine"]["cores"] >= 1


def test_the_note_goes_with_the_paper_protocol_only(whole: Challenge) -> None:
    assert job.run(whole, "spy", Spy(), n_folds=2).notes == ("paper protocol: it peeked",)
    assert job.run(whole, "spy", Spy(), n_folds=2, protocols=("held-out",)).notes == ()


def test_generated_images_that_nobody_needs_are_not_decoded(whole: Challenge) -> None:
    @dataclass(frozen=True)
    class Blind(Spy):
        needs_generated: ClassVar[bool] = False

    assert whole.test is not None
    stages: list[str] = []
    job.run(whole, "blind", Blind(), n_folds=2, progress=lambda stage, *_: stages.append(stage))
    assert "reading test candidates" in stages
    assert "reading test generated" not in stages


def test_progress_of_a_fold_names_the_fold(whole: Challenge) -> None:
    stages: list[str] = []
    job.run(whole, "spy", Spy(), n_folds=2, progress=lambda stage, *_: stages.append(stage))
    assert {"spying", "fold 1: spying", "fold 2: spying"} <= set(stages)


def test_dev_alone_is_scored_without_a_test_part(tmp_path: Path) -> None:
    make(tmp_path, SETS)
    run = job.run(reading.read(tmp_path), "spy", Spy(), n_folds=2)
    assert run.test is None
    assert set(run.dev) == {"paper", "held-out"}


def test_test_alone_has_nothing_to_fit_on(tmp_path: Path) -> None:
    make(tmp_path, TEST_SETS)
    with pytest.raises(ClefganError, match="no dev images; a method is fitted on them"):
        job.run(reading.read(tmp_path), "spy", Spy())


def test_truth_beside_the_candidates_is_used(tmp_path: Path) -> None:
    make(tmp_path, SETS | TEST_SETS)
    lines = [f"real_unknown_{i:04d},{i % 2}\n" for i in range(1, 10)]
    (tmp_path / "test" / "truth.csv").write_text("".join(reversed(lines)))
    run = job.run(reading.read(tmp_path), "spy", Spy(), n_folds=2)
    assert run.test is not None
    assert run.test.truth is not None
    assert run.test.truth.tolist() == [i % 2 == 1 for i in range(1, 10)]


def test_groups_stay_together(tmp_path: Path) -> None:
    make(tmp_path, SETS)
    ids = [f"used_{i:04d}" for i in range(1, 7)] + [f"not_used_{i:04d}" for i in range(1, 8)]
    rows = [f"{name},patient{i // 2}\n" for i, name in enumerate(ids)]
    (tmp_path / "groups.csv").write_text("id,group\n" + "".join(rows))
    found = reading.read(tmp_path)
    assert found.groups is not None
    job.run(found, "spy", Spy(), n_folds=3, protocols=("held-out",))
    assert found.dev is not None
    reals = np.concatenate([found.dev.used.load(), found.dev.not_used.load()])
    where = {image.tobytes(): i // 2 for i, image in enumerate(reals)}
    for fit, (images, _) in zip(LOG[0::2], LOG[1::2], strict=True):
        assert not {where[f] for f in fit} & {where[image.tobytes()] for image in images}


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (np.zeros(3), r"scores have shape \(3,\) and type 'float64'; need 13 floats"),
        (np.zeros(13, int), r"type 'int64'; need 13 floats"),
        (np.r_[np.zeros(12), np.nan], "score of 'not_used_0007' is nan; 1 of 13 scores are not"),
    ],
)
def test_wrong_scores_are_refused(whole: Challenge, scores: Any, message: str) -> None:
    @dataclass(frozen=True)
    class Wrong(Spy):
        def score(self, candidates: Any, generated: Any, /, *, progress: Any = None) -> Any:
            return scores

    with pytest.raises(ClefganError, match=f"^method 'wrong': .*{message}"):
        job.run(whole, "wrong", Wrong())


def test_a_rule_that_learns_from_dev_learns_out_of_fold(whole: Challenge) -> None:
    rule = Recorder()
    run = job.run(whole, "spy", Spy(), n_folds=3, rule=rule)
    test, *by_fold, paper = SEEN
    held_out = run.dev["held-out"]
    assert run.test is not None
    assert test == (set(run.test.scores), set(held_out.scores))
    for decided, known in by_fold:
        assert not decided & known
        assert decided | known == set(held_out.scores)
    assert paper == (set(run.dev["paper"].scores), set(run.dev["paper"].scores))
    assert run.test.decisions.all()
    assert run.provenance["decide"] == "Recorder()"


def test_a_rule_that_learns_has_held_out_scores_even_where_they_are_not_shown(
    whole: Challenge,
) -> None:
    run = job.run(whole, "spy", Spy(), n_folds=3, rule=Recorder(), protocols=("paper",))
    assert set(run.dev) == {"paper"}
    assert len(SEEN) == 2


def test_unused_dev_images_are_scored_among_the_candidates_by_what_saw_none_of_them(
    whole: Challenge,
) -> None:
    rule = ShownRounds()
    job.run(whole, "spy", Spy(), n_folds=3, rule=rule, protocols=("held-out",))
    assert whole.dev is not None
    assert whole.test is not None
    candidates, unused = whole.test.candidates.load(), whole.dev.not_used.load()
    fits, beside = LOG[2::3], LOG[4::3]
    left = {image.tobytes() for image in unused}
    for fit, (images, n_generated) in zip(fits, beside, strict=True):
        np.testing.assert_array_equal(images[:9], candidates)
        added = {image.tobytes() for image in images[9:]}
        assert added <= left
        assert not added & fit
        assert n_generated == 4  # those under test
        left -= added
    assert not left
    first, *others = ROUNDS
    assert [len(r.candidates) for r in first] == [9, 9, 9]
    assert sum(len(r.unused) for r in first) == 7
    assert others == [()] * 3  # dev is decided by its own folds


@pytest.mark.parametrize("rule", [Null95(), Conformal(0.2)])
def test_a_larger_generated_set_under_test_makes_no_false_discoveries(rule: Rule) -> None:
    """The level of a distance falls as the generated set grows: dev's scores are no null here."""
    rates, naive = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        images = rng.integers(0, 256, (40 + 40 + 60 + 100 + 1500, 4, 4)).astype(np.uint8)
        used, not_used, generated, candidates, larger = np.split(images, [40, 80, 140, 240])
        dev = DevSet(generated, used, not_used)
        truth = np.arange(80) < 40
        fold = folds.grouped([str(i) for i in range(80)], truth, 3, seed)
        beside = heldout.Beside((candidates, larger), [str(i) for i in range(500)])
        scores = heldout.held_out(
            "nearest", Nearest(), dev, tuple(map(str, range(80))), fold, silent, beside
        )
        known = Known(scores, truth)
        test = Nearest().fit(dev).score(candidates, larger)
        whole = Known(scores, truth, tuple(beside.rounds))
        rates.append(rule.decide(test, whole).used.mean())
        naive.append(rule.decide(test, known).used.mean())
    assert np.mean(rates) < 0.08  # no image was used
    assert np.mean(naive) > 0.2


ROUNDS: list[tuple[Round, ...]] = []


@dataclass(frozen=True)
class ShownRounds:
    """Remembers the rounds that it was shown."""

    needs_known: ClassVar[bool] = True
    needs_rounds: ClassVar[bool] = True

    def decide(self, scores: Any, known: Known | None = None) -> Verdict:
        assert known is not None
        ROUNDS.append(known.rounds)
        return Verdict(np.ones(len(scores), bool), None, "all")


SEEN: list[tuple[set[float], set[float]]] = []


@dataclass(frozen=True)
class Recorder:
    """Calls everything used, and remembers what it was shown."""

    needs_known: ClassVar[bool] = True
    needs_rounds: ClassVar[bool] = False

    def decide(self, scores: Any, known: Known | None = None) -> Verdict:
        assert known is not None
        SEEN.append((set(scores), set(known.scores)))
        return Verdict(np.ones(len(scores), bool), None, "all")


def test_folds_that_cannot_be_are_refused_before_any_fit(whole: Challenge) -> None:
    with pytest.raises(ClefganError, match="folds: 7 is more than the 6 groups of images used"):
        job.run(whole, "spy", Spy(), n_folds=7)
    assert LOG == []
    job.run(whole, "spy", Spy(), n_folds=7, protocols=("paper",))

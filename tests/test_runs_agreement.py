"""Which parts of a score agree: by hand, by SciPy, and from a run to its record and page."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from scipy import stats

from baselines.fusion import Fusion
from baselines.scoring.fusion_parts import PARTS
from building import challenge
from clefgan.data import reading
from clefgan.errors import ClefganError
from clefgan.method import (
    DevSet,
    Images,
    InParts,
    Knowledge,
    Progress,
    Scorer,
    Scores,
    ScoresInParts,
    silent,
)
from clefgan.report import run_findings
from clefgan.runs import agreement, job, record, run_files
from clefgan.runs.record import Run
from simple_method import Bright
from submissions import editions

SETS = {
    "dev/generated": 6, "dev/used": 5, "dev/not_used": 6,
    "test/real_unknown_1": 9, "test/generated_1": 7,
}  # fmt: skip


def test_ranks_and_agreement_by_hand() -> None:
    parts = {
        "a": np.array([4.0, 3, 2, 1]),
        "b": np.array([4.0, 3, 1, 1]),
        "c": np.array([1.0, 2, 3, 4]),
        "flat": np.zeros(4),
    }
    ranks = agreement.ranks(parts)
    assert ranks["a"].tolist() == [1, 2, 3, 4]
    assert ranks["b"].tolist() == [1, 2, 3, 3]
    assert ranks["flat"].tolist() == [1, 1, 1, 1]
    del ranks["flat"]  # type: ignore[attr-defined]
    assert agreement.how_many(ranks, 2).tolist() == [2, 2, 1, 1]
    said = agreement.of(ranks, parts["a"], np.array([True, False, True, False]))
    assert (said.called, said.by_most, said.by_few) == (2, 1, 1)
    assert said.with_score["a"] == pytest.approx(1)
    assert said.with_score["c"] == pytest.approx(-1)
    two = {name: ranks[name] for name in "ac"}
    said = agreement.of(two, parts["a"], np.array([True, True, False, False]))
    assert (said.by_most, said.by_few) == (0, 2)  # one of two is not most


def test_correlations_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    parts = {str(i): np.round(rng.normal(size=30), 1) for i in range(3)}
    scores = np.mean(list(parts.values()), axis=0)
    said = agreement.of(agreement.ranks(parts), scores, scores > 0)
    rows = np.stack([*parts.values(), scores])
    table = np.asarray(stats.spearmanr(rows, axis=1).statistic)
    np.testing.assert_allclose(list(said.with_score.values()), table[:3, 3])
    assert said.between == pytest.approx((table[0, 1] + table[0, 2] + table[1, 2]) / 3)


def test_what_cannot_be_told_is_a_dash() -> None:
    ranks = agreement.ranks({"flat": np.zeros(4), "other": np.arange(4.0)})
    said = agreement.of(ranks, np.arange(4.0), np.zeros(4, bool))
    assert math.isnan(said.with_score["flat"])
    assert math.isnan(said.between)
    assert said.said() == (
        "rank correlation of the parts with the score: other 1.00, flat –; with each other: – on "
        "average"
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return challenge(tmp_path_factory.mktemp("data"), SETS, size=32)


@pytest.fixture(scope="module")
def fusion(data: Path) -> Run:
    return job.run(reading.read(data), "fusion", Fusion(), protocols=("paper",))


def test_a_run_of_fusion_says_which_parts_agree(fusion: Run, data: Path) -> None:
    assert fusion.test is not None
    assert fusion.test.ranks is not None
    assert tuple(fusion.test.ranks) == PARTS
    read = reading.read(data)
    dev, test = read.dev, read.test
    assert dev is not None
    assert test is not None
    real = DevSet(dev.generated.load(), dev.used.load(), dev.not_used.load())
    scorer = Fusion().fit(real)
    assert isinstance(scorer, ScoresInParts)
    images = test.candidates.load(), test.generated.load()
    whole = scorer.in_parts(*images)
    np.testing.assert_array_equal(whole.scores, scorer.score(*images))
    for name, rank in fusion.test.ranks.items():
        expected = stats.rankdata(-whole.parts[name], method="min")
        np.testing.assert_array_equal(rank, expected)
    assert run_findings.agreed(fusion).startswith("Rank correlation of the parts with the score: ")
    assert "correlation" not in run_findings.verdict(fusion)


def test_the_record_keeps_ranks_and_reads_them_back(fusion: Run, tmp_path: Path) -> None:
    fusion.write(tmp_path / "fusion")
    content = json.loads((tmp_path / "fusion.json").read_text())
    first = next(iter(content["test"]["images"].values()))
    assert set(first["ranks"]) == set(PARTS)
    assert set(content["test"]["agreement"]["with_score"]) == set(PARTS)
    again = record.load(tmp_path / "fusion")
    assert again == fusion
    assert again.test is not None
    assert again.test.ranks is not None
    ids = again.test.ids
    entrant = run_files.read(tmp_path / "fusion.csv", editions.get("2023"), ids)
    assert entrant.ranks is not None
    assert entrant.ranks[ids[0]] == {name: int(rank[0]) for name, rank in again.test.ranks.items()}


@dataclass(frozen=True, eq=False)
class Odd:
    """A scorer whose parts are not what they should be."""

    part: Scores

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        return self.in_parts(candidates, generated, progress=progress).scores

    def in_parts(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> InParts:
        return InParts(np.arange(float(len(candidates))), {"odd": self.part})


@dataclass(frozen=True, kw_only=True)
class Parted:
    """Of a stranger: scores in one part."""

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    part: ClassVar[Scores] = np.arange(9.0)

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        return Odd(self.part)


class TooFew(Parted):
    """A part of another length."""

    part: ClassVar[Scores] = np.arange(3.0)


class Broken(Parted):
    """A part that is no number."""

    part: ClassVar[Scores] = np.full(9, np.nan)


def test_parts_of_a_stranger_are_shown_and_checked(data: Path) -> None:
    read = reading.read(data)
    run = job.run(read, "mine", Parted(), protocols=())
    assert run.test is not None
    assert run.test.ranks is not None
    assert run.test.ranks["odd"].tolist() == list(range(9, 0, -1))
    with pytest.raises(ClefganError, match=r"method 'mine': part 'odd': scores have shape \(3,\)"):
        job.run(read, "mine", TooFew(), protocols=())
    with pytest.raises(ClefganError, match=r"method 'mine': part 'odd': score of .* is nan"):
        job.run(read, "mine", Broken(), protocols=())


def test_a_method_without_parts_has_none(data: Path) -> None:
    run = job.run(reading.read(data), "bright", Bright(), protocols=("paper",))
    assert run.test is not None
    assert run.test.ranks is None
    assert "Parts" not in run_findings.verdict(run)

"""The permuted labels and the low end of the ranking: exact where small, level under chance."""

from itertools import permutations

import numpy as np
import pytest

from clefgan.errors import ClefganError
from clefgan.experiments.controls.low_end import low_end
from clefgan.experiments.controls.permuted_labels import exchangeable, permutation
from evaluation import EvaluationError, membership

TRUTH = np.repeat([True, False], 20)


GROUPS = [f"patient {i}" for i in range(40)]


class TestPermutation:
    def test_against_all_permutations_by_hand(self) -> None:
        truth = np.array([True, True, False, False, False])
        scores = np.array([3.0, 1.0, 2.0, 0.0, 1.0])
        all_areas = [
            membership.auc(np.array(labels), scores) for labels in permutations(truth.tolist())
        ]
        found = permutation(truth, scores, permutations=40_000)
        own = membership.auc(truth, scores)
        assert found.auc == own
        wanted = np.mean(np.array(all_areas) >= own - 1e-12)
        assert found.p_value == pytest.approx(wanted, abs=0.015)
        assert found.spread == pytest.approx(np.std(all_areas), abs=0.01)

    def test_p_values_are_uniform_where_nothing_is_there(self) -> None:
        rng = np.random.default_rng(0)
        found = [
            permutation(TRUTH, rng.normal(size=40), permutations=99).p_value for _ in range(100)
        ]
        assert 0.01 < np.mean(np.array(found) <= 0.05) < 0.1

    def test_strata_take_away_what_they_explain(self) -> None:
        """Scanner A has most of the used images and higher scores; within a scanner, nothing."""
        rng = np.random.default_rng(0)
        truth = np.repeat([True, False, True, False], [40, 10, 10, 40])
        scanner = np.repeat(["A", "B"], 50)
        scores = rng.normal(size=100) + 3 * (scanner == "A")
        plain = permutation(truth, scores)
        within = permutation(truth, scores, strata=scanner.tolist())
        assert plain.p_value < 0.001
        assert within.p_value > 0.05
        assert within.limit > plain.limit
        assert "is above the noise" in plain.sentence
        assert plain.above
        assert "is within the noise" in within.sentence
        assert "no sign of a leak" not in within.sentence
        assert "an average cannot exclude that single images were copied" in within.sentence
        assert not within.above

    def test_groups_move_together(self) -> None:
        """Ten patients with ten equal scores each: chance is of patients, not of images."""
        rng = np.random.default_rng(3)
        truth = np.repeat(rng.permutation(np.repeat([True, False], 5)), 10)
        groups = [str(i // 10) for i in range(100)]
        scores = np.repeat(rng.normal(size=10), 10)
        single = permutation(truth, scores)
        grouped = permutation(truth, scores, groups=groups)
        assert grouped.spread > 2 * single.spread

    def test_groups_of_one_size_are_exchanged(self) -> None:
        sets = exchangeable(6, None, ["a", "a", "b", "c", "c", "d"])
        assert sorted(found.tolist() for found in sets) == [[[0, 1], [3, 4]], [[2], [5]]]
        sets = exchangeable(4, ["x", "x", "y", "y"], None)
        assert sorted(found.tolist() for found in sets) == [[[0], [1]], [[2], [3]]]

    def test_nothing_to_permute_is_no_verdict(self) -> None:
        """All patients have another number of images: no labels can move, and none is noise."""
        sizes = [1, 2, 3, 4, 5, 6]
        groups = [f"p{i}" for i, n in enumerate(sizes) for _ in range(n)]
        truth = np.repeat(np.array([True, False] * 3), sizes)
        scores = truth + np.linspace(0, 0.5, 21)
        found = permutation(truth, scores, groups=groups)
        assert found.auc == 1
        assert (found.verdict, found.above) == (False, False)
        assert np.isnan([found.limit, found.spread, found.p_value]).all()
        assert found.sentence == (
            "AUC 1.000 has no verdict by permuted labels: 0 of 6 groups are exchangeable, 1 way to "
            "label them; 20 are needed"
        )

    def test_too_little_to_permute_is_no_verdict(self) -> None:
        """Of two patients with two images each, labels can be swapped in two ways: p is 0.5."""
        truth = np.array([True, True, False, False, True, False, False, False])
        groups = [*"aabb", *"c", *"ddd"]
        found = permutation(truth, truth + 0.0, groups=groups)
        assert (found.exchangeable, found.total, found.arrangements) == (2, 4, 2)
        assert "2 of 4 groups are exchangeable, 2 ways to label them; 20 are" in found.sentence
        assert found.p_value == pytest.approx(0.5, abs=0.02)
        alike = permutation(truth, truth + 0.0, groups=[*"abcd", *"ef", *"gg"])
        assert (alike.exchangeable, alike.total) == (6, 7)

    def test_the_verdict_says_how_many_can_swap(self) -> None:
        groups = [f"p{i // 2}" if i < 38 else f"p{i}" for i in range(40)]
        found = permutation(TRUTH, TRUTH + 0.0, groups=groups)
        assert found.above
        assert "; 19 of 21 groups are exchangeable; the 10 highest scores hold" in found.sentence
        found = permutation(TRUTH, TRUTH + 0.0)
        assert "exchangeable" not in found.sentence  # all are
        assert "; the 20 highest scores hold 20 of 20 used images and 0 of 20" in found.sentence
        assert found.arrangements == 20

    def test_same_seed_same_noise_in_any_number_of_batches(self) -> None:
        scores = np.random.default_rng(0).normal(size=40)
        assert permutation(TRUTH, scores) == permutation(TRUTH, scores)
        found = permutation(TRUTH, scores, permutations=1001, at_once=4000)
        assert 0 < found.p_value <= 1

    def test_one_class_only_is_said(self) -> None:
        found = permutation(np.ones(3, bool), np.arange(3.0))
        assert np.isnan(found.p_value)
        assert found.sentence == "AUC cannot be compared with permuted labels: one class only"

    def test_errors(self) -> None:
        scores = np.arange(40.0)
        with pytest.raises(ClefganError, match=r"^permutations: 0 is too few; give 1 or more$"):
            permutation(TRUTH, scores, permutations=0)
        with pytest.raises(ClefganError, match=r"^controls: 1 strata for 40 images"):
            permutation(TRUTH, scores, strata=["a"])
        with pytest.raises(EvaluationError, match="scores"):
            permutation(TRUTH, scores[1:])


class TestLowEnd:
    """What an average hides: a few used images at the head of the scores."""

    def test_a_few_copies_show_at_the_head_where_the_average_sees_nothing(self) -> None:
        rng = np.random.default_rng(0)
        truth = np.arange(500) < 250
        scores = rng.normal(size=500)
        scores[:10] += 6
        found = permutation(truth, scores, permutations=999)
        assert not found.above
        assert found.low_end.stands_out
        assert found.low_end.used >= 10
        assert found.low_end.others == 0
        assert "250 used images and 0 of 250 others, more used ones than chance" in found.sentence
        assert "at the low false-positive end used ones are given away" in found.sentence

    def test_the_level_holds(self) -> None:
        rng = np.random.default_rng(1)
        truth = np.arange(60) < 20
        p = [
            low_end(truth, rng.normal(size=60), permutations=99, seed=seed).p_value
            for seed in range(200)
        ]
        assert 0.01 <= np.mean(np.array(p) <= 0.05) <= 0.1

    def test_a_group_counts_once(self) -> None:
        """Ten copies of images of one patient are one patient given away, not ten."""
        rng = np.random.default_rng(0)
        truth = np.arange(200) < 100
        scores = rng.normal(size=200)
        scores[:10] = 9
        groups = [str(max(0, i - 9)) for i in range(200)]
        assert low_end(truth, scores).p_value < 0.01
        found = low_end(truth, scores, groups=groups)
        assert found.p_value > 0.01
        assert found.n_used == 91
        assert found.unit == "groups"

    def test_equal_scores_say_nothing(self) -> None:
        assert low_end(np.arange(20) < 10, np.zeros(20)).p_value == 1

    def test_one_class_has_no_head(self) -> None:
        found = low_end(np.ones(5, bool), np.arange(5.0))
        assert np.isnan(found.p_value)
        assert "cannot be judged" in found.sentence

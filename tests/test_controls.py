"""Negative controls: each finds what it is there to find, and nothing where there is nothing."""

from dataclasses import dataclass
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from baselines.learning import logistic
from building import levels, png
from clefgan.data import reading
from clefgan.errors import ClefganError
from clefgan.experiments.controls import auc_difference
from clefgan.experiments.controls.image_only import PENALTY, image_only, log_odds
from clefgan.experiments.controls.low_end import low_end
from clefgan.experiments.controls.other_generator import foreign, other_generator
from clefgan.experiments.controls.permuted_labels import exchangeable, permutation
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.runs import folds, heldout
from clefgan.testing import blobs
from evaluation import EvaluationError, membership

TRUTH = np.repeat([True, False], 20)
GROUPS = [f"patient {i}" for i in range(40)]


def dev_of(used: Images, not_used: Images, seed: int = 7) -> DevSet:
    return DevSet(blobs(np.random.default_rng(seed), 6), used, not_used)


def fair(seed: int = 0) -> DevSet:
    images = blobs(np.random.default_rng(seed), 40)
    return dev_of(images[:20], images[20:])


class TestImageOnly:
    def test_it_finds_a_brighter_class(self) -> None:
        dev = fair()
        brighter = np.minimum(dev.used.astype(np.int16) + 30, 255).astype(np.uint8)
        scores = image_only(dev_of(brighter, dev.not_used), GROUPS)
        assert membership.auc(TRUTH, scores) > 0.95

    def test_it_finds_nothing_in_a_fair_split(self) -> None:
        areas = [membership.auc(TRUTH, image_only(fair(seed), GROUPS)) for seed in range(8)]
        assert np.mean(areas) == pytest.approx(0.5, abs=0.12)  # four standard errors

    def test_patients_do_not_help(self) -> None:
        """Each patient has a level of its own, which says nothing of other patients."""
        rng = np.random.default_rng(1)
        levels = np.repeat(rng.permutation(np.linspace(20, 220, 10)), 4)
        noise = rng.integers(-3, 4, (40, 32, 32))
        images = np.clip(levels[:, None, None] + noise, 0, 255).astype(np.uint8)
        dev = dev_of(images[:20], images[20:])
        grouped = image_only(dev, [str(i // 4) for i in range(40)])
        alone = image_only(dev, GROUPS)
        assert membership.auc(TRUTH, grouped) < membership.auc(TRUTH, alone)

    def test_same_seed_same_scores_and_the_generated_images_do_not_matter(self) -> None:
        dev = fair()
        other = DevSet(dev.generated[:1], dev.used, dev.not_used)
        first = image_only(dev, GROUPS, 3)
        assert np.array_equal(first, image_only(other, GROUPS, 3))
        assert not np.array_equal(first, image_only(dev, GROUPS, 4))

    def test_the_regression_minimises_the_penalised_loss(self) -> None:
        rng = np.random.default_rng(0)
        rows = rng.normal(size=(50, 6)) * [1, 1, 1, 1, 1, 0] + 3
        truth = rows[:, 0] + rng.normal(size=50) > 3.7
        spread = np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1)
        scaled = (rows - rows.mean(axis=0)) / spread
        oracle = logistic.fit(scaled, truth, C=PENALTY)  # by L-BFGS
        assert log_odds(rows, truth, rows) == pytest.approx(oracle.logit(scaled), abs=1e-4)

    def test_classes_that_a_line_separates_are_no_trouble(self) -> None:
        rows = np.where(TRUTH, 1e3, -1e3)[:, None]
        assert ((log_odds(rows, TRUTH, rows) > 0) == TRUTH).all()

    def test_file_sizes_count(self) -> None:
        sizes = [1000 + 500 * bool(used) + i for i, used in enumerate(TRUTH)]
        scores = image_only(fair(), GROUPS, file_sizes=sizes)
        assert membership.auc(TRUTH, scores) > 0.95

    def test_constant_images_score_alike(self) -> None:
        same = np.full((20, 32, 32), 99, np.uint8)
        scores = image_only(dev_of(same, same), GROUPS)
        assert np.ptp(scores) == pytest.approx(0, abs=1e-6)

    def test_a_class_of_three_groups_gets_three_folds(self) -> None:
        groups = [f"used {i % 3}" for i in range(20)] + GROUPS[20:]
        assert np.isfinite(image_only(fair(), groups)).all()

    def test_one_group_of_a_class_is_an_error(self) -> None:
        with pytest.raises(ClefganError, match="fewer than 2 groups of images used"):
            image_only(fair(), ["one"] * 20 + GROUPS[20:])

    def test_another_number_of_groups_or_sizes_is_an_error(self) -> None:
        with pytest.raises(
            ClefganError, match=r"^controls: 39 groups for 40 images; give one for each$"
        ):
            image_only(fair(), GROUPS[1:])
        with pytest.raises(
            ClefganError, match=r"^controls: 1 file sizes for 40 images; give one for each$"
        ):
            image_only(fair(), GROUPS, file_sizes=[5])


@dataclass(frozen=True, kw_only=True)
class Brightness:
    """Level above that of the generated images; notes what it is given."""

    knowledge: ClassVar[Knowledge] = Knowledge.S0
    seen: ClassVar[list[DevSet]] = []

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        self.seen.append(dev)
        return BrightnessScorer()


class BrightnessScorer:
    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        return np.asarray(candidates.mean(axis=(1, 2)) - float(generated.mean()))


class TestOtherGenerator:
    def test_fit_and_score_see_the_other_images_only(self) -> None:
        dev, other = fair(), np.full((3, 32, 32), 10, np.uint8)
        Brightness.seen.clear()
        scores = other_generator(Brightness(), dev, other, GROUPS)
        reals = np.concatenate([dev.used, dev.not_used])
        assert np.array_equal(scores, reals.mean(axis=(1, 2)) - 10)
        assert len(Brightness.seen) == 3
        assert all(found.generated is other for found in Brightness.seen)

    def test_the_folds_are_those_of_the_held_out_protocol(self) -> None:
        dev = fair()
        Brightness.seen.clear()
        other_generator(Brightness(), dev, dev.generated, GROUPS, 5, n_folds=4)
        mine = [found.used.tobytes() for found in Brightness.seen]
        Brightness.seen.clear()
        ids = tuple(GROUPS)
        heldout.held_out("x", Brightness(), dev, ids, folds.grouped(GROUPS, TRUTH, 4, 5), silent)
        assert mine == [found.used.tobytes() for found in Brightness.seen]

    def test_no_image_or_another_size_is_an_error(self) -> None:
        with pytest.raises(
            ClefganError, match=r"^controls: no image of another generator; give at least one$"
        ):
            other_generator(Brightness(), fair(), np.empty((0, 32, 32), np.uint8), GROUPS)
        with pytest.raises(
            ClefganError, match=r"generator are 16x8, those of dev 32x32; bring them to one size$"
        ):
            other_generator(Brightness(), fair(), np.zeros((2, 8, 16), np.uint8), GROUPS)
        with pytest.raises(ClefganError, match=r"^controls: 2 groups for 40 images"):
            other_generator(Brightness(), fair(), fair().generated, GROUPS[:2])


class TestForeign:
    def folder(self, root: Path, shape: tuple[int, int], *roles: str) -> reading.Challenge:
        return reading.read(levels(root, *roles, n=2, png=partial(png, size=shape)))

    DEV = ("dev/generated", "dev/used", "dev/not_used")
    TEST = ("test/generated_1", "test/real_unknown_1")

    def test_those_of_test_where_there_are_some(self, tmp_path: Path) -> None:
        images, what = foreign(self.folder(tmp_path, (4, 4), *self.DEV, *self.TEST))
        assert what == "the generated images of test"
        assert np.array_equal(images[:, 0, 0], [60, 61])

    def test_phantoms_where_there_is_no_test(self, tmp_path: Path) -> None:
        images, what = foreign(self.folder(tmp_path, (32, 32), *self.DEV))
        assert what == "phantom slices"
        assert images.shape == (2, 32, 32)

    def test_images_that_are_not_square_are_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(
            ClefganError,
            match=r": no test part, and phantoms are square, not 6x4; give a test part",
        ):
            foreign(self.folder(tmp_path, (4, 6), *self.DEV))

    def test_nothing_at_all_is_an_error(self) -> None:
        with pytest.raises(ClefganError, match=r"^x: no dev images; the control is for them$"):
            foreign(reading.Challenge("x", None, None))


class TestRows:
    rng = np.random.default_rng(0)
    good = TRUTH + rng.normal(0, 0.4, 40)
    blind = rng.normal(0, 1, 40)

    def test_a_leak_is_above_its_control(self) -> None:
        (row,) = auc_difference.rows(TRUTH, self.good, {"image only": self.blind})
        assert row.auc == membership.auc(TRUTH, self.good)
        assert row.control_auc == membership.auc(TRUTH, self.blind)
        assert row.difference == pytest.approx(row.auc - row.control_auc)
        assert row.above
        assert row.low < row.difference < row.high
        assert row.sentence.startswith(f"AUC {row.auc:.3f} is above the {row.control_auc:.3f} of")

    def test_a_result_below_its_control_says_so(self) -> None:
        (row,) = auc_difference.rows(TRUTH, self.blind, {"other generator": self.good})
        assert not row.above
        assert "is not above the" in row.sentence
        assert "(other generator)" in row.sentence

    def test_a_result_equal_to_its_control_says_so(self) -> None:
        (row,) = auc_difference.rows(TRUTH, self.good, {"image only": self.good})
        assert (row.difference, row.above) == (0, False)
        assert "is not above the" in row.sentence

    def test_a_small_gain_is_not_reliable(self) -> None:
        rng = np.random.default_rng(9)
        one, other = rng.normal(size=(2, 40)) + np.array([[0.2], [0.0]]) * TRUTH
        (row,) = auc_difference.rows(TRUTH, one, {"image only": other})
        assert row.low < 0 < row.difference
        assert "is not reliably above the" in row.sentence

    def test_to_be_above_a_control_below_chance_is_no_success(self) -> None:
        (row,) = auc_difference.rows(TRUTH, self.blind, {"image only": -self.good})
        assert row.low > 0
        assert row.auc_low < 0.5
        assert not row.above
        assert "(image only), but not reliably above chance: difference" in row.sentence

    def test_groups_widen_the_interval(self) -> None:
        truth = np.tile(TRUTH, 4)
        good, blind = np.tile(self.good, 4), np.tile(self.blind, 4)
        (single,) = auc_difference.rows(truth, good, {"c": blind})
        (grouped,) = auc_difference.rows(truth, good, {"c": blind}, groups=GROUPS * 4)
        assert grouped.high - grouped.low > 1.5 * (single.high - single.low)

    def test_one_class_only_is_said(self) -> None:
        (row,) = auc_difference.rows(np.ones(40, bool), self.good, {"image only": self.blind})
        assert "cannot be compared with its control (image only): one class only" in row.sentence

    def test_scores_of_another_length_are_an_error(self) -> None:
        with pytest.raises(EvaluationError, match="run 'control image only'"):
            auc_difference.rows(TRUTH, self.good, {"image only": self.good[1:]})


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
        assert "; 40 of 40 images are exchangeable; the 20 highest" in found.sentence
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
        assert "used images of 250 and 0 others of 250 (p = 0.003" in found.sentence
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

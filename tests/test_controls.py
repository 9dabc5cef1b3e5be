"""Negative controls: each finds what it is there to find, and nothing where there is nothing."""

import re
from dataclasses import dataclass
from functools import partial
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
from clefgan.experiments.controls.other_generator import foreign, other_generator
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
        assert re.search(
            r"difference −0\.\d{3} \[−0\.\d{3}, −0\.\d{3}\]$", auc_difference.contrast(row)
        )

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

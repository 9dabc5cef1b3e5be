"""A paper's rows run again: what is run, measured and checked."""

from pathlib import Path

import numpy as np
import pytest

from building import vgg_package
from clefgan.errors import ClefganError
from clefgan.experiments.reproduction import (
    paper,
    printed,
    rows,
    separation,
)
from clefgan.experiments.reproduction.paper import PaperRow
from clefgan.runs.result import Scored
from clefgan.storage import weights
from evaluation import published
from reproducing import SIZES, reproduced

# The paper


def test_the_paper_is_found_by_name() -> None:
    found = paper.get("aimultimedialab-2023")
    assert [row.key for row in found.rows] == [
        "lbp-rbf",
        "lbp-linear",
        "vgg16-rbf",
        "vgg16-linear",
    ]
    assert [row.key for row in found.rows if row.test] == ["lbp-rbf", "vgg16-rbf"]
    with pytest.raises(
        ClefganError,
        match=r"no reproduction 'aimultimedialab-2024'; did you mean 'aimultimedialab-2023'\?",
    ):
        paper.get("aimultimedialab-2024")


def test_full_takes_the_printed_number_of_samples() -> None:
    assert paper.FULL.settings == ("own_samples=802", "gan.epochs=50")
    row = paper.AIMULTIMEDIALAB_2023.row("lbp-linear")
    method = row.configured(paper.QUICK, seed=7)
    assert "kernel='linear'" in repr(method)
    assert "own_samples=200" in repr(method)
    assert "seed=7" in repr(method)


def test_rows_without_weights_are_told_with_the_line_that_helps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(vgg_package(tmp_path)))
    reasons = paper.why_not(paper.AIMULTIMEDIALAB_2023.rows)
    assert set(reasons) == {"vgg16-rbf", "vgg16-linear"}
    assert reasons["vgg16-rbf"].endswith(weights.ADVICE)


def test_a_row_whose_method_is_missing_is_told() -> None:
    row = PaperRow("gone", "gone", "no-such-method", (), "")
    assert "no method 'no-such-method'" in paper.why_not([row])["gone"]


# What is printed


def test_the_f1_of_078_is_flagged() -> None:
    flags = printed.flags(printed.results(paper.AIMULTIMEDIALAB_2023))
    (found,) = [flag for flag in flags if "no whole counts" in flag]
    assert found.startswith("Table 2, deep, radial: no whole counts give F1 0.78,")
    assert "TP TN FP FN = 80 14 66 0, and with it F1 0.708, not 0.78" in found


def test_values_that_are_cut_off_are_flagged() -> None:
    flags = printed.flags([published.get("aimultimedialab-2023-run-2")])
    assert flags[0] == "Table 3, VGG-16 + RBF SVM: F1 0.585 is cut off, not rounded: 0.586"
    assert len(flags) == 2


def test_counts_behind_printed_rows() -> None:
    found = printed.counts(published.get("aimultimedialab-2023-dev-lbp-rbf"))
    assert found == printed.PrintedCounts((52, 20, 60, 28))
    assert printed.counts(published.get("yunnan-2024")) is None


# Rows


def test_measured_is_what_one_computes_by_hand() -> None:
    truth = np.array([True, True, True, False])
    scores = np.array([2.0, 1.0, -1.0, 0.5])
    found = rows.measured(Scored(("a", "b", "c", "d"), scores, truth), None)
    assert found.counts == (2, 0, 1, 1)
    assert found.cells["f1"].value == pytest.approx(2 / 3)
    assert found.cells["auc"].value == pytest.approx(2 / 3)
    assert found.cells["recall"].interval == "Wilson"
    # Wilson, 2 of 3 at 95%: by its textbook formula
    z = 1.959964
    centre, half = (2 / 3 + z**2 / 6) / (1 + z**2 / 3), z * (2 / 9 / 3 + z**2 / 36) ** 0.5
    assert found.cells["recall"].low == pytest.approx(centre - half / (1 + z**2 / 3), abs=1e-5)


def test_without_truth_only_the_calls_are_counted() -> None:
    found = rows.measured(Scored(("a", "b"), np.array([1.0, -1.0]), None), None)
    assert (found.n, found.called_used, found.counts, found.cells) == (2, 1, None, {})


def test_groups_of_several_images_widen_the_interval() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat([True, False], 40)
    scores = np.repeat(rng.normal(0, 1, 8) + np.repeat([0.5, -0.5], 4), 10)
    scored = Scored(tuple(map(str, range(80))), scores, truth)
    alone = rows.measured(scored, None).cells["accuracy"]
    grouped = rows.measured(scored, np.repeat([f"p{i}" for i in range(8)], 10)).cells["accuracy"]
    assert grouped.interval == "BCa"
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)


def test_rows_run_on_dev_and_test(tmp_path: Path) -> None:
    outcome = reproduced(tmp_path).outcome
    one, two = outcome.done
    assert set(one.parts) == {"paper", "held-out", "test"}
    assert one.parts["paper"].counts == (10, 10, 0, 0)
    assert one.parts["test"].counts == (4, 4, 0, 0)
    assert two.parts["test"].counts == (4, 0, 4, 0)  # level=0: all are brighter
    assert outcome.all_used["paper"].cells["f1"].value == pytest.approx(2 / 3)
    assert outcome.all_used["test"].counts == (4, 0, 4, 0)
    assert outcome.not_run == {}


# The two generated sets


def test_sets_that_differ_separate_and_alike_ones_do_not(tmp_path: Path) -> None:
    made = reproduced(tmp_path)
    method = separation.fingerprint(made.paper.rows[0].configured(SIZES, seed=3))
    for split in made.separation["one"]:
        assert split.right == split.n
        assert split.high == 1
        assert split.low < 1
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 200, 5)).astype(np.float32)
    split = separation.split(a, b, method, 0.5, seed=0)
    assert split.n == 200
    assert split.low < 0.5 < split.high
    assert split.larger_class == 0.5


def test_the_halves_share_no_row_and_lose_none() -> None:
    features = np.arange(10, dtype=np.float32)[:, None]
    for share, expected in ((0.7, 7), (0.01, 1), (0.99, 9)):
        train, test = separation.halves(features, share, np.random.default_rng(1))
        assert len(train) == expected
        assert sorted([*train.ravel(), *test.ravel()]) == list(range(10))

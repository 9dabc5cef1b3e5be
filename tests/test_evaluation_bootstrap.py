"""Bootstrap: against scipy, by simulation, and the mistakes that others made."""

import numpy as np
import pytest

from evaluation import EvaluationError, metrics
from evaluation.counts import Counts
from evaluation.intervals import bca
from evaluation.intervals import bootstrap as boot
from evaluation.intervals.bootstrap import bootstrap, of_counts
from evaluation.intervals.resampling import Units, deletions, draws
from evaluation.metrics import METRICS, Needs
from evaluation.runs import Panel, Run

KAPPA, F1, AUC = (metrics.get(name) for name in ("cohen_kappa", "f1", "auc"))
OF_COUNTS = [metric for metric in METRICS if metric.needs is Needs.DECISIONS]


def panel_of(n: int, seed: int = 0, shift: float = 0.8) -> Panel:
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2 == 0
    scores = rng.normal(size=n) + shift * truth
    other = scores + rng.normal(size=n)
    return Panel(truth, {"a": Run(scores > 0.3, scores), "b": Run(other > 0.3, other)})


def test_every_case_can_be_drawn_and_strata_keep_their_size() -> None:
    truth = np.arange(30) < 10
    weights = np.concatenate(list(draws(Units.of(truth), 500, np.random.default_rng(0))))
    assert weights.shape == (500, 30)
    assert (weights.sum(axis=0) > 0).all()
    assert (weights[:, truth].sum(axis=1) == 10).all()
    assert (weights[:, ~truth].sum(axis=1) == 20).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(30), abs=0.2)


def test_clusters_are_drawn_whole() -> None:
    truth = np.array([True, True, True, False, False, True, False])
    clusters = np.array(["p", "p", "q", "r", "s", "t", "t"])
    weights = np.concatenate(list(draws(Units.of(truth, clusters), 200, np.random.default_rng(0))))
    assert (weights[:, 0] == weights[:, 1]).all()  # patient p
    assert (weights[:, 5:] == 1).all()  # t alone has both classes: a stratum of one
    assert (weights[:, 1] + weights[:, 2] == 2).all()  # p and q: the patients of used images


def test_single_cases_are_clusters_of_one() -> None:
    panel = panel_of(40)
    alone = Panel(panel.truth, panel.runs, np.arange(40))
    first, second = (bootstrap(p, [F1, AUC], resamples=300) for p in (panel, alone))
    np.testing.assert_array_equal(first.drawn, second.drawn)


def test_the_jackknife_leaves_each_out_once_and_keeps_the_strata() -> None:
    truth = np.arange(7) < 3
    parts = list(deletions(Units.of(truth)))
    weights = np.concatenate([rows for _, rows in parts])
    assert ((weights == 0).sum(axis=0) == 1).all()
    assert weights[:, truth].sum(axis=1) == pytest.approx(np.full(7, 3))
    assert weights[:, ~truth].sum(axis=1) == pytest.approx(np.full(7, 4))


def test_a_large_jackknife_leaves_out_groups() -> None:
    parts = list(deletions(Units.of(np.arange(5000) < 1000)))
    weights = np.concatenate([rows for _, rows in parts])
    assert len(weights) == 100
    assert ((weights == 0).sum(axis=0) == 1).all()


@pytest.mark.parametrize("name", ["balanced_accuracy", "recall"])
def test_bca_equals_scipy(name: str) -> None:
    from scipy.stats import bootstrap as scipy_bootstrap

    panel = panel_of(120)
    right = (panel.truth == panel.runs["a"].decisions).astype(np.float64)
    used, not_used = right[panel.truth], right[~panel.truth]

    def balanced(a: np.ndarray, b: np.ndarray, axis: int = -1) -> np.ndarray:
        return np.asarray((a.mean(axis=axis) + b.mean(axis=axis)) / 2)

    def of_used(a: np.ndarray, axis: int = -1) -> np.ndarray:
        return np.asarray(a.mean(axis=axis))

    data, statistic = (
        ((used, not_used), balanced) if name == "balanced_accuracy" else ((used,), of_used)
    )
    theirs = scipy_bootstrap(
        data, statistic, n_resamples=20_000, vectorized=True, rng=np.random.default_rng(1)
    ).confidence_interval
    metric = metrics.get(name)
    ours = bootstrap(panel, [metric], resamples=20_000).intervals()
    cells = [np.array([value]) for value in _table(panel, "a")]
    quick = of_counts([metric], Counts.of(*cells), resamples=20_000)
    step = 1.01 / len(used)  # limits lie on a grid of possible values
    assert (ours.low[0, 0], ours.high[0, 0]) == pytest.approx(tuple(theirs), abs=step)
    assert (quick.low[0, 0], quick.high[0, 0]) == pytest.approx(tuple(theirs), abs=step)


def test_bca_of_the_auc_equals_scipy() -> None:
    from scipy.stats import bootstrap as scipy_bootstrap

    panel = panel_of(60)
    scores = panel.runs["a"].scores
    assert scores is not None

    def area(a: np.ndarray, b: np.ndarray) -> float:
        return float((a[:, None] > b).mean())

    theirs = scipy_bootstrap(
        (scores[panel.truth], scores[~panel.truth]),
        area,
        n_resamples=4_000,
        vectorized=False,
        rng=np.random.default_rng(1),
    ).confidence_interval
    ours = bootstrap(panel, [AUC], resamples=4_000).intervals()
    assert (ours.low[0, 0], ours.high[0, 0]) == pytest.approx(tuple(theirs), abs=0.015)


def _table(panel: Panel, name: str) -> tuple[int, int, int, int]:
    called, used = panel.runs[name].decisions, panel.truth
    both = [called & used, ~called & ~used, called & ~used, ~called & used]
    tp, tn, fp, fn = (int(cell.sum()) for cell in both)
    return tp, tn, fp, fn


def test_bca_of_a_skewed_statistic_equals_scipy() -> None:
    """Without the acceleration both limits would be off by more than three times the tolerance."""
    from scipy.stats import bootstrap as scipy_bootstrap

    rng = np.random.default_rng(2)
    probabilities = 1 - rng.random(24) ** 6  # nearly all sure and right, a few very wrong
    truth = np.ones(24, bool)
    panel = Panel(truth, {"a": Run(truth, None, probabilities)})
    theirs = scipy_bootstrap(
        ((1 - probabilities) ** 2,), np.mean, n_resamples=50_000, rng=np.random.default_rng(1)
    ).confidence_interval
    replicates = bootstrap(panel, [metrics.get("brier")], resamples=50_000)
    ours = replicates.intervals()
    assert (ours.low[0, 0], ours.high[0, 0]) == pytest.approx(tuple(theirs), rel=0.02)
    plain = bca.interval(replicates.values, replicates.drawn, np.zeros((1, 1)), 0.95)
    assert plain.high[0, 0] < 0.94 * theirs.high


def test_acceleration_of_a_mean_is_its_skewness() -> None:
    from scipy.stats import skew

    rng = np.random.default_rng(0)
    sample = rng.exponential(size=50)
    left_out = (sample.sum() - sample) / 49
    assert bca.acceleration([(0, left_out)]) == pytest.approx(skew(sample) / (6 * np.sqrt(50)))
    parts = [(0, left_out[:20]), (0, left_out[20:])]
    assert bca.acceleration(parts) == pytest.approx(bca.acceleration([(0, left_out)]))
    assert bca.acceleration([]) == bca.acceleration([(0, np.ones(5))]) == 0


def test_acceleration_of_counts_is_that_of_cases() -> None:
    panel = panel_of(60)
    by_case = bca.acceleration(bootstrap(panel, OF_COUNTS, resamples=2).left_out)[:, 0]
    table = Counts.of(*([value] for value in _table(panel, "a")))
    for place, metric in enumerate(OF_COUNTS):
        assert metric.of_counts is not None
        without = metric.of_counts(boot._tables_without(table))
        by_count = boot._acceleration_of_counts(without, table)
        assert by_count[0] == pytest.approx(by_case[place], abs=1e-9), metric.name
        assert by_count[0] != 0


def test_counts_give_the_same_intervals_as_cases() -> None:
    panel = panel_of(200)
    cases = bootstrap(panel, OF_COUNTS, resamples=10_000).intervals()
    table = Counts.of(*([value] for value in _table(panel, "a")))
    counts = of_counts(OF_COUNTS, table, resamples=10_000, seed=5)
    np.testing.assert_allclose(counts.low[:, 0], cases.low[:, 0], atol=0.015)
    np.testing.assert_allclose(counts.high[:, 0], cases.high[:, 0], atol=0.015)


@pytest.mark.parametrize("recall", [0.55, 0.77])
def test_coverage_of_metrics_of_counts(recall: float) -> None:
    """A nominal 95% interval covers 93 to 97%: 1,500 simulated test sets of 200 images."""
    rng = np.random.default_rng(3)
    tries, specificity = 1500, 0.6
    tp, tn = rng.binomial(100, recall, tries), rng.binomial(100, specificity, tries)
    tables = Counts.of(tp, tn, 100 - tn, 100 - tp)
    limits = of_counts(OF_COUNTS, tables, resamples=1000)
    true = Counts.of(100 * recall, 60, 40, 100 - 100 * recall)
    for place, metric in enumerate(OF_COUNTS):
        if metric.share is not None:
            continue  # the leaderboard uses Wilson's interval for proportions
        assert metric.of_counts is not None
        value = metric.of_counts(true)
        covered = np.mean((limits.low[place] <= value) & (value <= limits.high[place]))
        assert 0.93 <= covered <= 0.97, (metric.name, covered)


def test_coverage_of_the_auc() -> None:
    from scipy.stats import norm

    true = norm.cdf(0.8 / np.sqrt(2))
    hits = 0
    tries = 1500
    for seed in range(tries):
        panel = panel_of(100, seed)
        panel = Panel(panel.truth, {"a": panel.runs["a"]})
        limits = bootstrap(panel, [AUC], resamples=600, seed=seed).intervals()
        hits += bool(limits.low[0, 0] <= true <= limits.high[0, 0])
    assert 0.93 <= hits / tries <= 0.97


def test_coverage_by_patient() -> None:
    """Five alike images a patient: drawing images covers far too little, drawing patients does."""
    rng = np.random.default_rng(0)
    tries, patients, images = 500, 60, 4
    truth = np.repeat(np.arange(patients) % 2 == 0, images)
    clusters = np.repeat(np.arange(patients), images)
    covered = {"patients": 0, "images": 0}
    for seed in range(tries):
        skill = rng.beta(0.6, 0.4, patients)  # recall and specificity 0.6, alike within a patient
        right = rng.random(patients * images) < np.repeat(skill, images)
        run = {"a": Run(np.where(right, truth, ~truth))}
        for what, by in (("patients", clusters), ("images", None)):
            limits = bootstrap(Panel(truth, run, by), [KAPPA], resamples=300, seed=seed).intervals()
            covered[what] += bool(limits.low[0, 0] <= 0.2 <= limits.high[0, 0])
    assert 0.93 <= covered["patients"] / tries <= 0.97
    assert covered["images"] / tries < 0.85


def test_the_same_seed_gives_the_same_draws() -> None:
    panel = panel_of(50)
    first, second = (bootstrap(panel, METRICS, resamples=200, seed=7) for _ in range(2))
    np.testing.assert_array_equal(first.drawn, second.drawn)
    assert (first.drawn[0] != bootstrap(panel, METRICS, resamples=200, seed=8).drawn[0]).any()


def test_all_used_has_nothing_that_could_vary() -> None:
    truth = np.arange(20) < 10
    replicates = bootstrap(Panel(truth, {"all used": Run(np.ones(20, bool))}), OF_COUNTS)
    limits = replicates.intervals()
    assert limits.low[0, 0] == limits.high[0, 0] == pytest.approx(2 / 3)
    mcc = replicates.of("mcc")
    assert np.isnan(limits.low[mcc, 0])


def test_one_image_has_an_interval_of_no_width() -> None:
    panel = Panel(np.array([True]), {"a": Run(np.array([True]), np.array([1.0]))})
    limits = bootstrap(panel, [F1, KAPPA, AUC], resamples=50).intervals()
    assert limits.low[0, 0] == limits.high[0, 0] == 1
    assert np.isnan(limits.low[1:, 0]).all()


def test_a_metric_often_undefined_has_no_interval() -> None:
    truth = np.arange(20) < 10
    once = np.zeros(20, bool)
    once[0] = True  # called used once: not drawn in about a third of the resamples
    precision = metrics.get("precision")
    limits = bootstrap(Panel(truth, {"a": Run(once)}), [precision, F1]).intervals()
    assert np.isnan(limits.low[0, 0])
    assert not np.isnan(limits.low[1, 0])


def test_differences_are_paired() -> None:
    panel = panel_of(200)
    replicates = bootstrap(panel, [F1, AUC, metrics.get("recall")])
    compared = replicates.differences(0, 1)
    assert compared.advantage == pytest.approx(replicates.values[:, 0] - replicates.values[:, 1])
    assert (compared.limits.low <= compared.advantage).all()
    same = replicates.differences(0, 0)
    assert same.p_value == pytest.approx(np.ones(3))
    assert same.limits.low == pytest.approx(np.zeros(3))
    assert (replicates.differences(1, 0).advantage == -compared.advantage).all()
    assert replicates.only("auc").p_value(0, 1) == compared.p_value[1]
    assert replicates.only("auc").spread(0, 1) == pytest.approx(compared.spread[1])


def test_lower_is_better_for_the_brier_score() -> None:
    truth = np.arange(40) < 20
    good, bad = np.where(truth, 0.9, 0.1), np.where(truth, 0.4, 0.6)
    runs = {"good": Run(good > 0.5, None, good), "bad": Run(bad > 0.5, None, bad)}
    replicates = bootstrap(Panel(truth, runs), [metrics.get("brier")], resamples=100)
    assert replicates.values[0, 0] < replicates.values[0, 1]
    assert replicates.differences(0, 1).advantage[0] > 0


def test_bad_input() -> None:
    panel = panel_of(10)
    with pytest.raises(EvaluationError, match=r"resamples: too few; got 1; give 2 or more"):
        bootstrap(panel, [F1], resamples=1)
    with pytest.raises(EvaluationError, match=r"metrics: none; got an empty list"):
        bootstrap(panel, [])
    replicates = bootstrap(panel, [F1], resamples=10)
    with pytest.raises(EvaluationError, match=r"level: not between 0 and 1; got 95"):
        replicates.intervals(95)
    with pytest.raises(EvaluationError, match=r"metric: not among the replicates; got 'auc'"):
        replicates.of("auc")

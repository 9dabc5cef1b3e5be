"""DeLong's test: by placements, by structural components, and against the bootstrap."""

import math

import numpy as np
import pytest

from evaluation import metrics
from evaluation.intervals.bootstrap import bootstrap
from evaluation.significance.delong import delong
from panels import panel_of


def kernel(used: float, not_used: float) -> float:
    """Psi of DeLong et al., eq. 2: whether the pair is in order."""
    return 1.0 if used > not_used else 0.5 if used == not_used else 0.0


def by_structural_components(
    truth: list[bool], first: list[float], second: list[float]
) -> tuple[list[float], list[list[float]], float]:
    """AUCs, covariance (eq. 4-6) and p-value, pair by pair as the paper writes them."""
    used = [i for i, t in enumerate(truth) if t]
    other = [i for i, t in enumerate(truth) if not t]
    m, n = len(used), len(other)
    rows = (first, second)
    v10 = [[sum(kernel(s[i], s[j]) for j in other) / n for i in used] for s in rows]
    v01 = [[sum(kernel(s[i], s[j]) for i in used) / m for j in other] for s in rows]
    area = [sum(v) / m for v in v10]
    covariance = [[0.0, 0.0], [0.0, 0.0]]
    for r in range(2):
        for s in range(2):
            s10 = sum(
                (a - area[r]) * (b - area[s]) for a, b in zip(v10[r], v10[s], strict=True)
            ) / (m - 1)
            s01 = sum(
                (a - area[r]) * (b - area[s]) for a, b in zip(v01[r], v01[s], strict=True)
            ) / (n - 1)
            covariance[r][s] = s10 / m + s01 / n
    variance = covariance[0][0] + covariance[1][1] - 2 * covariance[0][1]
    z = (area[0] - area[1]) / math.sqrt(variance)
    return area, covariance, math.erfc(abs(z) / math.sqrt(2))


def test_delong_by_placements() -> None:
    panel = panel_of(40, runs=3)
    rounded = [np.round(s, 1) for run in panel.runs.values() if (s := run.scores) is not None]
    found = delong(panel.truth, rounded)
    below, above = [], []
    for scores in rounded:
        used, not_used = scores[panel.truth], scores[~panel.truth]
        wins = (used[:, None] > not_used) + 0.5 * (used[:, None] == not_used)
        below.append(wins.mean(axis=1))
        above.append(wins.mean(axis=0))
    expected = np.cov(below) / len(below[0]) + np.cov(above) / len(above[0])
    np.testing.assert_allclose(found.covariance, expected, atol=1e-12)
    np.testing.assert_allclose(found.auc, np.mean(below, axis=1), atol=1e-12)


@pytest.mark.parametrize(("digits", "shift"), [(0, 1.0), (1, 0.4), (9, -0.3)])
def test_delong_by_structural_components_pair_by_pair(digits: int, shift: float) -> None:
    rng = np.random.default_rng(digits)
    truth = rng.random(31) < 0.4
    first = (rng.normal(size=31) + shift * truth.astype(np.float64)).round(digits)
    second = (0.6 * first + rng.normal(size=31)).round(digits)
    area, covariance, p_value = by_structural_components(
        truth.tolist(), first.tolist(), second.tolist()
    )
    found = delong(truth, [first, second])
    assert found.auc.tolist() == pytest.approx(area, abs=1e-12)
    np.testing.assert_allclose(found.covariance, covariance, atol=1e-12)
    assert found.p_value(0, 1) == pytest.approx(p_value, abs=1e-12)
    half = 1.959963984540054 * math.sqrt(covariance[0][0]) / (area[0] * (1 - area[0]))
    odds = math.log(area[0] / (1 - area[0]))
    ends = [1 / (1 + math.exp(-(odds + side * half))) for side in (-1, 1)]
    limits = found.intervals()
    assert [limits.low[0], limits.high[0]] == pytest.approx(ends, abs=1e-9)


def test_delong_agrees_with_the_bootstrap() -> None:
    panel = panel_of(200, step=0.5)
    scores = [s for run in panel.runs.values() if (s := run.scores) is not None]
    found = delong(panel.truth, scores)
    replicates = bootstrap(panel, [metrics.get("auc")], resamples=4000)
    limits = found.intervals()
    drawn = replicates.intervals()
    np.testing.assert_allclose(limits.low, drawn.low[0], atol=0.015)
    np.testing.assert_allclose(limits.high, drawn.high[0], atol=0.015)
    assert found.p_value(0, 1) == pytest.approx(replicates.only("auc").p_value(0, 1), abs=0.02)
    assert np.sqrt(
        found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1]
    ) == pytest.approx(replicates.only("auc").spread(0, 1), rel=0.05)


def test_delong_at_the_edges() -> None:
    truth = np.arange(6) < 3
    perfect = truth.astype(float)
    found = delong(truth, [perfect, perfect, -perfect])
    assert found.p_value(0, 1) == 1
    assert found.p_value(0, 2) == 0
    assert found.intervals().low.tolist() == [1, 1, 0]
    assert np.isnan(delong(np.ones(4, bool), [np.arange(4.0)]).auc).all()
    assert np.isnan(delong(np.array([True, False, False]), [np.arange(3.0)] * 2).p_value(0, 1))

"""The table of patients, who stands out for sure, and strata, against plain counts."""

import numpy as np
import pytest

from clefgan.auditing import patients
from clefgan.auditing.false_bound import false_bound
from clefgan.auditing.margins import Strongest
from clefgan.auditing.membership import auc

TRAINING = np.arange(40) % 2 == 0


def test_the_table_counts_a_patients_images_and_keeps_the_largest_margin() -> None:
    winner = np.array([3, 0, 3, 3, 1])
    strong = Strongest(winner, np.array([9, 9, 8, 7, 6]), np.array([1.0, 4, 3, 2, 5]), winner * 0)
    rows = patients.table(strong, np.arange(40.0), TRAINING)
    assert rows.images[:4].tolist() == [1, 1, 0, 3]
    assert rows.margin[:4].tolist() == [4, 5, 0, 3]
    assert rows.images.sum() == 5
    assert rows.p_value.tolist() == patients.conformal(np.arange(40.0), TRAINING).tolist()


def test_who_stands_out_is_counted_among_training_patients_above_the_cutoff() -> None:
    """One training patient, a held-out one, fourteen more training patients, then no more."""
    margin = np.zeros(40)
    ours, theirs = np.flatnonzero(TRAINING), np.flatnonzero(~TRAINING)
    order = [ours[0], theirs[0], *ours[1:15], *theirs[1:]]
    margin[order] = np.arange(len(order), 0, -1)
    bound = false_bound(40, 0.5, 0.95, 0)
    found = patients.sure(margin, TRAINING)
    hits = [1, *([15] * 19)]
    certain = [hit - most for hit, most in zip(hits, bound, strict=False)]
    best = int(np.argmax(certain))
    assert best == 1
    assert (found.at_least, found.of) == (certain[1], 15)
    assert found.at_least > 0


@pytest.mark.parametrize("number", [0, 1])
def test_a_stratum_is_judged_by_its_own_patients(number: int) -> None:
    rng = np.random.default_rng(0)
    stratum = np.repeat([0, 1], [14, 26])
    scores = rng.normal(size=40) + 3 * (stratum == 1) * TRAINING
    rows = patients.table(
        Strongest(np.zeros(1, int), np.zeros(1, int), np.ones(1), np.zeros(1, int)),
        scores, TRAINING,
    )  # fmt: skip
    row = patients.by_stratum(rows, TRAINING, stratum, ["few", "most"])[number]
    inside = stratum == number
    own = rows.p_value[inside & TRAINING]
    assert (row.n_training, row.n_held_out) == (len(own), int(inside.sum()) - len(own))
    assert (row.mean_p, row.least_p) == (own.mean(), own.min())
    assert row.auc == auc(scores[inside], TRAINING[inside])
    assert row.auc != auc(scores, TRAINING)

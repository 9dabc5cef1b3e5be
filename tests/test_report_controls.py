"""What a table of the controls shows, and what is said under it."""

import io

import numpy as np
from rich.console import Console

from clefgan.experiments.controls import auc_difference, permuted_labels
from clefgan.experiments.controls.by_method import Contrast, Contrasts
from clefgan.experiments.controls.image_only import IMAGE_ONLY
from clefgan.report import controls as report_controls
from clefgan.report.terminal import control_table

TRUTH = np.repeat([True, False], 20)


def test_many_methods_that_are_not_above_their_controls_are_one_sentence() -> None:
    rng = np.random.default_rng(0)
    noise = permuted_labels.permutation(TRUTH, rng.normal(size=len(TRUTH)))
    blind = {IMAGE_ONLY: rng.normal(size=len(TRUTH))}
    rows = tuple(auc_difference.rows(TRUTH, rng.normal(size=len(TRUTH)), blind))
    for many in (3, 4):
        methods = {f"m{i}": Contrast(rows, noise) for i in range(many)}
        said = report_controls.notes(Contrasts(methods, "others"))[1:]
        assert (len(said) == 1) == (many > report_controls.SPELT_OUT)
        assert all(any(name in text for text in said) for name in methods)


def test_what_cannot_be_measured_is_a_dash_on_the_screen() -> None:
    truth, scores = np.ones(8, bool), np.arange(8.0)
    rows = tuple(auc_difference.rows(truth, scores, {IMAGE_ONLY: scores}))
    contrasts = Contrasts(
        {"coin": Contrast(rows, permuted_labels.permutation(truth, scores))}, "other"
    )
    printed = io.StringIO()
    Console(file=printed, width=100).print(control_table.show(contrasts))
    assert "nan" not in printed.getvalue()

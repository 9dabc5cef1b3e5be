"""The printed tables, and the check that finds the F1 of 0.78."""

import math
from dataclasses import replace

import pytest

from evaluation import EvaluationError, membership, published
from evaluation.published import Consistency
from evaluation.runs import of_counts

ROWS = published.read()


def test_all_of_the_published_results_are_there() -> None:
    assert len(ROWS) == len({row.name for row in ROWS}) == 15
    assert sum(row.table == "Table 2" for row in ROWS) == 4
    assert sum(row.table == "Table 3" for row in ROWS) == 2
    for row in ROWS:
        assert row.printed
        assert row.source.startswith("CEUR-WS Vol-")
        assert all(0 <= float(text) <= 1 for text in row.printed.values())


@pytest.mark.parametrize("row", [row for row in ROWS if row.counts], ids=lambda row: row.name)
def test_counts_give_the_printed_scores(row: published.Published) -> None:
    assert row.counts is not None
    found = membership.evaluate(*of_counts(*row.counts))
    for name, text in row.printed.items():
        decimals = len(text.partition(".")[2])
        cut = math.floor(found[name] * 10**decimals + 1e-9) / 10**decimals
        assert float(text) in (pytest.approx(cut), pytest.approx(round(found[name], decimals)))
    assert published.check(row).tables == (row.counts,)


def test_the_best_row_of_the_seed_paper_contradicts_itself() -> None:
    found = published.check(published.get("aimultimedialab-2023-dev-vgg16-rbf"))
    assert found.verdict is Consistency.CONTRADICTORY
    assert found.culprits == ("f1",)
    assert found.without == {"f1": ((80, 14, 66, 0),)}
    assert membership.f1(*of_counts(80, 14, 66, 0)) == pytest.approx(0.708, abs=1e-3)


def test_it_is_the_only_one() -> None:
    verdicts = {row.name: published.check(row).verdict for row in ROWS}
    wrong = [name for name, found in verdicts.items() if found is Consistency.CONTRADICTORY]
    assert wrong == ["aimultimedialab-2023-dev-vgg16-rbf"]
    unknown = [name for name, found in verdicts.items() if found is Consistency.UNKNOWN]
    assert [name.rsplit("-", 1)[-1] for name in unknown] == ["2024", "2024", "s1", "s2"]


def test_values_that_were_cut_off_are_told() -> None:
    assert published.check(published.get("aimultimedialab-2023-run-2")).cut == ("f1", "precision")
    assert published.check(published.get("aimultimedialab-2023-run-1")).cut == ()


def test_the_best_run_follows_from_two_printed_values() -> None:
    best = published.get("vcmi-2023-best")
    assert published.counts_of(best) == (77, 85, 15, 23)
    other = replace(best, printed={**best.printed, "f1": "0.801"})
    assert published.check(other).verdict is Consistency.CONTRADICTORY
    assert published.check(other).culprits == ("f1", "accuracy")


def test_counts_that_do_not_follow_are_not_made_up() -> None:
    assert published.counts_of(published.get("gan-isi-2023-best")) is None
    assert published.counts_of(published.get("yunnan-2024")) is None


def test_a_half_is_rounded_either_way() -> None:
    row = replace(ROWS[0], n_used=8, n_not_used=8, digits=2, printed={"recall": "0.62"})
    assert {table[0] for table in published.check(row).tables} == {5}  # 0.625
    row = replace(row, printed={"recall": "0.63"})
    assert {table[0] for table in published.check(row).tables} == {5}


def test_negative_values_are_cut_towards_zero() -> None:
    row = replace(ROWS[0], n_used=7, n_not_used=5, digits=2, printed={"cohen_kappa": "-0.02"})
    found = published.check(row)
    for table in found.tables:
        assert -0.03 < membership.cohen_kappa(*of_counts(*table)) < -0.0149
    assert found.tables


def test_bad_names() -> None:
    with pytest.raises(
        EvaluationError, match=r"published run: not known; got 'vcmi'; known are vc"
    ):
        published.get("vcmi")
    row = replace(ROWS[0], printed={"auc": "0.5"})
    with pytest.raises(EvaluationError, match=r"vcmi-2023-best: auc does not follow from counts"):
        published.check(row)

"""What `clefgan run` prints of its scores."""

import numpy as np

from clefgan.report.terminal import summary
from clefgan.runs.record import Scored
from evaluation import membership
from evaluation.intervals.proportions import wilson


def scored(n: int = 40, seed: int = 0) -> Scored:
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2 == 0
    return Scored(tuple(map(str, range(n))), rng.normal(size=n) + truth - 0.5, truth)


def cells(title: str, parts: dict[str, Scored]) -> dict[str, list[str]]:
    table = summary.score_table(parts)
    columns = [[str(cell) for cell in column.cells] for column in table.columns]
    assert [str(column.header) for column in table.columns][1:] == [*parts, "all used"]
    return {name: [column[i] for column in columns[1:]] for i, name in enumerate(columns[0])}


def test_values_are_the_metrics_and_proportions_have_wilson_limits() -> None:
    one, other = scored(), scored(seed=1)
    rows = cells("dev", {"paper": one, "held-out": other})
    assert list(rows) == ["F1", "Accuracy", "Precision", "Specificity", "Recall", "Kappa", "AUC"]
    for place, part in enumerate((one, other)):
        assert part.truth is not None
        values = membership.evaluate(part.truth, part.decisions, part.scores)
        for shown, name in (("F1", "f1"), ("Kappa", "cohen_kappa"), ("AUC", "auc")):
            assert rows[shown][place].startswith(f"{values[name]:.3f} [")
        right = int((part.truth == part.decisions).sum())
        low, high = wilson(right, 40)
        assert rows["Accuracy"][place] == f"{right / 40:.3f} [{low:.2f}, {high:.2f}]"
    assert rows["F1"][2] == "0.667"
    assert rows["AUC"][2] == "0.500"


def test_the_title_counts_the_classes() -> None:
    assert summary.title("test", {"run": scored(30)}) == (
        "test: 15 used / 15 not used; 95% intervals"
    )


def test_one_class_and_no_calls_are_dashes() -> None:
    nothing = Scored(("a", "b"), np.array([-1.0, -2.0]), np.array([True, True]))
    rows = cells("test", {"run": nothing})
    assert rows["Precision"][0] == rows["AUC"][0] == rows["Specificity"][0] == "–"
    assert rows["Recall"][0].startswith("0.000 [0.00, ")

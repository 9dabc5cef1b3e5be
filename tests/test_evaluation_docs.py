"""The page on evaluation says what the code computes."""

import re
from pathlib import Path

import pytest

from evaluation import membership, metrics, published
from evaluation.counts import Counts
from evaluation.intervals import bootstrap
from evaluation.published import Consistency
from evaluation.runs import of_counts
from evaluation.significance.chance import chance
from evaluation.significance.power import chance_limit

PAGE = (Path(__file__).parents[1] / "docs" / "evaluation.md").read_text(encoding="utf-8")
F1, KAPPA = metrics.get("f1"), metrics.get("cohen_kappa")
ROWS = re.findall(r"^\| ([a-z0-9-]+-2023-[a-z0-9-]+) \| (.*) \|$", PAGE, re.MULTILINE)


def rendered(row: published.Published) -> str:
    """The row as the page shows it."""
    counts = published.counts_of(row)
    assert counts is not None
    tp, tn, fp, fn = counts
    values = membership.evaluate(*of_counts(*counts))
    low, high = bootstrap.of_counts([F1, KAPPA], Counts.of([tp], [tn], [fp], [fn]))
    blind = chance(F1, tp + fn, tn + fp, tp + fp)
    p_value = blind.p_value(values["f1"])
    ends = blind.limits()
    cells = [
        f"{tp} {tn} {fp} {fn}",
        f"{values['f1']:.3f} [{low[0, 0]:.3f}, {high[0, 0]:.3f}]",
        f"{ends[0]:.3f} to {ends[1]:.3f}",
        f"{values['cohen_kappa']:.3f} [{low[1, 0]:.3f}, {high[1, 0]:.3f}]",
        "< 0.001" if p_value < 0.001 else f"{p_value:.3f}",
        "yes" if p_value <= 0.05 else "no",
    ]
    return " | ".join(cells)


def test_every_test_row_with_counts_is_on_the_page() -> None:
    known = {r.name for r in published.read() if r.split == "test" and published.counts_of(r)}
    assert {name for name, _ in ROWS} == known


@pytest.mark.parametrize(("name", "text"), ROWS, ids=[name for name, _ in ROWS])
def test_the_table_is_what_the_code_computes(name: str, text: str) -> None:
    assert text == rendered(published.get(name))


def test_the_numbers_in_the_text() -> None:
    line = chance_limit(F1, 100, 100), chance_limit(KAPPA, 100, 100)
    assert f"{line[0].critical:.3f} for F1 and {line[1].critical:.3f} for kappa" in PAGE
    assert f"a true kappa of about {line[1].detectable:.2f}" in PAGE
    assert f"lies below {chance_limit(KAPPA, 250, 250).critical:.3f}" in PAGE
    assert f"F1 of {chance(F1, 100, 100, 146).mean:.3f} on average" in PAGE


def test_what_can_be_said_of_gan_isi() -> None:
    exact = [
        (tp, tn, fp, fn)
        for tp, tn, fp, fn in published.check(published.get("gan-isi-2023-best")).tables
        if tp + tn == 108 and 2 * tp / (2 * tp + fp + fn) > 0.5
    ]
    p_values = {tp + fp: chance(KAPPA, 100, 100, tp + fp).p_value(0.08) for tp, _, fp, _ in exact}
    low, high = min(p_values, key=p_values.__getitem__), max(p_values, key=p_values.__getitem__)
    text = (
        f"leaves {len(exact)} tables, with p from {p_values[low]:.3f} ({low} images\n"
        f"  called used) to {p_values[high]:.3f} ({high} called used)"
    )
    assert text in PAGE


def test_eleven_rows_were_checked() -> None:
    verdicts = [published.check(row).verdict for row in published.read()]
    assert sum(verdict is not Consistency.UNKNOWN for verdict in verdicts) == 11
    assert verdicts.count(Consistency.CONTRADICTORY) == 1


def test_the_python_shown_runs(capsys: pytest.CaptureFixture[str]) -> None:
    for block in re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        exec(block, {})
    printed = capsys.readouterr().out
    assert "contradictory" in printed
    assert "all used" in printed

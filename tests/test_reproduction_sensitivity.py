"""The sensitivity of a result to one choice at a time."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from building import challenge
from clefgan.experiments.reproduction import choices, paper, sensitivity
from clefgan.experiments.reproduction.choices import Choice
from clefgan.experiments.reproduction.paper import Paper, PaperRow, Sizes
from clefgan.method import Images
from clefgan.plugins import registry
from clefgan.report.reproduction import sensitivity_page

METHOD = """
import os
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from clefgan.errors import ClefganError
from clefgan.method import Knowledge, silent

@dataclass(frozen=True, kw_only=True)
class Noisy:
    knowledge: ClassVar[Knowledge] = Knowledge.S2
    own_samples: int = 1  # nothing
    noise: float = 30.0  # of the score
    seed: int = 0  # of the noise
    def fit(self, dev, /, *, progress=silent):
        if "NEVER_AGAIN" in os.environ:
            raise ClefganError("fitted again")
        if self.noise < 0:
            raise ClefganError("noise is below 0")
        return self
    def score(self, candidates, generated, /, *, progress=silent):
        level = candidates.mean((1, 2), dtype=np.float64)
        rng = np.random.default_rng(self.seed)
        return level - 100 + rng.normal(0, self.noise, len(level))
"""


class OnlySamples(Sizes):
    @property
    def settings(self) -> tuple[str, ...]:
        return (f"own_samples={self.own_samples}",)


SIZES = OnlySamples("tiny", own_samples=2, epochs=1, why="a test")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    levels = {"used": 115, "not_used": 85, "generated": 100}

    def draw(rng: np.random.Generator, role: str) -> Images:
        return (levels[role] + rng.normal(0, 20) + rng.normal(0, 3, (16, 16))).astype(np.uint8)

    return challenge(tmp_path / "data", dict.fromkeys(levels, 12), draw=draw)


@pytest.fixture
def noisy(tmp_path: Path) -> tuple[Paper, Callable[..., Choice]]:
    (tmp_path / "noisy.py").write_text(METHOD)
    method = f"{tmp_path / 'noisy.py'}:Noisy"
    row = PaperRow("row", "row", method, (), "")

    def choice(name: str = "", value: str = "defaults", *settings: str) -> Choice:
        return Choice(method, name, value, settings)

    return Paper("stub", "Stub", "nowhere", (row,), SIZES, SIZES), choice


def test_every_choice_can_be_made() -> None:
    known = set(registry.entries())
    for choice in choices.CHOICES:
        if choice.method in known:
            registry.configure(choice.named(paper.QUICK))
    names = [choice.named(paper.QUICK) for choice in choices.CHOICES]
    assert len(set(names)) == len(names)


def test_the_issue_names_these_choices() -> None:
    changed = {choice.choice for choice in choices.CHOICES}
    assert {"P, R", "grid", "C", "gamma", "layer", "epochs"} <= changed


def test_a_choice_replaces_a_size() -> None:
    choice = Choice("lbp-svm", "epochs", "3", ("gan.epochs=3",))
    assert choice.named(paper.QUICK) == "lbp-svm(own_samples=200,gan.epochs=3)"


def test_students_interval_is_scipys() -> None:
    values = np.array([0.4, 0.45, 0.52, 0.61, 0.47])
    found = sensitivity.student(values)
    low, high = stats.t.interval(0.95, 4, values.mean(), stats.sem(values))
    assert found.value == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((low, high))


def test_one_seed_has_no_interval() -> None:
    found = sensitivity.student(np.array([0.4]))
    assert found.value == 0.4
    assert math.isnan(found.low)


def test_choices_are_compared_with_the_defaults_seed_by_seed(
    data: Path, noisy: tuple[Paper, Callable[..., Choice]]
) -> None:
    stub, choice = noisy
    found = sensitivity.run(
        stub,
        str(data),
        sizes=SIZES,
        choices=[choice(), choice("noise", "0", "noise=0"), choice("layer", "9", "noise=9")],
        seeds=3,
        n_folds=2,
    )
    at = {(each.protocol, each.choice.value): each for each in found.moved}
    assert set(at) == {
        ("paper", "defaults"),
        ("paper", "0"),
        ("paper", "9"),
        ("held-out", "defaults"),
        ("held-out", "0"),  # another layer is costly: paper only
    }
    base, exact = at["paper", "defaults"], at["paper", "0"]
    assert base.changes == {}
    assert len(base.by_seed["auc"]) == 3
    assert len(set(base.by_seed["auc"])) > 1
    assert len(set(exact.by_seed["auc"])) == 1
    gaps = np.array(exact.by_seed["auc"]) - np.array(base.by_seed["auc"])
    assert exact.changes["auc"].value == pytest.approx(gaps.mean())
    low, high = stats.t.interval(0.95, 2, gaps.mean(), stats.sem(gaps))
    assert (exact.changes["auc"].low, exact.changes["auc"].high) == pytest.approx((low, high))
    low, high = exact.images["auc"]
    assert low < exact.means["auc"].value < high
    assert (found.n_used, found.n_not_used, found.seeds) == (12, 12, (0, 1, 2))


def test_what_is_done_is_not_done_again(
    data: Path,
    noisy: tuple[Paper, Callable[..., Choice]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stub, choice = noisy
    asked = [choice(), choice("noise", "1", "noise=1")]
    first = sensitivity.run(stub, str(data), sizes=SIZES, choices=asked, seeds=2, n_folds=2)

    monkeypatch.setenv("NEVER_AGAIN", "1")
    again = sensitivity.run(stub, str(data), sizes=SIZES, choices=asked, seeds=2, n_folds=2)
    assert again.moved == first.moved


def test_a_choice_that_fails_stops_no_other(
    data: Path, noisy: tuple[Paper, Callable[..., Choice]]
) -> None:
    stub, choice = noisy
    asked = [choice(), choice("noise", "-1", "noise=-1")]
    found = sensitivity.run(stub, str(data), sizes=SIZES, choices=asked, seeds=2, n_folds=2)
    assert {each.choice.value for each in found.moved} == {"defaults"}
    (reason,) = found.left_out.values()
    assert "noise is below 0" in reason
    assert "Not run: " in sensitivity_page.text(found)


def test_a_method_that_cannot_run_is_left_out(data: Path) -> None:
    stub = Paper("s", "S", "nowhere", (PaperRow("r", "r", "gone", (), ""),), SIZES, SIZES)
    here, left_out = sensitivity.that_run(stub, [Choice("gone", "", "defaults")])
    assert here == []
    assert "no method 'gone'" in left_out["gone"]


def test_the_page_has_an_interval_on_every_number(
    data: Path, noisy: tuple[Paper, Callable[..., Choice]]
) -> None:
    stub, choice = noisy
    asked = [choice(), choice("noise", "5", "noise=5")]
    stages = []

    def record(stage: str, done: int, total: int, note: str, /) -> None:
        stages.append((stage, done, total))

    found = sensitivity.run(
        stub, str(data), sizes=SIZES, choices=asked, seeds=3, n_folds=2, progress=record
    )
    text = sensitivity_page.text(found)
    assert "## held-out" in text
    assert "## paper" in text
    assert "F1 0.667" in text
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == 4
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")][3:]
        assert all("[" in cell or cell == "–" for cell in cells)
    assert ("sensitivity, paper", 6, 6) in stages
    heads, lines = sensitivity_page.brief(found)
    assert len(lines) == 4
    assert len(heads) == len(lines[0])
    assert sensitivity_page.numbers(found)["paper"] == "stub"

"""The blank of a run: the same images against another generator's, and what is said of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console

from baselines.nearest import Nearest
from building import challenge, noise
from clefgan.data import reading
from clefgan.method import DevSet, Method
from clefgan.report.terminal import blank_table, summary
from clefgan.runs import blank, job, record
from clefgan.runs.blank import BlankContrast, SharedCalls
from clefgan.runs.decisions.rules import Quota
from clefgan.runs.record import Run
from clefgan.runs.request import Extras
from evaluation import membership
from simple_method import Bright

SETS = {
    "dev/generated": 30, "dev/used": 24, "dev/not_used": 24,
    "test/real_unknown_1": 20, "test/generated_1": 40,
}  # fmt: skip
BLANK = Extras(blank=True)


@dataclass(frozen=True, kw_only=True)
class Trains(Bright):
    """Would train on what was generated."""

    learns_from_generated: ClassVar[bool] = True


def drawn(rng: np.random.Generator, role: str) -> NDArray[np.uint8]:
    """Noise; used images of dev are brighter."""
    level = 30 if role == "dev/used" else 0
    return np.asarray(rng.integers(level, 200 + level, (16, 16)), np.uint8)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return challenge(tmp_path_factory.mktemp("data"), SETS, draw=drawn)


def made(data: Path, method: Method, extras: Extras = BLANK, **options: object) -> Run:
    return job.run(reading.read(data), "m", method, extras=extras, **options)  # type: ignore[arg-type]


def test_a_score_that_looks_at_the_image_alone_has_a_blank_as_high(data: Path) -> None:
    run = made(data, Bright())
    held = run.dev["held-out"]
    assert held.blank is not None
    np.testing.assert_array_equal(held.blank.scores, held.scores)
    contrast = held.blank.contrast
    assert isinstance(contrast, BlankContrast)
    assert contrast.auc == contrast.blank_auc > 0.9
    assert contrast.difference == 0
    assert contrast.residual_auc == 0.5  # nothing is left
    assert not contrast.is_above
    (said,) = blank_table.warnings(run)[:1]
    assert said.startswith("dev, held-out: the blank is as high: AUC ")
    assert run.dev["paper"].blank is None


def test_scores_of_the_blank_are_those_against_the_other_generator(data: Path) -> None:
    read = reading.read(data)
    assert read.dev is not None
    assert read.test is not None
    run = made(data, Nearest())
    assert run.test is not None
    assert run.test.blank is not None
    dev = DevSet(read.dev.generated.load(), read.dev.used.load(), read.dev.not_used.load())
    candidates = read.test.candidates.load()
    expected = Nearest().fit(dev).score(candidates, dev.generated)
    np.testing.assert_array_equal(run.test.blank.scores, expected)
    assert run.test.blank.generated == "dev"
    held = run.dev["held-out"].blank
    assert held is not None
    assert held.generated == "test"
    assert held.n_generated == 30  # as many as dev has, of 40


def test_the_summary_shows_it_and_the_record_keeps_it(data: Path, tmp_path: Path) -> None:
    run = made(data, Bright(), rule=Quota(0.5))
    console = Console(width=200, record=True)
    console.print(summary.show(run))
    text = " ".join(console.export_text().split())
    for words in ("AUC of the blank", "difference", "AUC beyond the blank", "AUC by chance"):
        assert words in text
    assert "no sign that this generator gave the images away" in text
    assert "the blank is as high, so these decisions say little about this generator" in text
    run.write(tmp_path / "a")
    again = record.load(tmp_path / "a")
    assert again == run
    assert again.test is not None
    assert again.test.blank is not None
    assert isinstance(again.test.blank.contrast, SharedCalls)


def test_nobody_asked(data: Path) -> None:
    run = made(data, Nearest(), Extras())
    assert run.dev["held-out"].blank is None
    assert not any("blank" in note for note in run.notes)
    assert blank_table.parts(run) == {}


@pytest.mark.parametrize(
    ("sets", "method", "words"),
    [
        ({"test/real_unknown_1": 0, "test/generated_1": 0}, Nearest(), "without a test part"),
        ({}, Trains(), "would train anew"),
    ],
)
def test_why_there_is_none(
    sets: dict[str, int], method: Method, words: str, tmp_path: Path
) -> None:
    kept = {name: n for name, n in (SETS | sets).items() if n}
    run = made(challenge(tmp_path, kept, draw=drawn), method)
    assert any(note.startswith("no blank: ") and words in note for note in run.notes)
    assert run.dev["held-out"].blank is None


def test_paper_scores_alone_have_none_and_say_so(data: Path) -> None:
    run = made(data, Nearest(), protocols=("paper",))
    assert "no blank of dev: it is of held-out scores, and that protocol was not asked for" in (
        run.notes
    )
    assert run.test is not None
    assert run.test.blank is not None


def test_generators_that_are_one_and_candidates_that_were_seen() -> None:
    dev = DevSet(noise(4, 16), noise(3, 16, seed=1), noise(3, 16, seed=2))
    candidates, generated = noise(5, 16, seed=3), noise(4, 16, seed=4)
    assert blank.why_none(Nearest(), dev, candidates, generated) == ""
    shared = np.concatenate([generated, dev.generated[:1]])
    words = "no blank: dev and test share generated images, so neither is another generator's"
    assert blank.why_none(Nearest(), dev, candidates, shared) == words
    seen = np.concatenate([candidates, dev.used[:2]])
    words = "no blank: dev's generator was trained on 2 of the candidates"
    assert blank.why_none(Nearest(), dev, seen, generated) == words
    words = "no blank: the generated images of dev and test differ in size"
    assert blank.why_none(Nearest(), dev, candidates, noise(4, 8)) == words
    words = "no blank: one of dev and test has no generated images"
    assert blank.why_none(Nearest(), dev, candidates, generated[:0]) == words


def test_halves_and_residuals_against_their_definitions() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(80) < 40
    other = rng.normal(size=80)
    own = rng.normal(size=80) + 2 * truth
    contrast = blank.beside_truth(truth, own + 3 * other, other, [str(i // 2) for i in range(80)])
    slope, offset = np.polyfit(other, own + 3 * other, 1)
    left = own + 3 * other - slope * other - offset
    np.testing.assert_allclose(blank.residual(own + 3 * other, other), left, atol=1e-9)
    assert contrast.residual_auc == membership.auc(truth, left) > contrast.auc
    assert contrast.halves_low < 0.5 < contrast.halves_high
    assert contrast.halves_high - contrast.halves_low > 0.2
    assert np.isnan(blank.halves(own[:5], None, 0)).all()
    np.testing.assert_array_equal(blank.residual(own, np.zeros(80)), own - own.mean())


def test_calls_that_the_blank_shares() -> None:
    scores = np.arange(10.0)
    called = scores >= 5
    same = blank.beside_calls(called, scores, scores * 2)
    assert (same.called, same.shared, same.expected) == (5, 5, 2.5)
    assert same.correlation == pytest.approx(1)
    assert same.is_mostly_shared
    opposite = blank.beside_calls(called, scores, -scores)
    assert (opposite.shared, opposite.is_mostly_shared) == (0, False)
    assert opposite.correlation == pytest.approx(-1)
    assert blank.beside_calls(called, scores, np.zeros(10)).correlation == 0
    assert "expected by chance" in blank_table.shared(opposite)
    assert "the blank is as high" in blank_table.shared(same)

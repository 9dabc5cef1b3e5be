"""The bench: what it is made of, that it is made once, and that its numbers are right."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from building import noise
from clefgan.cli.app import app
from clefgan.cli.lab_bench import real_sources, usual_methods
from clefgan.errors import ClefganError
from clefgan.experiments.lab.bench import build, evaluate, given, score, suite, table
from clefgan.experiments.lab.bench.build import Builder
from clefgan.experiments.lab.bench.evaluate import BenchPlan, BenchResults
from clefgan.experiments.lab.bench.score import BenchOutcome
from clefgan.experiments.lab.bench.suite import QUICK, SUITE, SuiteEntry
from clefgan.experiments.lab.bench.table import BenchCell

FAILING = '''
from dataclasses import dataclass
from typing import ClassVar
from clefgan.errors import ClefganError
from clefgan.method import Knowledge

@dataclass(frozen=True, kw_only=True)
class Failing:
    """Fails."""

    knowledge: ClassVar[Knowledge] = Knowledge.S0

    def fit(self, dev, /, *, progress=None):
        raise ClefganError("failing: no luck")
'''


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    return Builder((build.phantoms(QUICK),), QUICK, tmp_path_factory.mktemp("bench"))


def entry(name: str) -> SuiteEntry:
    (found,) = suite.chosen((name,))
    return found


def test_the_suite_has_what_was_asked_for() -> None:
    leaks = [e for e in SUITE if e.role == "leak"]
    assert len(leaks) >= 10
    for how in ("flow", "dcgan"):
        assert {e.length for e in leaks if e.how == how} == {"brief", "medium", "long"}
    assert {e.source for e in leaks} == {0, 1}
    assert {e.side for e in leaks} == {"small", "large"}
    assert {"copy", "tiles"} <= {e.how for e in leaks}
    assert sum(e.against_dev for e in SUITE) >= 3
    assert "confounded" in {e.role for e in SUITE}
    assert len({e.name for e in SUITE}) == len(SUITE)


def test_no_patient_is_in_dev_and_among_the_candidates(builder: Builder) -> None:
    made = builder.build(entry("copy"))
    assert not set(made.dev_groups) & set(made.groups)
    assert made.truth.sum() == len(made.truth) / 2


def test_a_challenge_is_made_once(builder: Builder) -> None:
    first = builder.build(entry("tiles"))
    path = builder.path(entry("tiles"), builder.reals(entry("tiles")))
    kept = path.read_bytes()
    again = builder.build(entry("tiles"))
    assert path.read_bytes() == kept
    assert again.digest() == first.digest()
    path.write_bytes(kept[: len(kept) // 2])  # a damaged one is made again
    assert builder.build(entry("tiles")).digest() == first.digest()
    assert path.read_bytes() != kept[: len(kept) // 2]


def test_a_control_is_compared_with_the_generator_that_saw_nobody(builder: Builder) -> None:
    plain = replace(entry("copy"), against_dev=True)
    made, control = builder.build(entry("copy")), builder.build(plain)
    np.testing.assert_array_equal(control.generated, made.dev_generated)
    np.testing.assert_array_equal(control.candidates, made.candidates)


def test_in_the_confounded_split_brightness_tells_the_classes_apart(builder: Builder) -> None:
    made = builder.build(entry("confounded"))
    level = made.candidates.mean(axis=(1, 2))
    assert made.truth.sum() == len(level) // 2
    assert level[made.truth].mean() > level[~made.truth].mean()
    assert made.dev_used.mean() > made.dev_not_used.mean()


def test_as_few_images_of_a_patient_as_there_are_patients_for(builder: Builder) -> None:
    reals = build.phantoms(QUICK)
    assert build.least_per_group(reals, QUICK) == 1
    pairs = replace(reals, groups=tuple(str(i // 2) for i in range(len(reals.groups))))
    assert build.least_per_group(pairs, QUICK) == 2


def test_an_unknown_challenge_is_named() -> None:
    with pytest.raises(ClefganError, match=r"bench: no challenge 'copies'; known: flow-brief, "):
        suite.chosen(("copies",))


def test_a_given_challenge_is_halved_by_patient(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, generated=noise(9), used=noise(10, seed=1), not_used=noise(12, seed=2))
    made = given.read(path)
    assert (len(made.dev_used), len(made.dev_not_used)) == (5, 6)
    assert (made.truth.sum(), len(made.truth)) == (5, 11)
    assert not set(made.dev_groups) & set(made.groups)
    np.testing.assert_array_equal(made.generated, made.dev_generated)


@pytest.mark.parametrize("content", ["text", "arrays"])
def test_what_is_no_challenge_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mine.npz"
    if content == "text":
        path.write_text("nothing")
        message = r"mine\.npz: no challenge; give a folder with a dev part, or an npz with"
    else:
        np.savez(path, generated=noise(9), used=noise(9).astype(float), not_used=noise(9))
        message = r"mine\.npz: no array 'used' of uint8 \(n, height, width\); it has generated"
    with pytest.raises(ClefganError, match=message):
        given.read(path)


def outcome(scores: np.ndarray[tuple[int], np.dtype[np.float64]], called: int) -> BenchOutcome:
    n = len(scores)
    truth = np.arange(n) < n // 2
    used = np.arange(n) >= n - called
    groups = tuple(map(str, range(n)))
    return BenchOutcome(truth, groups, scores, scores > 0, used, 1.0)


def plan(tmp_path: Path, names: tuple[str, ...], methods: tuple[str, ...]) -> BenchPlan:
    return BenchPlan(
        sources=(), known=(), entries=suite.chosen(names), methods=methods, size=QUICK,
        folder=tmp_path,
    )  # fmt: skip


def test_the_table_is_that_of_scipy(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    names = ("copy", "tiles", "no-leak-copy")
    said = {
        name: {m: outcome(rng.normal(size=40), 4) for m in ("good", "bad")}
        for name in (e.name for e in suite.chosen(names))
    }
    results = BenchResults(plan(tmp_path, names, ("good", "bad")), said, {})
    cells = table.cells(results)
    assert [(c.challenge, c.method) for c in cells] == [(n, m) for n in said for m in said[n]]
    for cell in cells:
        run = said[cell.challenge][cell.method]
        u = stats.mannwhitneyu(run.scores[run.truth], run.scores[~run.truth]).statistic
        assert cell.values[0] == pytest.approx(u / 400)
        assert cell.low[0] <= cell.values[0] <= cell.high[0]
        assert (cell.discovered, cell.false_share) == (4, 1.0)  # the last four are not used
    rows = {row.method: row for row in table.rows(cells)}
    own = [c.values[0] for c in cells if c.method == "good" and c.role == "leak"]
    assert rows["good"].auc == pytest.approx(np.mean(own))
    assert rows["good"].worst == min(own)
    assert rows["good"].false_share == 1
    assert rows["good"].rank + rows["bad"].rank == 3


def cell(challenge: str, method: str, auc: float) -> BenchCell:
    return BenchCell(challenge, "leak", method, (auc,) * 3, (0,) * 3, (1,) * 3, 8, 0, 0.5, 0, 0, 1)


def test_the_chosen_method_is_not_chosen_on_the_challenge_that_it_is_measured_on() -> None:
    values = {"a": (0.9, 0.5, 0.5), "b": (0.6, 0.6, 0.6)}
    cells = [cell(f"c{i}", m, v) for i in range(3) for m, v in ((m, values[m][i]) for m in values)]
    assert table.left_out(cells) == [("c0", "b", 0.6), ("c1", "a", 0.5), ("c2", "a", 0.5)]
    assert table.left_out(cells[:2]) == []


def test_a_method_that_failed_somewhere_has_no_row() -> None:
    cells = [cell("c0", "a", 0.9), cell("c0", "b", 0.8), cell("c1", "b", 0.8)]
    assert [row.method for row in table.rows(cells)] == ["b"]


def test_a_kept_outcome_is_read_back_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    said = outcome(np.arange(8.0) - 4, 2)
    path = tmp_path / "a.json"
    score.write(path, "copy", "nearest", said)
    back = score.read(path)
    assert back is not None
    np.testing.assert_array_equal(back.scores, said.scores)
    np.testing.assert_array_equal(back.default, said.default)
    path.write_text("{}")
    assert score.read(path) is None


def test_a_failing_method_stops_no_other(tmp_path: Path, builder: Builder) -> None:
    (tmp_path / "failing.py").write_text(FAILING)
    name = f"{tmp_path / 'failing.py'}:Failing"
    results = evaluate.evaluate(plan(builder.folder, ("copy",), ("nearest", name)), jobs=1)
    assert set(results.outcomes["copy"]) == {"nearest"}
    assert results.failures == {name: f"{name}: copy: failing: no luck"}


def test_two_challenges_of_one_name_are_refused(tmp_path: Path) -> None:
    chosen = replace(plan(tmp_path, ("copy",), ("nearest",)), known=(tmp_path / "copy.npz",))
    with pytest.raises(ClefganError, match="bench: two challenges are called 'copy'; rename"):
        evaluate.evaluate(chosen, jobs=1)


def test_columns_and_tables_go_with_the_real_images() -> None:
    with pytest.raises(ClefganError, match=r"--real: 3 are given; the suite is made of one or two"):
        real_sources([Path("a")] * 3, [], [])
    with pytest.raises(ClefganError, match=r"--manifest: 1 for 2 --real; give one for each, ''"):
        real_sources([Path("a")] * 2, [], ["m.csv"])
    first, second = real_sources([Path("a"), Path("b")], ["", "patient"], ["m.csv", ""])
    assert (first.group, first.manifest) == (None, Path("m.csv"))
    assert (second.group, second.manifest) == ("patient", None)
    assert "fusion" in usual_methods()
    assert "lbp-svm" not in usual_methods()


def test_the_command_writes_both_files_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache"))
    arguments = ["lab", "bench", "--quick", "--jobs", "1", "--out", str(tmp_path / "out")]
    for name in ("copy", "tiles", "no-leak-dcgan", "flow-brief"):
        arguments += ["--only", name]
    for method in ("nearest", "fusion"):
        arguments += ["--method", method]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0, shown.output
    record = json.loads((tmp_path / "out/bench.json").read_text())
    assert len(record["cells"]) == 8
    assert {row["method"] for row in record["rows"]} == {"nearest", "fusion"}
    assert len(record["chosen_without"]) == 3
    page = (tmp_path / "out/bench.md").read_text()
    assert "## no-leak-dcgan (no leak)" in page
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache/bench").rglob("*")}
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "cache/bench").rglob("*")} == made

"""The study: what is run once and kept, what the curves say, and the picture."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import stats

from clefgan.errors import ClefganError
from clefgan.experiments.lab import make, picture, power, study
from clefgan.experiments.lab.evaluate import evaluate
from clefgan.experiments.lab.power import CurvePoint
from clefgan.experiments.lab.role_counts import RoleCounts
from clefgan.experiments.lab.study import Condition, LabScores, RealSource, StudyPlan, StudyResults
from clefgan.plugins import registry
from clefgan.report.files import study as tables
from evaluation import membership

COUNTS = RoleCounts(used=4, not_used=4, generated=12, candidates=16, test_generated=30)
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
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    coarse = np.random.default_rng(0).integers(0, 256, (150, 4, 4))
    path = tmp_path_factory.mktemp("real") / "real.npz"
    np.savez(path, images=np.kron(coarse, np.ones((1, 4, 4))).astype(np.uint8))
    return path


@pytest.fixture
def plan(real: Path, tmp_path: Path) -> StudyPlan:
    return StudyPlan(
        source=RealSource(path=real),
        methods=("nearest", "coin"),
        folder=tmp_path / "study",
        strengths=(0.0, 1.0),
        kinds=("copy", "tiles"),
        seeds=2,
        counts=COUNTS,
    )


def test_every_method_in_every_cell_and_the_leak_shows(plan: StudyPlan) -> None:
    reports: list[tuple[int, int]] = []
    results = evaluate(
        plan, jobs=1, progress=lambda _stage, done, total, _note: reports.append((done, total))
    )
    assert len(results.outcomes) == 8
    assert all(set(said) == {"nearest", "coin"} for said in results.outcomes.values())
    assert (reports[0], reports[-1]) == ((0, 16), (16, 16))
    for cell, said in results.outcomes.items():
        if (cell.how, cell.leak) == ("copy", 1.0):
            assert membership.auc(said["nearest"].truth, said["nearest"].scores) > 0.85


def test_a_cell_is_the_challenge_that_make_writes(plan: StudyPlan, real: Path) -> None:
    """Scores of a cell, computed from the challenge drawn by hand."""
    cell = Condition("tiles", 1.0, 1)
    outcome = evaluate(plan, jobs=1).outcomes[cell]
    spec = make.Spec(leak=1.0, how="tiles", seed=1, counts=COUNTS)
    drawn = make.draw(RealSource(path=real).read(), spec)
    scorer = registry.configure("nearest").fit(drawn.devset)
    wanted = scorer.score(drawn.candidates, np.asarray(drawn.test.images, np.uint8))
    assert np.array_equal(outcome["nearest"].scores, wanted)
    assert np.array_equal(outcome["nearest"].truth, drawn.truth)


def test_what_is_kept_is_not_done_again(plan: StudyPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    first = evaluate(replace(plan, methods=("nearest",)), jobs=1)
    files = sorted((plan.folder / "trials").iterdir())
    times = [path.stat().st_mtime_ns for path in files]
    files[0].write_text("{damaged")
    second = evaluate(plan, jobs=1)
    assert len(list((plan.folder / "trials").iterdir())) == 16
    assert [path.stat().st_mtime_ns for path in files[1:]] == times[1:]
    for cell, said in first.outcomes.items():
        assert np.array_equal(said["nearest"].scores, second.outcomes[cell]["nearest"].scores)
    done = {path: path.stat().st_mtime_ns for path in (plan.folder / "trials").iterdir()}
    third = evaluate(plan, jobs=1)  # nothing is left to do
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert third.outcomes.keys() == second.outcomes.keys()


def test_another_leak_seed_method_or_image_is_another_trial(plan: StudyPlan) -> None:
    def names(**changes: object) -> set[Path]:
        return set(study.paths(replace(plan, **changes), "", 1).values())  # type: ignore[arg-type]

    base = names()
    assert len(base) == 16
    assert base.isdisjoint(names(strengths=(0.5,)))
    assert base.isdisjoint(names(seed=7))
    assert base.isdisjoint(names(counts=replace(COUNTS, generated=13)))
    assert base.isdisjoint(study.paths(plan, "other images", 1).values())
    assert base.isdisjoint(study.paths(plan, "", 2).values())
    assert names(methods=("coin",)) < base


def test_parallel_processes_say_the_same(plan: StudyPlan) -> None:
    alone = evaluate(replace(plan, seeds=1), jobs=1)
    together = evaluate(replace(plan, seeds=1, folder=plan.folder / "two"), jobs=2)
    for cell, said in alone.outcomes.items():
        for name, outcome in said.items():
            assert np.array_equal(outcome.scores, together.outcomes[cell][name].scores)


ABANDON = """
import os, signal, sys
from pathlib import Path
from clefgan.experiments import processes
from clefgan.experiments.lab.study import RealSource

if __name__ == "__main__":
    with processes.pool(1, RealSource(path=Path(sys.argv[1])).read) as running:
        print(running.submit(os.getpid).result(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see processes")
def test_no_process_outlives_a_parent_that_is_killed(real: Path, tmp_path: Path) -> None:
    (tmp_path / "abandon.py").write_text(ABANDON)
    said = tmp_path / "said"  # a file: a pipe would stay open as long as the worker
    with said.open("w") as file:
        command = [sys.executable, str(tmp_path / "abandon.py"), str(real)]
        done = subprocess.run(command, stdout=file, stderr=subprocess.DEVNULL, check=False)
    assert done.returncode == -signal.SIGKILL
    worker = int(said.read_text())
    stat = Path(f"/proc/{worker}/stat")
    for _ in range(100):
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except (FileNotFoundError, ProcessLookupError):
            return
        time.sleep(0.1)
    os.kill(worker, signal.SIGTERM)
    pytest.fail("the worker is still there after ten seconds")


@pytest.mark.parametrize("kind", ["ClefganError", "ValueError"])
def test_a_method_that_fails_stops_no_other(plan: StudyPlan, tmp_path: Path, kind: str) -> None:
    (tmp_path / "failing.py").write_text(FAILING.replace("raise ClefganError", f"raise {kind}"))
    bad = f"{tmp_path / 'failing.py'}:Failing"
    results = evaluate(replace(plan, methods=(bad, "coin"), seeds=1), jobs=1)
    assert results.methods == ("coin",)
    said = "failing: no luck"
    if kind != "ClefganError":
        said = f"method '{bad}': {kind}: {said} (failing.py:14, in fit)"
    assert results.failures[bad] == f"{bad}: copy, leak 0, seed 0: {said}"
    assert {p.method for p in power.points(results)} == {"coin"}


def test_a_setting_that_is_refused_stops_no_other_method(plan: StudyPlan) -> None:
    bad = {
        "siamese(epochs=0)": "method 'siamese': epochs 0 must be a whole number of at least 1",
        "neerest": "no method 'neerest'; did you mean 'nearest'?",
    }
    tiles = "patch-log-ratio(tiles=500)"
    methods = (*bad, tiles, "coin")
    results = evaluate(replace(plan, methods=methods, seeds=1), jobs=1)
    assert results.methods == ("coin",)
    assert {name: results.failures[name] for name in bad} == bad
    assert results.failures[tiles].startswith(f"{tiles}: copy, leak 0, seed 0: tiles: 500 across")
    assert {p.method for p in power.points(results)} == {"coin"}
    nothing = evaluate(replace(plan, methods=tuple(bad)), jobs=1)
    assert nothing.methods == ()


def test_a_plan_that_cannot_be_is_refused(plan: StudyPlan) -> None:
    cases: list[tuple[dict[str, object], str]] = [
        ({"methods": ("coin", "coin")}, "^--method: 'coin' is given twice; give each once$"),
        ({"strengths": (0.5, 0.5)}, r"^--leak: '0\.5' is given twice; give each once$"),
        ({"kinds": ()}, "^--how: nothing to study; give at least one$"),
        ({"seeds": 0}, "^--seeds: 0 is too few; give 1 or more$"),
        ({"strengths": (2.0,)}, r"^lab: leak is a share from 0 to 1; got 2\.0"),
        ({"kinds": ("x",)}, "^lab: no kind of leak 'x'"),
    ]
    for changes, message in cases:
        with pytest.raises(ClefganError, match=message):
            replace(plan, **changes)  # type: ignore[arg-type]


def results_of(
    plan: StudyPlan, scores: Sequence[Sequence[float]], truth: Sequence[int]
) -> StudyResults:
    """One method in one cell a seed."""
    small = replace(plan, methods=("a",), kinds=("copy",), strengths=(0.5,), seeds=len(scores))
    outcomes = {
        cell: {"a": LabScores(np.array(truth, bool), np.array(row, float), 0.5)}
        for cell, row in zip(small.conditions(), scores, strict=True)
    }
    return StudyResults(small, outcomes, {})


class TestPower:
    def test_mean_and_interval_over_the_seeds(self, plan: StudyPlan) -> None:
        truth = [1, 1, 0, 0]
        results = results_of(plan, [[4, 3, 2, 1], [4, 1, 3, 2], [4, 2, 3, 1]], truth)
        area, rate = power.points(results)
        values = [1.0, 0.5, 0.75]
        assert area.by_seed == tuple(values)
        assert area.mean == pytest.approx(0.75)
        low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
        assert area.seeds_low == pytest.approx(max(0, low))
        assert area.seeds_high == pytest.approx(min(1, high))
        assert rate.metric == "tpr_at_fpr_0.01"
        assert rate.by_seed == (1.0, 0.5, 0.5)

    def test_the_pooled_interval_narrows_with_seeds(self, plan: StudyPlan) -> None:
        rng = np.random.default_rng(0)
        truth = np.repeat([1, 0], 30)
        scores = rng.normal(size=(8, 60)) + truth
        one, eight = (
            power.points(results_of(plan, scores[:n].tolist(), truth.tolist()))[0] for n in (1, 8)
        )
        assert np.isnan(one.seeds_low)
        assert one.pooled_low < one.mean < one.pooled_high
        ratio = (one.pooled_high - one.pooled_low) / (eight.pooled_high - eight.pooled_low)
        assert ratio == pytest.approx(np.sqrt(8), rel=0.35)

    def test_a_pooled_interval_covers(self, plan: StudyPlan) -> None:
        """AUC of two normal laws one apart is 0.760; 95% of the intervals hold it, nearly."""
        rng = np.random.default_rng(1)
        truth = np.repeat([1, 0], 40)
        held = 0
        for _ in range(60):
            scores = (rng.normal(size=(2, 80)) + truth).tolist()
            area = power.points(results_of(plan, scores, truth.tolist()))[0]
            held += area.pooled_low <= stats.norm.cdf(1 / np.sqrt(2)) <= area.pooled_high
        assert held >= 50

    def test_tables(self, plan: StudyPlan) -> None:
        results = results_of(plan, [[4, 3, 2, 1], [4, 1, 3, 2]], [1, 1, 0, 0])
        points = power.points(results)
        lines = tables.as_csv(points).splitlines()
        assert lines[0].startswith("how,leak,method,metric,mean,seeds_low")
        assert lines[1].startswith("copy,0.5,a,auc,0.7500,0.0000,1.0000,")
        record = json.loads(tables.as_json(results, points))
        assert record["points"][0]["by_seed"] == [1.0, 0.5]
        assert record["seconds"] == {"a": 1.0}
        assert record["real"]["source"] == "real.npz"
        text = tables.as_markdown(results, points)
        assert "**AUC, copy** (chance 0.5)" in text
        assert "| a | .75 [.00, 1.0] |" in text

    def test_a_name_with_a_comma_stays_one_cell(self, plan: StudyPlan) -> None:
        point = CurvePoint("copy", 0.5, "csls(features=hog, k=3)", "auc", 1, 1, 1, 1, 1, (1.0,))
        assert '"csls(features=hog, k=3)"' in tables.as_csv([point])

    def test_one_seed_has_no_interval_over_seeds(self, plan: StudyPlan) -> None:
        results = results_of(plan, [[4, 3, 2, 1]], [1, 1, 0, 0])
        points = power.points(results)
        assert json.loads(tables.as_json(results, points))["points"][0]["seeds_low"] is None
        assert "| a | 1.0 [1.0, 1.0] |" in tables.as_markdown(results, points)


@pytest.mark.parametrize(("n_methods", "n_seeds"), [(1, 1), (9, 5)])
def test_a_picture(n_methods: int, n_seeds: int, tmp_path: Path) -> None:
    nan = float("nan")
    points = [
        CurvePoint(how, leak, f"m{k}", metric, 0.5 + leak / 3, *limits, 0.4, 0.6, (0.5,) * n_seeds)
        for how in ("copy", "pca")
        for leak in (0.0, 0.5, 1.0)
        for metric in power.METRICS
        for k in range(n_methods)
        for limits in [(nan, nan) if n_seeds == 1 else (0.3, 0.9)]
    ]
    picture.draw(points, tmp_path / "x.png", n_seeds=n_seeds)
    with Image.open(tmp_path / "x.png") as image:
        assert image.width > 600
        colours = {tuple(c) for c in np.asarray(image.convert("RGB")).reshape(-1, 3).tolist()}
    wanted = [tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in picture.COLOURS]
    assert sum(colour in colours for colour in wanted) >= min(n_methods, 7)
    assert list(tmp_path.iterdir()) == [tmp_path / "x.png"]

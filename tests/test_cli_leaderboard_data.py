"""`clefgan leaderboard --data`: whether the data are those of the run, and what the page shows."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from building import challenge
from running import clefgan
from submissions import editions, runfile

pytestmark = pytest.mark.columns(200)

N = 20


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data with a dev and a test part, and a run of `nearest` on them that calls 90% used."""
    folder = tmp_path_factory.mktemp("made")
    roles = ("dev/generated", "dev/used", "dev/not_used", "test/generated_1")
    challenge(folder / "data", {**dict.fromkeys(roles, 8), "test/real_unknown_1": N})
    rows = [f"real_unknown_{i + 1:04d},{i % 2}\n" for i in range(N)]
    (folder / "data" / "test" / "truth.csv").write_text("".join(rows))
    words = ["--method", "nearest", "--data", folder / "data", "--decide", "quota:0.9"]
    assert clefgan("run", *words, "--protocol", "paper", "--out", folder) == 0
    return folder


def images(folder: Path, stem: str, n: int, rng: np.random.Generator) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        pixels = rng.integers(0, 256, (16, 16), np.uint8)
        Image.fromarray(pixels).save(folder / f"{stem}_{i + 1:04d}.png")


def test_the_page_takes_the_decisions_of_the_run(made: Path, tmp_path: Path) -> None:
    words = ["leaderboard", made / "nearest.csv", "--data", made / "data", "--html", tmp_path]
    assert clefgan(*words) == 0
    page = (tmp_path / "index.html").read_text()
    threshold = json.loads((made / "nearest.json").read_text())["test"]["decision"]["threshold"]
    shown = f"{threshold:.4g}".replace("-", "\N{MINUS SIGN}")
    assert f"scores above {shown} are decided as used, " in page
    assert "the run decides 90%" in page
    assert page.count("called not used (score") == 2
    assert page.count("called used (score") == 6


@pytest.mark.parametrize("role", ["real_unknown", "generated"])
def test_other_images_than_those_of_the_run_are_refused_before_any_output(
    role: str, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    rng = np.random.default_rng(1)
    images(other / "test" / "generated_1", "generated", 8, rng)
    images(other / "test" / "real_unknown_1", "real_unknown", N, rng)
    kept = "generated" if role == "real_unknown" else "real_unknown"
    for path in (made / "data" / "test" / f"{kept}_1").iterdir():
        (other / "test" / f"{kept}_1" / path.name).write_bytes(path.read_bytes())
    (other / "test" / "truth.csv").write_bytes((made / "data/test/truth.csv").read_bytes())
    words = ["leaderboard", made / "nearest.csv", "--data", other]
    out = tmp_path / "out"
    assert clefgan(*words, "--csv", out / "t.csv", "--html", out) == 1
    captured = capsys.readouterr()
    what = {"real_unknown": "test candidates", "generated": "test generated"}[role]
    said = f"{made / 'nearest.json'}: {what} of {other} are not those of the run (another SHA-256)"
    assert captured.err.splitlines() == [
        f"clefgan: {said}; give the data of the run, or --truth without --data"
    ]
    assert captured.out == ""
    assert not out.exists()
    assert clefgan(*words) == 0  # nothing of the images is shown, so a note will do
    assert "".join(said.split()) in "".join(capsys.readouterr().out.split())  # lines are broken


def test_data_that_have_no_gallery_stop_before_any_output(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = tmp_path / "bare"
    for role in ("generated", "used", "not_used"):
        images(bare / role, role, 4, np.random.default_rng(0))
    words = ["leaderboard", made / "nearest.csv", "--truth", made / "data/test/truth.csv"]
    out = tmp_path / "out"
    assert clefgan(*words, "--data", bare, "--csv", out / "t.csv", "--html", out) == 1
    captured = capsys.readouterr()
    assert "no test images for the gallery; give their folder" in captured.err
    assert captured.out == ""
    assert not out.exists()


def test_what_was_asked_for_and_is_not_there_is_said(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run.csv"
    run.write_bytes((made / "nearest.csv").read_bytes())
    words = ["leaderboard", run, "--data", made / "data", "--html", tmp_path]
    assert clefgan(*words) == 0
    said = "no gallery: no run has scores; a record beside the run file adds them"
    assert said in capsys.readouterr().out
    assert said in (tmp_path / "index.html").read_text()
    assert clefgan(*words[:4]) == 0
    assert "no gallery" not in capsys.readouterr().out


def test_an_edition_without_printed_results_says_so(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, truth = tmp_path / "run.csv", tmp_path / "truth.csv"
    rows = [f"real_unknown_{i + 1:04d},{i % 2}\n" for i in range(N)]
    truth.write_text("".join(rows))
    words = ["leaderboard", run, "--truth", truth, "--with-published"]
    run.write_bytes((made / "nearest.csv").read_bytes())
    assert clefgan(*words) == 0
    assert "--with-published" not in capsys.readouterr().out
    form = editions.get("2024_s1")
    runfile.write(run, {row.partition(",")[0]: True for row in rows}, form, force=True)
    assert clefgan(*words, "--edition", "2024_s1") == 0
    said = "--with-published: no printed result of edition 2024_s1 has counts"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("command", ["score", "leaderboard", "evaluate", "run"])
def test_a_seed_below_0_is_refused(
    command: str, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--method", "coin"] if command in ("evaluate", "run") else [made / "nearest.csv"]
    assert clefgan(command, *words, "--data", made / "data", "--seed", -1) == 2
    assert "Invalid value for '--seed'" in capsys.readouterr().err


def test_log_odds_are_scored_as_probabilities(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--method", "texture-cdf", "--data", made / "data", "--out", tmp_path]
    assert clefgan("run", *words) == 0
    record = json.loads((tmp_path / "texture-cdf.json").read_text())
    for part in (*record["dev"].values(), record["test"]):
        images = part["images"].values()
        for image in images:
            assert image["probability"] == pytest.approx(1 / (1 + np.exp(-image["score"])))
        squares = [(image["probability"] - image["truth"]) ** 2 for image in images]
        assert part["metrics"]["brier"] == pytest.approx(np.mean(squares))
    capsys.readouterr()
    table = tmp_path / "table.json"
    words = [tmp_path / "texture-cdf.csv", "--data", made / "data", "--json", table]
    assert clefgan("leaderboard", made / "nearest.csv", *words, "--all") == 0
    rows = {row["run"]: row for row in json.loads(table.read_text())["tables"][0]["rows"]}
    assert rows["texture-cdf"]["brier"]["value"] == pytest.approx(
        record["test"]["metrics"]["brier"]
    )
    assert rows["texture-cdf"]["brier"]["low"] < rows["texture-cdf"]["brier"]["high"]
    assert rows["nearest"]["brier"]["value"] is None
    assert "Brier" in capsys.readouterr().out
    assert "probability" not in next(
        iter(json.loads((made / "nearest.json").read_text())["test"]["images"].values())
    )

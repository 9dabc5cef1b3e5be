"""`clefgan leaderboard`, from run files to tables and page."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from board_runs import N, runs, three_runs
from building import challenge
from evaluation import membership
from running import clefgan

pytestmark = pytest.mark.columns(100)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return three_runs(tmp_path_factory.mktemp("runs"))


def test_every_format_holds_the_same_table(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {kind: tmp_path / f"table.{kind}" for kind in ("csv", "json", "markdown", "latex")}
    words = [word for kind, path in files.items() for word in (f"--{kind}", path)]
    truth = ["--truth", folder / "truth.txt"]
    html = ["--html", tmp_path / "page"]
    assert clefgan("leaderboard", *runs(folder), *truth, *words, *html, "--with-published") == 0
    printed = capsys.readouterr().out
    rows = list(csv.DictReader(files["csv"].read_text().splitlines()))
    ranked = [row for row in rows if row["kind"] == "run"]
    assert ranked[0]["run"] == "team0"
    assert {row["kind"] for row in rows} == {"run", "trivial", "chance limit", "published"}
    answers = [line.split(",")[1] == "1" for line in (folder / "truth.txt").read_text().split()]
    for row in ranked:
        calls = [
            line.split(",")[1] == "1" for line in (folder / f"{row['run']}.csv").read_text().split()
        ]
        expected = membership.evaluate(np.array(answers), np.array(calls))
        for name in ("f1", "accuracy", "cohen_kappa"):
            assert float(row[name]) == pytest.approx(expected[name])
        assert f"{expected['f1']:.3f}" in printed
    tree = json.loads(files["json"].read_text())["tables"][0]
    assert [row["run"] for row in tree["rows"]] == [row["run"] for row in rows]
    for kind in ("markdown", "latex"):
        text = files[kind].read_text()
        assert all(row["run"].split(":")[0] in text for row in rows)
    page = (tmp_path / "page" / "index.html").read_text()
    assert all(row["run"].split("&")[0] in page for row in rows)
    assert [path.name for path in (tmp_path / "page").iterdir()] == ["index.html"]
    assert "S1 pool" in printed
    assert "≠" not in printed
    assert "AIMultimediaLab" in printed
    assert "chance limit" in printed


def test_the_edition_or_the_user_chooses_the_metric(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt"]
    assert clefgan(*words, "--metric", "cohen_kappa") == 0
    assert "Kappa" in capsys.readouterr().out.splitlines()[1]
    assert clefgan(*words, "--level", "0.9", "--title", "[bold]Ours") == 0
    printed = capsys.readouterr().out
    assert "90% intervals" in printed
    assert "[bold]Ours" in printed


def test_patients_make_a_cluster_bootstrap(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    groups = tmp_path / "groups.csv"
    lines = [f"real_unknown_{i + 1:04d},patient_{i // 4}\n" for i in range(N)]
    groups.write_text("id,group\n" + "".join(lines))
    words = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt"]
    assert clefgan(*words, "--groups", groups, "--all") == 0
    assert f"BCa bootstrap of {N // 4} groups" in " ".join(capsys.readouterr().out.split())


def test_said_knowledge_makes_runs_comparable(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt"]
    assert clefgan(*words, "--knowledge", "team2=S1") == 0
    assert "≠" not in capsys.readouterr().out


def test_teams_have_names_several_runs_and_links(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names, table = tmp_path / "names.csv", tmp_path / "table.csv"
    names.write_text(
        "file,team,run,link\nteam0.csv,Lisbon,LBP,https://a.example/x\nteam1.csv,Lisbon,,\n"
        "team2,Porto,alone,\n"
    )
    words = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt", "--csv", table]
    assert clefgan(*words, "--names", names, "--html", tmp_path / "page") == 0
    rows = [row["run"] for row in csv.DictReader(table.read_text().splitlines())]
    assert {"Lisbon: LBP", "Lisbon: team1", "Porto"} <= set(rows)
    assert 'href="https://a.example/x"' in (tmp_path / "page" / "index.html").read_text()


def test_two_alike_runs_share_rank_and_letter(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.csv"
    copy.write_bytes((folder / "team0.csv").read_bytes())
    table = tmp_path / "table.csv"
    words = ["leaderboard", folder / "team0.csv", copy, "--truth", folder / "truth.txt"]
    assert clefgan(*words, "--csv", table) == 0
    rows = [row for row in csv.DictReader(table.read_text().splitlines()) if row["kind"] == "run"]
    assert [(row["rank"], row["groups"]) for row in rows] == [("1", "a"), ("1", "a")]


def test_the_data_may_hold_truth_and_gallery(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    challenge(tmp_path / "data", {"test/generated_1": 8, "test/real_unknown_1": 10})
    ids = [f"real_unknown_{i + 1:04d}" for i in range(10)]
    text = "".join(f"{name},{i % 2}\n" for i, name in enumerate(ids))
    (tmp_path / "data" / "test" / "truth.csv").write_text(text)
    run = tmp_path / "run.csv"
    run.write_text(text)
    images_of = {name: {"score": i % 2 - 0.5, "decision": i % 2} for i, name in enumerate(ids)}
    record = {"method": {"knowledge": "S0"}, "test": {"images": images_of}}
    run.with_suffix(".json").write_text(json.dumps(record))
    words = ["leaderboard", run, "--data", tmp_path / "data", "--html", tmp_path / "page"]
    assert clefgan(*words) == 0
    page = (tmp_path / "page" / "index.html").read_text()
    assert page.count("data:image/png;base64,") == 10 * (4 + 4)  # as they are, and after the filter
    assert "✓ right" in page
    assert "✗ wrong" not in page
    assert "There is a single run, so its rank says nothing." in capsys.readouterr().out


def test_every_pair_is_tested_in_every_way(folder: Path, tmp_path: Path) -> None:
    from evaluation.significance.delong import delong
    from evaluation.significance.mcnemar import mcnemar

    table = tmp_path / "pairs.csv"
    words = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt"]
    assert clefgan(*words, "--pairs", table) == 0
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert len(rows) == 3
    truth = np.array([line[-1] == "1" for line in (folder / "truth.txt").read_text().split()])
    calls, scores = {}, {}
    for path in runs(folder):
        calls[path.stem] = np.array([line[-1] == "1" for line in path.read_text().split()])
        if path.with_suffix(".json").exists():
            images = json.loads(path.with_suffix(".json").read_text())["test"]["images"]
            scores[path.stem] = np.array([image["score"] for image in images.values()])
    for row in rows:
        first, second = row["first"], row["second"]
        f1 = [membership.evaluate(truth, calls[name])["f1"] for name in (first, second)]
        assert row["metric"] == "f1"
        assert [float(row["first_value"]), float(row["second_value"])] == pytest.approx(f1)
        assert float(row["advantage"]) == pytest.approx(f1[0] - f1[1])
        assert f1[0] >= f1[1]
        assert float(row["advantage_low"]) <= f1[0] - f1[1] <= float(row["advantage_high"])
        expected = mcnemar(truth, calls[first], calls[second]).mid_p
        assert float(row["p_mcnemar"]) == pytest.approx(expected)
        if first in scores and second in scores:
            area = delong(truth, [scores[first], scores[second]])
            assert float(row["p_delong"]) == pytest.approx(area.p_value(0, 1))
        else:
            assert row["p_delong"] == row["p_delong_holm"] == ""
        for test in ("swap", "mcnemar"):
            raw, bh, holm = (float(row[f"p_{test}{end}"]) for end in ("", "_bh", "_holm"))
            assert raw <= bh <= holm
    least = min(rows, key=lambda row: float(row["p_swap"]))
    assert float(least["p_swap_holm"]) == pytest.approx(min(1, 3 * float(least["p_swap"])))


def test_pairs_of_patients_have_swaps_of_patients_only(folder: Path, tmp_path: Path) -> None:
    groups, table = tmp_path / "groups.csv", tmp_path / "pairs.csv"
    lines = [f"real_unknown_{i + 1:04d},patient_{i // 4}\n" for i in range(N)]
    groups.write_text("id,group\n" + "".join(lines))
    words = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt", "--metric", "accuracy"]
    assert clefgan(*words, "--groups", groups, "--pairs", table) == 0
    for row in csv.DictReader(table.read_text().splitlines()):
        assert 0 < float(row["p_swap"]) <= 1
        assert row["p_mcnemar"] == row["p_delong"] == ""

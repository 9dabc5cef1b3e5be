"""`clefgan leaderboard`, from run files to tables and page."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from building import challenge
from evaluation import membership
from running import clefgan

pytestmark = pytest.mark.columns(100)

N = 80


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs of 80 candidates, two with records, and their truth."""
    folder = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(0)
    truth = rng.permutation(N) < N // 2
    ids = [f"real_unknown_{i + 1:04d}" for i in range(N)]
    (folder / "truth.txt").write_text(
        "".join(f"{name},{int(used)}\n" for name, used in zip(ids, truth, strict=True))
    )
    for number, strength in enumerate((2.0, 0.3, 0.0)):
        scores = rng.normal(size=N) + strength * (truth - 0.5)
        calls = dict(zip(ids, (scores > 0).astype(int).tolist(), strict=True))
        path = folder / f"team{number}.csv"
        path.write_text("".join(f"{name},{call}\n" for name, call in calls.items()))
        if number < 2:
            images = {
                name: {"score": float(score), "decision": calls[name]}
                for name, score in zip(ids, scores, strict=True)
            }
            record = {"method": {"knowledge": "S1"}, "test": {"images": images}}
            path.with_suffix(".json").write_text(json.dumps(record))
    return folder


def runs(folder: Path) -> list[Path]:
    return sorted(folder.glob("team*.csv"))


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


def test_invalid_runs_are_shown_and_others_ranked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("id,label\n" + (folder / "team0.csv").read_text())
    table = tmp_path / "table.csv"
    words = ["leaderboard", *runs(folder), bad, "--truth", folder / "truth.txt", "--csv", table]
    assert clefgan(*words, "--html", tmp_path / "page") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"invalid, not ranked: bad ({bad}:1: 'id,label' is a header" in printed
    rows = {row["run"]: row for row in csv.DictReader(table.read_text().splitlines())}
    assert rows["bad"]["kind"] == "invalid"
    assert (rows["bad"]["rank"], rows["bad"]["f1"]) == ("", "")
    assert rows["team0"]["rank"] == "1"
    assert "invalid, not ranked: bad" in (tmp_path / "page" / "index.html").read_text()
    assert clefgan("leaderboard", bad, "--truth", folder / "truth.txt") == 1
    assert "is a header" in capsys.readouterr().err
    lost = ["leaderboard", folder / "team0.csv", tmp_path / "no.csv"]
    assert clefgan(*lost, "--truth", folder / "truth.txt") == 1
    assert "no.csv" in capsys.readouterr().err


def test_runs_of_other_editions_are_left_out_and_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes((folder / "team0.csv").read_bytes())
    record = {"method": {}, "test": {}, "edition": "2025_s1"}
    other.with_suffix(".json").write_text(json.dumps(record))
    words = ["leaderboard", *runs(folder), other, "--truth", folder / "truth.txt"]
    assert clefgan(*words, "--edition", "2023") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"left out: {other} is of edition 2025_s1" in printed
    assert "other" not in printed.partition("intervals")[0]


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


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,team\nteam0.csv,\n", ":2: no team; give both"),
        ("file,team\n,A\n", ":2: no file; give both"),
        ("file,team\nteam0,A\nteam0,B\n", ":3: 'team0' is given twice"),
        ("file,team,link\nteam0,A,javascript:x\n", ":2: link 'javascript:x' does not begin"),
        ("file,club\nteam0,A\n", ":1: unknown column 'club'; the columns are file, team"),
        ("file\nteam0\n", ":1: no column 'team'"),
        ("file,team\nteam0,A,B\n", ":2: more than 2 columns; quote commas"),
        ("file,team\nteam9,A\n", "'team9' is not one of the runs; give the path of one"),
        ('file,team\nteam0,"A\nB"\n', ":2: team 'A\\nB' holds a line break; leave it out"),
        ("file,team,run\nteam0,A,x\x1b[2J\n", ":2: run 'x\\x1b[2J' holds a control character"),
        ("file,team\nteam0,A\u202eB\n", ":2: team 'A\\u202eB' holds a control character"),
        ("file,team\nteam0,Al B\nteam1,AL  b\n", ":3: team 'AL  b' is 'Al B' above; write a"),
        ("file,team,run\nteam0,A,x\nteam1,A,x\n", "names: two runs are called 'A: x'"),
    ],
)
def test_bad_names_are_one_line(
    text: str, message: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "names.csv"
    names.write_text(text)
    words = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt", "--names", names]
    assert clefgan(*words) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


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


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--truth", "nowhere.csv"],
            "nowhere.csv: cannot be read (no such file or directory); give a table",
        ),
        (["--metric", "f2"], "metric: not known; got 'f2'"),
        (["--edition", "1999"], "1999"),
    ],
)
def test_bad_words_are_one_line(
    words: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt", *words]
    assert clefgan(*given) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert message in lines[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give --truth FILE, or --data"),
        (["--truth", "t", "--level", "95"], "for --level: 95.0 is not between 0 and 1"),
        (["--truth", "truth.txt", "--knowledge", "team9=S0"], "for --knowledge: no run 'team9'"),
        (["--truth", "truth.txt", "--knowledge", "S0"], "for --knowledge: 'S0' is not RUN=KIND"),
    ],
)
def test_wrong_use_exits_2(
    words: list[str],
    message: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    assert clefgan("leaderboard", *runs(folder), *words) == 2
    assert message in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_table_never_replaces_what_is_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "team0.csv").read_bytes()
    words = ["leaderboard", *runs(folder), "--truth", folder / "truth.txt"]
    assert clefgan(*words, "--csv", folder / "team0.csv") == 1
    assert "team0.csv: is read; give another file to write to" in capsys.readouterr().err
    assert (folder / "team0.csv").read_bytes() == before


def test_data_without_truth_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for role in ("generated_1", "real_unknown_1"):
        (tmp_path / role).mkdir()
        name = f"{role.removesuffix('_1')}_0001.png"
        Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / role / name)
    run = tmp_path / "run.csv"
    run.write_text("real_unknown_0001,1\n")
    assert clefgan("leaderboard", run, "--data", tmp_path) == 1
    assert "no truth of test candidates here; give --truth FILE" in capsys.readouterr().err


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


def test_one_run_makes_no_pair(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["leaderboard", runs(folder)[0], "--truth", folder / "truth.txt"]
    assert clefgan(*words, "--csv", tmp_path / "t.csv", "--pairs", tmp_path / "pairs.csv") == 1
    said = "--pairs: one run alone makes no pair; give two or more"
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

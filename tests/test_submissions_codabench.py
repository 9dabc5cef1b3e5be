"""What a competition is made of, its columns, its truth and its phases."""

import datetime
import shutil
from pathlib import Path

import pytest

from competitions import RUNS, START, TITLES, competition
from evaluation import attribution, class_tables, membership
from submissions import RunFileError, editions, runfile
from submissions import edition as edition_module
from submissions.codabench import columns
from submissions.codabench.init import CompetitionSettings, init
from submissions.codabench.lint import lint
from submissions.codabench.score import pack, score

yaml = pytest.importorskip("yaml")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed."""
    return competition(tmp_path_factory.mktemp("made"))


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "comp"))


# --- what is made


def test_the_made_competition_is_clean(made: Path) -> None:
    assert lint(made) == []
    document = yaml.safe_load((made / "competition.yaml").read_text())
    assert document["version"] == 2
    assert [phase["name"] for phase in document["phases"]] == ["Development", "Test"]
    assert document["phases"][0]["start"] == datetime.datetime(2027, 3, 1)
    assert document["phases"][0]["end"] == document["phases"][1]["start"]
    columns_of = document["leaderboards"][0]["columns"]
    assert [column["key"] for column in columns_of] == list(TITLES)
    assert {column["sorting"] for column in columns_of} == {"desc"}


def titles_of(edition: edition_module.Edition) -> dict[str, str]:
    return TITLES if edition.is_membership else class_tables.titles()


@pytest.mark.parametrize("name", editions.names())
def test_every_edition_s_columns_are_metrics_official_first(name: str) -> None:
    edition = editions.get(name)
    keys = list(columns.of(edition, titles_of(edition)))
    assert keys[0] == edition.metric
    module = membership if edition.is_membership else attribution
    assert all(callable(getattr(module, key)) for key in keys)


def test_a_metric_that_is_no_column(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text('base = "2023"\nmetric = "auc"\n')
    with pytest.raises(
        RunFileError, match="edition 'my': metric 'auc' cannot be a leaderboard col"
    ):
        columns.of(editions.get(path), TITLES)


def test_the_truth_is_in_the_reference_data_and_nowhere_else(made: Path) -> None:
    truth = (made / "reference_data" / "test" / "truth.csv").read_text().split()
    assert len(truth) == 60
    for path in made.rglob("*"):
        if path.is_file() and "reference_data" not in path.parts:
            content = path.read_bytes()
            assert not any(line.encode() in content for line in truth), path
            assert b"real_unknown_0001" not in content or path.name in ("edition.json", "data.md")
            assert b"truth.csv" not in content or path.name == "scoring.py"
    document = yaml.safe_load((made / "competition.yaml").read_text())
    public = [document["image"], document["terms"], *(page["file"] for page in document["pages"])]
    assert not any("reference" in path for path in public)
    assert not any(task["is_public"] for task in document["tasks"])
    assert not any(key in phase for phase in document["phases"] for key in ("public_data",))


def test_the_dev_phase_has_a_seeded_stratified_share(made: Path, tmp_path: Path) -> None:
    def of(phase: str, folder: Path = made) -> dict[str, bool]:
        path = folder / "reference_data" / phase / "truth.csv"
        return runfile.read(path, editions.get("2023"))

    test, dev = of("test"), of("dev")
    assert dev.items() <= test.items()
    assert sum(dev.values()) == round(0.3 * sum(test.values()))
    assert len(dev) - sum(dev.values()) == round(0.3 * (60 - sum(test.values())))
    ids = [made / "reference_data" / phase / "ids.txt" for phase in ("dev", "test")]
    assert ids[0].read_bytes() == ids[1].read_bytes()
    truth = tmp_path / "truth.csv"
    runfile.write(truth, test, editions.get("2023"))
    again = init(
        tmp_path / "a",
        editions.get("2023"),
        truth,
        TITLES,
        settings=CompetitionSettings(start=START),
    )
    other = init(
        tmp_path / "b", editions.get("2023"), truth, TITLES, settings=CompetitionSettings(seed=1)
    )
    assert of("dev", again) == dev
    assert of("dev", other) != dev


def test_a_dev_truth_of_other_images(tmp_path: Path) -> None:
    edition = editions.get("2023")
    runfile.write(tmp_path / "t.csv", {"a": True, "b": False}, edition)
    runfile.write(tmp_path / "d.csv", {"c": True, "d": False}, edition)
    folder = init(tmp_path / "c", edition, tmp_path / "t.csv", TITLES, dev_truth=tmp_path / "d.csv")
    assert (folder / "reference_data" / "dev" / "ids.txt").read_text() == "c\nd\n"
    assert lint(folder) == []
    assert score(folder, tmp_path / "d.csv", phase="development").scores is not None


def test_what_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    edition = editions.get("2023")
    with pytest.raises(
        RunFileError, match=r"one_label\.csv: one class only; a truth has images of"
    ):
        init(tmp_path / "c", edition, RUNS / "one_label.csv", TITLES)
    with pytest.raises(
        RunFileError, match=r"score\.csv:2: truth of .* is '0\.7', not .* \(in the truth file\)"
    ):
        init(tmp_path / "c", edition, RUNS / "score.csv", TITLES)
    with pytest.raises(RunFileError, match="dev share 1 is not between 0 and 1"):
        init(
            tmp_path / "c",
            edition,
            RUNS / "valid.csv",
            TITLES,
            settings=CompetitionSettings(dev_share=1),
        )
    with pytest.raises(RunFileError, match="dev_days 0 is below 1; give 1 or more"):
        init(
            tmp_path / "c",
            edition,
            RUNS / "valid.csv",
            TITLES,
            settings=CompetitionSettings(dev_days=0),
        )
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RunFileError, match="not an empty folder; choose a new one"):
        init(RUNS, edition, RUNS / "valid.csv", TITLES)


def test_a_packed_competition_is_the_same_bytes(made: Path, copied: Path, tmp_path: Path) -> None:
    first = pack(made, tmp_path / "a.zip")
    second = pack(copied, tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()
    with pytest.raises(RunFileError, match=r"a\.zip: exists already"):
        pack(made, tmp_path / "a.zip")

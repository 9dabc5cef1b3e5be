"""Editions: what the built-in ones say, and how a user's own is read and refused."""

import ast
import inspect
from pathlib import Path

import pytest

from evaluation import class_tables, metrics
from submissions import RunFileError, editions
from submissions import edition as edition_module
from submissions.edition import LOWER_IS_BETTER, METRICS, ROLES, from_json

NAMES = ("2023", "2024_s1", "2024_s2", "2025_s1", "2025_s2")


def test_the_built_in_editions() -> None:
    assert editions.names() == NAMES
    tasks = [editions.get(name).task for name in NAMES]
    assert tasks == ["membership", "membership", "attribution", "membership", "attribution"]
    assert [editions.get(name).metric for name in NAMES] == [
        "f1", "f1", "adjusted_rand", "cohen_kappa", "accuracy",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_graded_by_the_edition_itself(name: str) -> None:
    certainty = editions.get(name).certainty
    assert set(certainty) == set(editions.FIELDS)
    assert set(certainty.values()) <= {"verified", "printed", "inferred", "not_found"}
    import tomllib

    text = (Path(inspect.getfile(editions)).parent / "editions.toml").read_text()
    own = tomllib.loads(text)[name]["certainty"]
    assert sorted(field for fields in own.values() for field in fields) == sorted(editions.FIELDS)


def test_the_facts_of_2023() -> None:
    edition = editions.get("2023")
    ids = edition.known_ids()
    assert ids is not None
    assert (ids[0], ids[-1], len(ids)) == ("real_unknown_0001", "real_unknown_0200", 200)
    assert edition.labels == ("0", "1")
    assert not edition.extension_in_id
    assert not edition.header
    assert edition.max_runs is None
    assert edition.certainty["max_runs"] == "not_found"


def test_the_facts_of_2025_subtask_1() -> None:
    edition = editions.get("2025_s1")
    assert edition.token("real_unknown_1") == "real_unknown_1.png"
    assert edition.token("real_unknown_1.jpg") == "real_unknown_1.jpg"
    assert edition.image_id("real_unknown_1.png") == "real_unknown_1"
    assert (edition.container, edition.member, edition.n_test) == ("zip", "run.csv", 500)
    assert edition.inferred_rules() == ("labels",)


@pytest.mark.parametrize("name", NAMES)
def test_every_edition_accepts_every_folder_name(name: str) -> None:
    folders = editions.get(name).folders
    assert set(folders) == set(ROLES)
    assert folders["not_used"] == ("not_used", "real_not_used", "real_unused", "real/not_used")
    assert folders["unknown"] == ("real_unknown", "real_unknown_1", "unknown")
    assert "img_gen/generated" in folders["generated"]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("2025-1", "2025_s1"),
        ("2025_2", "2025_s2"),
        ("2024 task 2", "2024_s2"),
        ("2025-subtask1", "2025_s1"),
        ("2024t1", "2024_s1"),
        (" 2023 ", "2023"),
    ],
)
def test_other_ways_to_name_an_edition(asked: str, name: str) -> None:
    assert editions.get(asked).name == name


def test_a_year_with_two_parts() -> None:
    message = "edition '2025' has two parts; say '2025_s1' .membership. or '2025_s2' .attribution."
    with pytest.raises(RunFileError, match=message):
        editions.get("2025")


def test_no_such_edition() -> None:
    message = r"no edition '2032'; did you mean '2023'\?; known: 2023, 2024_s1, .*path to a \.toml"
    with pytest.raises(RunFileError, match=message):
        editions.get("2032")


@pytest.mark.parametrize("name", NAMES)
def test_an_edition_survives_json(name: str) -> None:
    assert from_json(editions.get(name).to_json()) == editions.get(name)


def own(tmp_path: Path, text: str) -> editions.Edition:
    path = tmp_path / "my.toml"
    path.write_text(text)
    return editions.get(path)


def test_an_own_edition_overrides(tmp_path: Path) -> None:
    edition = own(tmp_path, 'base = "2025-1"\nmax_runs = 3\n[folders]\nused = ["members"]\n')
    assert (edition.name, edition.max_runs, edition.extension_in_id) == ("my", 3, True)
    assert edition.folders["used"] == ("members",)
    assert edition.folders["unknown"] == editions.get("2025_s1").folders["unknown"]
    assert edition.certainty["max_runs"] == "given"
    assert edition.certainty["folders"] == "given"
    assert edition.certainty["labels"] == "given"  # one's own rules are certain


def test_an_own_edition_without_base(tmp_path: Path) -> None:
    text = (Path(inspect.getfile(editions)).parent / "editions.toml").read_text()
    start, end = text.index("[2023]"), text.index("[2023.certainty]")
    whole = text[start:end].replace("[2023]", 'name = "lab"').replace("[2023.folders]", "[folders]")
    edition = own(tmp_path, whole)
    assert edition.name == "lab"
    assert set(edition.certainty.values()) == {"given"}
    assert edition.known_ids() == editions.get("2023").known_ids()


WRONG = [
    ('base = "2023"\n\nmax_run = 3\n', r":3: unknown key 'max_run'; did you mean 'max_runs'"),
    ('base = "2023"\nzzzzz = 3\n', r":2: unknown key 'zzzzz'; known: title, task"),
    ('base = "2023"\nmax_runs = "3"\n', r":2: 'max_runs' must be a whole number, .* got '3'"),
    ('base = "2023"\nn_test = true\n', r":2: 'n_test' must be a whole number.*got True"),
    ('base = "2023"\nmax_runs = -1\n', r":2: 'max_runs' must be 0 or more; got -1"),
    ('base = "2023"\nn_classes = 1\n', r":2: 'n_classes' must be 2 or more; got 1"),
    ('base = "2023"\nlabels = [0, 1]\n', r":2: 'labels' must be a list of texts; got \[0, 1"),
    ('base = "2023"\nlabels = ["a", "a"]\n', r":2: 'labels' has a label twice"),
    ('base = "2023"\nlabels = ["a"]\n', r":2: 'labels' of a membership edition are \(not"),
    ('base = "2023"\nn_classes = 3\n', r":2: 'n_classes' is 3, but there are 2 labels"),
    ('base = "2023"\nheader = ["id"]\n', r":2: 'header' must name two columns; got \['id'\]"),
    ('base = "2023"\ndelimiter = ", "\n', r":2: 'delimiter' must be one character such as"),
    ('base = "2023"\nextension = "png"\n', r":2: 'extension' must look like '\.png'; got 'p"),
    ('base = "2023"\nmember = "a/b.csv"\n', r":2: 'member' must be a plain file name; got"),
    ('base = "2023"\ntask = "guess"\n', r":2: 'task' must be membership or attribution; got"),
    ('base = "2023"\ncontainer = "tar"\n', r":2: 'container' must be csv or zip; got 'tar'"),
    ('base = "2023"\nid_pattern = "("\n', r":2: 'id_pattern' is not a regular expression: m"),
    ('base = "2023"\nid_range = ["a1"]\n', r":2: 'id_range' must be two ids that differ in"),
    ('base = "2023"\nid_range = ["a2", "a1"]\n', r":2: 'id_range' must be two ids"),
    ('base = "2023"\nid_range = ["a1", "a9999999"]\n', r":2: .* at most 1,000,000 in all; got"),
    ('base = "2023"\nn_test = 7\n', r":2: 'n_test' is 7, but 'id_range' spans 200 ids"),
    ('base = "2023"\n[folders]\nuse = ["x"]\n', r":3: unknown key 'use'; did you mean 'used'"),
    ('base = "2023"\n[folders]\nused = "x"\n', r":3: 'used' must be a list of texts; got 'x'"),
    ('base = "2023"\nfolders.used = 3\n', r":2: 'used' must be a list of texts; got 3"),
    ('base = "2023"\nfolders = { used = 3 }\n', r":2: 'used' must be a list of texts; got 3"),
    ('base = "2023"\nfolders = 3\n', r":2: 'folders' must be a table of role = \[names\]; got"),
    ('base = "2023"\ncertainty = 3\n', r":2: 'certainty' must be a table; got 3"),
    ('base = "2023"\n[certainty]\nsure = []\n', r":3: unknown key 'sure'; known: verified, "),
    ('base = "2023"\n[certainty]\nprinted = ["x"]\n', r":3: 'printed' grades 'x', which is no"),
    ('base = "2023"\n[certainty]\nprinted = ["task"]\ninferred = ["task"]\n',
     r":4: 'inferred' grades 'task', as 'printed' does"),
    ('base = "2023"\nmetric = "nonsense"\n',
     r":2: 'metric' of membership must be one of f1, accuracy, .*, brier, cal.*; got 'nonsense'"),
    ('base = "2023"\nmetric = "adjusted_rand"\n', r":2: 'metric' of membership must be one of f1"),
    ('base = "2023"\ntask = "attribution"\n', r":2: 'metric' of attribution .* v_mea.*; got 'f1'"),
    ('base = "2023"\nmetric = "brier"\n',
     r":2: 'higher_is_better' says that higher is better, which is wrong of 'brier'"),
    ('base = "2023"\nhigher_is_better = false\n', r":2: .* lower is better, .* wrong of 'f1'"),
    ('base = "2023"\nlabels = ["n,o", "1"]\n', r":2: 'labels': no run file can hold 'n,o'; write"),
    ('base = "2023"\nlabels = [" 0", "1"]\n', r":2: 'labels': no run file can hold ' 0'; write"),
    ('base = "2023"\nheader = ["id", "a\\tb"]\n', r":2: 'header': no run file can hold 'a\\tb'"),
    ('base = "2023"\nheader = ["id", "a;b"]\ndelimiter = ";"\n', r":2: 'header': no run file"),
    ('base = "2023"\nid_pattern = "img_[0-9]+"\n',
     r":2: 'id_pattern' 'img_\[0-9\]\+' does not match 'real_unknown_0001' of 'id_range'; change"),
    ('base = "2023"\n[folders]\nused = ["Unknown"]\n',
     r":3: the folder 'unknown' is of 'used' and of 'unknown'"),
    ('base = "2023"\n[folders]\nused = ["../x"]\n', r":3: 'used' must name folders of the data;"),
    ('base = "2023"\nname = "2024_s1"\n',
     r":2: the name '2024_s1' is that of a built-in edition; give another one with 'name'"),
    ('base = "2023"\nname = " "\n', r":2: the name ' ' is no name; give another one"),
    ('base = "1999"\n', r":1: 'base': no edition '1999'"),
    ("base = 2023\n", r":1: 'base' is not the name of a built-in edition; got 2023"),
    ('base = "2023"\nname = 3\n', r":2: 'name' is not text; got 3"),
    ('title = "x"\n', r": no 'task'; give it, or start from an edition with base = \"2023\""),
    ('base = "2023"\nlabels = [\n', r": not TOML: "),
    ('base = "2023"\nlabels == 3\n', r":2: not TOML: invalid value, column 9"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_an_own_edition_is_refused_with_file_line_and_key(
    text: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(RunFileError, match=r"my\.toml" + message):
        own(tmp_path, text)


def test_a_file_called_as_a_built_in_edition_needs_a_name(tmp_path: Path) -> None:
    path = tmp_path / "2023.toml"
    path.write_text('base = "2023"\n')
    with pytest.raises(RunFileError, match=r"2023\.toml: the name '2023' is that of a built-in"):
        editions.get(path)
    path.write_text('base = "2023"\nname = "mine"\n')
    assert editions.get(path).name == "mine"


def test_the_metrics_that_may_be_official_are_those_that_are_measured() -> None:
    assert METRICS["membership"] == tuple(metric.name for metric in metrics.METRICS)
    assert METRICS["attribution"] == tuple(class_tables.METRICS)
    lower = [one.name for one in metrics.METRICS if one.direction is metrics.Direction.LOWER]
    assert list(LOWER_IS_BETTER) == lower


def test_folders_that_are_not_whole(tmp_path: Path) -> None:
    text = (Path(inspect.getfile(editions)).parent / "editions.toml").read_text()
    part = text[text.index("[2023]") : text.index("not_used = [")]
    part = part.replace("[2023]", "").replace("[2023.folders]", "[folders]")
    with pytest.raises(RunFileError, match=r"my\.toml:\d+: 'folders' has no 'not_used'"):
        own(tmp_path, part)


def test_an_own_edition_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RunFileError, match=r"my\.toml: not UTF-8 text; save the edition as UTF-8"):
        editions.get(str(path))
    with pytest.raises(RunFileError, match=r"none\.toml: cannot read the edition: No such file"):
        editions.get(tmp_path / "none.toml")


def test_decisions_of_the_wrong_kind() -> None:
    with pytest.raises(RunFileError, match=r"decisions are True .used. or False; got '1'"):
        editions.get("2023").label("1")
    with pytest.raises(RunFileError, match=r"classes are names .text.; got True"):
        editions.get("2025_s2").label(True)


def test_the_edition_needs_nothing_newer_than_python_3_9() -> None:
    ast.parse(inspect.getsource(edition_module), feature_version=(3, 9))

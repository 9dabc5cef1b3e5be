"""`clefgan.audit` in Python, on the embedded example whose answer is known."""

import json
from pathlib import Path

import pytest

import clefgan
from clefgan.auditing import examine, example
from clefgan.auditing.verdict import Outcome
from clefgan.errors import ClefganError
from clefgan.report.audit.result import Audit


@pytest.fixture(scope="module")
def made() -> Audit:
    return clefgan.audit(deals=499, planted=10)


def test_the_embedded_example_has_its_known_answer(made: Audit) -> None:
    assert made.outcome is Outcome.LEAK
    assert made.verdict.startswith("Do not release yet: released images are nearer to ")
    assert repr(made) == f"leak: {made.verdict}"
    copies = round(example.LEAK * example.RELEASED)
    assert 6 <= len(made.withhold) <= copies
    assert "24 are near copies" in made.run.inputs.notes[0]


def test_without_a_leak_the_example_names_none() -> None:
    """The same patients, no copies: the test of the set must not fire."""
    found = examine.examine(example.inputs(leak=0.0).material, examine.Plan(planted=0))
    assert found.test is not None
    assert found.test.p_value > 0.05


def test_tables_and_html_for_a_notebook(made: Audit) -> None:
    assert {"sets", "sensitivity", "attacks", "plane"} <= set(made.tables)
    shown = made._repr_html_()
    assert made.verdict.split(",")[0] in shown
    assert "<script" not in shown
    assert made.tables["attacks"].heads[0] == "attack"


def test_numbers_are_json_without_infinities(made: Audit) -> None:
    text = json.dumps(made.numbers(), allow_nan=False)
    assert json.loads(text)["verdict"]["exit"] == 1


def test_write_is_whole_or_not_at_all(made: Audit, tmp_path: Path) -> None:
    folder = made.write(tmp_path / "audit")
    assert sorted(path.name for path in folder.iterdir()) == [
        "audit.html", "audit.json", "internal", "statement.md",
    ]  # fmt: skip
    with pytest.raises(ClefganError, match="exists; give another"):
        made.write(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["audit"]


OWN: dict[str, object] = {
    "train": "none", "released": "there", "release": "public", "one_image_each": True,
}  # images that are not there: what is refused is so before they are read  # fmt: skip


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"train": "a"}, "audit: one of train and released is missing; give both, or neither"),
        ({"train": "a", "released": "b"}, "audit: no threshold; choose one before looking: public"),
        ({"train": "a", "released": "b", "release": "x"}, "release: no threshold 'x'; choose"),
        ({"withhold": "x"}, "withhold: 'x' is not one of list, symmetric"),
        ({"deals": 5}, "audit: deals: too few; got 5; give 99 or more"),
        ({"held_out": "h"}, "audit: held_out is of your own images; give train and released too"),
        ({"one_image_each": True}, "audit: one_image_each is of your own images; give train and"),
        (OWN | {"features": "x"}, "features: 'x' is no feature space; give one of radiomic"),
        (OWN | {"sealed": 0.9}, "audit: sealed share 0.9 is not above 0 and at most 0.5; give 0.2"),
        (
            OWN | {"thin": 0.5},
            "audit: thin 0.5 is to be a share above 0 and at most 1, with withho",
        ),
        (OWN | {"thin": 2, "withhold": "list"}, "audit: thin is not from 0 to 1; got 2; give a sh"),
        (OWN | {"planted": -1}, "audit: planted: too few; got -1; give 0 or more"),
        (OWN | {"seed": -1}, "audit: seed: too few; got -1; give 0 or more"),
        (OWN | {"after": "nowhere"}, "nowhere/audit.json: no such file; give the folder of an aud"),
        (OWN | {"patients": "t.csv"}, "patients: given in two ways; give a table, or headers, fol"),
        (OWN | {"patient_column": "x"}, "patients: a column is named, but no table is given; giv"),
        (OWN | {"strata": "nowhere.csv"}, "nowhere.csv: cannot be read .no such file or directory"),
    ],
)
def test_what_means_nothing_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        clefgan.audit(**given)  # type: ignore[arg-type]

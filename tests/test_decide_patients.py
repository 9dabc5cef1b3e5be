"""Decisions where patients have several images: the level, by hand, and where patients are read."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from building import challenge
from clefgan.data import patient_table, reading
from clefgan.report.run_findings import measured
from clefgan.runs import record
from clefgan.runs.decisions.nulls import Labels, Round, counted, p_values_of_rounds, rounds_said
from clefgan.runs.decisions.rules import Conformal
from clefgan.runs.decisions.sign import LEVEL, p_of_sign, patients_of
from clefgan.runs.decisions.tails import of_tail, tail_of
from clefgan.runs.decisions.verdict import Known
from clefgan.runs.result import Scored, numbered
from evaluation.significance import leading
from running import output

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def of_patients(rng: np.random.Generator, n: int, each: int) -> tuple[Floats, Labels]:
    """Scores of n patients with `each` images, whose own part is a fifth of the variance."""
    whose = np.repeat(np.arange(n), each)
    own = rng.standard_normal(n * each)
    return np.sqrt(0.8) * rng.standard_normal(n)[whose] + np.sqrt(0.2) * own, whose.astype(np.str_)


def clustered(seed: int, gap: float = 0.0) -> tuple[Round, ...]:
    """Three rounds: candidates of 20 patients, unused images of 12, five of each."""
    rng = np.random.default_rng(seed)
    candidates, whose = of_patients(rng, 20, 5)
    unused, unused_whose = of_patients(rng, 12, 5)
    fold = unused_whose.astype(int) % 3
    return tuple(
        Round(candidates + gap, unused[fold == k], whose, unused_whose[fold == k]) for k in range(3)
    )


def unnamed(rounds: tuple[Round, ...]) -> tuple[Round, ...]:
    return tuple(replace(r, patients=None, unused_patients=None) for r in rounds)


def test_each_unused_patient_counts_once() -> None:
    unused, whose = np.array([1.0, 2.0, 3.0, 4.0]), np.array(["a", "a", "a", "b"])
    r = Round(np.array([0.0, 2.5, 3.5, 9.0]), unused, None, whose)
    # as high: all of both patients; a third of one and all of the other; the other; nobody
    np.testing.assert_allclose(p_values_of_rounds([r]), [1, (1 + 1 / 3 + 1) / 3, 2 / 3, 1 / 3])
    assert counted([r]) == (2, "groups")
    assert rounds_said([r]).startswith("4 unused dev images of 2 groups, scored among")


def test_with_one_image_each_nothing_changes() -> None:
    rng = np.random.default_rng(0)
    plain = (Round(rng.normal(size=50), rng.normal(size=40)),)
    names = np.arange(50).astype(np.str_), np.arange(40).astype(np.str_)
    named = (replace(plain[0], patients=names[0], unused_patients=names[1]),)
    for of in (p_values_of_rounds, of_tail):
        np.testing.assert_array_equal(of(named), of(plain))
    assert p_of_sign(named) == p_of_sign(plain)
    assert patients_of(named) is patients_of(plain) is None
    assert counted(named) == (40, "images")


def test_where_nothing_leaks_a_sign_is_seen_one_time_in_twenty() -> None:
    """Without names, images of one patient pass for independent ones."""
    signs = [[p_of_sign(of) <= LEVEL for of in (r, unnamed(r))] for r in map(clustered, range(120))]
    named, taken_apart = np.mean(signs, axis=0)
    assert named <= 0.1  # binomial(120, 0.05): above 12 once in 200
    assert taken_apart > 0.2


def test_a_leak_is_still_seen() -> None:
    assert np.mean([p_of_sign(clustered(seed, gap=2.0)) <= LEVEL for seed in range(20)]) > 0.9


def test_some_of_many_images_of_a_patient_are_a_sign_at_the_head_of_the_list() -> None:
    """One image of each of six patients stands out, of five."""
    rounds = clustered(0)
    high = rounds[0].candidates.copy()
    high[:30:5] += 20
    assert p_of_sign(tuple(replace(r, candidates=high) for r in rounds)) <= LEVEL


def test_whole_patients_are_permuted_in_the_head_of_a_list() -> None:
    """Ten images of one patient lead: by images a surprise, by patients none."""
    scores = np.concatenate([np.arange(10.0) + 10, np.zeros(30)])
    kind, whose = np.arange(40) < 20, np.repeat(np.arange(8), [10, 4, 3, 3, 5, 5, 5, 5])
    assert leading.lead(kind, scores).p_value < 0.01
    assert leading.lead(kind, scores, clusters=whose).p_value > 0.2
    single = leading.lead(kind, scores, clusters=np.arange(40))
    assert single == leading.lead(kind, scores)


def test_a_tail_of_few_patients_is_none() -> None:
    """Ten highest of forty unused images are of two patients."""
    unused, whose = np.arange(40.0), np.repeat(np.arange(8), 5).astype(np.str_)
    r = Round(np.array([50.0]), unused, None, whose)
    assert tail_of([r], unused)[1] == 0
    assert of_tail([r]).tolist() == [1.0]
    apart = replace(r, unused_patients=None)
    assert tail_of([apart], unused)[1] == 10
    assert of_tail([apart])[0] < 1 / 41


def test_the_note_counts_patients() -> None:
    rounds = clustered(1, gap=-1.0)
    null = np.concatenate([r.unused for r in rounds])
    verdict = Conformal(0.05).decide(
        rounds[0].candidates, Known(null, np.zeros(len(null), bool), rounds)
    )
    assert not verdict.used.any()
    assert "60 unused dev images of 12 groups" in verdict.note
    assert "12 unused groups are too few to call any: the least p-value is 1/13" in verdict.note


def test_groups_are_numbered_in_order_of_appearance() -> None:
    numbers = numbered(["b", "a", "b"])
    assert numbers is not None
    assert numbers.tolist() == [0, 1, 0]
    assert numbered(None) is numbered(["a", "b"]) is numbered(["a", "a"]) is None


SETS = {
    "dev/generated": 6, "dev/used": 6, "dev/not_used": 6,
    "test/generated_1": 6, "test/real_unknown_1": 6,
}  # fmt: skip
DEV = "".join(f"used_{i},u{i // 2}\nnot_used_{i},n{i // 2}\n" for i in range(1, 7))
TEST = "".join(f"real_unknown_{i},t{i // 2}\n" for i in range(1, 7))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return challenge(tmp_path / "data", SETS, digits=1)


@pytest.mark.parametrize("where", ["test", "", "table"])
def test_patients_of_candidates_are_read(data: Path, where: str, tmp_path: Path) -> None:
    """From a table beside test, from one above dev and test, and from one that is given."""
    table = None
    if where == "test":
        (data / "test/groups.csv").write_text("id,group\n" + TEST)
    elif where == "table":
        (tmp_path / "t.csv").write_text("id,group\n" + DEV + TEST)
        table = patient_table.read(tmp_path / "t.csv")
    else:
        (data / "groups.csv").write_text("id,group\n" + DEV + TEST)
    for split in (False, True):
        read = reading.read(data, patients=table, test_data=data if split else None)
        assert read.test is not None
        assert read.test.groups == {f"real_unknown_{i}": f"t{i // 2}" for i in range(1, 7)}
        assert (read.groups is None) == (where == "test")


def test_a_table_of_dev_says_nothing_of_candidates_and_one_of_some_says_so(data: Path) -> None:
    (data / "groups.csv").write_text("id,group\n" + DEV)
    read = reading.read(data)
    assert read.test is not None
    assert read.test.groups is None
    (data / "groups.csv").write_text("id,group\n" + DEV + TEST.splitlines()[0] + "\n")
    read = reading.read(data)
    assert read.test is not None
    assert read.test.groups is None
    said = "patients: groups.csv has rows for 1 of 6 candidates, so none of theirs are taken from"
    assert any(note.startswith(said) for note in read.group_notes)


def test_a_run_uses_them_keeps_their_numbers_and_says_where_they_are_not_known(data: Path) -> None:
    run = ("run", "--method", "nearest", "--data", "data", "--no-blank", "--no-pairs", "--folds", 2)
    before = output(*run, "--name", "before", folder=data.parent)
    assert before.code == 0, before.err
    assert "patients of the candidates are not known: each counts" in " ".join(before.out.split())
    (data / "groups.csv").write_text("id,group\n" + DEV + TEST)
    after = output(*run, "--name", "after", folder=data.parent)
    assert after.code == 0, after.err
    assert "not known" not in after.out
    kept = json.loads((data.parent / "runs/after.json").read_text())
    rows = kept["test"]["images"]
    assert [row["patient"] for row in rows.values()] == [0, 1, 1, 2, 2, 3]
    assert "of 4 groups" in kept["test"]["decision"]["note"]
    assert "t1" not in json.dumps(rows)
    again = record.load(data.parent / "runs/after")
    assert record.text(again) == (data.parent / "runs/after.json").read_text()


def test_intervals_draw_whole_patients() -> None:
    """The same scores: of forty independent images, and of eight patients with five each."""
    truth = np.arange(40) < 20
    scores = np.where(truth, 1.0, 0.0) + np.repeat(np.random.default_rng(0).normal(size=8), 5)
    part = Scored(tuple(map(str, range(40))), scores, truth)
    whole = replace(part, patients=np.repeat(np.arange(8), 5))
    narrow, wide = (measured({"": one})[0]["auc"] for one in (part, whole))
    assert narrow.value == wide.value
    assert wide.high - wide.low > 1.2 * (narrow.high - narrow.low)

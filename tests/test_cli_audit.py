"""`clefgan audit` on folders: exit codes, verdicts and what is recorded."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from audits import COPIES, QUICK, N, audit, full, leaking_audit, patients, record, rows, write


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return leaking_audit(tmp_path_factory.mktemp("leaking"))


def test_the_record_holds_the_verdict_and_the_ledger(leaking: Path) -> None:
    found = record(leaking / "audit")
    assert found["verdict"]["exit"] == 1
    assert found["verdict"]["sentence"].startswith("Do not release yet: ")
    assert found["ledger"] == {
        "look": 1, "first_level": 0.05, "level": 0.05, "filtered": True, "sealed": None,
    }  # fmt: skip
    assert "nobody is kept sealed" in found["notes"][-1]
    assert found["copies"]["listed"] >= COPIES
    assert found["sets"]["held_out_patients"] == N
    assert found["withheld"]["how"] == "symmetric"
    assert [point["name"] for point in found["plane"]] == [
        "training images beside held-out ones", "the release", "what is kept of it",
    ]  # fmt: skip
    assert found["plane"][1]["excess"] > found["plane"][2]["excess"]


def test_the_same_seed_gives_the_same_bytes(leaking: Path) -> None:
    full(leaking, "--out", str(leaking / "again"), "--withhold", "symmetric", code=1)
    for path in sorted((leaking / "audit").rglob("*.*")):
        if path.is_file():
            other = leaking / "again" / path.relative_to(leaking / "audit")
            assert path.read_bytes() == other.read_bytes(), path.name


def test_a_re_audit_looks_at_what_was_kept_in_other_views_and_at_half_the_level(
    leaking: Path,
) -> None:
    after = ("--after", str(leaking / "audit"), "--out", str(leaking / "second"))
    said = leaking / "audit" / "internal" / "judged.csv"
    said.write_text('released,judgement\n"made000","copy"\n"made150","no copy"\n')
    full(leaking, *after, code=3)
    said.unlink()
    found = record(leaking / "second")
    assert "a person judged 2 pairs of the audit before: 1 copy, none of" in found["notes"][-1]
    assert found["ledger"] == {
        "look": 2, "first_level": 0.05, "level": 0.025, "filtered": True, "sealed": None,
    }  # fmt: skip
    first = record(leaking / "audit")["settings"]["views"]
    assert not re.search(r"made\d", json.dumps(found))
    assert not set(found["settings"]["views"]) & set(first)
    assert found["sets"]["released_images"] == record(leaking / "audit")["withheld"]["kept"]
    assert found["set_test"]["p_value"] > 0.025


def test_a_copy_that_a_person_saw_is_a_leak_until_it_is_withheld(tmp_path: Path) -> None:
    folder = write(tmp_path / "clean", copies=0)
    full(folder, "--planted", "0", "--out", str(folder / "audit"), code=3)
    said = folder / "audit" / "internal" / "judged.csv"
    said.write_text('released,judgement\n"made007","copy"\n"made009","not sure"\n')
    after = ("--planted", "0", "--after", str(folder / "audit"), "--out", str(folder / "again"))
    full(folder, *after, code=1)
    found = record(folder / "again")
    assert found["judged_copies"] == 1
    assert found["verdict"]["sentence"].startswith(
        "Do not release yet: 1 released image was judged by a person to be a copy of a training "
        "image; withhold the "
    )
    inside = folder / "again" / "internal"
    why = {row["released"]: row["why"] for row in rows(inside / "withhold.csv")}
    assert why["made007"] == "judged to be a copy"
    assert "made009" not in why
    assert "made007" not in {row["released"] for row in rows(inside / "keep.csv")}
    (folder / "made" / "made007.png").unlink()
    full(folder, *after[:-1], str(folder / "less"), code=3)
    assert record(folder / "less")["judged_copies"] == 0


def test_judgements_that_are_of_no_image_of_the_audit_are_refused_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "clean", copies=0)
    full(folder, "--planted", "0", "--out", str(folder / "audit"), code=3)
    (folder / "audit" / "internal" / "judged.csv").write_text("released,judgement\nother,copy\n")
    after = ("--after", str(folder / "audit"), "--out", str(folder / "again"))
    capsys.readouterr()
    full(folder, *after, code=1)
    told = capsys.readouterr().err
    assert "judged.csv: 1 judged image is not in this audit, such as 'other'; save" in told
    assert not (folder / "again").exists()


def test_a_re_audit_by_another_threshold_or_of_others_is_refused(
    leaking: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    after = ("--after", str(leaking / "audit"), "--out", str(tmp_path / "out"))
    full(leaking, *after, release="controlled", code=1)
    assert "its threshold was 'public', now 'controlled'" in capsys.readouterr().err
    other = write(tmp_path / "other", copies=0, held_out=patients(N, 9))
    full(other, *after, code=1)
    assert "its held-out images or patients are not these" in capsys.readouterr().err
    empty = tmp_path / "empty"
    empty.mkdir()
    again = ("--after", str(empty), "--out", str(tmp_path / "out"))
    full(leaking, *again, code=1)
    assert "audit.json: no such file; give the folder of an audit" in capsys.readouterr().err
    (empty / "audit.json").write_text('{"format": "x"}')
    full(leaking, *again, code=1)
    assert "format 'x' is not 'clefgan audit 1'; audit again" in capsys.readouterr().err
    (empty / "audit.json").write_text("[]")
    full(leaking, *again, code=1)
    assert "audit.json: not a record of an audit (" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_held_out_images_of_another_source_prove_nothing(tmp_path: Path) -> None:
    brighter = np.clip(patients(N, 2).astype(int) + 50, 0, 255).astype(np.uint8)
    folder = write(tmp_path, copies=COPIES, held_out=brighter)
    full(folder, "--out", str(tmp_path / "out"), code=3)
    assert "differ without any released image" in record(tmp_path / "out")["verdict"]["sentence"]


def test_nothing_found_with_enough_power_is_exit_code_0_and_too_few_patients_for_a_threshold_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path, copies=0)
    full(folder, "--out", str(tmp_path / "clean"), code=0, release="controlled")
    told = capsys.readouterr()
    assert told.out.startswith("No near-copy found. Planted copies of ")
    assert "cropped by more than 15% of it, were not looked for." in told.out
    assert "This is no proof that nobody can be recognised." in told.out
    assert told.err == ""
    found = record(tmp_path / "clean")
    assert (found["verdict"]["exit"], found["verdict"]["outcome"]) == (0, "nothing found")
    assert found["strongest_of_each_half"]["risk_high"] <= found["profile"]["limit"] == 0.33
    assert found["set_test"]["p_value"] > found["ledger"]["level"] == 0.05
    assert all(kind["seen"] for kind in found["sensitivity"])
    assert rows(tmp_path / "clean" / "internal" / "withhold.csv") == []
    assert len(rows(tmp_path / "clean" / "internal" / "keep.csv")) == 200
    full(folder, "--out", str(tmp_path / "public"), "--seed", "2", code=3)  # attacks name 11%
    assert "which reaches above the 0.09 of 'public'" in capsys.readouterr().out


def test_without_held_out_images_membership_is_not_assessed(tmp_path: Path) -> None:
    folder = write(tmp_path, copies=30)
    more = ("--one-image-each", "--release", "public", *QUICK, "--out", str(tmp_path / "out"))
    audit(folder, *more, code=1)
    found = record(tmp_path / "out")
    assert "membership was not assessed" in found["verdict"]["sentence"]
    assert found["set_test"] is None
    statement = (tmp_path / "out" / "statement.md").read_text()
    page = (tmp_path / "out" / "audit.html").read_text()
    for text in (statement, page):
        assert "re-identification by other slices" in text
        assert "too few patients have several images" not in text
        assert "Beside training images, on 38 radiomic features" in text
        assert "–, as that takes held-out patients" in text
        assert "membership: who was trained on (that takes held-out patients)" in text
        assert "No released image equals a training image" in text or text is statement
    assert "Fidelity beside privacy" not in page  # a drawing without a point


def test_the_parts_of_the_2026_edition_are_printed_by_name_with_what_thinning_does(
    leaking: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = leaking / "thinned"
    more = ("--withhold", "symmetric", "--thin", "0.5", "--out", str(out))
    full(leaking, *more, code=1)
    told = capsys.readouterr().out
    sets = ("(the release)", "(what is kept of it)", "(what thinning leaves of that)")
    for part in ("nearest-neighbour memorisation: ", "membership leakage: AUC ", "Frechet dist"):
        line = next(line for line in told.splitlines() if line.startswith(part))
        assert [line.count(name) for name in sets] == [1, 1, 1]
    slices = "re-identification by other slices: not assessed, too few patients have several images"
    assert slices in told.splitlines()
    pages = [out / "audit.html", out / "internal" / "pairs.html"]
    assert " ".join(told.split()).endswith(f"next: open {pages[0]}, then {pages[1]}")
    assert all(page.is_file() for page in pages)
    release, kept, thinned = record(out)["parts_2026"]
    assert thinned["images"] == round(kept["images"] / 2)
    whys = [row["why"] for row in rows(out / "internal" / "withhold.csv")]
    assert whys.count("left out for diversity") == kept["images"] - thinned["images"]
    assert release["nearest_neighbour_memorisation"]["listed_share"] * 200 >= COPIES
    assert kept["nearest_neighbour_memorisation"]["listed_share"] == 0
    assert release["features"] == "38 radiomic features"
    assert "total" not in json.dumps(record(out)["parts_2026"])


def test_an_earlier_report_is_replaced_only_when_asked(
    leaking: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    full(leaking, "--out", str(leaking / "audit"), code=1)
    assert "exists; give another --out, or --force" in capsys.readouterr().err
    (tmp_path / "file").touch()
    full(leaking, "--out", str(tmp_path), "--force", code=1)
    assert "holds no audit.json" in capsys.readouterr().err

"""`clefgan audit` on folders of volumes: what is printed, written, and kept inside."""

import csv
import json
import re
from pathlib import Path

import pytest

import volumes
from audits import QUICK, audit

COPIED, MADE, N = 8, 24, 24
PUBLIC = ("audit.html", "audit.json", "statement.md")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six volumes copied whole, and two of which one slice is a copy; pictures beside them."""
    folder = tmp_path_factory.mktemp("leaking")
    train, held, made = (volumes.drawn(n, seed) for seed, n in enumerate((N, N, MADE), 1))
    made = volumes.noisy(made, 20, 4)
    made[:6] = volumes.noisy(train[:6], 20, 5)
    made[6:COPIED, 4] = volumes.noisy(train[6:COPIED, 4], 3, 6)
    volumes.as_nifti(folder / "train", train, "scan")
    volumes.as_nifti(folder / "held", held, "other")
    volumes.as_nifti(folder / "made", made, "made")
    volumes.as_pictures(folder / "made", volumes.drawn(1, 9, depth=3), "single")
    run(folder, "audit", code=1)
    return folder


def run(folder: Path, out: str, *more: str, code: int) -> None:
    held = ("--held-out", str(folder / "held"), "--patient-from", r"([a-z]+\d+)")
    words = (*held, "--release", "public", *QUICK, "--out", str(folder / out), *more)
    audit(folder, *words, code=code)


def test_the_volumes_are_named_inside_with_their_best_slices(leaking: Path) -> None:
    found = {row["released"]: row for row in rows(leaking / "audit/internal/volumes.csv")}
    assert list(found) == [f"made{number:03d}" for number in range(MADE)]
    for number in range(6):
        row = found[f"made{number:03d}"]
        assert row["found"] in ("whole", "whole and slice")
        assert (row["whole_nearest"], row["whole_set"]) == (f"scan{number:03d}", "training")
        assert row["whole_patient"] == row["slice_patient"] == f"scan{number:03d}"
        assert row["slices"] == "12"
    for number in range(6, COPIED):
        row = found[f"made{number:03d}"]
        assert row["found"] == "slice"
        assert row["best_slice"] == f"made{number:03d}_5"
        assert row["slice_nearest"] == f"scan{number:03d}_5"
    assert {row["found"] for row in found.values()} >= {"slice", ""}


def test_volumes_are_withheld_with_all_slices_and_each_says_why(leaking: Path) -> None:
    out = {row["released"]: row["why"] for row in rows(leaking / "audit/internal/withhold.csv")}
    for number in range(COPIED):
        slices = [f"made{number:03d}_{level + 1}" for level in range(12)]
        assert set(slices) <= set(out)
    assert out["made006_5"] == "listed as a copy"
    assert out["made006_1"] == "with its volume"
    assert set(out.values()) <= {
        "listed as a copy", "volume listed as a whole", "with its volume",
    }  # fmt: skip
    kept = {row["released"] for row in rows(leaking / "audit/internal/keep.csv")}
    assert not kept & set(out)
    assert len(kept) + len(out) == MADE * 12 + 3
    assert "single000_1" in kept


def test_the_public_part_counts_both_ways_and_names_nobody(leaking: Path) -> None:
    record = json.loads((leaking / "audit/audit.json").read_text())
    found = record["volumes"]
    assert found["n"] == MADE
    assert found["whole"] >= 6
    assert found["slices"] >= 2
    assert found["either"] >= COPIED
    assert found["withheld"] == found["either"]
    assert "volume-band" in record["settings"]["volume_views"]
    assert {"copy", "volume-copy"} <= {kind["kind"] for kind in record["sensitivity"]}
    texts = {name: (leaking / "audit" / name).read_text() for name in PUBLIC}
    for text in texts.values():
        assert not re.search(r"scan\d|other\d|made\d|single\d", text)
        assert "data:image" not in text
    for words in ("best slice", "compared whole", "A volume is withheld with all its slices"):
        assert words in texts["statement.md"]
    for words in ("<h3>Volumes</h3>", "best slice", "withheld, with all slices"):
        assert words in texts["audit.html"]


def test_the_pairs_show_volumes_by_their_middle_slices(leaking: Path) -> None:
    text = (leaking / "audit/internal/pairs.html").read_text()
    assert "<h2>Whole volumes</h2>" in text
    assert "volume made000: patient scan000, volume scan000" in text
    assert text.count("nearest training volume, middle slice") >= 6


def test_the_command_says_both_and_the_same_seed_gives_the_same_bytes(
    leaking: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(leaking, "again", code=1)
    said = " ".join(capsys.readouterr().out.split())
    assert re.search(r"whole: \d+ of 24, best slice: \d+ of 24", said)
    assert "released: 24 volumes of 12 slices, and 3 single images." in said
    for path in sorted((leaking / "audit").rglob("*.*")):
        if path.is_file():
            other = leaking / "again" / path.relative_to(leaking / "audit")
            assert path.read_bytes() == other.read_bytes(), path.name


def test_what_was_kept_is_audited_again_in_other_views_of_volumes(leaking: Path) -> None:
    run(leaking, "first", "--withhold", "list", code=1)
    first = json.loads((leaking / "first/audit.json").read_text())
    assert first["withheld"]["volumes"] >= COPIED
    run(leaking, "second", "--after", str(leaking / "first"), code=3)
    second = json.loads((leaking / "second/audit.json").read_text())
    assert second["settings"]["volume_views"][0] == "volume-gradient"
    assert second["volumes"]["n"] == MADE - first["withheld"]["volumes"]

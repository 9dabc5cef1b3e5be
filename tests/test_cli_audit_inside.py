"""`clefgan audit`: what is kept inside, and that none of it is in what may be given out."""

import base64
import io
import json
import re
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from audits import COPIES, full, leaking_audit, record, rows, write

FORBIDDEN = re.compile(r"anonymous|anonymi[sz]ed|compliant|\bsafe\b|0 ?% risk|privacy score", re.I)
PUBLIC = ("audit.html", "audit.json", "statement.md")


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return leaking_audit(tmp_path_factory.mktemp("leaking"))


def test_the_copies_are_withheld_and_their_patients_named_inside(leaking: Path) -> None:
    inside = leaking / "audit" / "internal"
    why = {row["released"]: row["why"] for row in rows(inside / "withhold.csv")}
    assert {why[f"made{i:03d}"] for i in range(COPIES)} == {"listed as a copy"}
    assert set(why.values()) == {"listed as a copy", "margin above the filter's"}
    out = set(why)
    kept = {row["released"] for row in rows(inside / "keep.csv")}
    assert len(out) + len(kept) == 200
    assert not out & kept
    pairs = {row["released"]: row for row in rows(inside / "pairs.csv")}
    for i in range(COPIES):
        assert pairs[f"made{i:03d}"]["nearest"] == f"scan{i:03d}"
        assert pairs[f"made{i:03d}"]["patient"] == f"MRN-{i:05d}"
    first = rows(inside / "patients.csv")[:COPIES]
    assert {row["patient"] for row in first} == {f"MRN-{i:05d}" for i in range(COPIES)}


def test_only_the_owner_may_look_inside(leaking: Path) -> None:
    inside = leaking / "audit" / "internal"
    assert stat.S_IMODE(inside.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in inside.iterdir()} == {0o600}
    assert len(list(inside.iterdir())) >= 5


def test_no_patient_no_file_and_no_pixel_is_in_what_may_be_given_out(leaking: Path) -> None:
    for name in PUBLIC:
        text = (leaking / "audit" / name).read_text()
        assert not re.search(r"MRN|scan\d|other\d|made\d", text), name
        assert "data:image" not in text
        assert not re.search(r"https?://(?!www\.w3\.org)", text) or name != "audit.html"
        assert not FORBIDDEN.search(text), name
        assert str(leaking) not in text


def shown_in(text: str, pixels: bytes) -> bool:
    """Whether pixels stand in a text as bytes, base64 (at any offset), hexadecimal or a list.

    Numbers of a list may stand in one line or in many: all white space of the text is passed over.
    """
    middle = pixels[len(pixels) // 2 :][:48]  # rows of detail
    numbers = [str(level) for level in middle[:16]]
    close = "".join(text.split())
    ways = [middle.hex(), "\\x".join(f"{level:02x}" for level in middle)]
    ways += [separator.join(numbers) for separator in (",", ";", "|")]
    for lead in range(3):
        coded = base64.b64encode(bytes(lead) + middle).decode()
        ways.append(coded[4 * (lead > 0) : 48])
    in_rows = re.search(r"\b" + r"\s+".join(numbers) + r"\b", text)
    return in_rows is not None or middle.decode("latin-1") in text or any(w in close for w in ways)


def test_a_picture_would_be_found_if_it_were_there(leaking: Path) -> None:
    pixels = np.asarray(Image.open(leaking / "train" / "scan003.png")).tobytes()
    for lead in range(3):
        assert shown_in("src=" + base64.b64encode(bytes(lead) + pixels).decode(), pixels)
    whole = list(pixels)
    for indent in (None, 1):
        assert shown_in(json.dumps(whole, indent=indent), pixels)
        nested = [whole[start : start + 32] for start in range(0, len(whole), 32)]
        assert shown_in(json.dumps({"image": nested}, indent=indent), pixels)
    assert shown_in("\n".join(map(str, whole)), pixels)
    assert not shown_in(json.dumps(whole[::-1], indent=1), pixels)
    assert shown_in(pixels.hex(), pixels)
    inside = (leaking / "audit" / "internal" / "pairs.html").read_text()
    coded = (leaking / "made" / "made003.png").read_bytes()
    assert "data:image/png;base64," in inside
    assert not shown_in(base64.b64encode(coded).decode(), pixels)  # compressed: see below


def test_no_image_is_in_what_may_be_given_out(leaking: Path) -> None:
    """Neither pixels of any set, encoded in any way, nor the files, nor any picture at all."""
    texts = [(leaking / "audit" / name).read_text() for name in PUBLIC]
    for folder in ("train", "held", "made"):
        for path in sorted((leaking / folder).iterdir()):
            pixels = np.asarray(Image.open(path)).tobytes()
            content = path.read_bytes()
            for text in texts:
                assert not shown_in(text, pixels), path.name
                assert not shown_in(text, content), path.name
    for text in texts:
        assert not re.search(r"data:image|<img|<canvas|iVBORw0KGgo|/9j/4AA", text)
        assert max(map(len, re.findall(r"[A-Za-z0-9+/=]{65,}", text)), default=0) == 0


def test_the_pictures_inside_are_those_of_the_pairs(leaking: Path) -> None:
    text = (leaking / "audit" / "internal" / "pairs.html").read_text()
    first = re.search(r'src="data:image/png;base64,([^"]+)" alt="released (made\d+)"', text)
    assert first is not None
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(first[1]))))
    assert (shown == np.asarray(Image.open(leaking / "made" / f"{first[2]}.png"))).all()


def test_files_named_after_a_patient_are_a_leak_and_only_the_inside_says_which(
    tmp_path: Path,
) -> None:
    folder = write(tmp_path, copies=0)
    (folder / "made" / "made007.png").rename(folder / "made" / "MRN-00004.png")
    full(folder, "--out", str(tmp_path / "out"), code=1)
    found = record(tmp_path / "out")
    assert "named after a training file or patient" in found["verdict"]["sentence"]
    assert "write the files anew without these marks" in found["verdict"]["sentence"]
    assert "names" in {each["kind"] for each in found["files"]}
    for name in PUBLIC:
        assert "MRN" not in (tmp_path / "out" / name).read_text()
    inside = rows(tmp_path / "out" / "internal" / "files.csv")
    assert any(row["kind"] == "names" and "MRN-00004" in row["released"] for row in inside)

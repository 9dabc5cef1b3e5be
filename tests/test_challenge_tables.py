"""Tables beside the images of a challenge: truth and groups."""

from pathlib import Path

import pytest

from building import png
from challenge_folders import DEV, TEST, error, make
from clefgan.data import reading


class TestTruth:
    @pytest.mark.parametrize("place", ["truth.csv", "test/truth.csv"])
    @pytest.mark.parametrize(
        "text",
        [
            "real_unknown_1_2,0\nreal_unknown_1_1,1\n",
            "id,truth\r\nreal_unknown_1_1.png,1\r\nreal_unknown_1_2.png,0",
            "truth,file,note\n1,real_unknown_1_1,x\n0,real_unknown_1_2,\n",
        ],
    )
    def test_is_read_by_id(self, tmp_path: Path, place: str, text: str) -> None:
        make(tmp_path, *DEV, *TEST)
        (tmp_path / place).write_text(text)
        found = reading.read(tmp_path).test
        assert found is not None
        assert found.truth == {"real_unknown_1_1": True, "real_unknown_1_2": False}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("real_unknown_1_1,1\n", ": 'real_unknown_1_2' is missing; every id needs a truth"),
            (
                "real_unknown_1_1,1\nreal_unknown_1_2,2",
                ":2: truth of 'real_unknown_1_2' is '2', not 0",
            ),
            ("real_unknown_1_1,1\nreal_unknown_1_1,1", ":2: id 'real_unknown_1_1' is there twice"),
            (
                "real_unknown_1_1,1\nreal_unknown_1_2,1\nx,1",
                ": 'x' is not among the 2 candidates",
            ),
            (
                "real_unknown_1_1\n",
                ":1: need two columns, 'id' and 'truth'; got ['real_unknown_1_1']",
            ),
            ("id,a,b\nreal_unknown_1_1,1,1\n", ":2: need two columns, 'id' and 'truth'; got ["),
            ("", ": 'real_unknown_1_1', 'real_unknown_1_2' are missing; every id needs a truth"),
        ],
    )
    def test_faults(self, tmp_path: Path, text: str, message: str) -> None:
        make(tmp_path, *DEV, *TEST)
        (tmp_path / "test/truth.csv").write_text(text)
        assert error(tmp_path).removeprefix("/test/truth.csv").startswith(message)

    def test_two_tables(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV, *TEST)
        for place in ("truth.csv", "test/truth.csv"):
            (tmp_path / place).write_text("")
        assert error(tmp_path).startswith("/test/truth.csv: there is also '")

    def test_not_text(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV, *TEST)
        (tmp_path / "truth.csv").write_bytes(b"\xff\xfe\x00")
        assert error(tmp_path) == "/truth.csv: not UTF-8 text; save it as UTF-8"


class TestGroups:
    ROWS = "used_1,p1\nused_2,p1\nnot_used_1,p2\nnot_used_2,p3\n"

    @pytest.mark.parametrize(
        ("place", "head"),
        [
            ("groups.csv", ""),
            ("dev/groups.csv", "id,group\n"),
            ("manifest.csv", "image,group\n"),
            ("manifest.csv", "filename,group\n"),
        ],
    )
    def test_are_read_by_id(self, tmp_path: Path, place: str, head: str) -> None:
        make(tmp_path, *DEV)
        (tmp_path / place).write_text(head + self.ROWS + "generated_1,p9\n")
        assert reading.read(tmp_path).groups == {
            "used_1": "p1",
            "used_2": "p1",
            "not_used_1": "p2",
            "not_used_2": "p3",
        }

    def test_none(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV)
        (tmp_path / "manifest.csv").write_text("file,size\nused_1,8\n")
        assert reading.read(tmp_path).groups is None

    def test_every_real_dev_image_needs_one(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV, n=3)
        (tmp_path / "groups.csv").write_text(self.ROWS)
        assert error(tmp_path) == (
            "/groups.csv: 2 of 6 images have no row: 'not_used_3', 'used_3'; every image needs a "
            "patient (groups.csv: no line of names, so files in the first column, patients in the "
            "second)"
        )

    def test_an_id_of_both_roles_cannot_be_told(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV)
        (tmp_path / "dev/not_used/used_2.png").write_bytes(png(1))
        (tmp_path / "groups.csv").write_text(self.ROWS)
        assert error(tmp_path).startswith(
            "/groups.csv: id 'used_2' is both a used image and one not used"
        )

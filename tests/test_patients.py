"""Whose each image is: tables with any columns, headers, folders and patterns."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from clefgan.data import patient_table, patients
from clefgan.data.patient_rows import NamedImage
from clefgan.data.patient_table import PatientTable
from clefgan.data.patients import PatientsFrom
from clefgan.data.sets.grey import GreySet
from clefgan.errors import ClefganError

IDS = ("a", "b", "c")


def table(folder: Path, text: str, name: str = "t.csv", **columns: str) -> PatientTable:
    (folder / name).write_text(text, encoding="utf-8")
    return patient_table.read(folder / name, **columns)


def owners(found: PatientTable, *names: str) -> dict[str, str]:
    """Patients of images that have an id alone."""
    return dict(found.match({"x": [NamedImage(each) for each in names or IDS]}).groups["x"])


def grey(name: str, *ids: str, groups: dict[str, str] | None = None) -> GreySet:
    n = len(ids)
    return GreySet(
        name, "w", ids, np.zeros((n, 2, 2), np.uint8), tuple(Path("w") / f"{i}.png" for i in ids),
        ((2, 2),) * n, groups, () if groups else ids, (None,) * n, (0.0,) * n, None,
    )  # fmt: skip


class TestColumns:
    @pytest.mark.parametrize(
        ("head", "said"),
        [
            ("Patient ID,age,File", "files in column 'File', patients in column 'Patient ID'"),
            ("subject,x,path", "files in column 'path', patients in column 'subject'"),
            ("MRN,id,filename", "files in column 'filename', patients in column 'MRN'"),
            ("group,age,image", "files in column 'image', patients in column 'group'"),
            ("patient,group,image", "files in column 'image', patients in column 'patient'"),
        ],
    )  # fmt: skip
    def test_are_told_by_name_and_said(self, tmp_path: Path, head: str, said: str) -> None:
        names = head.split(",")
        file = names.index(said.split("'")[1])
        patient = names.index(said.split("'")[3])
        rows = []
        for name, owner in zip(IDS, "ppq", strict=True):
            row = ["no", "no", "no"]
            row[file], row[patient] = f"{name}.png", owner
            rows.append(",".join(row))
        found = table(tmp_path, "\n".join([head, *rows]))
        assert owners(found) == {"a": "p", "b": "p", "c": "q"}
        assert found.said == f"t.csv: {said} (files and patients guessed)"

    def test_may_be_given(self, tmp_path: Path) -> None:
        text = "scan,who,patient\na,p,x\nb,p,y\nc,q,z\n"
        found = table(tmp_path, text, file_column="SCAN", patient_column="who")
        assert owners(found) == {"a": "p", "b": "p", "c": "q"}
        assert found.said == "t.csv: files in column 'scan', patients in column 'who'"
        one = table(tmp_path, text, file_column="scan")
        assert one.said.endswith("patients in column 'patient' (patients guessed)")

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_any_separator_and_quotes(self, tmp_path: Path, delimiter: str) -> None:
        rows = [["file", "patient"], ['"a"', '"Doe, J; x|y"'], ["b", "p"], ["c", " p "]]
        text = "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows) + "\r\n\r\n"
        assert owners(table(tmp_path, text)) == {"a": "Doe, J; x|y", "b": "p", "c": "p"}

    def test_two_columns_need_no_names(self, tmp_path: Path) -> None:
        found = table(tmp_path, "a.nii.gz,p\nb,p\nc,q\n")
        assert owners(found) == {"a": "p", "b": "p", "c": "q"}
        assert found.said.startswith("t.csv: no line of names, so files in the first column")
        assert owners(table(tmp_path, "image,anything\na,p\nb,p\nc,q\n"))["c"] == "q"

    @pytest.mark.parametrize(
        ("text", "how", "message"),
        [
            ("file,age,sex\na,1,2\n", {}, r"no column is known to hold the patients; its columns "
             "are 'file', 'age', 'sex'; name one with --patient-column$"),
            ("scan,age,patient\na,1,2\n", {}, r"no column is known to hold the files; its columns"),
            ("file,pid,subject\na,1,2\n", {}, r"columns 'pid' and 'subject' may both be the patie"),
            ("file,pid\na,1\n", {"patient_column": "who"}, r"no column 'who'; its columns are 'fi"),
            ("file,who,who\na,1,2\n", {"patient_column": "who"}, r"2 columns 'who'; its columns a"),
            ("a,b,c\nd,e,f\n", {}, r":1: need a line of column names, or two columns, file and pa"),
            ("file,patient\na\nb,p\n", {}, r":2: 1 of 2 rows lack a file or a column; need a file"),
            ("file,patient\n,p\n", {}, r":2: 1 of 1 rows lack a file or a column"),
            ("\n\n", {}, r"is empty; give a table of images and patients"),
            ("file,patient\n\n", {}, r"has a line of column names and no row below it; give a ro"),
        ],
    )  # fmt: skip
    def test_faults(self, tmp_path: Path, text: str, how: dict[str, str], message: str) -> None:
        with pytest.raises(ClefganError, match=rf"t\.csv:? ?{message}"):
            table(tmp_path, text, **how)

    def test_no_table(self, tmp_path: Path) -> None:
        with pytest.raises(ClefganError, match=r"/no\.csv: cannot be read \(no such file or dir"):
            patient_table.read(tmp_path / "no.csv")
        with pytest.raises(
            ClefganError, match=r": cannot be read \(is a directory\); give a table"
        ):
            patient_table.read(tmp_path)
        (tmp_path / "t.xlsx").write_bytes(b"PK\x03\x04\xff\xfe")
        with pytest.raises(
            ClefganError, match=r"t\.xlsx: is a zip archive, not a table of text; save"
        ):
            patient_table.read(tmp_path / "t.xlsx")


class TestMatching:
    def test_folders_endings_and_foreign_paths(self, tmp_path: Path) -> None:
        rows = "file,patient\nD:\\scans\\p1\\a.dcm,p\n./p2/a.png,q\nc,r\n"
        images = [
            NamedImage("p1/a", Path("/data/p1/a.png")),
            NamedImage("p2/a", Path("/data/p2/a.png")),
            NamedImage("deep/c", Path("/data/deep/c.png")),
        ]
        found = table(tmp_path, rows).match({"x": images})
        assert found.groups["x"] == {"p1/a": "p", "p2/a": "q", "deep/c": "r"}

    def test_a_row_of_a_volume_is_of_all_its_slices(self, tmp_path: Path) -> None:
        images = [NamedImage(f"v_{i}", Path("/d/v.nii.gz")) for i in (1, 2)]
        found = table(tmp_path, "file,patient\nv.nii.gz,p\n").match({"x": images})
        assert found.groups["x"] == {"v_1": "p", "v_2": "p"}
        each = table(tmp_path, "file,patient\nv_1,p\nv_2,p\n").match({"x": images})
        assert each.groups == found.groups

    def test_folders_tell_sets_apart(self, tmp_path: Path) -> None:
        rows = table(tmp_path, "file,patient\ntrain/a,p\nheld/a,q\n")
        sets = {each: [NamedImage("a", Path(f"/d/{each}/a.png"))] for each in ("train", "held")}
        assert rows.match(sets).groups == {"train": {"a": "p"}, "held": {"a": "q"}}

    def test_equal_rows_are_one(self, tmp_path: Path) -> None:
        assert owners(table(tmp_path, "file,patient\na,p\na,p\nb,p\nc,q\n"))["a"] == "p"

    def test_rows_of_no_image_are_said(self, tmp_path: Path) -> None:
        found = table(tmp_path, "file,patient\na,p\nz.png,\nb,p\nc,q\ny,q\n")
        notes = found.match({"x": [NamedImage(each) for each in IDS]}).notes
        assert notes == (
            "t.csv: files in column 'file', patients in column 'patient' (files and patients "
            "guessed).",
            "t.csv: 2 of 5 rows are of no image here, such as line 3 ('z.png').",
        )

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ("a,p\n", r"t\.csv: 2 of 3 images have no row: 'b', 'c'; every image needs a patient "),
            ("a,p\nb,p\nc,q\na,q\n", r"1 image has two patients, such as 'a' in lines 2 and 5; "),
            ("a,p\nb, \nc,NaN\n", r"2 rows give no patient, such as line 3 \('b'\); fill them in$"),
        ],
    )  # fmt: skip
    def test_faults(self, tmp_path: Path, rows: str, message: str) -> None:
        with pytest.raises(ClefganError, match=message):
            owners(table(tmp_path, "file,patient\n" + rows))

    @pytest.mark.parametrize("first", ["scan,age", "scan,", "Bild,Alter"])
    def test_columns_of_other_names_are_not_guessed(self, tmp_path: Path, first: str) -> None:
        """They were read as a row of no image, and the ages as patients."""
        message = r"t\.csv:1: '\w+' and '\w*' are of no image, and no known names of columns; name"
        with pytest.raises(ClefganError, match=message):
            owners(table(tmp_path, f"{first}\na,61\nb,61\nc,70\n"))
        with pytest.raises(ClefganError, match=message):
            owners(table(tmp_path, f"{first}\nx,61\ny,61\nz,70\n"))

    def test_a_row_that_fits_two_images(self, tmp_path: Path) -> None:
        rows = table(tmp_path, "file,patient\na,p\n")
        images = [NamedImage(f"{each}/a", Path(f"/d/{each}/a.png")) for each in ("p1", "p2")]
        message = (
            r"1 row fits several images, such as line 2, which fits '/d/p1/a\.png' and "
            r"'/d/p2/a\.png'; give their folders too$"
        )
        with pytest.raises(ClefganError, match=message):
            rows.match({"x": images})
        sets = {each: [NamedImage("a")] for each in ("train", "held")}
        with pytest.raises(ClefganError, match=r"which fits 'a' of held and 'a' of train; give th"):
            rows.match(sets)

    @pytest.mark.parametrize("cell", ["", " ", "nan", "N/A", "unknown", "-", "None"])
    def test_a_missing_value_is_never_a_patient(self, tmp_path: Path, cell: str) -> None:
        rows = table(tmp_path, f"file,patient\na,p\nb,{cell}\nc,{cell}\n")
        with pytest.raises(ClefganError, match=r"2 rows give no patient, such as line 3"):
            owners(rows)
        own = rows.match({"x": [NamedImage(each) for each in IDS]}, unknown="own")
        assert len(set(own.groups["x"].values())) == 3
        assert own.notes[-1] == (
            "t.csv: 2 rows give no patient, so each of their images is taken for a patient of its "
            "own."
        )

    def test_zero_is_a_patient(self, tmp_path: Path) -> None:
        assert owners(table(tmp_path, "file,patient\na,0\nb,0\nc,1\n")) == {
            "a": "0",
            "b": "0",
            "c": "1",
        }


class TestOtherSources:
    SETS: ClassVar = {"train": grey("train", "p1/a", "p2/b"), "held": grey("held", "p3/a")}

    def test_folders(self) -> None:
        found = patients.owners(self.SETS, PatientsFrom(folder=True))
        assert found.groups == {"train": {"p1/a": "p1", "p2/b": "p2"}, "held": {"p3/a": "p3"}}
        with pytest.raises(
            ClefganError, match=r"1 of 3 images name no patient by a folder: 'c of x'"
        ):
            patients.from_folders({"x": ("p/a", "p/b", "c")})

    @pytest.mark.parametrize("pattern", [r"p\d", r"(p\d)/", r"(p)(?P<patient>\d)"])
    def test_a_pattern(self, pattern: str) -> None:
        found = patients.owners(self.SETS, PatientsFrom(pattern=pattern)).groups
        assert [each.strip("p") for each in found["train"].values()] == ["1", "2"]

    def test_patterns_that_do_not_fit(self) -> None:
        with pytest.raises(
            ClefganError, match=r"2 of 3 images name no patient by 'p\[13\]x\*/a.'?"
        ):
            patients.from_pattern({"x": ("p1/a.", "q", "r")}, "p[13]x*/a.")
        with pytest.raises(
            ClefganError, match=r"^patients: '\(' is no regular expression \(missing"
        ):
            patients.from_pattern({"x": ("a",)}, "(")
        two = r"^patients: '\(p\)\(q\)' has 2 groups; write that of the patient as \(\?P<patient>"
        with pytest.raises(ClefganError, match=two):
            patients.from_pattern({"x": ("pq",)}, "(p)(q)")
        with pytest.raises(ClefganError, match=two):  # before any image is read
            PatientsFrom(pattern="(p)(q)")
        with pytest.raises(ClefganError, match=r"1 of 1 images name no patient"):
            patients.from_pattern({"x": ("a",)}, "(b?)")

    def test_headers(self) -> None:
        groups = {"a": "P1", "b": "P1"}
        one = grey("x", "a", "b", groups=groups)
        assert patients.owners({"x": one}, PatientsFrom(header=True)).groups == {"x": groups}
        with pytest.raises(
            ClefganError, match=r"3 of 3 images name no patient in their headers: 'p1"
        ):
            patients.owners(self.SETS, PatientsFrom(header=True))

    def test_one_image_each_keeps_sets_apart(self) -> None:
        found = patients.one_image_each({"train": ("a", "b"), "held": ("a",)}).groups
        assert not patients.in_both(found["train"], found["held"])
        assert len(set(found["train"].values())) == 2

    def test_a_table(self, tmp_path: Path) -> None:
        rows = table(tmp_path, "file,patient\np1/a,x\np2/b,x\np3/a,y\n")
        found = patients.owners(self.SETS, PatientsFrom(table=rows))
        assert found.groups["train"] == {"p1/a": "x", "p2/b": "x"}

    def test_in_both(self) -> None:
        assert patients.in_both({"a": "q", "b": "p"}, {"c": "p", "d": "q", "e": "r"}) == ("p", "q")

    @pytest.mark.parametrize("source", [PatientsFrom(), PatientsFrom(folder=True, header=True)])
    def test_one_source_is_needed(self, source: PatientsFrom) -> None:
        with pytest.raises(
            ClefganError, match=r"^patients: [02] sources of them; need one: a table"
        ):
            patients.owners(self.SETS, source)


class TestDoubleEndings:
    FOLDER = Path("data")
    IMAGES = (
        NamedImage("scan.jpg", FOLDER / "scan.jpg.png"),
        NamedImage("scan", FOLDER / "scan.png"),
        NamedImage("x.tif", FOLDER / "x.tif.PNG"),
    )

    @pytest.mark.parametrize(
        "names",
        [
            ["scan.jpg", "scan", "x.tif"],
            ["scan.jpg.png", "scan.png", "x.tif.png"],
            ["data/scan.jpg.png", "data/scan.png", "data/x.tif.PNG"],
        ],
    )
    def test_an_ending_is_cut_once(self, names: list[str], tmp_path: Path) -> None:
        path = tmp_path / "p.csv"
        path.write_text("".join(f"{name},P{i}\n" for i, name in enumerate(names)))
        found = patients.read(path).match({"x": self.IMAGES}).groups["x"]
        assert found == {"scan.jpg": "P0", "scan": "P1", "x.tif": "P2"}

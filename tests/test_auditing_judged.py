"""A person's judgements: saved by the page, read by the next audit."""

from pathlib import Path

import pytest

from clefgan.auditing import judged
from clefgan.errors import ClefganError


def test_what_the_page_saves_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / judged.FILE
    assert judged.read(path) == {}
    path.write_text('released,judgement\n"made, 1","copy"\n"a""b","not sure"\n')
    words = judged.read(path)
    assert words == {"made, 1": "copy", 'a"b': "not sure"}
    released = ["c", "made, 1", 'a"b']
    assert judged.copies(words, released).tolist() == [1]
    assert judged.note(words, 1) == (
        "a person judged 2 pairs of the audit before: 1 copy, of which 1 still to be released: "
        "to be withheld"
    )
    assert judged.copies(words, ["c"]).tolist() == []
    assert judged.note(words, 0).endswith("1 copy, none of them still to be released")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_that_a_spreadsheet_saved_again_is_read(
    encoding: str, delimiter: str, tmp_path: Path
) -> None:
    """A byte order mark, ends of lines of Windows, semicolons, columns moved, an empty line."""
    rows = [("", "judgement", "released"), ("1", "copy", "fü/1"), ("2", "not sure", '"a;b,c"')]
    text = "\r\n".join([delimiter.join(row) for row in rows] + ["", ""])
    path = tmp_path / judged.FILE
    path.write_bytes(text.encode(encoding))
    assert judged.read(path) == {"fü/1": "copy", "a;b,c": "not sure"}


def test_an_image_judged_twice_alike_counts_once(tmp_path: Path) -> None:
    path = tmp_path / judged.FILE
    path.write_text("released,judgement\nx,copy\nx,copy\n")
    assert judged.read(path) == {"x": "copy"}


def test_judgements_of_another_audit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / judged.FILE
    judged.check({"x": "copy"}, {"x", "y"}, path)
    with pytest.raises(ClefganError, match="csv: 2 judged images are not in this audit, such as "):
        judged.check({"x": "copy", "z": "no copy", "w": "copy"}, {"x", "y"}, path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("released,judgement\nx,maybe\n", "judgement 'maybe' of 'x' is not one of copy, no copy"),
        (
            "released,judgement\nx,copy\nx,no copy\n",
            "'x' is judged 'copy' and 'no copy'; leave one of the rows",
        ),
        ("image,judgement\nx,copy\n", "not a table with the columns released and judgement in"),
        ("released,judgement\nx\n", "not a table with the columns released and judgement in ev"),
        ("", "not a table with the columns released and judgement in every row; save it from pai"),
    ],
)
def test_another_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / judged.FILE).write_text(text)
    with pytest.raises(ClefganError, match=message):
        judged.read(tmp_path / judged.FILE)

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
    assert judged.note(words, ["made, 1", "c"]) == (
        "a person judged 2 pairs of the audit before: 1 copy, of which 1 still to be released: "
        "to be withheld"
    )
    assert judged.note(words, ["c"]).endswith("1 copy, none of them still to be released")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("released,judgement\nx,maybe\n", "judgement 'maybe' of 'x' is not one of copy, no copy"),
        ("image,judgement\nx,copy\n", "not a table with the columns released and judgement"),
    ],
)
def test_another_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / judged.FILE).write_text(text)
    with pytest.raises(ClefganError, match=message):
        judged.read(tmp_path / judged.FILE)

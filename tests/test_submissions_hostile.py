"""Run files that are huge, cut or made to do harm, against the organisers' own reader."""

import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checked_runs import IDS, OK, RUNS, found, official
from submissions import checker, editions
from submissions.checking import byte_lines

# --- size


def test_a_million_lines(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    ids = [f"id{i}" for i in range(1_000_000)]
    run.write_text("".join(f"{each},{i % 2}\n" for i, each in enumerate(ids)) + "id7,1\n")
    assert found(run, ids=ids) == [
        "run.csv:1000001: id 'id7' again, after line 8, with the same label"
    ]


def test_memory_does_not_grow_with_what_is_wrong(tmp_path: Path) -> None:
    import tracemalloc

    run = tmp_path / "run.csv"
    run.write_text("".join(f"nobody_{i},1\n" for i in range(25_000)))
    tracemalloc.start()
    try:
        problems = checker.check(run, editions.get("2023"), IDS)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert checker.n_errors(problems)[0] == 25_000 + 1 + len(IDS)


def test_a_huge_line_in_constant_memory(tmp_path: Path) -> None:
    import tracemalloc

    run = tmp_path / "run.csv"
    with run.open("wb") as stream:
        for _ in range(64):
            stream.write(b"a" * (1 << 20))
        stream.write(f"\n{OK}".encode())
    tracemalloc.start()
    try:
        lines = found(run)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
    assert lines == ["run.csv:1: a line of more than 4096 bytes; not a run line"]


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(st.sampled_from(["a", "bc", "\r", "\n", "\r\n", "def"]), max_size=12),
    size=st.integers(1, 6),
)
def test_lines_are_the_same_however_they_are_read(parts: list[str], size: int) -> None:
    content = "".join(parts).encode()
    lines = byte_lines.split(io.BytesIO(content), chunk_size=size)
    found = [(line or b"") + end for _, line, end in lines]
    assert found == content.splitlines(keepends=True)


# --- the organisers refuse: we refuse

PIECES = [
    ",", ",,", ";", "\t", " ", "\n", "\r\n", "\r", "\n\n",
    '"', "'", "0", "1", "2", "+1", "01", "-0",
    "0_1", "1.0", "True", "٠", "\ufeff", "\u00a0", "\u200b", "\x00", "\x85", "\u2028",
    ".png", "R", "id,label\n",
    "real_unknown_0001", "real_unknown_0002,1\n", "real_unknown_5,1\n",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, len(OK)), st.integers(0, 12), st.sampled_from(["", *PIECES])),
        max_size=4,
    ),
    order=st.randoms(use_true_random=False),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_organisers_refuse_is_refused(
    cuts: list[tuple[int, int, str]],
    order: random.Random,
    ending: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    rows = OK.split()
    order.shuffle(rows)
    text = ending.join(rows) + ending
    for start, length, piece in cuts:
        text = text[:start] + piece + text[start + length :]
    run = tmp_path_factory.getbasetemp() / "corrupted.csv"
    run.write_bytes(text.encode())
    problems = checker.check(run, editions.get("2023"), IDS)
    refused = any(problem.is_error for problem in problems)
    assert refused or official(run.read_bytes(), IDS), (text, problems)
    if not cuts:
        assert not problems


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=300))
def test_no_bytes_make_the_checker_fail(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = tmp_path_factory.getbasetemp() / "any.csv"
    for start in (b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf"):
        run.write_bytes(start + content)
        for edition in ("2023", "2025_s2"):
            problems = checker.check(run, editions.get(edition), IDS)
            assert any(problem.is_error for problem in problems)


@settings(max_examples=600, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_no_broken_zip_makes_the_checker_fail(
    changes: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray((RUNS / "valid.zip").read_bytes())
    for place, byte in changes:
        content[place % len(content)] = byte
    run = tmp_path_factory.getbasetemp() / "any.zip"
    run.write_bytes(content)
    checker.check(run, editions.get("2025_s1"), IDS)


def test_the_zip_s_own_word_on_its_size_is_not_trusted(tmp_path: Path) -> None:
    """A member that says it is small and is not."""
    path = tmp_path / "lie.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("run.csv", "0" * 3_000_000)
    content = path.read_bytes().replace(
        (3_000_000).to_bytes(4, "little"), (80).to_bytes(4, "little")
    )
    path.write_bytes(content)
    assert found(path, "2025_s1", None)[0] == "lie.zip: is a damaged zip; make it again"

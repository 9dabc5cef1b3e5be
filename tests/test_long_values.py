"""No message holds a whole file, a whole cell or a value of any length."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clefgan.__main__ import message
from clefgan.errors import ClefganError, shortened
from clefgan.plugins import isolation
from clefgan.runs import record, run_files
from submissions import RunFileError, editions

LONG = "x" * 100_000


@given(st.text(max_size=60), st.integers(5, 50))
def test_a_text_is_cut_in_the_middle(text: str, at_most: int) -> None:
    cut = shortened(text, at_most)
    assert len(cut) == min(len(text), at_most)
    start, mark, end = cut.partition("…")
    assert text.startswith(start)
    assert not mark or "…" in text or (text.endswith(end) and len(end) <= len(start))


@pytest.mark.parametrize("kind", [ClefganError, RunFileError, OSError])
def test_what_is_printed_is_short_and_one_line(kind: type[Exception]) -> None:
    said = message(kind(f"here: got {LONG}\n; do this"))
    assert len(said) == 2000
    assert said.startswith("here: got xxx")
    assert said.endswith("do this")


@pytest.mark.parametrize("key", ["delimiter", "task", "labels", "extension", "member", "n_test"])
def test_an_edition_with_a_long_value(key: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f'base = "2023"\n{key} = "{LONG} !"\n')
    with pytest.raises(RunFileError) as caught:
        editions.get(path)
    assert len(str(caught.value).removeprefix(str(path))) < 450
    assert str(caught.value).startswith(f"{path}:2: ")


def test_a_record_with_a_long_value(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text("a,1\nb,0\n")
    images = {"a": {"score": LONG, "decision": 1}, "b": {"score": 0.0, "decision": 0}}
    content = {"method": {"knowledge": "S0"}, "test": {"images": images}}
    run.with_suffix(".json").write_text(json.dumps(content))
    with pytest.raises(ClefganError, match="need a finite number") as caught:
        run_files.read(run, editions.get("2024_s1"), ["a", "b"])
    assert len(str(caught.value).replace(str(tmp_path), "")) < 300
    run.with_suffix(".json").write_text(json.dumps({"method": {"name": "m", "knowledge": LONG}}))
    with pytest.raises(ClefganError, match="not the record of a run") as caught:
        record.load(run)
    assert len(str(caught.value).replace(str(tmp_path), "")) < 300


def test_a_stranger_s_long_error() -> None:
    class Loud:
        pass

    with (
        pytest.raises(ClefganError, match="method 'loud': ValueError: xxx") as caught,
        isolation.named("loud", Loud),
    ):
        raise ValueError(LONG + str(np.zeros(3)))
    assert len(str(caught.value)) < 450

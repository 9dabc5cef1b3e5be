"""Turns: what undoes them, how they are said, and that copies turned in any way are found."""

import base64
import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from audits import full, write
from clefgan.auditing import examine, material, turned_pairs, turns, views
from clefgan.auditing.turns import Turn
from clefgan.method import Images
from clefgan.similarity.group import Pose

WAYS = [Turn(Pose(flip, quarters), inverted) for flip in (False, True) for quarters in range(4)
        for inverted in (False, True)]  # fmt: skip
N, COPIES = 60, 12


def drawn(n: int, seed: int, height: int = 32, width: int = 32) -> Images:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (n, height // 4, width // 4), dtype=np.uint8)
    return np.kron(coarse, np.ones((1, 4, 4), np.uint8))


def noisy(images: Images, seed: int) -> Images:
    noise = np.random.default_rng(seed).normal(0, 20, images.shape)
    return np.clip(images + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("turn", WAYS, ids=lambda turn: turn.words)
def test_a_turn_is_undone_by_the_one_back(turn: Turn) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 5, 5), dtype=np.uint8)
    np.testing.assert_array_equal(turn.back()(turn(images)), images)


def test_every_turn_is_said_in_other_words() -> None:
    assert [turn.words for turn in WAYS[::2]] == [
        "",
        "turned by 90 degrees to the left",
        "turned by 180 degrees",
        "turned by 90 degrees to the right",
        "flipped",
        "flipped and turned by 90 degrees to the left",
        "flipped upside down",
        "flipped and turned by 90 degrees to the right",
    ]
    assert WAYS[1].words == "inverted"
    assert WAYS[3].words == "turned by 90 degrees to the left, inverted"


def test_all_sixteen_ways_but_none_at_all_are_searched_and_no_quarters_of_a_rectangle() -> None:
    square = turns.searched(square=True, inverted=True)
    assert len(square) == 8
    assert square[0] == Turn(inverted=True)
    assert {turn.inverted for turn in square[1:]} == {None}
    assert len({turn.pose for turn in square}) == 8
    assert len(turns.searched(square=True, inverted=False)) == 7
    oblong = turns.searched(square=False, inverted=False)
    assert sorted(turn.words for turn in oblong) == [
        "flipped", "flipped upside down", "turned by 180 degrees"
    ]  # fmt: skip


@pytest.mark.parametrize("turn", WAYS[1:], ids=lambda turn: turn.words)
def test_copies_turned_in_any_way_are_listed_and_their_turn_is_known(turn: Turn) -> None:
    train, held, released = (drawn(N, seed) for seed in range(3))
    released[:COPIES] = turn(train[:COPIES])
    sets = material.gather(
        train, held, noisy(released, 3), [f"t{i}" for i in range(N)], [f"h{i}" for i in range(N)]
    )
    found = examine.examine(sets, examine.Plan(deals=199, planted=0))
    assert found.test is not None
    assert found.test.p_value <= 0.05
    assert set(range(COPIES)) <= set(found.copies.listed.tolist())
    how = turned_pairs.strongest(views.BATTERY, found.strong, sets.released, sets.real)
    assert how[:COPIES] == [turn] * COPIES


def test_copies_of_rectangles_turned_upside_down_are_listed() -> None:
    train, held, released = (drawn(N, seed, width=48) for seed in range(3))
    released[:COPIES] = train[:COPIES, ::-1]
    sets = material.gather(
        train, held, noisy(released, 3), [f"t{i}" for i in range(N)], [f"h{i}" for i in range(N)]
    )
    found = examine.examine(sets, examine.Plan(deals=199, planted=0))
    assert set(range(COPIES)) <= set(found.copies.listed.tolist())
    how = turned_pairs.strongest(views.BATTERY, found.strong, sets.released, sets.real)
    assert {turn.words for turn in how[:COPIES]} == {"flipped upside down"}


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (Turn(Pose(is_mirrored=True)), "flipped"),
        (Turn(Pose(quarters=1)), "turned by 90 degrees to the left"),
        (Turn(Pose(is_mirrored=True, quarters=3), inverted=True),
         "flipped and turned by 90 degrees to the right, inverted"),
    ],
)  # fmt: skip
def test_a_turned_copy_is_shown_as_it_was_compared(tmp_path: Path, turn: Turn, words: str) -> None:
    """Beside the training image as it is, a person would judge it to be no copy."""
    folder = write(tmp_path, copies=0)
    for number in range(COPIES):
        train = np.asarray(Image.open(folder / "train" / f"scan{number:03d}.png"))
        noise = np.random.default_rng(number).integers(-9, 10, (32, 32))
        turned = np.clip(turn(train[None])[0] + noise, 0, 255).astype(np.uint8)
        Image.fromarray(turned).save(folder / "made" / f"made{number:03d}.png")
    full(folder, "--out", str(tmp_path / "out"), code=1)
    page = (tmp_path / "out" / "internal" / "pairs.html").read_text()
    shown = re.search(
        r'base64,([^"]+)" alt="released made0(0\d|1[01])".*?base64,([^"]+)" alt="training scan0\2"'
        rf"[^>]*><small>nearest training, {words}</small>",
        page,
    )
    assert shown is not None
    with (tmp_path / "out" / "internal" / "pairs.csv").open(newline="") as file:
        listed = {row["released"]: row["turned"] for row in csv.DictReader(file)}
    assert [listed[f"made{number:03d}"] for number in range(COPIES)] == [words] * COPIES
    made, near = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(text)))).astype(int)
        for text in (shown[1], shown[3])
    )
    assert np.abs(made - near).max() <= 9

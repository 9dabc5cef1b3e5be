"""What the Python face is given and cannot be: one line, before any work."""

from pathlib import Path
from typing import Any

import pytest

import clefgan
from baselines.trivial import Coin
from clefgan.data.challenge import Challenge
from clefgan.errors import ClefganError

FACE: Any = clefgan  # types that no checker lets through


@pytest.fixture(scope="module")
def challenge() -> Challenge:
    return clefgan.read()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda _: FACE.load("."), "load: '.' is a folder; give the record of a run in it"),
        (lambda _: FACE.check("."), "check: '.' is a folder; give a run file in it"),
        (
            lambda c: FACE.run(c, "coin", n_folds=2.5),
            "n_folds: not a whole number; got 2.5",
        ),
        (lambda c: FACE.run(c, "coin", seed=-1), "run: seed: too few; got -1; give 0 or more"),
        (lambda c: FACE.run(c, Coin), "method is the class 'Coin'; give an object of it"),
        (lambda c: FACE.run(c, Path("a.py")), "method is of type 'PosixPath'; give a name"),
        (lambda _: FACE.run(3, "coin"), "challenge: got one of type 'int'; give that of `read`"),
        (lambda _: FACE.evaluate(None, ["coin"]), "challenge: got one of type 'NoneType'"),
        (lambda c: FACE.evaluate(c, "coin"), "methods are no list of names; got 'coin'"),
        (lambda c: FACE.evaluate(c, [Coin()]), "methods are no list of names; got .Coin"),
        (lambda c: FACE.evaluate(c, ["coin"], seed=-1), "evaluate: seed: too few; got -1"),
        (
            lambda c: FACE.evaluate(c, ["coin"], repeats=1.5),
            "repeats: not a whole number",
        ),
        (lambda c: FACE.evaluate(c, ["coin"], level=95), "level: not between 0 and 1; got 95"),
        (lambda c: FACE.evaluate(c, ["coin"], metric="f2"), "evaluate: metric: not known; got"),
        (
            lambda c: FACE.evaluate(c, ["coin"], folder=__file__),
            " is a file; give a folder",
        ),
        (lambda _: FACE.read(size=7), "size is not two numbers; got 7; give such as"),
        (lambda _: FACE.read(window="x"), "window is not two numbers; got 'x'; give such as"),
        (lambda _: FACE.read(window=(3, 1)), r"window of levels \(3, 1\): the first must be the"),
        (lambda _: FACE.audit(seed=0.5), "audit: seed: not a whole number; got 0.5"),
        (lambda _: FACE.audit(deals=98), "audit: deals: too few; got 98; give 99 or more"),
        (lambda _: FACE.audit(planted=1.5), "audit: planted: not a whole number; got 1.5"),
        (lambda _: FACE.audit(largest=0), "audit: largest: too few; got 0; give 8 or more"),
        (lambda _: FACE.audit(thin="a"), "audit: thin is not from 0 to 1; got 'a'"),
        (lambda _: FACE.audit(sealed="x"), "audit: sealed is not from 0 to 1; got 'x'"),
        (
            lambda _: FACE.read(edition="2025_s2", sources=["a"]),
            "sources are no mapping of names to folders; give {name: folder}",
        ),
    ],
)  # fmt: skip
def test_it_is_one_line_that_says_what_to_give(
    call: Any, message: str, challenge: Challenge
) -> None:
    with pytest.raises(ClefganError, match=message) as caught:
        call(challenge)
    assert "\n" not in str(caught.value)

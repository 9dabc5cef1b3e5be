"""What the Python face is given and cannot be: one line, before any work."""

from pathlib import Path
from typing import Any

import pytest

import clefgan
from baselines.trivial import Coin
from clefgan.data.challenge import Challenge
from clefgan.errors import ClefganError
from clefgan.report.audit.result import Audit
from clefgan.runs import record
from clefgan.runs.classes import record as class_record

FACE: Any = clefgan  # types that no checker lets through


@pytest.fixture(scope="module")
def challenge() -> Challenge:
    return clefgan.read()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda _: FACE.read(""), "read: data is empty; give a value, or leave it out"),
        (lambda _: FACE.read(edition=""), "read: edition is empty; give a value"),
        (lambda _: FACE.read(test_data=""), "read: test_data is empty; give a value"),
        (lambda _: FACE.read(patients=""), "read: patients is empty; give a value"),
        (
            lambda _: FACE.read(edition="2025_s2", sources={"a": ""}),
            "read: source 'a' is empty; give a value",
        ),
        (lambda _: FACE.run("", "coin"), "run: challenge is empty; give a value"),
        (lambda c: FACE.run(c, ""), "run: method is empty; give a value"),
        (lambda c: FACE.run(c, "coin", decide=""), "run: decide is empty; give a value"),
        (lambda _: FACE.evaluate("", ["coin"]), "evaluate: challenge is empty; give a value"),
        (lambda c: FACE.evaluate(c, ["coin"], folder=""), "evaluate: folder is empty; give"),
        (lambda _: FACE.load(""), "load: path is empty; give a value"),
        (lambda _: FACE.check(""), "check: path is empty; give a value"),
        (lambda _: FACE.check("a.csv", ""), "check: challenge is empty; give a value"),
        (lambda _: FACE.audit("", "b"), "audit: train is empty; give a value"),
        (lambda _: FACE.audit("a", ""), "audit: released is empty; give a value"),
        (lambda _: FACE.audit("a", "b", patients=""), "audit: patients is empty; give a value"),
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
        (
            lambda _: FACE.read(edition="2025_s2", sources={1: ".", 2: "."}),
            "^sources: names are 1, 2; give each class a text of its own",
        ),
        (
            lambda _: FACE.read(edition="2025_s2", sources={"\xe9": ".", "e\u0301": "."}),
            "give each class a text of its own",
        ),
        (
            lambda _: FACE.evaluate(FACE.read(edition="2025_s2"), ["class-coin"], metric="f1"),
            "^metric: no 'f1' of classes; give one of accuracy, ",
        ),
    ],
)  # fmt: skip
def test_it_is_one_line_that_says_what_to_give(
    call: Any, message: str, challenge: Challenge
) -> None:
    with pytest.raises(ClefganError, match=message) as caught:
        call(challenge)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("write", [record.write, class_record.write])
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "'' names no run; give its path, such as runs/fusion"),
        (".", "'.' names no run; give its path"),
        ("runs/a\tb", "runs: 'a.tb' has characters that cannot be seen; give another name"),
    ],
)
def test_a_run_is_written_to_a_path_with_a_name(write: Any, path: str, message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        write(None, path)


def test_the_report_of_an_audit_is_not_written_to_the_current_folder_unasked() -> None:
    write: Any = Audit.write
    with pytest.raises(ClefganError, match="audit: the folder to write is empty; give its path"):
        write(None, "", force=True)

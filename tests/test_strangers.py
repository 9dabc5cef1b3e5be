"""A broken method of somebody else is one line that names it, and harms no other."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from building import challenge
from clefgan.errors import ClefganError
from clefgan.experiments.trials import trials
from clefgan.experiments.trials.evaluate import evaluate
from clefgan.method import DevSet, Knowledge, Method, Progress, Scorer, ScoresInParts, silent
from clefgan.plugins import isolation, registry
from clefgan.testing import example
from running import clefgan

HEAD = """
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from clefgan.errors import ClefganError
from clefgan.method import Knowledge

@dataclass(frozen=True)
class Plug:
    knowledge: ClassVar[Knowledge] = Knowledge.S0
"""
SCORER = """
    def fit(self, dev, /, *, progress=None):
        return self
    def score(self, candidates, generated, /, *, progress=None):
"""
BROKEN = {
    "    def fit(self, dev, /, *, progress=None):\n        raise ValueError('boom\\nmore')\n": (
        "ValueError: boom (plug.py:12, in fit)"
    ),
    "    def fit(self, dev, /, *, progress=None):\n        np.zeros(3).reshape(2)\n": (
        "ValueError: cannot reshape array of size 3 into shape (2,) (plug.py:12, in fit)"
    ),
    "    def fit(self, dev, /, *, progress=None):\n        raise SystemExit\n": (
        "SystemExit (plug.py:12, in fit)"
    ),
    "    def fit(self, dev, /, *, progress=None):\n        pass\n": (
        "fit returned 'NoneType', which has no 'score'; return a scorer"
    ),
    "    def fit(self, dev):\n        return self\n": (
        "function 'fit' does not take what a run gives it; write def fit(self, dev: DevSet, /,"
    ),
    "    def fit(self, dev, /, *, progress=None):\n        return self\n"
    "    def score(self, candidates):\n        pass\n": (
        "too many positional arguments; write score(candidates, generated, *, progress=silent)"
    ),
    f"{SCORER}        return 1 / 0\n": "ZeroDivisionError: division by zero (plug.py:15, in score)",
    f"{SCORER}        return [[1.0], [1.0, 2.0]]\n": "ValueError: setting an array element with a",
    f"{SCORER}        raise ClefganError('mine: as I say')\n": "mine: as I say",
    f"{SCORER}        pass\n    def in_part(self, candidates, generated):\n        pass\n": (
        "no run calls the function 'in_part'; did you mean 'in_parts'? else write _in_part"
    ),
    f"{SCORER}        pass\n    def prepare(self):\n        pass\n": (
        "too many positional arguments; write prepare(sets, *, progress=silent)"
    ),
}


def plug(folder: Path, body: str) -> str:
    (folder / "plug.py").write_text(HEAD + body)
    return f"{folder / 'plug.py'}:Plug"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return challenge(tmp_path / "data", {"generated": 6, "used": 6, "not_used": 6})


@pytest.mark.parametrize(("body", "message"), BROKEN.items())
def test_whatever_a_plug_in_does_run_says_one_line(
    body: str, message: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = plug(tmp_path, body)
    assert clefgan("run", "--method", name, "--data", data, "--out", tmp_path / "runs") == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert message in lines[0]
    assert "mine:" in message or name in lines[0]


@pytest.mark.parametrize("jobs", [1, 2])
def test_evaluate_goes_on_without_it(jobs: int, data: Path, tmp_path: Path) -> None:
    name = plug(tmp_path, next(iter(BROKEN)))
    plan = trials.TrialPlan(
        methods=(name, "coin"), data=str(data), folder=tmp_path / "trials", n_folds=2
    )
    found = evaluate(plan, jobs=jobs)
    assert list(found.scores["held-out"]) == ["coin"]
    assert f"method '{name}': ValueError: boom (plug.py:12, in fit)" in found.failures[name]


@dataclass(frozen=True)
class Prepares:
    """Of a notebook: no registry has seen it."""

    knowledge: ClassVar[Knowledge] = Knowledge.S0

    def prepares(self) -> None: ...

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        raise NotImplementedError


def test_a_function_nearly_called_as_prepare_is_refused(tmp_path: Path) -> None:
    body = (
        f"{SCORER}        pass\n    def prepares(self, sets, /, *, progress=None):\n        pass\n"
    )
    message = (
        r"no run calls the function 'prepares'; did you mean 'prepare'\? else write _prepares$"
    )
    with pytest.raises(ClefganError, match=rf"plug\.py:Plug: class 'Plug': {message}"):
        registry.get(plug(tmp_path, body))
    with pytest.raises(ClefganError, match=rf"method 'mine': class 'Prepares': {message}"):
        isolation.fitted("mine", Prepares(), example()[0])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "    def in_parts(self, candidates):\n        pass\n",
            r"arguments; write in_parts\(candidates, generated, \*, progress=silent\)",
        ),
        (
            "    def in_parts(self, candidates, generated, /, *, progress=None):\n        pass\n",
            "TypeError: cannot unpack non-iterable NoneType object",
        ),
    ],
)
def test_parts_that_are_none_are_one_line(body: str, message: str, tmp_path: Path) -> None:
    name = plug(tmp_path, f"{SCORER}        pass\n{body}")
    dev, candidates, generated = example()
    method: Method = registry.configure(name)
    scorer = isolation.fitted("mine", method, dev)
    assert isinstance(scorer, ScoresInParts)
    with pytest.raises(ClefganError, match=f"^method 'mine': .*{message}"):
        scorer.in_parts(candidates, generated)


def test_an_exception_of_our_own_stays_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    coin = registry.configure("coin")

    def fit(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(coin), "fit", fit)
    with pytest.raises(ZeroDivisionError):
        isolation.fitted("coin", coin, example()[0])
    with pytest.raises(KeyError), isolation.named("coin", type(coin)):
        raise KeyError("x")


def test_a_good_one_scores_as_if_alone(tmp_path: Path) -> None:
    method: Method = registry.configure(
        plug(tmp_path, f"{SCORER}        return candidates.mean(axis=(1, 2))\n")
    )
    dev, candidates, generated = example()
    scorer = isolation.fitted("mine", method, dev)
    found = scorer.score(candidates, generated, progress=silent)
    np.testing.assert_array_equal(found, candidates.mean(axis=(1, 2)))


@pytest.mark.parametrize("words", [["methods"], ["run", "--method"]])
def test_a_type_that_cannot_be_read_is_said(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = plug(tmp_path, f"    size: 'Missing' = 3  # of what\n{SCORER}        pass\n")
    assert clefgan(*words, name) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"clefgan: {name}: types of fields cannot be read: NameError: name 'Missing' is not defined"
    ]


def test_a_refusal_of_settings_of_any_kind_is_one_line(tmp_path: Path) -> None:
    name = plug(
        tmp_path, f"    def __post_init__(self):\n        {{}}['x']\n{SCORER}        pass\n"
    )
    with pytest.raises(ClefganError, match=r"^method '.*Plug': KeyError: 'x' \(plug\.py:12, in __"):
        registry.configure(name)

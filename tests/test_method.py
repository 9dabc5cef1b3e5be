"""What a method says of itself: one typed home with defaults; a near miss is an error."""

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar

import pytest

from clefgan.errors import ClefganError
from clefgan.method import OPTIONAL, Promises, near_miss, promises
from clefgan.plugins import registry

PAGE = Path(__file__).parents[1] / "docs" / "plugin.md"


def with_variables(**variables: Any) -> type:
    return type("Mine", (), variables)


def test_defaults_where_a_method_says_nothing() -> None:
    assert promises(with_variables()) == Promises()


def test_what_a_method_says_is_read_also_from_a_base() -> None:
    base = with_variables(needs_generated=False, source="a")
    assert promises(type("Mine", (base,), {"source": "b"})) == Promises(
        needs_generated=False, source="b"
    )


@pytest.mark.parametrize(
    ("variable", "value", "meant"),
    [
        ("need_generated", False, "needs_generated"),
        ("learn_from_generated", True, "learns_from_generated"),
        ("probability", True, "probabilities"),
        ("sources", "a paper", "source"),
        ("paper_notes", "seen", "paper_note"),
        ("knowlege", "S1", "knowledge"),
    ],
)
def test_a_near_miss_says_what_was_meant(variable: str, value: Any, meant: str) -> None:
    with pytest.raises(ClefganError, match=f"{variable!r} says nothing; did you mean '{meant}'"):
        promises(with_variables(**{variable: value}))


def test_other_class_variables_are_free() -> None:
    assert promises(with_variables(most_steps=10, title="t", _source="x")) == Promises()


@pytest.mark.parametrize(("variable", "value"), [("needs_generated", "no"), ("source", 3)])
def test_a_value_of_another_type_is_refused(variable: str, value: Any) -> None:
    with pytest.raises(ClefganError, match=f"{variable!r} is {value!r}; give a (bool|str), such"):
        promises(with_variables(**{variable: value}))


def test_a_promise_among_the_hyper_parameters_is_refused() -> None:
    @dataclass(frozen=True)
    class Mine:
        knowledge: ClassVar[str] = "S0"
        needs_generated: bool = False

    with pytest.raises(ClefganError, match=r"write needs_generated: ClassVar\[bool\]"):
        promises(Mine)


def test_a_near_miss_is_refused_where_a_method_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "from dataclasses import dataclass\nfrom typing import ClassVar\n"
        "from clefgan.method import Knowledge\n\n@dataclass(frozen=True)\nclass Mine:\n"
        "    knowledge: ClassVar[Knowledge] = Knowledge.S0\n"
        "    need_generated: ClassVar[bool] = False\n"
        "    def fit(self, dev, /, *, progress=None):\n        return self\n"
    )
    message = r"mine\.py:Mine: class 'Mine': class variable 'need_generated' says nothing; did you"
    with pytest.raises(ClefganError, match=message):
        registry.get(f"{path}:Mine")


def test_the_page_for_plug_ins_lists_them_all() -> None:
    listed = re.findall(r"^\| `(\w+)", PAGE.read_text(encoding="utf-8"), re.M)
    functions = {*OPTIONAL, "in_parts"}
    assert {field.name for field in fields(Promises)} | functions <= set(listed)


def test_a_function_that_is_nearly_called_as_an_optional_one() -> None:
    def act(self: object) -> None: ...

    assert "no run calls the function 'perpare'; did you mean 'prepare'" in near_miss(
        type("Base", (with_variables(perpare=act),), {}), "prepare"
    )
    for free in ("_prepared", "fit", "learn", "compare"):
        assert not near_miss(with_variables(**{free: act}), "prepare")
    assert not near_miss(with_variables(prepared=act, prepare=act), "prepare")

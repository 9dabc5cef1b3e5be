"""Text to hyper-parameters, and hyper-parameters to text."""

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clefgan.errors import ClefganError
from clefgan.plugins import hyperparameters
from clefgan.plugins.hyperparameters import Hyperparameter


@dataclass(frozen=True)
class Inner:
    epochs: int = 3  # how long
    filters: tuple[int, ...] = (8, 4)  # per layer


@dataclass(frozen=True)
class Outer:
    """Something to set."""

    C: float = 1.0  # cost of an error
    kernel: Literal["rbf", "linear"] = "rbf"  # of the machine
    gamma: float | Literal["scale"] = "scale"  # of the kernel; "#" is not a comment
    limit: int | None = None
    fast: bool = True  # skip
    # the rest
    gan: Inner = field(default_factory=Inner)  # trained first

    def method(self) -> int:
        x: int = 3  # not a field
        return x

    def __post_init__(self) -> None:
        if self.C <= 0:
            raise ValueError(f"C: {self.C} is not above 0")


def build(*settings: str) -> Any:
    return hyperparameters.build(Outer, hyperparameters.parse_settings(settings), "method 'outer'")


def test_the_description_comes_from_the_source() -> None:
    assert hyperparameters.describe(Outer) == [
        Hyperparameter("C", "float", "1.0", "cost of an error"),
        Hyperparameter("kernel", "rbf | linear", "rbf", "of the machine"),
        Hyperparameter("gamma", "float | scale", "scale", 'of the kernel; "#" is not a comment'),
        Hyperparameter("limit", "int | none", "None", ""),
        Hyperparameter("fast", "bool", "True", "skip"),
        Hyperparameter("gan.epochs", "int", "3", "how long"),
        Hyperparameter("gan.filters", "int,...", "8,4", "per layer"),
    ]


def test_a_nested_default_is_that_of_the_outer_field() -> None:
    @dataclass(frozen=True)
    class Long:
        gan: Inner = Inner(epochs=60)  # trained for long

    rows = {row.name: row.default for row in hyperparameters.describe(Long)}
    assert rows == {"gan.epochs": "60", "gan.filters": "8,4"}


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("C=10", Outer(C=10.0)),
        ("C=1e-3", Outer(C=0.001)),
        ("kernel=linear", Outer(kernel="linear")),
        ("gamma=0.5", Outer(gamma=0.5)),
        ("gamma=scale", Outer()),
        ("limit=4", Outer(limit=4)),
        ("limit=none", Outer()),
        ("fast=false", Outer(fast=False)),
        ("gan.epochs=9", Outer(gan=Inner(epochs=9))),
        ("gan.filters=1,2,3", Outer(gan=Inner(filters=(1, 2, 3)))),
        ("gan.filters=(7,)", Outer(gan=Inner(filters=(7,)))),
    ],
)
def test_a_text_becomes_a_value_of_the_type_of_the_field(setting: str, expected: Outer) -> None:
    assert build(setting) == expected


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("C=ten", "method 'outer': C: 'ten' is not float"),
        ("C=nan", "method 'outer': C: 'nan' is not a finite number"),
        ("C=-Inf", "method 'outer': C: '-Inf' is not a finite number"),
        ("gamma=inf", "method 'outer': gamma: 'inf' is not a finite number"),
        ("limit=nan", "method 'outer': limit: 'nan' is not int | none"),
        ("C=-1", "method 'outer': C: -1.0 is not above 0"),
        ("kernel=poly", "method 'outer': kernel: 'poly' is not rbf | linear"),
        ("gamma=auto", "method 'outer': gamma: 'auto' is not float | scale"),
        ("fast=maybe", "method 'outer': fast: 'maybe' is not bool"),
        ("gan.epochs=1.5", "method 'outer': gan.epochs: '1.5' is not int"),
        (
            "gan.epoch=1",
            "method 'outer': no hyper-parameter 'gan.epoch'; known: gan.epochs, gan.filters",
        ),
        (
            "c=1",
            "method 'outer': no hyper-parameter 'c'; known: C, kernel, gamma, limit, fast, "
            "gan.epochs, gan.filters",
        ),
        ("C", "--set 'C': is not name=value"),
        ("=3", "--set '=3': is not name=value"),
    ],
)
def test_a_wrong_text_is_one_clear_line(setting: str, message: str) -> None:
    with pytest.raises(ClefganError) as caught:
        build(setting)
    assert str(caught.value) == message


@pytest.mark.parametrize("setting", ["gan=3", "C.x=3"])
def test_nested_ones_are_set_by_dotted_names_only(setting: str) -> None:
    with pytest.raises(ClefganError, match="no hyper-parameter"):
        build(setting)


def test_a_name_given_twice() -> None:
    with pytest.raises(ClefganError, match=r"^--set 'C': given twice$"):
        build("C=1", "C=2")


@given(
    st.builds(
        Outer,
        C=st.floats(1e-6, 1e6),
        kernel=st.sampled_from(["rbf", "linear"]),
        gamma=st.floats(0, 10) | st.just("scale"),
        limit=st.none() | st.integers(),
        fast=st.booleans(),
        gan=st.builds(Inner, st.integers(), st.lists(st.integers(), min_size=1).map(tuple)),
    )
)
def test_what_is_shown_can_be_set(outer: Outer) -> None:
    settings = [
        f"{row.name}={hyperparameters.show(value_of(outer, row.name))}"
        for row in hyperparameters.describe(Outer)
    ]
    assert build(*settings) == outer


def value_of(outer: Any, name: str) -> Any:
    head, _, rest = name.partition(".")
    return value_of(getattr(outer, head), rest) if rest else getattr(outer, head)

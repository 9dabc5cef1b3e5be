"""What a run of classes says, in words: against guessed labels, and against the shortcuts."""

import math
from collections.abc import Mapping

import numpy as np

from clefgan.experiments.trials.class_trials import SHORTCUTS
from clefgan.report.wording import limits, number
from clefgan.runs.classes.record import ClassRun
from clefgan.runs.classes.result import ClassScored
from evaluation.class_tables import METRICS

OF_CLUSTERS = "adjusted_rand"
"""The metric of a run whose labels are no names of classes."""


def verdict(run: ClassRun) -> str:
    """Whether the run beats guessed labels, and whether a shortcut does as well."""
    title, part, beside = part_to_believe(run)
    measured = None if part is None else part.measured()
    if part is None or measured is None:
        return "No image with a known class: nothing to measure."
    key = "accuracy" if not math.isnan(measured["metrics"]["accuracy"]["value"]) else OF_CLUSTERS
    cell, label = measured["metrics"][key], METRICS[key].label
    if math.isnan(cell["value"]):
        return f"The {label} on {title} is undefined: there is nothing to measure."
    ends = limits(cell["low"], cell["high"])
    value = f"{label} {number(cell['value'], 2)} {ends}".rstrip() + f" on {title}"
    said = against_guesses(value, cell)
    return f"{said} {against_shortcuts(run.method, cell['value'], key, beside)}".rstrip()


def against_guesses(said: str, cell: Mapping[str, float]) -> str:
    """Whether a value with its interval, which is said already, is above guessed labels."""
    guesses = f"95% of them below {cell['blind_95']:.2f}"
    if cell["low"] > cell["blind_95"]:
        return f"{said}: better than guessed labels ({guesses})."
    if cell["value"] > cell["blind_95"]:
        tail = "" if math.isnan(cell["low"]) else ", but its interval is not"
        return f"{said}: above guessed labels ({guesses}){tail}."
    return f"{said} is chance: guessed labels reach {cell['blind_95']:.2f}."


def part_to_believe(run: ClassRun) -> tuple[str, ClassScored | None, Mapping[str, ClassScored]]:
    """Test where its classes are known, else dev by the strictest folds, with the rows beside."""
    if run.test is not None and run.test.truth is not None:
        return "test", run.test, run.beside.get("test", {})
    for name in ("grouped", "unseen", *run.dev):
        if name in run.dev:
            beside = run.beside.get(name) or run.beside.get("grouped") or {}
            return f"dev, {name}", run.dev[name], beside
    return "", None, {}


def against_shortcuts(
    method: str, value: float, key: str, beside: Mapping[str, ClassScored]
) -> str:
    """The best shortcut, and on which side of it the run is."""
    values = {
        name: value_of(part, key)
        for name, part in beside.items()
        if name in SHORTCUTS and name != method
    }
    values = {name: reached for name, reached in values.items() if not math.isnan(reached)}
    if not values:
        return ""
    name = max(values, key=lambda one: values[one])
    side = "more" if values[name] > value else "as much" if values[name] == value else "less"
    reached = number(values[name], 2)
    return f"The best shortcut, {name}, sees no real image and reaches {reached}, which is {side}."


def value_of(part: ClassScored, key: str) -> float:
    """One metric of the images whose classes are known; NaN where it is undefined."""
    if part.truth is None:
        return math.nan
    cells = part.class_table().cells[None].astype(np.float64)
    return float(METRICS[key].of_tables(cells)[0])

"""From scores to used or not used, for any score.

rule = parse("conformal:0.1")
verdict = rule.decide(scores, known)
"""

import difflib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from clefgan.data.challenge import Challenge
from clefgan.errors import ClefganError
from clefgan.method import Method, Scores, promises
from clefgan.runs.decisions.guarded import Guarded
from clefgan.runs.decisions.rules import (
    Conformal,
    DevBest,
    Mixture,
    Null95,
    Quota,
    Zero,
    metrics_to_choose_by,
)
from clefgan.runs.decisions.verdict import Known, Rule, Used, Verdict
from evaluation import assumed_share

PROMISED = {"2023": 0.5}
"""Share of the candidates that were used, of editions whose published truth says so."""


def usual(challenge: Challenge, method: Method) -> Rule:
    """Return the rule for a run for which none was asked for.

    `auto`, with the share that the edition is known to have; `zero` where there is nothing to
    compare: for a method that does not look at the generated images, and without unused dev images.
    """
    has_unused = challenge.dev is not None and len(challenge.dev.not_used) > 0
    if not (has_unused and promises(type(method)).needs_generated):
        return Zero()
    return Guarded(PROMISED.get(challenge.edition.name))


def out_of_fold(rule: Rule, known: Known, fold: NDArray[np.int64]) -> Verdict:
    """Decide on dev images: a rule that learns does so from the images of the other folds.

    A rule that learns nothing decides on all of them at once.
    """
    if not rule.needs_known:
        return rule.decide(known.scores)
    used = np.zeros(len(known.scores), bool)
    notes = []
    for number in np.unique(fold):
        out = fold == number
        whose = None if known.patients is None else known.patients[~out]
        others = Known(known.scores[~out], known.truth[~out], patients=whose)
        verdict = rule.decide(known.scores[out], others)
        used[out] = verdict.used
        notes.append(verdict.note)
    return Verdict(used, None, "fold by fold: " + "; ".join(notes))


def prevalence_curve(scores: Scores, truth: Used) -> dict[str, list[float | None]]:
    """Each metric against the assumed share of used images, from no image to all.

    Values are None where a metric is undefined. `share` is that which a quota really calls used,
    one entry for each different score.
    """
    tables = assumed_share.tables(truth, scores)
    curve: dict[str, list[float | None]] = {"share": (tables.called_used / tables.n).tolist()}
    for name, metric in metrics_to_choose_by().items():
        assert metric.of_counts is not None
        curve[name] = [None if np.isnan(v) else float(v) for v in metric.of_counts(tables)]
    return curve


def parse(text: str) -> Rule:
    """Read `auto`, `auto:0.5`, `zero`, `dev-best:f1`, `quota:0.5`, `mixture`, `null95` or
    `conformal:0.1`.

    Raises
    ------
    ClefganError
        No such rule, or a setting that it does not take.
    """
    name, colon, setting = text.partition(":")
    if name == "dev-best":
        if colon and not setting:
            raise ClefganError(f"decide: {text!r} needs a metric, as in 'dev-best:f1'")
        return DevBest(setting) if colon else DevBest()
    if name == "auto" and not colon:
        return Guarded()
    plain: dict[str, Callable[[], Rule]] = {"zero": Zero, "mixture": Mixture, "null95": Null95}
    if name in plain:
        if colon:
            raise ClefganError(f"decide: {name!r} takes no setting; got {setting!r}")
        return plain[name]()
    numbered: dict[str, Callable[[float], Rule]] = {
        "auto": Guarded,
        "quota": Quota,
        "conformal": Conformal,
    }
    if name in numbered:
        try:
            return numbered[name](float(setting))
        except ValueError:
            raise ClefganError(f"decide: {text!r} needs a number, as in '{name}:0.1'") from None
    names = ["auto", "conformal", "dev-best", "mixture", "null95", "quota", "zero"]
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names)}"
    raise ClefganError(f"decide: no rule {name!r}; {hint}")

"""Calls that work of what `evaluation` offers, and of which kind each of their arguments is."""

from collections.abc import Callable
from typing import Any

import numpy as np

from evaluation import (
    assumed_share,
    attribution,
    class_scores,
    class_shares,
    class_tables,
    classes,
    mean_ranks,
    membership,
    metrics,
    runs,
)
from evaluation.boards import class_board, leaderboard
from evaluation.class_shares import Confusion
from evaluation.intervals import bootstrap, proportions
from evaluation.runs import Panel, Run
from evaluation.significance import (
    blind_classes,
    chance,
    delong,
    leading,
    mcnemar,
    multiple,
    permutation,
    power,
    swap_classes,
)

N = 8
USED, CALLED = np.arange(N) % 2 == 0, np.arange(N) % 3 == 0
SCORES, SHARES = np.linspace(-1, 1, N), np.linspace(0.1, 0.9, N)
TRUTH, LABELS, GROUPS = np.arange(N) % 3, np.arange(N) * 2 % 3, np.arange(N) // 2
OPEN = np.where(np.arange(N) < 2, -1, TRUTH)
ROWS = np.random.default_rng(0).dirichlet(np.ones(3), N)
PANEL = Panel(USED, {"a": Run(CALLED, SCORES), "b": Run(~CALLED, -SCORES)})
F1, AUC = metrics.get("f1"), metrics.get("auc")

Call = tuple[Callable[..., Any], dict[str, tuple[str, Any]]]
"""A function, and by name the kind and a good value of each of its arguments."""

used, called = ("used", USED), ("used", CALLED)
scores, shares = ("finite", SCORES), ("finite", SHARES)
truth, labels, groups = ("names", TRUTH), ("names", LABELS), ("names", GROUPS)
numbers, said, known = ("classes", TRUTH), ("classes", LABELS), ("open", OPEN)
rows, level, draws = ("rows", ROWS), ("share", 0.9), ("whole", 20)
CALLS: dict[str, Call] = {
    "membership": (
        membership.evaluate,
        {"truth": used, "decisions": called, "scores": scores, "probabilities": shares},
    ),
    "tpr_at_fpr": (
        lambda **a: membership.tpr_at_fpr(**a, fpr=0.1),
        {"truth": used, "scores": scores},
    ),
    "calibration_error": (
        membership.calibration_error,
        {"truth": used, "probabilities": shares, "bins": draws},
    ),
    "attribution": (attribution.evaluate, {"truth": truth, "predicted": labels}),
    "classes": (
        classes.measure,
        {"truth": truth, "predicted": labels, "groups": groups, "level": level, "resamples": draws},
    ),
    "log_loss": (class_scores.log_loss, {"truth": numbers, "probabilities": rows}),
    "class brier": (class_scores.brier, {"truth": numbers, "probabilities": rows}),
    "top_accuracy": (
        class_scores.top_accuracy,
        {"truth": numbers, "scores": rows, "k": ("whole", 2)},
    ),
    "known_auroc": (class_scores.known_auroc, {"truth": known, "confidence": scores}),
    "oscr": (class_scores.oscr, {"truth": known, "predicted": said, "confidence": scores}),
    "accuracy_at_rejection": (
        class_scores.accuracy_at_rejection,
        {"truth": known, "predicted": said, "confidence": scores},
    ),
    "used_at_all": (class_scores.used_at_all, {"scores": rows}),
    "softmax": (class_scores.softmax, {"scores": rows}),
    "called_limits": (
        class_shares.called_limits,
        {"called": known, "n_classes": ("whole", 3), "groups": groups, "level": level},
    ),
    "shares": (
        lambda called, truth, said, groups: class_shares.shares(
            called, Confusion(truth, said, groups), 3
        ),
        {"called": ("lone class", TRUTH), "truth": numbers, "said": said, "groups": groups},
    ),
    "share_limits": (
        lambda called, groups, level: class_shares.share_limits(
            called, Confusion(TRUTH, LABELS), 3, groups, level
        ),
        {"called": numbers, "groups": groups, "level": level},
    ),
    "assumed share": (
        assumed_share.tables,
        {"truth": used, "scores": scores, "shares": ("alone", SHARES)},
    ),
    "panel": (
        lambda truth, decisions, scores, clusters: Panel(
            truth, {"a": Run(decisions, scores)}, clusters
        ),
        {"truth": used, "decisions": called, "scores": scores, "clusters": groups},
    ),
    "wilson": (
        proportions.wilson,
        {"successes": ("counts", [1, 2]), "trials": ("counts", [3, 4]), "level": level},
    ),
    "clopper_pearson": (
        proportions.clopper_pearson,
        {"successes": ("counts", [1, 2]), "trials": ("counts", [3, 4]), "level": level},
    ),
    "mean_ranks": (mean_ranks.mean_ranks, {"values": ("alone", SCORES)}),
    "holm": (multiple.holm, {"p_values": ("p", SHARES)}),
    "benjamini_hochberg": (multiple.benjamini_hochberg, {"p_values": ("p", SHARES)}),
    "mcnemar": (mcnemar.mcnemar, {"truth": used, "first": called, "second": called}),
    "delong": (
        lambda truth, first, second: delong.delong(truth, [first, second]).auc,
        {"truth": used, "first": scores, "second": scores},
    ),
    "delong level": (
        lambda level: delong.delong(USED, [SCORES]).intervals(level),
        {"level": level},
    ),
    "lead": (
        lambda **a: leading.lead(**a, permutations=19),
        {"kind": used, "scores": scores, "stratum": groups},
    ),
    "lead of clusters": (
        lambda clusters: leading.lead(USED, SCORES, clusters=clusters, permutations=19),
        {"clusters": ("any class", np.arange(N))},
    ),
    "swap_classes": (
        lambda **a: swap_classes.p_value(**a, metric=class_tables.accuracy),
        {"truth": truth, "first": labels, "second": truth, "groups": groups, "permutations": draws},
    ),
    "blind_classes": (
        blind_classes.null,
        {"truth": truth, "predicted": labels, "permutations": draws},
    ),
    "chance": (
        lambda **a: chance.chance(F1, **a).mean,
        {"n_used": ("size", 5), "n_not": ("size", 5), "called": ("size", 5)},
    ),
    "chance_limit": (
        lambda **a: power.chance_limit(F1, **a),
        {"n_used": ("size", 5), "n_not": ("size", 5), "level": level, "power": level},
    ),
    "permutation": (
        lambda **a: permutation.p_values(PANEL, [F1, AUC], **a),
        {"strata": groups, "permutations": draws},
    ),
    "bootstrap": (
        lambda resamples, level: bootstrap.bootstrap(
            PANEL, [F1, AUC], resamples=resamples
        ).intervals(level),
        {"resamples": draws, "level": level},
    ),
    "of_counts": (runs.of_counts, dict.fromkeys(("tp", "tn", "fp", "fn"), ("size", 2))),
    "leaderboard": (
        lambda **a: leaderboard.build(PANEL, **a),
        {"level": level, "resamples": draws, "seed": ("size", 0)},
    ),
    "class board": (
        lambda labels, **a: class_board.build(answers={"a": class_board.ClassAnswer(labels)}, **a),
        {"truth": truth, "labels": labels, "groups": groups, "level": level},
    ),
}

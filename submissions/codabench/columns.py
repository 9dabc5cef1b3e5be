"""Leaderboard columns: metrics by the name of their function in `evaluation`, and their titles."""

from __future__ import annotations

from submissions.edition import Edition
from submissions.errors import RunFileError

MEMBERSHIP = {
    "f1": "F1",
    "accuracy": "Accuracy",
    "precision": "Precision",
    "specificity": "Specificity",
    "recall": "Recall",
    "balanced_accuracy": "Balanced accuracy",
    "cohen_kappa": "Cohen's kappa",
    "mcc": "MCC",
}
ATTRIBUTION = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "adjusted_rand": "Adjusted Rand index",
    "normalised_mutual_information": "Normalised mutual information",
}


def of(edition: Edition) -> dict[str, str]:
    """Key to title, the official metric first.

    Raises
    ------
    RunFileError
        The official metric is none that a run of labels can be scored by.
    """
    known = MEMBERSHIP if edition.is_membership else ATTRIBUTION
    if edition.metric not in known:
        raise RunFileError(
            f"edition {edition.name!r}: metric {edition.metric!r} cannot be a leaderboard column; "
            f"known: {', '.join(known)}"
        )
    return {edition.metric: known[edition.metric], **known}

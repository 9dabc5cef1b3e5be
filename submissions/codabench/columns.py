"""Leaderboard columns: metrics by their name in `evaluation`, and their titles."""

from __future__ import annotations

from collections.abc import Mapping

from submissions.edition import Edition
from submissions.errors import RunFileError


def of(edition: Edition, titles: Mapping[str, str]) -> dict[str, str]:
    """Key to title, the official metric first.

    Parameters
    ----------
    titles : of the metrics that a run of labels can be scored by

    Raises
    ------
    RunFileError
        The official metric is not one of them.
    """
    if edition.metric not in titles:
        raise RunFileError(
            f"edition {edition.name!r}: metric {edition.metric!r} cannot be a leaderboard column; "
            f"known: {', '.join(titles)}"
        )
    return {edition.metric: titles[edition.metric], **titles}

"""A note where so few groups are drawn again that intervals and tests are too sure."""

ENOUGH = 20
"""Groups from which on a bootstrap of groups is not said to be of few."""


def note(n_groups: int) -> str:
    """What the reader must know; empty where the groups are enough.

    References
    ----------
    Cameron, Gelbach, Miller (2008), doi:10.1162/rest.90.3.414: tests of 5 to 30 groups reject too
    often.
    """
    if n_groups >= ENOUGH:
        return ""
    return (
        f"only {n_groups} groups: drawn from so few, intervals are too narrow, and differences may "
        f"look significant that are not; from {ENOUGH} groups on they can be relied on more"
    )

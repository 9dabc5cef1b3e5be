"""What whole volumes add to the reasons of a verdict."""

from clefgan.auditing.set_test import SetTest
from clefgan.auditing.volumes.found import Wholes
from clefgan.errors import counted


def certain(wholes: Wholes | None, level: float) -> list[str]:
    """Copies of whole volumes where nobody was held out."""
    if wholes is None:
        return []
    q = wholes.copies.q_values
    n = int((q <= level).sum())
    if not n:
        return []
    return [
        f"{counted(n, 'released volume is', 'released volumes are')} nearer as a whole to one "
        f"training patient than any volume of another patient is (p = {q.min():.2g}; membership "
        "was not assessed)"
    ]


def nearer(wholes: Wholes | None, test: SetTest, level: float) -> str:
    """What whole volumes alone say of single patients; '' where they say nothing for sure."""
    if wholes is None or wholes.sure is None or not wholes.sure.at_least:
        return ""
    sure, cubes = wholes.sure, wholes.volumes.cubes
    assert cubes is not None
    return (
        f"released volumes are nearer as a whole to your {cubes.n_training} training patients who "
        f"have volumes than chance allows: to {sure.of}, of whom chance explains at most "
        f"{sure.of - sure.at_least} (95%; p = {test.p_value:.2g}, level {level:.2g}); "
        f"{on_list(wholes)}; single images do not show it"
    )


def on_list(wholes: Wholes) -> str:
    """How many volumes are listed whole."""
    assert wholes.volumes.cubes is not None
    total = len(wholes.volumes.cubes.released)
    return f"{counted(len(wholes.copies.listed), 'volume')} of {total} are listed whole"

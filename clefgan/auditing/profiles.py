"""Named thresholds for the membership risk, each with its source: the reader picks one first.

No source gives a threshold for images. These are cell-size rules of tables, read as: at most one in
11 (0.09), in 20 (0.05) or in 3 (0.33) of those whom an attack names beyond its control.
"""

from dataclasses import dataclass

from clefgan.errors import ClefganError

LEAST_SIDE = 8  # pixels to which images may be reduced: in smaller ones nothing is compared
MOST_SEALED = 0.5  # share of the patients of each set that a first look may leave sealed


@dataclass(frozen=True, slots=True)
class Profile:
    """A threshold.

    limit : the upper end of the interval must not be above it
    measure : `risk` (beyond the control attack) or `relative F1`
    """

    name: str
    limit: float
    measure: str
    context: str
    source: str


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "public",
            0.09,
            "risk",
            "open release to anybody",
            "EMA Policy 0070 and Health Canada PRCI: 0.09, a smallest cell of 11",
        ),
        Profile(
            "public-use",
            0.05,
            "risk",
            "public-use file",
            "El Emam, Cell size precedents, doi:10.1201/b14764-29: 0.05, a smallest cell of 20",
        ),
        Profile(
            "controlled",
            0.33,
            "risk",
            "named recipients under an agreement",
            "a smallest cell of 3 (0.33), common for controlled sharing; source not checked by us",
        ),
        Profile(
            "membership",
            0.2,
            "relative F1",
            "membership disclosure alone",
            "El Emam, Mosquera, Fang (2022), doi:10.1093/jamiaopen/ooac083; "
            "the 0.2 is cited from their later use and not checked by us",
        ),
    )
}


def get(name: str) -> Profile:
    """Return a profile by its name.

    Raises
    ------
    ClefganError
        There is no such profile.
    """
    if name not in PROFILES:
        raise ClefganError(
            f"release: no threshold {name!r}; choose one before looking: {', '.join(PROFILES)}"
        )
    return PROFILES[name]

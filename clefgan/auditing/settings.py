"""What is asked of an audit, and how a look is done with it; all is fixed before looking."""

from dataclasses import dataclass

import numpy as np

from clefgan.auditing import feature_spaces, sealing
from clefgan.auditing.examine import LEVEL, Plan
from clefgan.auditing.filter import Withhold
from clefgan.auditing.ledger import Before
from clefgan.auditing.profiles import Profile
from clefgan.auditing.sealing import Seal
from clefgan.auditing.views import BATTERY, CONFIRMING
from clefgan.auditing.volumes import views as volume_views
from clefgan.errors import ClefganError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is asked of an audit.

    withhold : how images are withheld after looking; None: none
    thin : share of the kept images that stay, chosen for diversity; None: all
    sealed : share of the patients kept for the re-audit; None: `sealing.SHARE` where images are
        withheld, else nobody
    features : on which fidelity is measured, see `feature_spaces`
    """

    profile: Profile
    withhold: Withhold | None = None
    thin: float | None = None
    sealed: float | None = None
    level: float = LEVEL
    q: float = 0.2
    deals: int = 1999
    planted: int = 50
    features: str = feature_spaces.RADIOMIC
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what means nothing before images are read."""
        Plan(q=self.q, deals=self.deals)
        self.seal()
        feature_spaces.get(self.features)
        if self.thin is not None and (self.withhold is None or not 0 < self.thin <= 1):
            raise ClefganError(
                f"audit: thin {self.thin} is to be a share above 0 and at most 1, with withhold"
            )

    def seal(self) -> Seal | None:
        """Who is kept sealed."""
        share = self.sealed
        if share is None:
            share = 0.0 if self.withhold is None else sealing.SHARE
        return None if share == 0 else Seal(share, self.seed)


def refuse_second_filter(settings: Settings, before: Before | None) -> None:
    """Refuse to withhold again: no views would be left that have not filtered."""
    if settings.withhold is not None and before is not None and before.filtered:
        raise ClefganError(
            "withhold: images were withheld after an earlier look already, and a second filter "
            "would leave no views to audit with; change the generator"
        )


def plan_of(settings: Settings, before: Before | None, *, shared: bool) -> Plan:
    """How this look is done.

    Parameters
    ----------
    shared : whether a re-audit shares its level with the test of sealed patients
    """
    level, deals = settings.level, settings.deals
    if before is not None:
        level = before.next_level() / (2 if shared else 1)
        deals = max(deals, int(np.ceil(4 / level)))
    filtered = before is not None and before.filtered
    return Plan(
        level=level,
        q=settings.q,
        deals=deals,
        planted=settings.planted,
        null=settings.withhold is Withhold.SYMMETRIC,
        views=CONFIRMING if filtered else BATTERY,
        volume_views=volume_views.CONFIRMING if filtered else volume_views.BATTERY,
        seed=settings.seed,
    )

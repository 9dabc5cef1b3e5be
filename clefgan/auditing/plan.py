"""How an audit is done; all of it is fixed before looking."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from clefgan.auditing import sensitivity
from clefgan.auditing.planted import KINDS, Degrade, PlantedKind, degraded
from clefgan.auditing.views import BATTERY, View
from clefgan.auditing.volumes import planted as volumes_planted
from clefgan.auditing.volumes import views as volume_views
from clefgan.errors import ClefganError

LEVEL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How an audit is done; fixed before looking.

    level : of the set test, in this look
    q : expected share of false ones in the list of copies
    deals : how often patients are dealt again
    planted : copies of each kind that are planted; 0: none
    null : whether softened images of real patients are compared too, as a filter by them needs
    views, volume_views : of images, and of whole volumes
    kinds, degrade : of planted copies, and how they are softened
    """

    level: float = LEVEL
    q: float = 0.2
    deals: int = 1999
    planted: int = sensitivity.PLANTED
    null: bool = False
    views: Sequence[View] = BATTERY
    volume_views: Sequence[View] = volume_views.BATTERY
    kinds: Sequence[PlantedKind] = KINDS
    degrade: Degrade = degraded
    seed: int = 0

    def of_volumes(self) -> "Plan":
        """The same for whole volumes."""
        return replace(
            self,
            views=self.volume_views,
            kinds=volumes_planted.KINDS,
            degrade=volumes_planted.degraded,
        )

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing."""
        for name, share in (("level", self.level), ("q", self.q)):
            if not 0 < share < 1:
                raise ClefganError(f"audit: {name} {share} is not between 0 and 1; give a share")
        if self.deals < 99:
            raise ClefganError(f"audit: {self.deals} deals are too few; give 99 or more")
        if self.deals < 1 / self.level:
            raise ClefganError(
                f"audit: {self.deals} deals cannot reach level {self.level:g}; give "
                f"{int(np.ceil(1 / self.level))} or more"
            )

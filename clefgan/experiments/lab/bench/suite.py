"""Which challenges the bench consists of, and at what size they are made.

The suite is fixed so that figures of two days can be compared. Two generators are trained for three
lengths each, since the length decides how much of a single image is remembered; stated leaks stand
beside them. Controls say what a method finds where there is nothing to find.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.experiments.lab.make import Spec
from clefgan.experiments.lab.role_counts import RoleCounts
from clefgan.flow.config import FlowConfig

Role: TypeAlias = Literal["leak", "no leak", "confounded"]
ROLES: tuple[Role, ...] = ("leak", "no leak", "confounded")
Length: TypeAlias = Literal["brief", "medium", "long"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchSize:
    """How large the suite is.

    small, large : sides of the images, pixels; real images are reduced to them
    lengths : steps of a flow, and epochs of a DCGAN, by the length of training
    """

    small: int
    large: int
    counts: RoleCounts
    steps: dict[Length, int]
    epochs: dict[Length, int]
    width: int  # channels of the flow
    filters: int  # of the DCGAN's largest layer; each after it has half


FULL = BenchSize(
    small=64,
    large=128,
    counts=RoleCounts(used=40, not_used=40, generated=200, candidates=100, test_generated=300),
    steps={"brief": 600, "medium": 1500, "long": 3000},
    epochs={"brief": 60, "medium": 150, "long": 300},
    width=32,
    filters=128,
)
QUICK = BenchSize(
    small=32,
    large=64,
    counts=RoleCounts(used=8, not_used=8, generated=20, candidates=20, test_generated=30),
    steps={"brief": 2, "medium": 3, "long": 4},
    epochs={"brief": 1, "medium": 2, "long": 3},
    width=8,
    filters=16,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteEntry:
    """One challenge of the suite.

    source : number of the real images that it is made of, 0 or 1; with one source, of that
    side : "small" or "large"; see `BenchSize`
    latent : of a flow: in latent space
    length : of the training of a network
    against_dev : the candidates are compared with the images of dev's generator, which saw none
    """

    name: str
    role: Role = "leak"
    source: int = 0
    side: Literal["small", "large"] = "small"
    how: str = "copy"
    leak: float = 1.0
    latent: bool = False
    length: Length = "medium"
    against_dev: bool = False

    def spec(self, size: BenchSize, per_group: int = 1) -> Spec:
        """Return what decides the challenge it is made as, of so many images of one patient."""
        return Spec(
            leak=self.leak,
            how=self.how,
            seed=SEED,
            counts=replace(size.counts, per_group=per_group),
            gan=DCGANConfig(
                epochs=size.epochs[self.length],
                batch=4,
                base_filters=size.filters,
                filters=tuple(size.filters >> i for i in range(4)),
                seed=SEED,
            ),
            flow=FlowConfig(
                steps=size.steps[self.length],
                batch=8,
                width=size.width,
                draws=20,
                shift=1,
                block=8 if self.latent else 4,
                components=16 if self.latent else 0,
                seed=SEED,
            ),
        )


SEED = 1
SUITE: tuple[SuiteEntry, ...] = (
    SuiteEntry(name="flow-brief", how="flow", length="brief"),
    SuiteEntry(name="flow-medium", how="flow"),
    SuiteEntry(name="flow-long", how="flow", length="long"),
    SuiteEntry(name="latent-brief", how="flow", latent=True, side="large", length="brief"),
    SuiteEntry(name="latent-medium", how="flow", latent=True, side="large"),
    SuiteEntry(name="latent-long", how="flow", latent=True, side="large", length="long"),
    SuiteEntry(name="dcgan-brief", how="dcgan", source=1, length="brief"),
    SuiteEntry(name="dcgan-medium", how="dcgan", source=1),
    SuiteEntry(name="dcgan-long", how="dcgan", source=1, length="long"),
    SuiteEntry(name="other-latent", how="flow", latent=True, source=1, side="large"),
    SuiteEntry(name="other-dcgan", how="dcgan", length="medium"),
    SuiteEntry(name="copy", leak=0.1),
    SuiteEntry(name="blend", how="blend", leak=0.1, source=1, side="large"),
    SuiteEntry(name="tiles", how="tiles", leak=0.25),
    SuiteEntry(name="tiles-large", how="tiles", leak=0.5, source=1, side="large"),
    SuiteEntry(name="pca", how="pca", leak=0.1),
    SuiteEntry(name="no-leak-copy", role="no leak", leak=0.0, source=1),
    SuiteEntry(name="no-leak-flow", role="no leak", how="flow", length="long", against_dev=True),
    SuiteEntry(
        name="no-leak-latent", role="no leak", how="flow", latent=True, side="large",
        length="long", against_dev=True,
    ),
    SuiteEntry(name="no-leak-dcgan", role="no leak", how="dcgan", source=1, length="long",
          against_dev=True),
    SuiteEntry(name="confounded", role="confounded", leak=0.0),
)  # fmt: skip


def chosen(names: tuple[str, ...]) -> tuple[SuiteEntry, ...]:
    """Return the entries of these names, in the order of the suite; all where none is named.

    Raises
    ------
    ClefganError
        No such entry.
    """
    known = [entry.name for entry in SUITE]
    for name in names:
        if name not in known:
            raise ClefganError(f"bench: no challenge {name!r}; known: {', '.join(known)}")
    return tuple(entry for entry in SUITE if not names or entry.name in names)

"""What a challenge consists of: dev, test or both."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clefgan.data.imageset import ImageSet
from submissions import editions
from submissions.edition import Edition

DEFAULT_EDITION = "2023"


@dataclass(frozen=True, slots=True)
class Dev:
    """A generator whose training images are known: the images to learn from."""

    generated: ImageSet
    used: ImageSet
    not_used: ImageSet


@dataclass(frozen=True, slots=True)
class Test:
    """The generator under test, and the real images to decide on."""

    __test__ = False  # pytest: a part of a challenge, not a test

    generated: ImageSet
    candidates: ImageSet
    # id to used, where it is known; id of a candidate to its patient, where all are known
    truth: Mapping[str, bool] | None = field(default=None, repr=False)
    groups: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Challenge:
    """Dev, test, or both.

    Parameters
    ----------
    source : the folder or name that it was read from
    groups : id of a real dev image to its patient or other group, where groups are known
    group_notes : sentences on where the groups come from
    edition : whose folder names it was read by, and whose run files it asks for
    """

    source: str
    dev: Dev | None
    test: Test | None
    groups: Mapping[str, str] | None = field(default=None, repr=False)
    group_notes: tuple[str, ...] = ()
    edition: Edition = field(default_factory=lambda: editions.get(DEFAULT_EDITION), repr=False)

    def image_sets(self) -> tuple[ImageSet, ...]:
        """All roles that are there, dev first."""
        dev = (self.dev.generated, self.dev.used, self.dev.not_used) if self.dev else ()
        test = (self.test.generated, self.test.candidates) if self.test else ()
        return (*dev, *test)

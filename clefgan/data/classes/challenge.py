"""What a class challenge consists of: sources, images under test, or both."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from clefgan.data.challenge import DEFAULT_EDITION
from clefgan.data.imageset import ImageSet
from clefgan.data.listing import natural_key
from clefgan.method import Evidence
from submissions import editions
from submissions.edition import Edition


def class_name(written: str) -> str:
    """The name of a class, as a folder or a table writes it, with its letters composed (NFC).

    Folders that were unpacked on a Mac may write an accent as a letter of its own.
    """
    return unicodedata.normalize("NFC", written)


@dataclass(frozen=True, slots=True)
class ClassImages:
    """One class: its real images and the generated images that are known to be its own."""

    name: str
    real: ImageSet | None
    generated: ImageSet | None


@dataclass(frozen=True, slots=True)
class ClassChallenge:
    """The sources in the natural order of their names, and the images under test.

    Parameters
    ----------
    source : the folder or name that it was read from
    truth : id of an image under test to its class, where it is known
    shared : real images may be in several classes
    """

    source: str
    classes: tuple[ClassImages, ...]
    test: ImageSet | None
    truth: Mapping[str, str] | None = field(default=None, repr=False)
    shared: bool = False
    edition: Edition = field(default_factory=lambda: editions.get(DEFAULT_EDITION), repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the classes."""
        return tuple(one_class.name for one_class in self.classes)

    @property
    def answers(self) -> tuple[str, ...]:
        """Classes that a run may name: the sources, else those of the truth; empty: not known."""
        return self.names or tuple(sorted(set((self.truth or {}).values()), key=natural_key))

    @property
    def evidence(self) -> Evidence:
        """All that a method can be given: real images, labelled ones, both or neither."""
        real = bool(self.classes) and all(one_class.real for one_class in self.classes)
        labelled = bool(self.classes) and all(one_class.generated for one_class in self.classes)
        if real and labelled:
            return Evidence.A3
        return Evidence.A1 if real else Evidence.A2 if labelled else Evidence.A0

    def image_sets(self) -> dict[str, ImageSet]:
        """Every role that is there, by what it is called in a record."""
        sets: dict[str, ImageSet] = {}
        for one_class in self.classes:
            for role, images in (("real", one_class.real), ("generated", one_class.generated)):
                if images is not None:
                    sets[f"{role} {one_class.name}"] = images
        if self.test is not None:
            sets["test"] = self.test
        return sets

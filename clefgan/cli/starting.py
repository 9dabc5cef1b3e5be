"""A method to begin with: a file that runs as it is, and its test beside it."""

import importlib.util
import keyword
from pathlib import Path

from clefgan.errors import ClefganError
from clefgan.storage.files import written_together

METHOD = '''"""{title}: how near is the closest generated image?"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent


@dataclass(frozen=True, kw_only=True)
class {title}:
    """Negative distance to the closest generated image, on a coarse grid."""

    knowledge: ClassVar[Knowledge] = Knowledge.S0  # the image and the generated set, nothing else
    source: ClassVar[str] = "ours"

    grid: int = 16  # cells along each side

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Set the threshold on dev: midway between the two classes' median distances."""
        used, unused = (distances(x, dev.generated, self.grid) for x in (dev.used, dev.not_used))
        return {title}Scorer(self.grid, float(np.median(used) + np.median(unused)) / 2)


@dataclass(frozen=True, slots=True)
class {title}Scorer:
    """Scores candidates: above 0 is used."""

    grid: int
    threshold: float

    def score(
        self, candidates: Images, generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Return one number per candidate, higher: more likely used."""
        return self.threshold - distances(candidates, generated, self.grid)


def distances(images: Images, generated: Images, grid: int) -> Scores:
    """Root mean square difference of each image to the closest generated one."""
    own, others = cells(images, grid), cells(generated, grid)
    return np.array([np.sqrt(((others - image) ** 2).mean(axis=1)).min() for image in own])


def cells(images: Images, grid: int) -> Scores:
    """Mean grey level of the cells of each image: (n, cells)."""
    step = max(1, images.shape[1] // grid)
    side = images.shape[1] // step * step
    small = images[:, :side, :side].reshape(len(images), side // step, step, side // step, step)
    means: Scores = small.mean(axis=(2, 4), dtype=np.float64).reshape(len(images), -1)
    return means
'''

ATTRIBUTOR = '''"""{title}: how near is the closest real image of each class?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked


@dataclass(frozen=True, kw_only=True)
class {title}:
    """Negative distance to the closest real image of each class."""

    evidence: ClassVar[Evidence] = Evidence.A1  # real images of each class, no generated ones
    source: ClassVar[str] = "ours"

    power: float = 2.0  # of the differences between pixels

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Keep the real images of each class."""
        return {title}Scorer(tuple(rows(source.real) for source in sources), self.power)


@dataclass(frozen=True, slots=True, eq=False)
class {title}Scorer:
    """Scores generated images: the highest of a row is the class."""

    reals: tuple[ClassScores, ...]
    power: float

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Return one row per image and one column per class, higher: more likely that class."""
        scores = np.empty((len(generated), len(self.reals)))
        for image, own in enumerate(rows(generated)):
            for number, real in enumerate(self.reals):
                far = (np.abs(real - own) ** self.power).mean(axis=1).min()
                scores[image, number] = -(far ** (1 / self.power))
        return scores


def rows(images: Images) -> ClassScores:
    """The pixels of each image in a row, from 0 to 1."""
    return np.asarray(images, np.float64).reshape(len(images), -1) / 255
'''

TEST = '''"""Does {title} keep what every method promises? Run with pytest, or as a script."""

from {module} import {title}

from clefgan.testing import {check}


def test_it_keeps_its_promises() -> None:
    {check}({title})


if __name__ == "__main__":
    {check}({title})
    print("{title} keeps its promises")
'''


KINDS = {
    "membership": (METHOD, "check_method", ""),
    "attribution": (ATTRIBUTOR, "check_attributor", " --data phantom_classes"),
}
"""Kind to the text of a method, what checks it, and data to run it on that are not the default."""


def write(path: Path, kind: str = "membership") -> list[Path]:
    """Write the method and `test_` of it beside it, both or neither.

    Parameters
    ----------
    kind : one of `KINDS`

    Raises
    ------
    ClefganError
        A name that Python cannot import, a file that is there already, or no such folder.
    """
    module = path.stem
    if path.suffix != ".py" or not module.isidentifier() or keyword.iskeyword(module):
        raise ClefganError(f"{path}: not a module's name; give one such as mine.py")
    if not path.parent.is_dir():
        raise ClefganError(f"{path.parent}: no such folder; make it first")
    files = [path, path.with_name(f"test_{module}.py")]
    for file in files:
        if file.exists():
            raise ClefganError(f"{file}: exists; give another name")
    if importlib.util.find_spec(module) is not None:
        raise ClefganError(f"{path}: hides the module {module!r} of Python; give another name")
    title = "".join(part.capitalize() for part in module.split("_") if part) or "Mine"
    method, check, _ = KINDS[kind]
    with written_together(files, new=True) as parts:
        for part, text in zip(parts, (method, TEST), strict=True):
            part.write_text(text.format(title=title, module=module, check=check), encoding="utf-8")
    return files

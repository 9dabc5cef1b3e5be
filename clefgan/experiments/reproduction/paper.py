"""What is reproduced: the rows of the paper's tables, as methods that run, and at which size."""

from collections.abc import Iterable
from dataclasses import dataclass

from clefgan.errors import ClefganError
from clefgan.method import Method
from clefgan.plugins import registry
from clefgan.storage import weights
from evaluation import published
from evaluation.published import Published


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One result row of a paper.

    Parameters
    ----------
    key : names the row and its run file
    method, settings : as `clefgan run --method ... --set ...` takes them
    dev, test : names of its printed results in `evaluation/published.toml`; "" where none
    needs_vgg16 : whether it needs weights, which are not part of clefgan
    """

    key: str
    title: str
    method: str
    settings: tuple[str, ...]
    dev: str
    test: str = ""
    needs_vgg16: bool = False

    def configured(self, sizes: "Sizes", seed: int) -> Method:
        """Return the method of this row at a size."""
        return registry.configure(self.method, (*self.settings, *sizes.settings), seed)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is trained and drawn."""

    name: str
    own_samples: int
    epochs: int
    why: str

    @property
    def settings(self) -> tuple[str, ...]:
        """The sizes as settings of a method."""
        return (f"own_samples={self.own_samples}", f"gan.epochs={self.epochs}")


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: its rows, and what it says beside its tables."""

    name: str
    title: str
    source: str
    rows: tuple[PaperRow, ...]
    quick: Sizes
    full: Sizes

    def row(self, key: str) -> PaperRow:
        """Find a row by its key."""
        return next(row for row in self.rows if row.key == key)


QUICK = Sizes(
    "quick",
    own_samples=200,
    epochs=12,
    why="200 own samples, 12 epochs: both our choice, to be done in minutes",
)
FULL = Sizes(
    "full",
    own_samples=802,
    epochs=50,
    why="802 own samples, as printed; 50 epochs: our choice, the paper prints none",
)

AIMULTIMEDIALAB_2023 = Paper(
    name="aimultimedialab-2023",
    title="AIMultimediaLab at ImageCLEFmedical GANs 2023",
    source="CEUR-WS Vol-3497",
    rows=(
        PaperRow(
            "lbp-rbf",
            "hand-crafted (LBP), radial",
            "lbp-svm",
            ("kernel=rbf",),
            "aimultimedialab-2023-dev-lbp-rbf",
            "aimultimedialab-2023-run-1",
        ),
        PaperRow(
            "lbp-linear",
            "hand-crafted (LBP), linear",
            "lbp-svm",
            ("kernel=linear",),
            "aimultimedialab-2023-dev-lbp-linear",
        ),
        PaperRow(
            "vgg16-rbf",
            "deep (VGG-16), radial",
            "vgg16-svm",
            ("kernel=rbf",),
            "aimultimedialab-2023-dev-vgg16-rbf",
            "aimultimedialab-2023-run-2",
            needs_vgg16=True,
        ),
        PaperRow(
            "vgg16-linear",
            "deep (VGG-16), linear",
            "vgg16-svm",
            ("kernel=linear",),
            "aimultimedialab-2023-dev-vgg16-linear",
            needs_vgg16=True,
        ),
    ),
    quick=QUICK,
    full=FULL,
)
PAPERS = (AIMULTIMEDIALAB_2023,)


def get(name: str) -> Paper:
    """Find a paper by its name.

    Raises
    ------
    ClefganError
        There is none of this name.
    """
    for paper in PAPERS:
        if paper.name == name:
            return paper
    known = [paper.name for paper in PAPERS]
    raise ClefganError(f"no reproduction {name!r}; {registry.suggestion(name, known)}")


def printed(name: str) -> Published | None:
    """Return a printed result; None for a row that the paper prints nothing of."""
    return published.get(name) if name else None


def why_not(rows: Iterable[PaperRow]) -> dict[str, str]:
    """Return key and reason of every row that cannot run here: no such method, or no weights."""
    reasons = {}
    for row in rows:
        try:
            registry.get(row.method)
            if row.needs_vgg16:
                weights.load()
        except ClefganError as error:
            reasons[row.key] = str(error)
    return reasons

"""Evidence: for each test candidate, the generated images that are most like it.

run.pairs.to_frame()                 # candidate, rank, generated, similarity, z, features
run.write("runs/nearest")            # runs/pairs/nearest.csv too

The table of a run stands in a folder beside run files, so that `runs/*.csv` are runs and nothing
else. Where the method itself compares all candidates with all generated images, its own scan is
listened to; else they are compared in `band`, which shows what a generator copies of one image.
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from clefgan.errors import ClefganError, shortened
from clefgan.method import Images, Method, Progress, promises, silent
from clefgan.runs.frames import data_frame
from clefgan.similarity.detail_images import Detail, Drawn
from clefgan.similarity.engine import scan
from clefgan.similarity.listening import Listener
from clefgan.similarity.matches import Matches, MostAlike
from clefgan.similarity.products import Metric
from clefgan.similarity.views import Stacked
from submissions.files import neighbour

NEAREST = 3
FOLDER = "pairs"
BAND = "band"


@runtime_checkable
class ComparesFeatures(Protocol):
    """A method that has a hyper-parameter for where it compares images."""

    @property
    def features(self) -> object:
        """Written as `--set features=...` takes it."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """Candidates and their nearest generated images: a row per pair, m rows.

    candidate, generated : (m,) str, ids
    rank : (m,) int64, 1 for the most similar generated image of the candidate
    similarity : (m,) float64, correlation or cosine; minus the distance where features are compared
        by Euclidean distance. Higher: more alike
    z : (m,) float64, similarity in standard deviations above the mean similarity of the whole pool
        of candidates with that generated image
    features : (m,) str, where they were compared
    """

    candidate: NDArray[np.str_]
    rank: NDArray[np.int64]
    generated: NDArray[np.str_]
    similarity: NDArray[np.float64]
    z: NDArray[np.float64]
    features: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.candidate)

    def of(self, candidate: str) -> "PairTable":
        """The rows of one candidate, the most similar generated image first."""
        rows = self.candidate == candidate
        return PairTable(*(column[rows] for column in self.as_columns().values()))

    def as_columns(self) -> dict[str, NDArray[Any]]:
        """Columns by their names in the file."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def to_frame(self) -> Any:
        """The columns as a pandas DataFrame.

        Raises
        ------
        ClefganError
            pandas is not installed.
        """
        return data_frame(self.as_columns())


def why_none(method: Method, candidates: Images, generated: Images) -> str:
    """Why there can be no pairs; empty where there can."""
    if not promises(type(method)).needs_generated:
        return "no pairs: the method scores images without generated ones"
    if candidates.shape[1:] != generated.shape[1:]:
        return (
            f"no pairs: candidates are {size(candidates)}, generated images {size(generated)}; "
            "bring them to one size with --size"
        )
    return ""


def size(images: Images) -> str:
    """`256x128`: height by width."""
    return "x".join(map(str, images.shape[1:]))


def made(
    heard: Listener,
    method: Method,
    ids: tuple[Sequence[str], Sequence[str]],
    progress: Progress = silent,
) -> PairTable:
    """The table of what was heard while the method scored; else of a scan in `band`.

    Parameters
    ----------
    ids : of the candidates, and of the generated images
    """
    matches = heard.matches
    if matches is None:
        return table(compared(heard, progress), BAND, ids)
    features = "pixels"
    if isinstance(heard.rows, Stacked):
        features = f"{BAND}:fine"
    elif isinstance(method, ComparesFeatures):
        features = str(method.features)
    return table(matches, features, ids)


def compared(wanted: Listener, progress: Progress) -> Matches:
    """Compare all pairs in `band`."""
    detail = Detail.like("band", "middle", wanted.generated)
    return scan(
        Metric.UNIT,
        Drawn(wanted.candidates, detail),
        Drawn(wanted.generated, detail),
        MostAlike(Metric.UNIT, wanted.k),
        progress=progress,
        stage="pairs",
    )


def table(matches: Matches, features: str, ids: tuple[Sequence[str], Sequence[str]]) -> PairTable:
    """Matches under the ids of the images."""
    candidates, generated = (np.array(names, np.str_) for names in ids)
    n, k = matches.indices.shape
    return PairTable(
        candidate=np.repeat(candidates, k),
        rank=np.tile(np.arange(1, k + 1), n),
        generated=generated[matches.indices.ravel()],
        similarity=matches.similarity.ravel(),
        z=matches.z.ravel(),
        features=np.full(n * k, features),
    )


def path_of(run: Path) -> Path:
    """The table of the run whose run file is at `run`."""
    return run.parent / FOLDER / f"{run.stem}.csv"


def text(pairs: PairTable) -> str:
    """The table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = pairs.as_columns()
    writer.writerow(columns)
    numbers = {"similarity", "z"}
    writer.writerows(
        zip(
            *(
                [f"{value:.6g}" for value in column] if name in numbers else column.tolist()
                for name, column in columns.items()
            ),
            strict=True,
        )
    )
    return out.getvalue()


def described(pairs: PairTable) -> dict[str, Any]:
    """What the record says of its pairs, so that they are known to be its own."""
    content = text(pairs).encode("utf-8")
    return {
        "n": len(pairs),
        "features": sorted(set(pairs.features.tolist())),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def beside(run: Path, recorded: object) -> PairTable | None:
    """The pairs of a run file, as its record describes them; None where it has none.

    None also where the file is not there: a run may be moved without it.

    Raises
    ------
    ClefganError
        The file is not the one of the record.
    """
    path = path_of(run)
    if not isinstance(recorded, dict) or not path.is_file():
        return None
    if hashlib.sha256(path.read_bytes()).hexdigest() != recorded.get("sha256"):
        raise ClefganError(
            f"{path}: not the pairs of {neighbour(run, '.json').name} (another SHA-256); run the "
            "method again, or remove the file"
        )
    return read(path)


def read(path: Path) -> PairTable:
    """Read a table that a run wrote.

    Raises
    ------
    ClefganError
        It is none.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, strict=True))
        columns = {field.name: [row[field.name] for row in rows] for field in fields(PairTable)}
        return PairTable(
            candidate=np.array(columns["candidate"], np.str_),
            rank=np.array(columns["rank"], np.int64),
            generated=np.array(columns["generated"], np.str_),
            similarity=np.array(columns["similarity"], np.float64),
            z=np.array(columns["z"], np.float64),
            features=np.array(columns["features"], np.str_),
        )
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise ClefganError(
            f"{path}: not the pairs of a run; got {shortened(repr(error))}; run the method again, "
            "or remove the file"
        ) from error

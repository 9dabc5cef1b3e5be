"""A TFDS dataset that was prepared: its splits as records that are read but not decoded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clefgan.data import decoding, images
from clefgan.data.formats.raw import Header, RawImage
from clefgan.data.tfds.schema import LABELS, SPLITS
from clefgan.errors import ClefganError, shortened
from submissions.table import names_nobody

INFO = "dataset_info.json"  # TFDS writes it last
VERSION = "[0-9]*.[0-9]*.[0-9]*"
DAMAGED = "a prepared dataset that is damaged"
AGAIN = "prepare it again, with --force (`clefgan data prepare`)"
BLOCK = 64  # records that are held at a time while ids are read


@dataclass(frozen=True, slots=True)
class Record:
    """An image in a dataset; the same interface as an image file."""

    id: str
    where: str
    source: Any  # a TFDS data source, which may be read from several threads
    index: int
    file_name: str = ""  # of the image before it was stored

    @property
    def name(self) -> str:
        """What an error calls it."""
        return self.id

    def read_bytes(self) -> bytes:
        """Return the encoded image."""
        with readable(self.where):
            return bytes(self.source[self.index]["image"])

    def header(self) -> Header:
        """Size and kind; nothing is decoded."""
        return decoding.header(self.read_bytes())

    def raw(self) -> RawImage:
        """Decode the values."""
        return decoding.raw(self.read_bytes())

    def n_bytes(self) -> int:
        """Size of the encoded image."""
        return len(self.read_bytes())


@dataclass(frozen=True, slots=True)
class Split:
    """One split, naturally sorted by id; `labels` and `groups` by id."""

    name: str
    records: tuple[Record, ...]
    labels: Mapping[str, str]
    groups: Mapping[str, str]  # without the images whose group is not known

    def truth(self) -> dict[str, bool] | None:
        """`id -> used` if the label of every image says so, None if no label does.

        Raises
        ------
        ClefganError
            Some labels say so and others do not.
        """
        known = {
            name: label == "used" for name, label in self.labels.items() if label in LABELS[:2]
        }
        if known and len(known) < len(self.labels):
            raise ClefganError(
                f"{self.records[0].where}: the truth of {len(self.labels) - len(known)} of "
                f"{len(self.labels)} images is not known; label all of them or none"
            )
        return known or None


def directory(path: Path) -> Path | None:
    """The folder of a prepared dataset, if `path` is one, or holds a single one by its version.

    Raises
    ------
    ClefganError
        There are several.
    """
    patterns = (INFO, f"{VERSION}/{INFO}", f"*/{VERSION}/{INFO}")
    folders = [info.parent for pattern in patterns for info in sorted(path.glob(pattern))]
    if len(folders) > 1:
        raise ClefganError(
            f"{path}: {len(folders)} prepared datasets; give one, such as {str(folders[0])!r}"
        )
    return folders[0] if folders else None


def read(path: Path) -> dict[str, Split]:
    """The splits of a prepared dataset that are roles of a challenge, none decoded.

    Raises
    ------
    ClefganError
        The dataset is not in the form of `clefgan.data.tfds.schema`, or not as `array_record`,
        or a file of it is not as it was written.
    """
    import tensorflow_datasets as tfds  # TFDS

    with readable(str(path)):
        builder = tfds.builder_from_directory(path)
    missing = {"image", "id", "label"} - set(builder.info.features)
    if missing:
        raise ClefganError(f"{path}: no feature {min(missing)!r}; need image, id and label")
    form = builder.info.file_format
    if form is None or form.value != "array_record":
        raise ClefganError(
            f"{path}: stored as {getattr(form, 'value', form)!r}; need 'array_record'"
        )
    decoders = {"image": tfds.decode.SkipDecoding()}
    return {
        name: read_split(
            f"{path}, split {name}", name, builder.as_data_source(name, decoders=decoders)
        )
        for name in SPLITS
        if name in builder.info.splits
    }


@contextmanager
def readable(where: str) -> Iterator[None]:
    """Make one error of what TFDS and the readers below it raise of a damaged file."""
    from google.protobuf.json_format import ParseError  # comes with TFDS

    try:
        yield
    except (
        ValueError, RuntimeError, OSError, ParseError,
        AttributeError, IndexError, KeyError, TypeError,  # of JSON that is not what they expect
    ) as error:  # fmt: skip
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ClefganError(f"{where}: {DAMAGED}; got {shortened(reason)!r}; {AGAIN}") from error


def read_split(where: str, name: str, source: Any) -> Split:
    """Read ids, labels and groups of one split."""
    records: list[Record] = []
    labels: dict[str, str] = {}
    groups: dict[str, str] = {}
    for start in range(0, len(source), BLOCK):
        indices = range(start, min(start + BLOCK, len(source)))
        with readable(where):
            rows = source.__getitems__(list(indices))
        for index, row in zip(indices, rows, strict=True):
            if row["id"] is None:  # how a file that was cut short between two blocks is read
                raise ClefganError(f"{where}: {DAMAGED}; got no record {index}; {AGAIN}")
            key = row["id"].decode()
            if key in labels:
                raise ClefganError(f"{where}: id {key!r} is there twice; prepare the dataset again")
            file_name = (row.get("file") or b"").decode()
            records.append(Record(key, where, source, index, file_name))
            labels[key] = LABELS[int(row["label"])]
            if not names_nobody(row.get("group")):
                groups[key] = row["group"].decode()
    if not records:
        raise ClefganError(f"{where}: no images; prepare the dataset again")
    records.sort(key=lambda record: images.natural_key(record.id))
    return Split(name, tuple(records), labels, groups)

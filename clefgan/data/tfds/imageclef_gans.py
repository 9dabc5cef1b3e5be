"""The data of the ImageCLEFmedical GANs task, as given to registered participants.

It may not be passed on, so nothing is downloaded: give the folder that you unpacked,
`clefgan data prepare imageclef_gans/2023 --from FOLDER`.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow_datasets as tfds

from clefgan.data import folder, images
from clefgan.data.formats.stored import StoredImage
from clefgan.data.imageset import ImageSet
from clefgan.data.listing import Encoded
from clefgan.data.tfds import schema
from clefgan.errors import ClefganError
from submissions import editions, names

EDITIONS = {
    "2023": "ImageCLEFmedical GANs 2023: which real images trained the generator?",
    "2025_s1": "ImageCLEFmedical GANs 2025, subtask 1: the same question, palette images",
}


class ImageclefGans(tfds.core.GeneratorBasedBuilder):  # type: ignore[misc]
    """One configuration an edition, one split a role; dev or test may be left out."""

    VERSION = tfds.core.Version("1.1.0")
    RELEASE_NOTES = {  # noqa: RUF012 - TFDS wants a dict
        "1.0.0": "First version.",
        "1.1.0": "With the names of the files, which run files of 2025 want.",
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "Register for the task, download and unpack its data, and give that folder."
    )
    BUILDER_CONFIGS = [  # noqa: RUF012 - TFDS wants a list
        tfds.core.BuilderConfig(name=name, description=text) for name, text in EDITIONS.items()
    ]

    @staticmethod
    def source_digest(source: Path, config: str) -> str:
        """SHA-256 of all that is taken from a download: ids and encoded images by role, tables."""
        challenge = folder.read(source, editions.get(config).folders)
        for image_set in challenge.image_sets():
            refuse_not_utf_8(image_set)
        tables = [challenge.groups, None if challenge.test is None else challenge.test.truth]
        parts = [
            (image_set.role, image_set.digest(), tuple(image_set.file_names.values()))
            for image_set in challenge.image_sets()
        ]
        listed = [sorted((table or {}).items()) for table in tables]
        return hashlib.sha256(repr((parts, listed)).encode()).hexdigest()

    def _info(self) -> Any:
        return tfds.core.DatasetInfo(
            builder=self,
            description="CT slices, and images of a generator that was trained on some of them.",
            features=schema.features(),
            homepage="https://www.imageclef.org",
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager: Any) -> dict[str, Any]:
        folders = editions.get(self.builder_config.name).folders
        challenge = folder.read(Path(dl_manager.manual_dir), folders)
        groups = dict(challenge.groups or {})
        splits = {}
        if challenge.dev is not None:
            splits[schema.DEV_GENERATED] = rows(challenge.dev.generated, "generated")
            splits[schema.DEV_USED] = rows(challenge.dev.used, "used", groups)
            splits[schema.DEV_NOT_USED] = rows(challenge.dev.not_used, "not_used", groups)
        if challenge.test is not None:
            truth = {
                name: "used" if used else "not_used"
                for name, used in (challenge.test.truth or {}).items()
            }
            splits[schema.TEST_GENERATED] = rows(challenge.test.generated, "generated")
            splits[schema.TEST_UNKNOWN] = rows(challenge.test.candidates, "unknown", labels=truth)
        return splits

    def _generate_examples(self, *_: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        raise NotImplementedError("each split brings its own rows")


def refuse_not_utf_8(image_set: ImageSet) -> None:
    """Raise if an id cannot be stored: TFDS stores text as UTF-8."""
    odd = [name for name in image_set.ids if names.is_not_utf_8(name)]
    if odd:
        raise ClefganError(
            f"{image_set.where}: {len(odd)} of {len(image_set)} images have a name that is not "
            f"UTF-8, such as {odd[0]!r}; rename them"
        )


def rows(
    image_set: ImageSet,
    label: str,
    groups: dict[str, str] | None = None,
    labels: dict[str, str] | None = None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield one role as TFDS wants it: the encoded bytes as they are, if the header is well."""
    for item in image_set.items:
        refuse_stored(image_set, item)
        images.header(item)
        yield (
            item.id,
            {
                "image": item.read_bytes(),
                "id": item.id,
                "file": item.file_name,
                "label": (labels or {}).get(item.id, label),
                "group": (groups or {}).get(item.id, ""),
            },
        )


def refuse_stored(image_set: ImageSet, item: Encoded) -> None:
    """Raise for what is no picture: a dataset holds encoded pictures, byte for byte."""
    if isinstance(item, StoredImage):
        raise ClefganError(
            f"{image_set.where}: {item.name!r} is {item.format}, and a dataset holds PNG, JPEG or "
            "TIFF alone; give this folder itself as the data"
        )

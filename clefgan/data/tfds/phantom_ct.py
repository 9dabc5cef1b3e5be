"""The TFDS dataset `phantom_ct`: the embedded default, drawn on first use, nothing downloaded."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import tensorflow_datasets as tfds
from PIL import Image

from clefgan.data.phantom import LEAK, DrawnRole, make, workers
from clefgan.data.phantom.slices import SIZE
from clefgan.data.tfds import schema


@dataclass(eq=False)
class PhantomConfig(tfds.core.BuilderConfig):  # type: ignore[misc]
    """How much the generator leaks; the patients are the same whatever the leak."""

    leak: float = LEAK  # share of the generated images that are near copies of used ones
    seed: int = 0  # of everything that is drawn


class PhantomCt(tfds.core.GeneratorBasedBuilder):  # type: ignore[misc]
    """Procedurally drawn axial chest slices and a generator with a known leak; see docs/phantom.md.

    128 x 128 pixels, 8-bit grey PNG. Dev: 200 generated, 40 used, 40 not used. Test: 500 generated,
    100 candidates whose truth is their label.
    """

    SIDE: ClassVar[int] = SIZE  # of the images, known before they are drawn
    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES: ClassVar[dict[str, str]] = {"1.0.0": "First release."}
    BUILDER_CONFIGS: ClassVar[list[PhantomConfig]] = [
        PhantomConfig(name="default", description="Half of the generated images are near copies."),
        PhantomConfig(name="no_leak", description="The control: only fresh anatomy.", leak=0.0),
        PhantomConfig(name="strong", description="Nine in ten are near copies.", leak=0.9),
    ]

    def _info(self) -> Any:
        return self.dataset_info_from_configs(
            description=__doc__, features=schema.features(), disable_shuffling=True
        )

    def _split_generators(self, dl_manager: Any) -> dict[str, Iterator[tuple[str, dict[str, Any]]]]:
        del dl_manager  # nothing is downloaded
        how = self.builder_config
        roles = make(how.seed, how.leak, size=self.SIDE, many=workers.draw_many)
        return {split: self._generate_examples(role) for split, role in roles.items()}

    def _generate_examples(self, role: DrawnRole) -> Iterator[tuple[str, dict[str, Any]]]:
        rows = zip(role.ids, role.images, role.labels, role.patients, strict=True)
        for name, pixels, label, patient in rows:
            yield (
                name,
                {
                    "image": png(pixels),
                    "id": name,
                    "file": "",
                    "label": label,
                    "group": patient,
                },
            )


def png(pixels: Any) -> bytes:
    """Encode a uint8 array (height, width) as an 8-bit grey PNG."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG", compress_level=3)
    return file.getvalue()

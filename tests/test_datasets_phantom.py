"""The TFDS dataset phantom_ct: what is stored, and what an interruption leaves behind."""

import functools
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from clefgan.data.phantom import PhantomCounts, make
from clefgan.data.tfds import phantom_ct, schema
from clefgan.data.tfds.phantom_ct import PhantomCt

SMALL = PhantomCounts(
    dev_generated=8, dev_used=4, dev_not_used=3, test_generated=6, test_used=2, test_not_used=3
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every preparation a matter of milliseconds."""
    monkeypatch.setattr(phantom_ct, "make", functools.partial(make, counts=SMALL))
    tfds.disable_progress_bar()


def prepare(folder: Path, config: str = "default") -> Any:
    builder = PhantomCt(config=config, data_dir=folder)
    builder.download_and_prepare(file_format="array_record")
    return builder


def rows(builder: Any, split: str) -> Iterator[Any]:
    decoders = {"image": tfds.decode.SkipDecoding()}
    yield from builder.as_data_source(split, decoders=decoders)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("config", "leak"), [("default", 0.5), ("no_leak", 0.0), ("strong", 0.9)])
def test_what_is_made_is_stored(tmp_path: Path, config: str, leak: float) -> None:
    builder = prepare(tmp_path, config)
    made = make(0, leak, SMALL)
    assert set(builder.info.splits) == set(made) == set(schema.SPLITS)
    for split, role in made.items():
        stored = list(rows(builder, split))
        assert [row["id"].decode() for row in stored] == list(role.ids)
        assert [schema.LABELS[row["label"]] for row in stored] == list(role.labels)
        assert [row["group"].decode() for row in stored] == list(role.patients)
        for row, pixels in zip(stored, role.images, strict=True):
            with Image.open(io.BytesIO(row["image"])) as image:
                assert (image.format, image.mode) == ("PNG", "L")
                np.testing.assert_array_equal(np.asarray(image), pixels)


@pytest.mark.usefixtures("small")
def test_a_second_preparation_stores_the_same_bytes(tmp_path: Path) -> None:
    stored = [
        [row["image"] for row in rows(prepare(tmp_path / name), "test_generated")] for name in "ab"
    ]
    assert stored[0] == stored[1]


@pytest.mark.usefixtures("small")
def test_an_interrupted_preparation_leaves_nothing_to_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = 0

    def interrupted(pixels: Any) -> bytes:
        nonlocal made
        made += 1
        if made > 10:
            raise KeyboardInterrupt
        return png(pixels)

    png = phantom_ct.png
    with monkeypatch.context() as patched:
        patched.setattr(phantom_ct, "png", interrupted)
        with pytest.raises(KeyboardInterrupt):
            prepare(tmp_path)
    assert not list(tmp_path.rglob("dataset_info.json"))
    assert not (tmp_path / "phantom_ct/default/1.0.0").exists()
    assert len(list(rows(prepare(tmp_path), "test_unknown"))) == 5


@pytest.mark.slow
def test_the_whole_set_is_made_without_tensorflow(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from clefgan.data.tfds.phantom_ct import PhantomCt\n"
        "builder = PhantomCt(data_dir=sys.argv[1])\n"
        "builder.download_and_prepare(file_format='array_record')\n"
        "print({name: split.num_examples for name, split in sorted(builder.info.splits.items())})\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == (
        "{'dev_generated': 200, 'dev_not_used': 40, 'dev_used': 40, "
        "'test_generated': 500, 'test_unknown': 100}"
    )

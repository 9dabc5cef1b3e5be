"""The order of released files, from folders to findings of an audit."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clefgan.auditing import file_order, inputs
from clefgan.data.patients import PatientsFrom
from clefgan.method import Images
from clefgan.testing import blobs


def write(folder: Path, images: Images) -> Path:
    folder.mkdir()
    for number, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{folder.name}{number:02}.png")
    return folder


@pytest.mark.parametrize("shuffled", [False, True])
def test_an_audit_says_that_released_files_follow_the_training_files(
    tmp_path: Path, shuffled: bool
) -> None:
    rng = np.random.default_rng(0)
    train, held_out = blobs(rng, 30), blobs(rng, 30)
    softened = np.clip(train + rng.normal(0, 8, train.shape), 0, 255).astype(np.uint8)
    if shuffled:
        softened = softened[rng.permutation(30)]
    real = write(tmp_path / "t", train), write(tmp_path / "h", held_out)
    released = write(tmp_path / "r", softened)
    read = inputs.read(real[0], released, real[1], PatientsFrom(one_image_each=True))
    named = [each for each in read.files if each.kind == "order" and "by names" in each.sentence]
    assert len(named) == (0 if shuffled else 1)


def test_most_alike_is_the_largest_correlation_of_block_means() -> None:
    """Of 32 pixels each way: 16 cells of 2 x 2."""
    rng = np.random.default_rng(1)
    train, released = blobs(rng, 12), blobs(rng, 7)
    means = [each.reshape(-1, 16, 2, 16, 2).mean(axis=(2, 4)) for each in (released, train)]
    flat = [each.reshape(len(each), -1) for each in means]
    wanted = np.corrcoef(*flat)[:7, 7:].argmax(axis=1)
    np.testing.assert_array_equal(file_order.most_alike(train, released), wanted)


def test_constant_and_small_images_are_like_the_first() -> None:
    constant = np.full((3, 5, 7), 9, np.uint8)
    np.testing.assert_array_equal(file_order.most_alike(constant, constant), [0, 0, 0])

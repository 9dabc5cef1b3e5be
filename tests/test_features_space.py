"""Feature maps by name, against scikit-image and scikit-learn."""

import numpy as np
import pytest
from skimage.feature import hog
from sklearn.decomposition import PCA

from baselines.features import cached, pca, space
from baselines.features.hog import Hog
from baselines.features.pixels import LowPass, Pixels
from baselines.features.space import Space
from building import noise
from clefgan.errors import ClefganError
from clefgan.similarity.canonical import canonical
from clefgan.similarity.engine import scan
from clefgan.similarity.reductions import Whole


@pytest.mark.parametrize(("bins", "cell"), [(9, 8), (6, 5), (9, 16)])
def test_hog_equals_scikit_image(bins: int, cell: int) -> None:
    x = noise(4, 37, 48)
    x[3, :, 10:] = 50
    expected = [
        hog(a, bins, (cell, cell), (2, 2), block_norm="L2-Hys", feature_vector=True) for a in x
    ]
    np.testing.assert_allclose(Hog(bins, cell)(x), expected, atol=1e-6)


def test_hog_of_a_constant_image_is_0() -> None:
    assert (Hog(cell=8)(np.full((2, 16, 16), 77, np.uint8)) == 0).all()


def test_hog_of_small_images_is_an_error() -> None:
    with pytest.raises(ClefganError, match=r"^hog: images of 32x40 with 9 bins and cells of 17"):
        Hog(cell=17)(noise(1, 32, 40))


def test_low_pass_is_the_mean_of_cells() -> None:
    x = noise(3, 32, 40)
    expected = x.reshape(3, 4, 8, 4, 10).mean(axis=(2, 4)).reshape(3, -1)
    np.testing.assert_allclose(LowPass(4)(x), expected, rtol=1e-6)
    assert LowPass(64)(x).shape == (3, 32 * 40)  # single pixels


def test_low_pass_of_no_cells_is_an_error() -> None:
    with pytest.raises(ClefganError, match=r"^low-pass: a grid of 0 cells"):
        LowPass(0)(noise(1, 32, 40))


def test_pixels_are_centred_and_of_length_1() -> None:
    x = noise(3, 32, 40)
    x[1] = 9
    found = Pixels()(x)
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-7)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), [1, 0, 1], atol=1e-6)


def test_components_equal_scikit_learn() -> None:
    x, y = noise(30, 32, 40), noise(5, 32, 40, seed=1)
    found = pca.fit(LowPass(8), x, 6)(y)
    reference = PCA(6, svd_solver="full").fit(LowPass(8)(x).astype(float))
    expected = reference.transform(LowPass(8)(y).astype(float))
    np.testing.assert_allclose(np.abs(found), np.abs(expected), rtol=1e-3, atol=1e-3)


def test_components_do_not_depend_on_the_order_of_images_or_neighbours() -> None:
    x, y = noise(20, 32, 40), noise(5, 32, 40, seed=1)
    one = pca.fit(LowPass(8), x, 6)
    other = pca.fit(LowPass(8), x[::-1], 6)
    np.testing.assert_array_equal(one(y), other(y))
    np.testing.assert_array_equal(one(y)[2:3], one(y[2:3]))


def test_no_more_components_than_images_span() -> None:
    x = noise(4, 32, 40)
    assert pca.fit(LowPass(8), x, 40)(x).shape == (4, 3)
    assert pca.fit(LowPass(8), x[:1], 40)(x).shape == (4, 0)


def test_the_first_ones_in_canonical_order_do_not_depend_on_the_order_of_images() -> None:
    x = noise(9, 32, 40)
    chosen = x[canonical(x, 4)]
    order = np.random.default_rng(0).permutation(9)
    np.testing.assert_array_equal(x[order][canonical(x[order], 4)], chosen)


@pytest.mark.parametrize(
    "name",
    ["pixels", "levels", "low-pass", "hog", "lbp", "pixels-pca3", "hog-pca2", "band", "whitened"],
)
def test_every_space_puts_copies_at_0_and_others_apart(name: str) -> None:
    x, g = noise(3, 32, 40), noise(6, 32, 40, seed=1)
    place = Space.parse(name).learned(g)
    distances = scan(place.metric, place.rows(x), place.rows(np.concatenate([g, x])), Whole())
    assert (np.diag(distances[:, 6:]) == 0).all()
    assert (distances[:, :6] > 0).all()
    assert str(Space.parse(name)) == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hgo", r"^no features 'hgo'; did you mean 'hog'\?"),
        ("resnet", r"^no features 'resnet'; known: pixels, "),
        ("hog-pca", r"^no features 'hog-pca'; did you mean 'hog'\?; for principal components"),
        ("hog-pca0", r"^no features 'hog-pca0'"),
        ("hog-pcax", r"^no features 'hog-pcax'"),
    ],
)
def test_unknown_features_are_an_error(text: str, message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        Space.parse(text)


def test_every_name_is_documented() -> None:
    for name in space.NAMES:
        assert name.rstrip("12345") in str(space.__doc__)


def test_hog_is_worked_out_once_an_image() -> None:
    x = noise(9, 32, 40, seed=77)  # images that no other test has asked for
    x[4] = x[0]
    hog_of = space.feature_map("hog", x)
    seen: list[int] = []

    def progress(stage: str, done: int, total: int, note: str) -> None:
        seen.append(total)

    wanted = Hog(cell=2)(x)
    np.testing.assert_array_equal(hog_of(x, progress=progress), wanted)
    assert set(seen) == {8}  # x[4] is a copy
    seen.clear()
    np.testing.assert_array_equal(hog_of(x[::-1], progress=progress), wanted[::-1])
    assert seen == []
    other = space.feature_map("hog", noise(1, 64))(x)  # other cells: not the same features
    assert other.shape != wanted.shape
    assert hog_of(x[:0]).shape == (0, wanted.shape[1])


def test_memory_lets_go_of_what_nobody_asked_for() -> None:
    memory = cached.Memory(limit=3 * 40)
    rows = np.arange(50, dtype=np.float32).reshape(5, 10)
    for i in range(3):
        memory.put(str(i), rows[i])
    assert memory.get("0") is not None  # asked for: the last to go
    memory.put("3", rows[3])
    assert [memory.get(str(i)) is not None for i in range(4)] == [True, False, True, True]
    memory.put("3", rows[4])
    assert memory.size == 120
    np.testing.assert_array_equal(memory.get("3"), rows[4])


def test_a_method_on_grey_levels_as_features() -> None:
    x = noise(2, 32, 40)
    np.testing.assert_array_equal(space.feature_map("levels", x)(x), x.reshape(2, -1))


def test_the_choices_that_are_shown_are_the_names() -> None:
    for part in Space.CHOICES.partition(", or ")[0].split(" | "):
        name, _, last = part.partition("..")
        assert Space.parse(f"{name}-pca40") == Space(name, 40)
        assert not last or Space.parse(name[:-1] + last)
    assert [n for n in space.NAMES if not n.startswith("vgg16")] == Space.CHOICES.split(" | ")[:9]

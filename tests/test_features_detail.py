"""Maps of detail: scales that follow the images, against SciPy's filters and scikit-learn."""

import numpy as np
import pytest
from scipy import ndimage
from sklearn.decomposition import PCA

from baselines.features import whitened
from baselines.features.pixels import Pixels
from baselines.features.space import Space
from building import noise
from clefgan.errors import ClefganError
from clefgan.method import Images
from clefgan.similarity import working_size
from clefgan.similarity.detail_images import CENTRE, DEVIATION, Detail
from clefgan.similarity.engine import nearest
from clefgan.testing import blobs

ALL = ("band", "band:fine", "band:coarse", "contrast", "contrast:fine", "gradient", "band:1:3")


def enlarged(images: Images, times: int) -> Images:
    """Cubic splines between the pixels, as a viewer or a pipeline enlarges."""
    high = ndimage.zoom(
        images.astype(float), (1, times, times), order=3, mode="nearest", grid_mode=True
    )
    return np.asarray(np.clip(np.rint(high), 0, 255), np.uint8)


def speckled(n: int, seed: int, side: int = 64) -> Images:
    """Slices with a smooth ground and fine structure up to the size of a pixel."""
    rng = np.random.default_rng(seed)
    ground = ndimage.gaussian_filter(rng.normal(0, 900, (n, side, side)), (0, 9, 9))
    fine = ndimage.gaussian_filter(rng.normal(0, 60, (n, side, side)), (0, 0.7, 0.7))
    return np.clip(np.rint(128 + ground + fine), 0, 255).astype(np.uint8)


def test_a_band_is_that_of_scipy_in_levels() -> None:
    x = noise(3, 48, 40)
    soft, softer = (
        ndimage.gaussian_filter(x.astype(float), (0, s, s), mode="nearest") for s in (1, 3)
    )
    band = soft - softer
    band -= band.mean(axis=(1, 2), keepdims=True)
    expected = CENTRE + DEVIATION * band / band.std(axis=(1, 2), keepdims=True)
    found = Detail("band", (1.0, 3.0), (48, 40)).images(x)
    assert found.dtype == np.uint8
    np.testing.assert_allclose(found, np.clip(expected, 0, 255), atol=0.51)


def test_a_gradient_has_the_slopes_down_above_those_to_the_right() -> None:
    ramp = np.broadcast_to(np.arange(0, 240, 6, dtype=np.uint8)[:, None], (40, 40))
    detail = Detail("gradient", (1.0, 3.0), (40, 40))
    down = detail.maps(ramp[None].astype(np.float32))[0]
    right = detail.maps(ramp.T[None].astype(np.float32))[0]
    assert down.shape == (80, 40)
    assert (down[5:35] > 0.5).all()
    np.testing.assert_allclose(down[40:], 0, atol=1e-3)
    np.testing.assert_allclose(right[:40], 0, atol=1e-3)
    np.testing.assert_allclose(right[40:], down[:40].T, atol=1e-3)


@pytest.mark.parametrize("name", ALL)
def test_detail_does_not_depend_on_contrast_nor_on_neighbours(name: str) -> None:
    x = noise(40, 48, 40, seed=1)
    detail = Space.parse(name).learned(x).features
    assert isinstance(detail, Detail)
    found = detail.images(x)
    np.testing.assert_array_equal(detail.images(x[7:9]), found[7:9])
    faint = (x // 2 + 60).astype(np.uint8)
    by_row = Pixels()(detail.images(faint)), Pixels()(found)
    assert (np.vecdot(*by_row) > 0.98).all()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (3, 2), (7, 60)])
def test_images_smaller_than_the_filter_have_detail(name: str, height: int, width: int) -> None:
    x = noise(4, height, width)
    place = Space.parse(name).learned(x)
    near = nearest(place.metric, place.rows(x), place.rows(x))
    assert (near.distances == 0).all()


@pytest.mark.parametrize("name", ALL)
def test_a_constant_image_has_none(name: str) -> None:
    flat = np.full((3, 20, 30), 77, np.uint8)
    detail = Space.parse(name).learned(flat).features
    assert isinstance(detail, Detail)
    assert (detail.images(flat) == CENTRE).all()


def test_enlarged_images_are_worked_on_near_the_size_of_their_originals() -> None:
    """The coarse band is then about what the fine one was, and finds the same images alike."""
    x = np.concatenate([speckled(8, 0, 32), speckled(8, 0, 32)])
    noisy = x[8:] + np.random.default_rng(3).normal(0, 12, x[8:].shape)
    x[8:] = np.clip(noisy, 0, 255)
    large = enlarged(x, 4)
    assert working_size.working_shape(x) == (32, 32)
    assert 32 <= working_size.working_shape(large)[0] < 100 < large.shape[1]
    alike = []
    for images, scale in ((x, "fine"), (large, "coarse")):
        rows = Pixels()(Detail.like("band", scale, images).images(images))
        alike.append((rows @ rows.T)[np.triu_indices(16, 1)])
    assert np.corrcoef(np.stack(alike))[0, 1] > 0.9


def test_soft_images_are_worked_on_where_their_detail_is() -> None:
    x = speckled(8, 1, 128)
    soft = np.rint(ndimage.gaussian_filter(x.astype(float), (0, 3, 3))).astype(np.uint8)
    assert working_size.working_shape(x) == (128, 128)
    assert working_size.working_shape(soft)[0] < 80
    assert working_size.finest(np.full((2, 9, 9), 3, np.uint8)) == 0.5


def test_the_working_image_keeps_its_shape_and_is_never_larger() -> None:
    assert working_size.working_shape(noise(2, 512, 256)) == (128, 64)
    assert working_size.working_shape(noise(2, 20, 30)) == (20, 30)
    assert working_size.working_shape(noise(0, 20, 30)) == (20, 30)


def test_averages_are_of_blocks_where_they_fit_and_of_parts_elsewhere() -> None:
    np.testing.assert_allclose(working_size.averages(6, 3) @ np.arange(6), [0.5, 2.5, 4.5])
    np.testing.assert_allclose(working_size.averages(3, 2), [[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("band:huge", "features 'band:huge': no scale 'huge'; give fine, middle, coarse, or two"),
        ("contrast:3", "features 'contrast:3': no scale '3'; give fine"),
        ("band:", "features 'band:': no scale ''; give fine"),
        ("bnad", r"no features 'bnad'; did you mean 'band'\?"),
    ],
)
def test_a_scale_that_there_is_not_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        Space.parse(text)


def test_blurs_that_leave_no_band_are_an_error() -> None:
    with pytest.raises(ClefganError, match=r"scales 3\.0 and 1\.0 leave no band"):
        Space.parse("band:3:1").learned(noise(2, 48, 40))


def test_whitened_components_are_those_of_scikit_learn_with_a_ridge() -> None:
    x = blobs(np.random.default_rng(0), 60)
    rows = x.reshape(60, -1).astype(float)
    reference = PCA(59, svd_solver="full").fit(rows)
    variance = reference.explained_variance_ * 59 / 60
    expected = reference.transform(rows) / np.sqrt(variance + variance[29])
    found = whitened.learned(x)(x)
    np.testing.assert_allclose(np.abs(found), np.abs(expected), rtol=2e-2, atol=2e-3)


def test_whitening_one_image_leaves_nothing() -> None:
    x = blobs(np.random.default_rng(0), 1)
    assert whitened.learned(x)(x).shape == (1, 0)

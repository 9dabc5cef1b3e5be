"""Fidelity, thinning, other slices and kept lists, against independent answers."""

from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.linalg import sqrtm
from skimage.feature import graycomatrix, graycoprops
from sklearn.metrics.pairwise import euclidean_distances, polynomial_kernel

from clefgan.auditing import (
    diversity,
    feature_spaces,
    fidelity,
    kept_lists,
    looks,
    material,
    other_slices,
    pipeline,
    profiles,
    views,
    withholding,
)
from clefgan.auditing.feature_spaces import FeatureSpace
from clefgan.auditing.filter import Withheld, Withhold
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.margins import Values
from clefgan.auditing.material import Material
from clefgan.auditing.planted import degraded
from clefgan.auditing.settings import Settings
from clefgan.errors import ClefganError
from clefgan.method import Images


def rows(
    n: int, seed: int, shift: float = 0.0
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rng = np.random.default_rng(seed)
    return np.asarray(rng.normal(size=(n, 5)) @ rng.normal(size=(5, 5)) + shift)


def test_frechet_is_the_textbook_formula() -> None:
    a, b = rows(60, 0), rows(80, 1, 0.5)
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = np.real(sqrtm(first @ second))
    gap = a.mean(axis=0) - b.mean(axis=0)
    wanted = gap @ gap + np.trace(first + second - 2 * root)
    assert fidelity.frechet(a, b) == pytest.approx(float(wanted))
    assert fidelity.frechet(a, a) == pytest.approx(0, abs=1e-6)


def test_one_saturated_image_does_not_outweigh_all_others() -> None:
    """A share of white pixels that is next to 0 in all images but one."""
    rng = np.random.default_rng(0)
    real, alike, shifted = (rng.normal(size=(200, 6)) for _ in range(3))
    for some in (real, alike, shifted):
        some[:, 0] = 1e-3 * rng.random(200)
    alike[7, 0] = 0.5
    shifted[:, 1:] += 0.5
    far, near = (fidelity.compare(*fidelity.standardised(real, some)) for some in (shifted, alike))
    assert near.frechet < 0.5 * far.frechet
    assert near.kid < 0.5 * far.kid
    plain = (alike - real.mean(axis=0)) / real.std(axis=0)
    assert fidelity.frechet((real - real.mean(axis=0)) / real.std(axis=0), plain) > 100
    first, second = fidelity.standardised(real, shifted)
    np.testing.assert_allclose(first[:, 2].std(), 1)
    np.testing.assert_allclose(second[:, 2], (shifted[:, 2] - real[:, 2].mean()) / real[:, 2].std())


def test_kernel_distance_is_unbiased_with_the_cubic_kernel() -> None:
    a, b = rows(40, 0), rows(50, 0, 0.3)
    kernels = [
        polynomial_kernel(x, y, degree=3, gamma=1 / 5, coef0=1) for x, y in ((a, a), (b, b), (a, b))
    ]
    within = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in kernels[:2]]
    assert fidelity.kernel_distance(a, b) == pytest.approx(sum(within) - 2 * kernels[2].mean())


def test_balls_by_their_definitions() -> None:
    real, made = rows(40, 0), rows(30, 0, 0.4)
    radius = np.sort(euclidean_distances(real), axis=1)[:, 5]
    theirs = np.sort(euclidean_distances(made), axis=1)[:, 5]
    apart = euclidean_distances(real, made)
    found = fidelity.balls(real, made)
    inside = apart <= radius[:, None]
    assert found[0] == inside.any(axis=0).mean()
    assert found[1] == (apart <= theirs).any(axis=1).mean()
    assert found[2] == pytest.approx(inside.sum() / (5 * 30))
    assert found[3] == inside.any(axis=1).mean()


def images(n: int, seed: int) -> Images:
    rng = np.random.default_rng(seed)
    return np.kron(rng.integers(0, 256, (n, 8, 8), dtype=np.uint8), np.ones((1, 3, 3), np.uint8))


def test_co_occurrence_against_scikit_image() -> None:
    image = images(1, 0)[0]
    levels = (image.astype(int) * 16 // 256).astype(np.uint8)
    matrix: Any = graycomatrix
    properties: Any = graycoprops
    table = matrix(levels, [1], [0, -np.pi / 2], levels=16, normed=True)
    names = ("contrast", "homogeneity", "energy", "correlation")
    wanted = [properties(table, name)[0, k] for k in (0, 1) for name in names]
    assert fidelity.co_occurrence(image) == pytest.approx(wanted)
    assert np.isfinite(fidelity.co_occurrence(np.full((4, 4), 9, np.uint8))).all()


def test_a_learned_space_says_no_frechet_distance_of_few_images() -> None:
    def describe(images: Images) -> Values:
        return images.reshape(len(images), -1)[:, :7].astype(np.float64)

    space = FeatureSpace("net", "features of net", describe, most=13, learned=True)
    few, many = (space.features(images(n, n)) for n in (13, 40))
    assert len(few) == len(many) == 13
    assert np.isnan(space.compare(few, many).frechet)
    assert np.isfinite(space.compare(few, many).kid)
    enough = replace(space, most=14)
    assert np.isfinite(enough.compare(*(enough.features(images(n, n)) for n in (20, 40))).frechet)


def test_feature_spaces_have_names_and_others_are_refused() -> None:
    space = feature_spaces.get("radiomic")
    assert space.features(images(3, 0)).shape == (3, 38)
    assert "vgg16" in {entry.name for entry in entry_points(group=feature_spaces.GROUP)}
    with pytest.raises(ClefganError, match="features: 'fid' is no feature space; give one of rad"):
        feature_spaces.get("fid")


@pytest.mark.parametrize("n", [1, 2])
def test_one_image_has_no_distance(n: int) -> None:
    found = fidelity.compare(rows(40, 0), rows(n, 1))
    assert np.isnan(found.frechet) == (n == 1)


def test_herding_covers_all_clusters_before_it_repeats_one() -> None:
    rng = np.random.default_rng(0)
    clusters = np.repeat(np.eye(4) * 20, [50, 50, 50, 50], axis=0) + rng.normal(size=(200, 4))
    chosen = diversity.herd(clusters, 4)
    assert sorted(chosen // 50) == [0, 1, 2, 3]
    assert len(set(diversity.herd(clusters, 200).tolist())) == 200


def test_herding_is_that_of_the_definition() -> None:
    """Chen, Welling, Smola (2010), eq. 8: each choice worked out anew, in plain loops."""
    rows = np.random.default_rng(1).normal(size=(40, 5)) * [1, 1, 9, 1, 0]
    scaled = (rows - rows.mean(axis=0)) / np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1)
    squares = np.array([[float(((a - b) ** 2).sum()) for b in scaled] for a in scaled])
    kernel = np.exp(-squares / np.median(squares))
    chosen: list[int] = []
    for t in range(12):
        lacks = [
            -np.inf
            if i in chosen
            else float(np.mean(kernel[i]) - sum(kernel[i, j] for j in chosen) / (t + 1))
            for i in range(40)
        ]
        chosen.append(int(np.argmax(lacks)))
    assert diversity.herd(rows, 12).tolist() == chosen

    def gap(some: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> float:
        """Maximum mean discrepancy between some rows and all of them."""
        inside = kernel[np.ix_(some, some)].mean() - 2 * kernel[some].mean()
        return float(inside + kernel.mean())

    drawn = [gap(np.random.default_rng(seed).permutation(40)[:12]) for seed in range(100)]
    assert gap(np.array(chosen)) < np.quantile(drawn, 0.1)


def slices(*, copied: bool) -> Material:
    """Thirty patients a side with two slices; with `copied` both slices of each one leak."""
    train, held_out = images(60, 1), images(60, 2)
    made = images(120, 3)
    if copied:
        made[:60] = train
    names = [f"p{i // 2}" for i in range(60)]
    return material.gather(
        train, held_out, degraded(made, np.random.default_rng(0)), names, [f"h{n}" for n in names]
    )


def test_other_slices_give_patients_away_only_if_they_leak_too() -> None:
    for copied in (True, False):
        sets = slices(copied=copied)
        found = other_slices.judge(looks.look(sets, views.BATTERY[:2]).lists, sets)
        assert found is not None
        assert (found.n_training, found.n_held_out) == (30, 30)
        assert (found.low > 0.88) if copied else (found.low < 0.5 < found.high)  # of 30 pairs


def test_the_parts_of_the_2026_edition_are_measured_again_on_what_is_kept_and_thinned() -> None:
    sets = slices(copied=True)
    names = tuple(map(str, range(120)))
    settings = Settings(
        profile=profiles.get("public"), withhold=Withhold.SYMMETRIC, thin=0.5, sealed=0, deals=99,
        planted=0,
    )  # fmt: skip
    made = pipeline.run(Inputs(sets, names, names), settings)
    release, kept, thinned = made.parts
    assert [each.name for each in made.parts] == [point.name for point in made.plane[1:]]
    assert (release.n, thinned.n) == (120, round(kept.n / 2))
    assert release.listed > 30
    assert thinned.listed <= kept.listed < release.listed
    for each in made.parts:
        assert each.attack is not None
        assert each.other_slices is not None
    assert release.attack is made.findings.attack
    assert release.other_slices is not None
    assert release.other_slices.low > 0.88  # 30 pairs of 30
    assert made.withheld is not None
    less = replace(sets, released=sets.released[made.withheld.kept])
    alone = other_slices.judge(looks.look(less, views.BATTERY).lists, less)
    assert thinned.other_slices == alone
    assert alone is not None
    assert alone.auc < release.other_slices.auc


def test_the_second_image_of_each_group_counts() -> None:
    sets = slices(copied=False)
    values = np.arange(120.0)
    second = other_slices.second_best(values, sets)
    for group in range(60):
        assert second[group] == np.sort(values[sets.group == group])[-2]
    one = material.gather(images(3, 0), images(3, 1), images(3, 2), list("abc"), list("def"))
    assert other_slices.judge(looks.look(one, views.BATTERY[:1]).lists, one) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "judged"), [(9, 30, False), (30, 9, False), (10, 12, True)]
)
def test_ten_patients_of_each_set_with_several_images_are_needed(
    ours: int, theirs: int, judged: bool
) -> None:
    first = [f"p{i // 2}" for i in range(2 * ours)]
    second = [f"h{i // 2}" for i in range(2 * theirs)]
    own = material.gather(
        images(len(first), 0), images(len(second), 1), images(5, 2), first, second
    )
    found = other_slices.judge(looks.look(own, views.BATTERY[:1]).lists, own)
    assert (found is not None) == judged
    if found is not None:
        assert (found.n_training, found.n_held_out) == (ours, theirs)


@pytest.mark.parametrize("share", [0.25, 0.8])
def test_thinning_keeps_the_share_that_was_asked_for(share: float) -> None:
    sets = slices(copied=False)
    names = tuple(map(str, range(120)))
    everything = np.arange(120)
    out = Withheld(Withhold.LIST, everything[:20], everything[20:], 1.0, everything[:20])
    thinned = withholding.thinned(Inputs(sets, names, names), out, share)
    assert len(thinned.kept) == round(100 * share)
    assert set(thinned.thinned) | set(thinned.kept) == set(range(20, 120))
    assert set(thinned.withheld) == set(range(20)) | set(thinned.thinned)


def test_where_nothing_is_kept_nothing_is_thinned() -> None:
    sets = slices(copied=False)
    names = tuple(map(str, range(120)))
    everything = np.arange(120)
    out = Withheld(Withhold.SYMMETRIC, everything, everything[:0], 1.0, everything)
    assert withholding.thinned(Inputs(sets, names, names), out, 0.5) is out


def test_an_audit_that_was_stopped_goes_on_from_the_lists_it_kept(tmp_path: Path) -> None:
    sets = slices(copied=True)
    first = looks.look(sets, views.BATTERY, kept=tmp_path)
    stages: list[str] = []
    paths = sorted(tmp_path.iterdir())
    assert len(paths) == len(views.BATTERY)
    paths[0].write_bytes(paths[0].read_bytes()[:-9])  # killed while it was written
    again = looks.look(
        sets, views.BATTERY, kept=tmp_path, progress=lambda stage, *_: stages.append(stage)
    )
    assert len(set(stages)) == 1
    for name, lists in first.lists.items():
        assert_array_equal(lists.values, again.lists[name].values)
        assert_array_equal(lists.nearest, again.lists[name].nearest)
    other = slices(copied=False)
    keys = {
        key
        for each in (sets, other)
        for row in kept_lists.keys(each, views.BATTERY, [each.released])
        for key in row
    }
    assert len(keys) == 2 * len(views.BATTERY)

"""The phantom without TFDS: what it draws, who is in which role, and how much it leaks."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sklearn.metrics import roc_auc_score

from clefgan.data.phantom import DrawnRole, PhantomCounts, draw, generator, make
from clefgan.data.phantom.__main__ import main
from clefgan.errors import ClefganError
from clefgan.method import Images

DEV_ONLY = PhantomCounts(test_generated=0, test_used=0, test_not_used=0)
SMALL = PhantomCounts(
    dev_generated=12, dev_used=5, dev_not_used=4, test_generated=10, test_used=6, test_not_used=6
)


@pytest.fixture(scope="module")
def small() -> dict[str, DrawnRole]:
    return make(3, 0.5, SMALL)


@pytest.fixture(scope="module")
def slices() -> Images:
    return np.stack([draw(patient) for patient in range(60)])


def likeness(some: Images, others: Images) -> NDArray[np.float64]:
    """Correlation of every pair of images."""
    return np.corrcoef(some.reshape(len(some), -1), others.reshape(len(others), -1))[
        : len(some), len(some) :
    ]


def nearest_auc(roles: dict[str, DrawnRole]) -> float:
    real = np.concatenate([roles["dev_used"].images, roles["dev_not_used"].images])
    truth = np.repeat([1, 0], [len(roles["dev_used"].ids), len(roles["dev_not_used"].ids)])
    return float(roc_auc_score(truth, likeness(real, roles["dev_generated"].images).max(axis=1)))


# What is drawn


def test_a_slice_is_grey_pixels() -> None:
    image = draw(0)
    assert image.dtype == np.uint8
    assert image.shape == (128, 128)


@pytest.mark.parametrize("size", [32, 64, 256])
def test_other_sizes_show_the_same_patient(size: int) -> None:
    image = Image.fromarray(draw(7, size))
    assert image.size == (size, size)
    thumbs = [
        np.asarray(each.resize((32, 32), Image.Resampling.BOX))
        for each in (image, Image.fromarray(draw(7)))
    ]
    assert likeness(thumbs[0][None], thumbs[1][None])[0, 0] > 0.97


def test_every_patient_is_different(slices: Images) -> None:
    alike = likeness(slices, slices) - np.eye(len(slices))
    assert alike.max() < 0.985


def test_grey_levels_are_those_of_a_lung_window(slices: Images) -> None:
    """Shares of air and lung, of what lies between, and of soft tissue and bone, as in chest CT."""
    dark, middle, bright = np.histogram(slices, [0, 96, 176, 256])[0] / slices.size
    assert 0.55 < dark < 0.80
    assert 0.03 < middle < 0.15
    assert 0.15 < bright < 0.35


def test_each_slice_has_two_lungs_between_chest_walls(slices: Images) -> None:
    """Across the middle of the body: wall, lung, mediastinum, lung, wall."""
    for image in slices:
        body = np.flatnonzero((image > 150).mean(axis=1) > 0.10)
        row = image[round(float(body[0]) * 0.4 + float(body[-1]) * 0.6)] > 150
        tissue = np.flatnonzero(row)
        inside = ~row[tissue[0] : tissue[-1] + 1]
        half = len(inside) // 2
        assert inside[:half].mean() > 0.15
        assert inside[half:].mean() > 0.15
        assert row[[tissue[0], tissue[-1]]].all()


def test_the_body_lies_within_the_picture(slices: Images) -> None:
    corners = slices[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.max() < 110
    assert (slices[:, :4] > 150).mean() < 0.01


def test_noise_is_correlated_as_a_scanner_leaves_it(slices: Images) -> None:
    """Low frequencies are missing from it: in plain air, rows two apart lie opposite."""
    air = slices[:, 4:14, 40:88].astype(float)
    air -= air.mean(axis=(1, 2), keepdims=True)
    noisy = air.std(axis=(1, 2)) > 1.0
    two_apart = (air[noisy, 2:] * air[noisy, :-2]).mean() / (air[noisy] ** 2).mean()
    assert noisy.sum() > 10
    assert two_apart < -0.015


# The same arguments, the same pixels


def digest(roles: dict[str, DrawnRole]) -> str:
    return hashlib.sha256(b"".join(role.images.tobytes() for role in roles.values())).hexdigest()


def test_the_same_seed_gives_the_same_bytes_in_another_process(small: dict[str, DrawnRole]) -> None:
    again = make(3, 0.5, SMALL)
    assert digest(again) == digest(small)
    assert [role.patients for role in again.values()] == [r.patients for r in small.values()]
    program = (
        "import hashlib\n"
        "from clefgan.data.phantom import PhantomCounts, make\n"
        f"roles = make(3, 0.5, {SMALL})\n"
        "pixels = b''.join(role.images.tobytes() for role in roles.values())\n"
        "print(hashlib.sha256(pixels).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == digest(small)


def test_another_seed_gives_other_patients(small: dict[str, DrawnRole]) -> None:
    other = make(4, 0.5, SMALL)
    assert likeness(small["dev_used"].images, other["dev_used"].images).max() < 0.985


# Roles, ids and truth


def test_roles_have_the_names_and_ids_of_2023(small: dict[str, DrawnRole]) -> None:
    assert {name: len(role.ids) for name, role in small.items()} == {
        "dev_generated": 12,
        "dev_used": 5,
        "dev_not_used": 4,
        "test_generated": 10,
        "test_unknown": 12,
    }
    assert [role.ids[0] for role in small.values()] == [
        "generated_0001",
        "real_used_0001",
        "real_not_used_0001",
        "generated_0001",
        "real_unknown_0001",
    ]
    for role in small.values():
        assert len(role.ids) == len(set(role.ids)) == len(role.images)
        assert len(role.labels) == len(role.patients) == len(role.ids)


def test_the_default_counts() -> None:
    assert PhantomCounts() == PhantomCounts(200, 40, 40, 500, 50, 50)


def test_the_order_of_candidates_says_nothing() -> None:
    counts = PhantomCounts(dev_generated=0, dev_used=0, dev_not_used=0, test_generated=0)
    labels = make(0, 0.5, counts)["test_unknown"].labels
    assert labels.count("used") == labels.count("not_used") == 50
    places = [place for place, label in enumerate(labels) if label == "used"]
    assert 39.5 < np.mean(places) < 59.5  # 3 standard deviations either way are 8.7


def test_no_patient_has_two_roles(small: dict[str, DrawnRole]) -> None:
    real = [set(small[name].patients) for name in ("dev_used", "dev_not_used", "test_unknown")]
    assert len(set.union(*real)) == sum(map(len, real)) == 5 + 4 + 12
    for half, n_real in (("dev", 9), ("test", 12)):
        shown = {who for name in small for who in small[name].patients if who.startswith(half)}
        copies = {who for who in small[f"{half}_generated"].patients if who in set().union(*real)}
        truth = small["dev_used" if half == "dev" else "test_unknown"]
        used = {w for w, label in zip(truth.patients, truth.labels, strict=True) if label == "used"}
        assert copies <= used
        assert len(shown) == n_real + len(small[f"{half}_generated"].ids) // 2


def test_dev_and_test_show_different_people(small: dict[str, DrawnRole]) -> None:
    dev = np.concatenate([small["dev_used"].images, small["dev_not_used"].images])
    assert likeness(dev, small["test_unknown"].images).max() < 0.97


def test_fresh_anatomy_shows_nobody_who_is_real() -> None:
    roles = make(3, 0.0, SMALL)
    real = np.concatenate(
        [roles[name].images for name in ("dev_used", "dev_not_used", "test_unknown")]
    )
    for half in ("dev", "test"):
        assert likeness(roles[f"{half}_generated"].images, real).max() < 0.97


def test_the_real_images_do_not_depend_on_the_leak(small: dict[str, DrawnRole]) -> None:
    control = make(3, 0.0, SMALL)
    for name in ("dev_used", "dev_not_used", "test_unknown"):
        np.testing.assert_array_equal(control[name].images, small[name].images)
        assert control[name].patients == small[name].patients


@pytest.mark.parametrize(("leak", "copies"), [(0.0, 0), (0.25, 3), (1.0, 12)])
def test_leak_is_the_share_of_near_copies(leak: float, copies: int) -> None:
    roles = make(3, leak, SMALL)
    used = set(roles["dev_used"].patients)
    assert sum(who in used for who in roles["dev_generated"].patients) == copies


def test_one_used_image_is_enough_to_leak() -> None:
    roles = make(0, 1.0, PhantomCounts(3, 1, 0, 0, 0, 0))
    assert roles["dev_generated"].patients == roles["dev_used"].patients * 3
    assert likeness(roles["dev_generated"].images, roles["dev_used"].images).min() > 0.8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 0.5), r"phantom: seed must be 0 or more; got -1"),
        ((0, 1.5), r"phantom: leak is a share from 0 to 1; got 1\.5; 0 is the control without a"),
        ((0, float("nan")), r"phantom: leak is a share from 0 to 1; got nan"),
        ((0, 0.5, PhantomCounts(dev_used=-2)), r"phantom: dev_used must be 0 or more; got -2"),
        (
            (0, 0.5, PhantomCounts(test_used=0)),
            r"phantom: test has no used image to copy; got 250 near copies to make; set leak to 0 "
            r"or test_used to 1 or more",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(arguments: tuple[int, float], message: str) -> None:
    with pytest.raises(ClefganError, match=message):
        make(*arguments)


# The leak


def test_near_copies_look_like_their_sources(small: dict[str, DrawnRole]) -> None:
    made, used = small["dev_generated"], small["dev_used"]
    alike = likeness(made.images, used.images)
    for row, who in enumerate(made.patients):
        if who in used.patients:
            assert used.patients[int(alike[row].argmax())] == who


def test_membership_is_found_by_likeness_with_the_leak_and_not_without() -> None:
    """Dev, 40 against 40; the standard deviation of an AUC of 0.5 is then 0.065."""
    assert 0.65 < nearest_auc(make(0, counts=DEV_ONLY)) < 0.95
    assert 0.37 < nearest_auc(make(0, 0.0, DEV_ONLY)) < 0.63


def test_nothing_but_the_generated_images_tells_used_from_not_used() -> None:
    """Grey level, contrast and sharpness: 120 against 120, 3 standard deviations are 0.11."""
    roles = make(1, 0.0, PhantomCounts(0, 120, 120, 0, 0, 0))
    real = np.concatenate([roles["dev_used"].images, roles["dev_not_used"].images]).astype(float)
    truth = np.repeat([1, 0], 120)
    for trait in (
        real.mean(axis=(1, 2)),
        real.var(axis=(1, 2)),
        np.abs(np.diff(real, axis=1)).mean(axis=(1, 2)),
    ):
        assert abs(roc_auc_score(truth, trait) - 0.5) < 0.11


# The generator


def test_the_fingerprint_is_on_every_generated_image() -> None:
    """The 4 x 4 pattern of plain grey is one generator's own, on all of its images."""
    plain = np.full((40, 64, 64), 128.0, dtype=np.float32)

    def pattern(seed: int, part: slice) -> NDArray[np.float64]:
        made = generator.fingerprint(plain, np.random.default_rng(seed))[part].astype(float)
        cells: NDArray[np.float64] = made.reshape(-1, 16, 4, 16, 4).mean(axis=(0, 1, 3)).ravel()
        flat: NDArray[np.float64] = cells - made.mean()
        return flat

    first, second = pattern(0, slice(0, 20)), pattern(0, slice(20, 40))
    assert np.corrcoef(first, second)[0, 1] > 0.95
    assert abs(np.corrcoef(first, pattern(1, slice(0, 20)))[0, 1]) < 0.8


def test_generated_images_are_softer_than_real_ones() -> None:
    roles = make(0, 0.0, PhantomCounts(30, 30, 0, 0, 0, 0))
    sharp = [
        np.abs(np.diff(roles[name].images.astype(float), axis=1)).mean()
        for name in ("dev_generated", "dev_used")
    ]
    assert sharp[0] < 0.95 * sharp[1]


def test_neighbours_are_the_closest_others() -> None:
    used = np.random.default_rng(0).integers(0, 256, (9, 8, 8), dtype=np.uint8)
    coarse = used[:, ::4, ::4].reshape(9, -1).astype(float)
    for row, near in enumerate(generator.neighbours(used)):
        away = np.linalg.norm(coarse - coarse[row], axis=1)
        away[row] = np.inf
        assert sorted(away[near]) == sorted(np.sort(away)[:5])


def test_a_generator_of_nothing() -> None:
    none = np.empty((0, 16, 16), dtype=np.uint8)
    made = generator.generate(none, none, 0, np.random.default_rng(0))
    assert made.images.shape == (0, 16, 16)
    assert made.sources.shape == (0,)


def test_the_sheet_is_a_picture(tmp_path: Path) -> None:
    main([str(tmp_path / "sheet.png")])
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (8 * 132 + 4, 4 * 152 + 4)
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]

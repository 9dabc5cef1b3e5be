"""Who has which role in a lab, and how its generators leak."""

from itertools import combinations

import numpy as np
import pytest

from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.experiments.lab import leaks, roles
from clefgan.experiments.lab.leaks import LeakPool
from clefgan.experiments.lab.make import Spec
from clefgan.experiments.lab.role_counts import RoleCounts
from clefgan.method import Images
from lab_sources import SMALL, TINY_GAN, some, textures


class TestRoles:
    def test_counts_and_disjoint_groups(self) -> None:
        groups = some().groups
        found = roles.deal(groups, SMALL, np.random.default_rng(0), "x")
        sizes = {name: len(places) for name, places in found.items() if "fresh" not in name}
        assert sizes == {"dev used": 6, "dev not used": 5, "test used": 4, "test not used": 5}
        for one, other in combinations(found.values(), 2):
            assert {groups[i] for i in one}.isdisjoint(groups[i] for i in other)
        assert sum(map(len, found.values())) == 120 - 20  # one image of each real group is left out

    def test_at_most_so_many_of_a_group(self) -> None:
        groups = ["a"] * 50 + [f"p{i}" for i in range(200)]
        for most in (1, 3):
            counts = RoleCounts(
                used=9, not_used=9, generated=5, candidates=8, test_generated=5, per_group=most
            )
            for seed in range(20):
                found = roles.deal(groups, counts, np.random.default_rng(seed), "x")
                real = np.concatenate([v for k, v in found.items() if "fresh" not in k])
                assert np.bincount([groups[i] == "a" for i in real], minlength=2)[1] <= most

    def test_fresh_images_are_shared_out_by_what_each_part_generates(self) -> None:
        groups = [str(i) for i in range(320)]
        counts = RoleCounts(used=5, not_used=5, generated=100, candidates=10, test_generated=200)
        found = roles.deal(groups, counts, np.random.default_rng(0), "x")
        assert (len(found["dev fresh"]), len(found["test fresh"])) == (100, 200)

    def test_too_few_groups(self) -> None:
        with pytest.raises(
            ClefganError,
            match=r"^here: 19 groups are too few for 20 real images with 1 a group at most; "
            r"ask for fewer images, or raise --per-group$",
        ):
            roles.deal(some(19).groups, SMALL, np.random.default_rng(0), "here")

    def test_too_few_fresh_images(self) -> None:
        counts = RoleCounts(used=2, not_used=2, generated=1, candidates=80, test_generated=1)
        with pytest.raises(
            ClefganError,
            match=r"^here: 4 images are left for the test generator where it does not leak; "
            r"need 40, as many as it uses; ask for fewer real images$",
        ):
            roles.deal([str(i) for i in range(92)], counts, np.random.default_rng(0), "here")

    @pytest.mark.parametrize("name", ["used", "not_used", "generated", "candidates", "per_group"])
    def test_no_image_of_a_role_is_an_error(self, name: str) -> None:
        least = 2 if name == "candidates" else 1
        words = name.replace("_", " ")
        with pytest.raises(ClefganError, match=f"^lab: {words} must be {least} or more; got 0$"):
            RoleCounts(**{name: 0})


POOL = LeakPool(textures(5, seed=1), textures(40, seed=2))


class TestLeaks:
    @pytest.mark.parametrize("how", ["copy", "blend", "tiles"])
    def test_the_share_that_leaks(self, how: str) -> None:
        for leak, wanted in ((0.0, 0), (0.3, 6), (1.0, 20)):
            made = leaks.generate(how, POOL, 20, leak, np.random.default_rng(0))
            assert made.images.shape == (20, 16, 16)
            assert made.images.dtype == np.uint8
            assert made.leaks.sum() == wanted
            assert [bool(parents) for parents in made.parents] == made.leaks.tolist()

    def test_a_copy_is_its_parent_and_fresh_images_come_once_before_twice(self) -> None:
        made = leaks.copy(POOL, 60, 0.5, np.random.default_rng(0))
        for image, parents in zip(made.images, made.parents, strict=True):
            if parents:
                assert np.array_equal(image, POOL.used[parents[0]])
        made = leaks.copy(POOL, 40, 0.0, np.random.default_rng(0))
        assert len({image.tobytes() for image in made.images}) == 40

    def test_a_blend_lies_between_its_parents(self) -> None:
        made = leaks.blend(POOL, 10, 1.0, np.random.default_rng(0))
        for image, parents in zip(made.images, made.parents, strict=True):
            own = POOL.used[list(parents)].astype(float)
            assert (image >= own.min(axis=0) - 1e-3).all()
            assert (image <= own.max(axis=0) + 1e-3).all()

    @pytest.mark.parametrize("side", [4, 6, 17])
    def test_a_patchwork_has_each_pixel_of_a_parent_at_its_place(self, side: int) -> None:
        used = np.random.default_rng(0).integers(0, 256, (5, side, side), np.uint8)
        made = leaks.tiles(LeakPool(used, used), 6, 1.0, np.random.default_rng(0))
        for image, parents in zip(made.images, made.parents, strict=True):
            assert (used[list(parents)] == image).any(axis=0).all()
            assert len(parents) > 1

    def test_pca_samples_lie_in_the_span_of_the_used_images(self) -> None:
        rows = POOL.used.reshape(5, -1).astype(float)
        axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2]
        for leak, rank in ((1.0, 4), (0.5, 2), (0.01, 1)):
            made = leaks.pca(POOL, 9, leak, np.random.default_rng(0))
            samples = made.images.reshape(9, -1) - rows.mean(axis=0)
            inside = samples @ axes[:rank].T @ axes[:rank]
            assert np.allclose(samples, inside, atol=0.01)
            assert np.linalg.matrix_rank(samples, tol=1) == rank
            assert made.leaks.all()

    def test_pca_has_the_mean_and_spread_of_its_training_images(self) -> None:
        made = leaks.pca(POOL, 20_000, 1.0, np.random.default_rng(0))
        assert np.allclose(made.images.mean(axis=0), POOL.used.mean(axis=0), atol=3)
        spread = POOL.used.std(axis=0, ddof=1)
        assert np.allclose(made.images.std(axis=0), spread, rtol=0.05, atol=1)

    def test_pca_without_a_leak_does_not_see_the_used_images(self) -> None:
        made = [
            leaks.pca(LeakPool(used, POOL.fresh), 4, 0.0, np.random.default_rng(0))
            for used in (POOL.used, POOL.used[::-1] // 2)
        ]
        assert np.array_equal(made[0].images, made[1].images)
        assert not made[0].leaks.any()

    def test_dcgan_draws_from_two_networks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def mean_image(images: Images, config: DCGANConfig, n: int, **_: object) -> Images:
            assert config == TINY_GAN
            trained_on.append(images)
            return np.repeat(images.mean(axis=0).astype(np.uint8)[None], n, axis=0)

        monkeypatch.setattr("clefgan.dcgan.synthesise.synthesise", mean_image)
        for leak, n_networks in ((0.0, 1), (0.25, 2), (1.0, 1)):
            trained_on: list[Images] = []
            made = leaks.dcgan(POOL, 8, leak, np.random.default_rng(0), TINY_GAN)
            assert made.leaks.sum() == 8 * leak
            assert [len(images) for images in trained_on] == [5] * n_networks
            mean = POOL.used.mean(axis=0).astype(np.uint8)
            assert [np.array_equal(image, mean) for image in made.images] == made.leaks.tolist()

    @pytest.mark.slow
    def test_dcgan_for_real(self) -> None:
        pool = LeakPool(textures(3, 32, 1), textures(9, 32, 2))
        half = leaks.generate("dcgan", pool, 6, 0.5, np.random.default_rng(0), config=TINY_GAN)
        again = LeakPool(pool.used // 2, pool.fresh)
        same = leaks.generate("dcgan", again, 6, 0.5, np.random.default_rng(0), config=TINY_GAN)
        found = [np.array_equal(*pair) for pair in zip(half.images, same.images, strict=True)]
        assert found == (~half.leaks).tolist()

    def test_every_image_is_degraded_alike(self) -> None:
        """Where used and fresh images are the same, leaking ones cannot be told by their noise."""
        flat = np.full((3, 64, 64), 128, np.uint8)
        made = leaks.generate("copy", LeakPool(flat, flat), 40, 0.5, np.random.default_rng(0))
        spread = made.images.std(axis=(1, 2))
        assert spread == pytest.approx(leaks.NOISE, rel=0.1)
        leaking, others = spread[made.leaks].mean(), spread[~made.leaks].mean()
        assert leaking == pytest.approx(others, rel=0.02)

    def test_moving_by_parts_of_pixels(self) -> None:
        image = np.zeros((5, 6), np.float32)
        image[2, 2] = 8
        right = leaks.shifted(image, 0, 0.25)
        assert right[2].tolist() == [0, 0, 6, 2, 0, 0]
        up = leaks.shifted(image, -1.5, 0)
        assert up[:, 2].tolist() == [4, 4, 0, 0, 0]
        assert np.array_equal(leaks.shifted(image, 0, 0), image)
        edge = leaks.shifted(np.arange(4, dtype=np.float32)[None], 0, 2)
        assert edge.tolist() == [[0, 0, 0, 1]]

    def test_an_unknown_kind_or_leak_is_an_error(self) -> None:
        with pytest.raises(
            ClefganError,
            match=r"^lab: no kind of leak 'x'; known: copy, blend, tiles, pca, dcgan, flow$",
        ):
            Spec(leak=0.5, how="x")
        for leak in (-0.1, 1.1, float("nan")):
            with pytest.raises(
                ClefganError, match=rf"^lab: leak is a share from 0 to 1; got {leak}; 0 is the"
            ):
                Spec(leak=leak)
        with pytest.raises(ClefganError, match=r"^lab: seed must be 0 or more; got -1$"):
            Spec(leak=0.5, seed=-1)

"""Challenges made in the lab: layout, truth, disjoint groups, what leaks and what does not."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from building import save
from clefgan.data import reading
from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.experiments.lab import leaks, make, reals, roles
from clefgan.experiments.lab.leaks import LeakPool
from clefgan.experiments.lab.make import Spec
from clefgan.experiments.lab.reals import Reals
from clefgan.experiments.lab.role_counts import RoleCounts
from clefgan.method import Images
from evaluation import membership

SMALL = RoleCounts(used=6, not_used=5, generated=12, candidates=9, test_generated=20)
TINY_GAN = DCGANConfig(
    latent=4, base_filters=8, filters=(8, 8, 8, 8), epochs=4, init_std=0.2, learning_rate=0.02
)  # so quick a learner that every image shows what it learned from


def textures(n: int, side: int = 16, seed: int = 0) -> Images:
    """Smooth random images, each unlike the others."""
    coarse = np.random.default_rng(seed).integers(0, 256, (n, side // 4, side // 4))
    return np.kron(coarse, np.ones((1, 4, 4))).astype(np.uint8)


def some(n_groups: int = 60, per_group: int = 2, side: int = 16) -> Reals:
    n = n_groups * per_group
    groups = tuple(f"p{i // per_group}" for i in range(n))
    return Reals(textures(n, side), tuple(f"r{i}" for i in range(n)), groups, "some", "patient")


def npz(path: Path, **arrays: object) -> Path:
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


class TestReals:
    def test_an_npz_with_patients(self, tmp_path: Path) -> None:
        path = npz(tmp_path / "a.npz", images=textures(3), patient=np.array([7, 7, 9]))
        found = reals.read(path)
        assert found.groups == ("7", "7", "9")
        assert found.ids == ("a_0", "a_1", "a_2")
        assert (found.source, found.group_source) == ("a.npz", "patient")
        assert np.array_equal(found.images, textures(3))

    def test_another_key_of_the_npz(self, tmp_path: Path) -> None:
        path = npz(tmp_path / "a.npz", images=textures(2), patient=[1, 1], site=["x", "y"])
        assert reals.read(path, group="site").groups == ("x", "y")

    def test_without_groups_exact_copies_are_one(self, tmp_path: Path) -> None:
        images = textures(3)
        images[2] = images[0]
        found = reals.read(npz(tmp_path / "a.npz", images=images))
        assert found.groups[0] == found.groups[2] != found.groups[1]
        assert found.group_source == "exact copies"

    def folder(self, root: Path) -> Path:
        return save(root / "pictures", textures(3), "im_{}", start=0)

    def test_a_folder_with_a_manifest(self, tmp_path: Path) -> None:
        folder, table = self.folder(tmp_path), tmp_path / "m.csv"
        table.write_text("file,site,Patient\nim_2.png,a,z\nim_0.png,a,x\nim_1.png,b,x\n")
        found = reals.read(folder, manifest=table, group="Patient")
        assert (found.ids, found.groups) == (("im_0", "im_1", "im_2"), ("x", "x", "z"))
        assert np.array_equal(found.images, textures(3))

    def test_a_folder_with_groups_beside_its_images(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path)
        (folder / "groups.csv").write_text("im_0,a\nim_1,b\nim_2,a\n")
        assert reals.read(folder).groups == ("a", "b", "a")

    @pytest.mark.parametrize("given", [True, False])
    @pytest.mark.parametrize("head", ["id,patient", "file,Group", "id,site,patient,group"])
    def test_group_or_patient_is_found_in_any_table(
        self, head: str, given: bool, tmp_path: Path
    ) -> None:
        """A manifest of ids and patients was passed over, and patients were split over roles."""
        folder = self.folder(tmp_path)
        table = tmp_path / "m.csv" if given else folder / "manifest.csv"
        names = head.split(",")
        rows = [
            ",".join(f"im_{i}.png" if k == 0 else f"{names[k]}{i // 2}" for k in range(len(names)))
            for i in range(3)
        ]
        table.write_text("\n".join([head, *rows]) + "\n")
        found = reals.read(folder, manifest=table if given else None)
        wanted = "patient" if head == "id,patient" else "group"
        assert found.group_source == wanted
        assert [name.casefold() for name in found.groups] == [f"{wanted}{i}" for i in (0, 0, 1)]
        if "site" in names:
            found = reals.read(folder, manifest=table if given else None, group="SITE")
            assert found.groups == ("site0", "site0", "site1")

    def test_of_two_tables_the_one_with_the_column(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path)
        (folder / "groups.csv").write_text("im_0,a\nim_1,b\nim_2,a\n")
        (folder / "manifest.csv").write_text("id,site\nim_0,x\nim_1,y\nim_2,z\n")
        assert reals.read(folder).groups == ("a", "b", "a")
        (folder / "manifest.csv").write_text("id,patient\nim_0,x\nim_1,y\nim_2,z\n")
        with pytest.raises(ClefganError, match=r"groups.csv: there is also '.*manifest.csv'; keep"):
            reals.read(folder)

    def test_a_manifest_without_groups_is_told(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path)
        table = folder / "manifest.csv"
        table.write_text("file,site\nim_0,x\nim_1,y\nim_2,z\n")
        with pytest.raises(ClefganError) as caught:
            reals.read(folder)
        assert str(caught.value) == (
            f"{table}: no column 'group' or 'patient'; its columns are file, site; "
            "name one of them with --group"
        )
        assert reals.read(folder, group="site").groups == ("x", "y", "z")
        assert len(set(reals.read(folder, group="file").groups)) == 3  # each image by itself

    def test_a_folder_alone(self, tmp_path: Path) -> None:
        found = reals.read(self.folder(tmp_path))
        assert len(set(found.groups)) == 3
        assert found.source == "pictures"

    def test_a_smaller_side(self, tmp_path: Path) -> None:
        found = reals.read(npz(tmp_path / "a.npz", images=textures(2)), size=4)
        assert np.array_equal(found.images, textures(2)[:, ::4, ::4])
        checks = np.indices((4, 4)).sum(axis=0) % 2 * 255
        path = npz(tmp_path / "b.npz", images=checks[None].astype(np.uint8))
        assert reals.read(path, size=2).images.tolist() == [[[128, 128], [128, 128]]]
        assert reals.read(path, size=4).images.tolist() == [checks.tolist()]

    def test_the_digest_depends_on_everything(self) -> None:
        one = some()
        others = [
            Reals(one.images[::-1], one.ids, one.groups, "some", "patient"),
            Reals(one.images, one.ids[::-1], one.groups, "some", "patient"),
            Reals(one.images, one.ids, one.groups[::-1], "some", "patient"),
        ]
        assert one.digest() == some().digest()
        assert len({one.digest(), *(other.digest() for other in others)}) == 4

    def test_errors(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path)
        table = tmp_path / "m.csv"
        table.write_text("file,site\nim_0.png,a\n")
        plain = npz(tmp_path / "plain.npz", images=textures(2))
        text = tmp_path / "text.npz"
        text.write_text("no npz")
        np.save(tmp_path / "one.npy", textures(2))
        broken = npz(tmp_path / "broken.npz", images=textures(9))
        whole = broken.read_bytes()
        broken.write_bytes(whole[:200] + bytes(400) + whole[600:])
        cases = [
            (
                {"path": tmp_path / "none"},
                "none: no such folder or file; give a folder of images or an npz",
            ),
            (
                {"path": plain, "manifest": table},
                "m.csv: a manifest goes with a folder; .*plain.npz is a file",
            ),
            (
                {"path": folder, "group": "site"},
                "pictures: no table to take 'site' from; give --manifest, a CSV of ids and groups",
            ),
            (
                {"path": folder, "manifest": tmp_path / "no.csv"},
                "no.csv: no such file; --manifest takes a CSV of ids and groups",
            ),
            (
                {"path": folder, "manifest": table, "group": "patient"},
                "m.csv: no column 'patient'; its columns are file, site; name one of them with",
            ),
            (
                {"path": folder, "manifest": table, "group": "site"},
                "m.csv: 'im_1', 'im_2' are missing; every id needs a site",
            ),
            ({"path": plain, "group": "who"}, "plain.npz: no array 'who'; it has images"),
            (
                {"path": npz(tmp_path / "x.npz", pixels=[1])},
                "x.npz: no array 'images'; it has pixels",
            ),
            ({"path": text}, "text.npz: not an npz file; give a folder of images or an npz"),
            ({"path": tmp_path / "one.npy"}, "one.npy: not an npz file; give a folder"),
            (
                {"path": npz(tmp_path / "o.npz", images=np.array([{}]))},
                "o.npz: cannot be read as an npz of plain arrays; replace it",
            ),
            (
                {"path": broken},
                "broken.npz: cannot be read as an npz of plain arrays; replace it",
            ),
            (
                {"path": npz(tmp_path / "f.npz", images=np.zeros((2, 4, 4)))},
                r"f.npz: 'images' is float64 of shape \(2, 4, 4\); need uint8 \(n, height, width\)",
            ),
            (
                {"path": npz(tmp_path / "g.npz", images=textures(2), group=[1])},
                r"g.npz: 'group' has shape \(1,\) for 2 images; need one for each",
            ),
            (
                {"path": plain, "size": 5},
                "plain.npz: images of 16x16 cannot be reduced to 5x5; give a side that divides",
            ),
        ]
        for arguments, message in cases:
            with pytest.raises(ClefganError, match=message):
                reals.read(**arguments)  # type: ignore[arg-type]


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


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def made(folder: Path, spec: Spec, found: Reals | None = None) -> Path:
    found = found or some()
    make.write(folder, found, spec, make.draw(found, spec))
    return folder


class TestFolder:
    def test_it_is_a_challenge_with_truth_and_groups(self, tmp_path: Path) -> None:
        spec = Spec(leak=0.5, seed=3, counts=SMALL)
        folder = made(tmp_path / "x", spec)
        read = reading.read(folder)
        assert read.dev is not None
        assert read.test is not None
        assert [len(found) for found in read.image_sets()] == [12, 6, 5, 20, 9]
        assert read.test.candidates.ids[0] == "real_unknown_0001"
        assert read.test.truth is not None
        assert sum(read.test.truth.values()) == 4
        assert read.groups is not None
        assert len(set(read.groups.values())) == 11

    def test_pixels_truth_groups_and_record_agree(self, tmp_path: Path) -> None:
        found, spec = some(), Spec(leak=0.5, seed=3, counts=SMALL)
        drawn = make.draw(found, spec)
        folder = made(tmp_path / "x", spec)
        read = reading.read(folder)
        record = json.loads((folder / "lab.json").read_text())
        assert read.dev is not None
        assert read.test is not None
        place = {name: i for i, name in enumerate(found.ids)}
        for name, images in (
            ("dev used", read.dev.used),
            ("dev not used", read.dev.not_used),
            ("test candidates", read.test.candidates),
        ):
            wanted = found.images[[place[i] for i in record["roles"][name]]]
            assert np.array_equal(images.load(), wanted)
        assert read.test.truth is not None
        assert list(read.test.truth.values()) == drawn.truth.tolist()
        used = {found.ids[i] for i in drawn.roles["test used"]}
        assert [i in used for i in record["roles"]["test candidates"]] == drawn.truth.tolist()
        groups = (folder / "test/groups.csv").read_text().splitlines()[1:]
        patients = [found.groups[place[i]] for i in record["roles"]["test candidates"]]
        assert [line.split(",")[1] for line in groups] == patients
        assert np.array_equal(read.test.generated.load(), drawn.test.images)
        parents = record["generated"]["test"]["parents"]
        assert {i for row in parents for i in row} <= used
        assert record["spec"]["leak"] == 0.5
        assert "gan" not in record["spec"]

    def test_same_seed_same_bytes(self, tmp_path: Path) -> None:
        spec = Spec(leak=0.5, how="blend", seed=3, counts=SMALL)
        first = files(made(tmp_path / "x", spec))
        assert first == files(made(tmp_path / "y", spec))
        other = Spec(leak=0.5, how="blend", seed=4, counts=SMALL)
        assert first != files(made(tmp_path / "z", other))

    def test_leak_and_kind_do_not_change_who_is_in_which_role(self) -> None:
        drawn = [
            make.draw(some(), Spec(leak=leak, how=how, counts=SMALL))
            for leak, how in ((0.0, "copy"), (1.0, "tiles"), (0.3, "pca"))
        ]
        for other in drawn[1:]:
            assert np.array_equal(drawn[0].candidates, other.candidates)
            assert np.array_equal(drawn[0].truth, other.truth)
            assert np.array_equal(drawn[0].devset.used, other.devset.used)

    def test_an_existing_folder_is_left_alone(self, tmp_path: Path) -> None:
        folder = made(tmp_path / "x", Spec(leak=0.5, counts=SMALL))
        before = files(folder)
        with pytest.raises(
            ClefganError, match=r"x: exists already; give a new folder, or remove it$"
        ):
            made(folder, Spec(leak=0.1, counts=SMALL))
        assert files(folder) == before

    def test_nothing_is_left_of_a_write_that_failed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(make, "table", full)
        with pytest.raises(OSError, match="No space"):
            made(tmp_path / "deep" / "x", Spec(leak=0.5, counts=SMALL))
        assert list((tmp_path / "deep").iterdir()) == []

    def test_the_leak_can_be_seen_and_its_absence_too(self) -> None:
        """The control, by an independent measure: correlation with the closest generated image."""
        counts = RoleCounts(used=2, not_used=2, generated=2, candidates=80, test_generated=200)
        areas = {}
        for leak in (0.0, 1.0):
            drawn = make.draw(some(200, 1), Spec(leak=leak, counts=counts))
            both = np.concatenate([drawn.candidates, np.asarray(drawn.test.images)])
            closest = np.corrcoef(both.reshape(len(both), -1))[:80, 80:].max(axis=1)
            areas[leak] = membership.auc(drawn.truth, closest)
        assert areas[1.0] > 0.9
        assert areas[0.0] == pytest.approx(0.5, abs=0.2)

    def test_real_ct(self, shared_data: Path) -> None:
        found = reals.read(shared_data / "lidc_patches" / "lidc_patches_128.npz", size=32)
        assert len(set(found.groups)) == 875
        drawn = make.draw(found, Spec(leak=0.25, how="tiles"))
        assert drawn.truth.sum() == 100
        assert drawn.test.leaks.sum() == 250
        with pytest.raises(ClefganError, match="are too few"):
            make.draw(found, Spec(leak=0.25, counts=RoleCounts(used=900)))

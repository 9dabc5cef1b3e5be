"""Which real images a lab takes, and what it says of them."""

from pathlib import Path

import numpy as np
import pytest

from building import save
from clefgan.errors import ClefganError
from clefgan.experiments.lab import reals
from clefgan.experiments.lab.reals import Reals
from lab_sources import npz, some, textures


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

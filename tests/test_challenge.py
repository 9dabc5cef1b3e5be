"""Challenges in folders: which folder plays which role, errors of a layout, laziness."""

import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from building import png
from challenge_folders import DEV, TEST, error, make
from clefgan.data import reading
from clefgan.errors import ClefganError
from submissions import RunFileError

DEV_ROLES = ("dev generated", "dev used", "dev not used")
TEST_ROLES = ("test generated", "test candidates")
TRAIN_2025 = "ImageCLEF25_GAN_Detect_Training_Data_Usage_training-dataset"


def roles(root: Path) -> dict[str, str]:
    """`dev used` and so on to the folder, from `root`."""
    sets = reading.read(root).image_sets()
    return {found.role: str(Path(found.where).relative_to(root)) for found in sets}


class TestLayout:
    @pytest.mark.parametrize(
        ("dev", "test"),
        [
            (DEV, TEST),
            (("generated", "used", "not_used"), ("generated_1", "real_unknown_1")),
            (DEV, ("generated", "real_unknown")),
            (("generated", "used", "not_used"), ("test/generated", "test/real_unknown")),
            (("img_gen/generated", "real/used", "real/not_used"), ("t/generated", "t/unknown")),
            (
                ("train/img_gen/generated", "train/real/used", "train/real/not_used"),
                ("test/img_gen/generated_1", "test/real/real_unknown_1"),
            ),
            (
                (
                    f"{TRAIN_2025}/generated",
                    f"{TRAIN_2025}/real_used",
                    f"{TRAIN_2025}/real_not_used",
                ),
                ("2025_test-dataset/generated", "2025_test-dataset/real_unknown"),
            ),
            (("a/b/c/generated", "a/b/c/used", "a/b/c/not_used"), ("a/generated", "a/unknown")),
            (("generated", "real/used", "real/real_unused"), ("x/generated_unknown", "x/unknown")),
            (("Generated", "Used", "Not_Used"), ("Generated_1", "Real_Unknown_1")),
            (
                ("train/generated", "real/used", "real/not_used"),
                ("test/generated", "real/real_unknown"),
            ),
        ],
        ids=lambda value: value[0],
    )
    def test_finds_every_role(
        self, tmp_path: Path, dev: tuple[str, ...], test: tuple[str, ...]
    ) -> None:
        make(tmp_path, *dev, *test)
        assert roles(tmp_path) == dict(zip((*DEV_ROLES, *TEST_ROLES), (*dev, *test), strict=True))

    def test_dev_alone(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV)
        assert roles(tmp_path) == dict(zip(DEV_ROLES, DEV, strict=True))
        assert reading.read(tmp_path / "dev").test is None

    def test_test_alone(self, tmp_path: Path) -> None:
        make(tmp_path, *TEST)
        assert roles(tmp_path) == dict(zip(TEST_ROLES, TEST, strict=True))
        assert reading.read(tmp_path).dev is None

    def test_dev_and_test_apart(self, tmp_path: Path) -> None:
        make(tmp_path / "here", *DEV)
        make(tmp_path / "there", "generated", "unknown")
        found = reading.read(tmp_path / "here", test_data=tmp_path / "there")
        assert found.source == f"{tmp_path / 'here'} and {tmp_path / 'there'}"
        assert len(found.image_sets()) == 5
        with pytest.raises(
            ClefganError, match=r"/there: no dev images; with test data given apart"
        ):
            reading.read(tmp_path / "there", test_data=tmp_path / "here")
        with pytest.raises(ClefganError, match=r"/here: no test images; test is read here"):
            reading.read(tmp_path / "here", test_data=tmp_path / "here")

    def test_no_deeper_than_three_levels_below(self, tmp_path: Path) -> None:
        make(tmp_path, "a/b/c/generated", "a/b/c/used", "a/b/c/not_used")
        reading.read(tmp_path)
        deep = make(tmp_path / "deep", *(f"a/b/c/d/{name}" for name in ("generated", "used")))
        assert error(deep).endswith("found folders: a, a/b, a/b/c, a/b/c/d")

    def test_hidden_folders_and_what_archives_leave_are_passed_over(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV, ".old/used", "__MACOSX/used")
        assert roles(tmp_path)["dev used"] == "dev/used"

    def test_a_link_to_the_same_folder_is_not_a_second_one(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV)
        (tmp_path / "latest").symlink_to(tmp_path / "dev")
        assert roles(tmp_path)["dev used"] == "dev/used"

    def test_a_folder_of_folders_is_looked_into(self, tmp_path: Path) -> None:
        make(tmp_path, "generated/generated", "used/real_used", "x/not_used")
        assert roles(tmp_path)["dev used"] == "used/real_used"

    def test_real_ct(self, shared_data: Path) -> None:
        found = reading.read(shared_data / "lab_challenge")
        assert [len(images) for images in found.image_sets()] == [500, 80, 80, 1000, 200]
        assert found.test is not None
        assert found.test.truth is None
        assert found.test.candidates.ids[9] == "real_unknown_0010"


class TestLayoutErrors:
    def test_two_folders_of_one_role(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV, "old/real_used")
        assert error(tmp_path) == (
            ": 2 folders of used images: 'dev/used' and 'old/real_used'; "
            "keep one, or give the folder of one challenge"
        )

    @pytest.mark.parametrize(
        "more",
        [
            ("dev/generated_1",),
            ("test/generated",),
            ("dev/generated_1", "generated_unknown"),
        ],
    )
    def test_two_folders_of_generated_images(self, tmp_path: Path, more: tuple[str, ...]) -> None:
        make(tmp_path, *DEV, *TEST, *more)
        text = error(tmp_path)
        assert f": {2 + len(more)} folders of generated images: 'dev/generated' and " in text
        assert all(repr(name) in text for name in more)

    def test_a_missing_role(self, tmp_path: Path) -> None:
        make(tmp_path, "dev/generated", "dev/not_used", *TEST)
        assert error(tmp_path) == (
            "/dev: no folder of used images for dev; looked for used, real_used, real/used"
        )

    def test_a_missing_test_role(self, tmp_path: Path) -> None:
        make(tmp_path, "used", "not_used", "generated", "real_unknown")
        assert error(tmp_path).startswith(": no folder of generated images for test; looked for")

    def test_generated_1_beside_dev_belongs_to_test(self, tmp_path: Path) -> None:
        make(tmp_path, "used", "not_used", "generated", "generated_1")
        assert error(tmp_path).startswith(": no folder of candidates for test; looked for")

    def test_no_challenge(self, tmp_path: Path) -> None:
        make(tmp_path, "cats", "dogs")
        text = error(tmp_path)
        assert text.startswith(": no challenge here; looked for used images: used, real_used,")
        assert text.endswith("; found folders: cats, dogs")
        (tmp_path / "bare").mkdir()
        assert error(tmp_path / "bare").endswith("; found folders: none")

    def test_an_empty_role(self, tmp_path: Path) -> None:
        make(tmp_path, "dev/generated", "dev/used")
        (tmp_path / "dev/not_used").mkdir()
        assert error(tmp_path).startswith("/dev/not_used: no images; need")

    def test_images_below_a_role(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV, "dev/used/more")
        (tmp_path / "dev/not_used/empty").mkdir()
        assert error(tmp_path) == (
            "/dev/used: its sub-folder 'more' holds images too; "
            "move them into the folder or out of it"
        )

    @pytest.mark.parametrize("name", ["more/deep/a.png", "more/a.bmp"])
    def test_images_below_a_role_in_any_depth_and_format(self, tmp_path: Path, name: str) -> None:
        make(tmp_path, *DEV)
        image = tmp_path / "dev/used" / name
        image.parent.mkdir(parents=True)
        image.write_bytes(b"")
        where = Path(name).parent.as_posix()
        assert error(tmp_path).startswith(f"/dev/used: its sub-folder {where!r} holds images too")

    def test_no_such_data(self, tmp_path: Path) -> None:
        assert error(tmp_path / "none") == (
            ": no such folder, and no dataset of this name; known: imageclef_gans, phantom_ct"
        )
        with pytest.raises(ClefganError, match=r"^phantom: .*; did you mean 'phantom_ct'\?$"):
            reading.read("phantom")

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(png(0))
        with pytest.raises(ClefganError, match=r"/a\.png: no such folder$"):
            reading.read(tmp_path / "a.png")

    def test_no_such_edition(self, tmp_path: Path) -> None:
        with pytest.raises(RunFileError, match="no edition '1999'"):
            reading.read(make(tmp_path, *DEV), "1999")

    def test_an_edition_of_ones_own_names_its_folders(self, tmp_path: Path) -> None:
        make(tmp_path, "generated", "members", "not_used")
        own = tmp_path / "mine.toml"
        own.write_text('base = "2023"\n[folders]\nused = ["members"]\n')
        found = reading.read(tmp_path, own)
        assert found.dev is not None
        assert found.dev.used.ids == ("members_1", "members_2")

    def test_roles_of_different_sizes(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV)
        (tmp_path / "dev/not_used/a.png").write_bytes(png(1, (5, 4)))
        assert error(tmp_path) == (
            "/dev/not_used: 'a.png' of dev not used is 4x5, 'generated_1.png' of dev generated "
            "5x4; bring them to one size with --size"
        )


class TestImageSet:
    def test_ids_beside_pixels(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV, *TEST, n=11)
        found = reading.read(tmp_path)
        assert found.dev is not None
        assert found.dev.used.ids == tuple(f"used_{i}" for i in range(1, 12))
        assert found.dev.used.load()[:, 0, 0].tolist() == list(range(20, 31))
        assert len(found.dev.used) == 11

    def test_reading_decodes_nothing(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV, *TEST)
        for path in tmp_path.rglob("*.png"):
            content, data = path.read_bytes(), b"IDAT" + bytes(9)  # whole, but for the pixels
            chunk = (9).to_bytes(4, "big") + data + zlib.crc32(data).to_bytes(4, "big")
            path.write_bytes(content[:33] + chunk + content[-12:])
        found = reading.read(tmp_path)
        assert [each.digest() for each in found.image_sets()]
        with pytest.raises(ClefganError, match=r"generated_1\.png"):
            found.image_sets()[0].load()

    def test_reading_opens_one_file_a_role(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV, *TEST, n=30)
        for path in tmp_path.rglob("*.png"):
            if path.stem != f"{path.parent.name}_1":
                path.write_bytes(b"no image, and nobody looks")
        found = reading.read(tmp_path)
        assert [len(each) for each in found.image_sets()] == [30] * 5
        with pytest.raises(ClefganError, match="cannot be read"):
            found.image_sets()[0].load()

    def test_digest_sees_ids_and_bytes_and_nothing_else(self, tmp_path: Path) -> None:
        make(tmp_path / "a", *DEV)
        make(tmp_path / "b", "train/generated", "train/real/used", "train/real/not_used")
        (tmp_path / "b/train/real/used/.DS_Store").write_bytes(b"1")
        a, b = (reading.read(tmp_path / name) for name in "ab")
        before = [each.digest() for each in a.image_sets()]
        assert before == [each.digest() for each in b.image_sets()]
        assert len(set(before)) == 3
        used = tmp_path / "a/dev/used"
        (used / "used_2.png").write_bytes(png(200))
        changed = reading.read(tmp_path / "a").image_sets()[1].digest()
        (used / "used_2.png").rename(used / "used_3.png")
        assert len({before[1], changed, reading.read(tmp_path / "a").image_sets()[1].digest()}) == 3

    def test_digest_by_hand(self, tmp_path: Path) -> None:
        from hashlib import sha256

        make(tmp_path, *DEV)
        whole = b""
        for name in ("used_1", "used_2"):
            content = (tmp_path / f"dev/used/{name}.png").read_bytes()
            whole += len(name).to_bytes(4, "big") + name.encode() + sha256(content).digest()
        assert reading.read(tmp_path).image_sets()[1].digest() == sha256(whole).hexdigest()

    def test_16_bit_takes_the_window_given_to_read(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV)
        deep = np.array([[0, 500, 1000, 2000, 0]] * 4, np.uint16)
        Image.fromarray(deep).save(tmp_path / "dev/used/used_1.png")
        (tmp_path / "dev/used/used_2.png").unlink()
        used = reading.read(tmp_path).image_sets()[1]
        with pytest.raises(
            ClefganError, match=r"/used: 1 of 1 image cannot be read: 'used_1\.png' is"
        ):
            used.load()
        used = reading.read(tmp_path, window=(0, 1000)).image_sets()[1]
        assert used.load()[0, 0].tolist() == [0, 128, 255, 255, 0]

"""A lab as a folder: the same for a seed, whole or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest

from clefgan.data import reading
from clefgan.errors import ClefganError
from clefgan.experiments.lab import make, reals
from clefgan.experiments.lab.make import Spec
from clefgan.experiments.lab.reals import Reals
from clefgan.experiments.lab.role_counts import RoleCounts
from evaluation import membership
from lab_sources import SMALL, some


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

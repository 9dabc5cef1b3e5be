"""`clefgan data`: what it prints."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import clefgan
from building import levels, png
from clefgan import __main__ as entry
from clefgan.cli.app import app
from clefgan.data import inspection, reading
from clefgan.data.tfds import preparation
from clefgan.errors import ClefganError
from clefgan.report.terminal import data_tables
from clefgan.runs import loading

pytestmark = pytest.mark.columns(200)

DEV = ("dev/generated", "dev/used", "dev/not_used")
TEST = ("test/generated_1", "test/real_unknown_1")


make = partial(levels, n=3)


def info(*arguments: object, code: int = 0) -> list[str]:
    """Lines of `clefgan data info`, blanks squeezed."""
    done = CliRunner().invoke(app, ["data", "info", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == code
    return [" ".join(line.split()) for line in done.stdout.splitlines() if line.strip()]


class TestInfo:
    def test_a_whole_challenge(self, tmp_path: Path) -> None:
        lines = info(make(tmp_path, *DEV, *TEST))
        assert lines[0] == str(tmp_path)
        assert lines[1] == "role images size kind on disk where"
        size = sum(len(png(level)) for level in range(3))
        assert lines[2] == f"dev generated 3 5x4 8-bit grey PNG {size} B dev/generated"
        assert lines[6].endswith("test/real_unknown_1")
        assert lines[7:] == [
            "exact copies images",
            "within a role none",
            "dev used and dev not used none",
            "test generated and test candidates none",
            "groups: none given (groups.csv), so folds keep only exact copies together",
            "truth of the candidates: not given (truth.csv)",
            "ready to run",
        ]

    def test_roles_of_a_named_dataset_are_seen_from_the_folder_that_they_share(
        self, tmp_path: Path
    ) -> None:
        report = replace(inspection.inspect(make(tmp_path, *DEV, *TEST)), source="a_name")
        assert data_tables.folder_of(report) == str(tmp_path)
        places = [str(cell) for cell in data_tables.role_table(report).columns[-1].cells]
        assert places == [*DEV, *TEST]

    def test_copies_are_found_by_pixels(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV, *TEST)
        (tmp_path / "dev/not_used/twin.png").write_bytes(png(21, mode="RGB"))  # used_2
        (tmp_path / "dev/used/again.png").write_bytes(png(21))
        (tmp_path / "test/real_unknown_1/leak.png").write_bytes(png(60))
        lines = info(tmp_path)
        assert "dev not used 4 5x4 8-bit grey PNG (3), RGB PNG (1)" in lines[4]
        start = lines.index("exact copies images such as")
        assert lines[start + 1 : start + 4] == [
            "within dev used 1 again = used_2",
            "dev used and dev not used 1 again = twin",
            "test generated and test candidates 1 generated_1_1 = leak",
        ]
        assert lines[-2:] == [
            "warning: 1 of 4 dev images not used are also used, such as 'twin' = 'again'; "
            "no method can tell them apart",
            "ready to run",
        ]

    def test_many_copies_are_shortened(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV)
        for i in range(5):
            (tmp_path / f"dev/used/copy_{i}.png").write_bytes(png(0))
        lines = info(tmp_path)
        assert "within dev used 4 copy_0 = copy_1" in lines
        assert (
            "dev generated and dev used 5 generated_1 = copy_0, generated_1 = copy_1, ..." in lines
        )

    @pytest.mark.parametrize(("n_used", "n_not_used"), [(1, 3), (3, 1), (2, 2)])
    def test_a_run_counts_copies_as_it_does(
        self, tmp_path: Path, n_used: int, n_not_used: int
    ) -> None:
        """Images not used that are also used, however many copies there are on either side."""
        make(tmp_path, *DEV)
        for role, n in (("used", n_used), ("not_used", n_not_used)):
            for i in range(n):
                (tmp_path / f"dev/{role}/copy_{role}_{i}.png").write_bytes(png(99))
        lines = info(tmp_path)
        (warning,) = (line for line in lines if line.startswith("warning: "))
        total = 3 + n_not_used
        assert warning.startswith(f"warning: {n_not_used} of {total} dev images not used are also")
        row = f"dev used and dev not used {n_not_used} copy_used_0 = copy_not_used_0"
        assert any(line.startswith(row) for line in lines)
        (said,) = loading.contradictions(loading.load_dev(reading.read(tmp_path)))
        assert said == f"{warning}; see `clefgan data info`"

    def test_truth_and_groups(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV, *TEST)
        ids = [f"real_unknown_1_{i}" for i in (1, 2, 3)]
        (tmp_path / "truth.csv").write_text(
            "".join(f"{name},{name[-1] == '1':d}\n" for name in ids)
        )
        ids = [f"{role}_{i}" for role in ("used", "not_used") for i in (1, 2, 3)]
        (tmp_path / "groups.csv").write_text("".join(f"{name},{name[-1]}\n" for name in ids))
        lines = info(tmp_path)
        assert "groups: 3 among 6 real dev images" in lines
        assert "truth of the candidates: 1 used, 2 not used" in lines

    def test_one_part(self, tmp_path: Path) -> None:
        assert "test: none, so dev scores only" in info(make(tmp_path / "a", *DEV))
        lines = info(make(tmp_path / "b", *TEST), code=1)
        assert lines[-1] == (
            f"{tmp_path}/b: no dev images, so no method can be fitted; give the folder that holds "
            "them, and this one with --test-data"
        )

    def test_too_few_for_held_out_scores(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV)
        ids = [f"{role}_{i}" for role in ("used", "not_used") for i in (1, 2, 3)]
        rows = [f"{name},{'p' if name.startswith('not') else name}\n" for name in ids]
        (tmp_path / "groups.csv").write_text("".join(rows))
        message = (
            "one group of images, and held-out scores need two; "
            "add images, or run with --protocol paper"
        )
        assert info(tmp_path, code=1)[-1] == f"{tmp_path}/dev/not_used: {message}"
        rows = [f"{name},{name.replace('_3', '_2')}\n" for name in ids]
        (tmp_path / "groups.csv").write_text("".join(rows))
        two = "2 groups of images, and a run makes 3 folds; add images, or run with --folds 2"
        assert info(tmp_path, code=1)[-2:] == [
            f"{tmp_path}/dev/used: {two}", f"{tmp_path}/dev/not_used: {two}",
        ]  # fmt: skip
        with pytest.raises(ClefganError, match="folds: 3 is more than the 2 groups of images"):
            clefgan.run(reading.read(tmp_path), "coin")  # as it is run if nothing else is asked for
        (tmp_path / "groups.csv").unlink()
        assert info(tmp_path)[-1] == "ready to run"
        for i in (1, 2, 3):
            (tmp_path / f"dev/used/used_{i}.png").write_bytes(png(i, mode="L" if i < 3 else "RGB"))
        (tmp_path / "dev/used/used_1.png").unlink()
        (tmp_path / "dev/used/used_2.png").write_bytes(png(3))
        assert info(tmp_path, code=1)[-1] == f"{tmp_path}/dev/used: {message}"

    def test_parts_apart(self, tmp_path: Path) -> None:
        make(tmp_path / "a", *DEV)
        make(tmp_path / "b", *TEST)
        lines = info(tmp_path / "a", "--test-data", tmp_path / "b")
        assert lines[6].startswith("test candidates 3 5x4")
        assert lines[-1] == "ready to run"

    def test_what_is_missing(self, tmp_path: Path) -> None:
        lines = info(make(tmp_path, "dev/used", "dev/generated"), code=1)
        assert lines[-1] == (
            f"{tmp_path}/dev: no folder of images not used for dev; "
            "looked for not_used, real_not_used, real_unused, real/not_used"
        )

    def test_what_cannot_be_read(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV)
        (tmp_path / "dev/used/used_2.png").write_bytes(b"")

        deep = tmp_path / "dev/not_used/deep.png"
        Image.fromarray(np.zeros((5, 5), np.uint16)).save(deep)
        lines = info(tmp_path, code=1)
        assert (
            f"{tmp_path}/dev/used: 1 of 3 images cannot be read: 'used_2.png' is empty; "
            "replace them" in lines
        )
        assert any("'deep.png' is 16-bit; give a window" in line for line in lines)
        assert "ready to run" not in lines
        lines = info(tmp_path, "--window", "0,100", code=1)
        assert (
            f"{tmp_path}/dev/not_used: images of 2 sizes: 3 are 5x4, 1 are 5x5; "
            "bring them to one size with --size" in lines
        )

    @pytest.mark.parametrize("content", [b"", png(1)[:20], png(1)[:-20]])
    def test_a_first_image_that_cannot_be_read_is_told_once(
        self, tmp_path: Path, content: bytes
    ) -> None:
        make(tmp_path, *DEV)
        (tmp_path / "dev/used/used_1.png").write_bytes(content)
        found = [line for line in info(tmp_path, code=1) if "used_1.png" in line]
        assert len(found) == 1
        assert found[0].startswith(f"{tmp_path}/dev/used: 1 of 3 images cannot be read")

    def test_sizes_that_differ_between_roles(self, tmp_path: Path) -> None:
        make(tmp_path, *DEV)
        for path in (tmp_path / "dev/used").iterdir():
            Image.fromarray(np.zeros((8, 8), np.uint8)).save(path)
        assert info(tmp_path, code=1)[-1] == (
            f"{tmp_path}/dev/used: 'used_1.png' of dev used is 8x8, 'generated_1.png' of dev "
            "generated 5x4; bring them to one size with --size"
        )

    def test_brackets_in_names_are_not_markup(self, tmp_path: Path) -> None:
        make(tmp_path / "[red]x", *DEV)
        assert info(tmp_path / "[red]x")[0] == str(tmp_path / "[red]x")

    def test_nothing_there(self, tmp_path: Path) -> None:
        with pytest.raises(ClefganError, match=r": no challenge here; looked for"):
            info(tmp_path)
        with pytest.raises(ClefganError, match=r"no such folder, and no dataset of this name"):
            info(tmp_path / "none")

    def test_real_ct(self, shared_data: Path) -> None:
        lines = info(shared_data / "lab_challenge")
        assert lines[2].startswith("dev generated 500 128x128 8-bit grey PNG")
        assert lines[-1] == "ready to run"


class TestPrepare:
    def test_one_that_is_damaged_is_one_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache"))
        make(tmp_path / "download", *DEV)
        path = preparation.prepare("imageclef_gans/2023", tmp_path / "download")
        (path / "features.json").unlink()
        for words in (["data", "info"], ["run", "--method", "coin", "--data"]):
            with pytest.raises(SystemExit) as stopped:
                entry.main([*words, str(path)])
            assert stopped.value.code == 1
            (line,) = capsys.readouterr().err.splitlines()
            assert line.startswith(f"clefgan: {path}: a prepared dataset that is damaged; got ")

    def test_then_look(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CLEFGAN_CACHE", str(tmp_path / "cache"))
        make(tmp_path / "download", *DEV)
        done = CliRunner().invoke(
            app, ["data", "prepare", "imageclef_gans/2023", "--from", str(tmp_path / "download")]
        )
        assert done.stdout.startswith(f"prepared imageclef_gans/2023 in {tmp_path}/cache/datasets/")
        words = ["data", "prepare", "imageclef_gans/2023", "--from", str(tmp_path / "download")]
        done = CliRunner().invoke(app, words)
        assert done.stdout.startswith(f"already prepared: imageclef_gans/2023 in {tmp_path}/cache/")
        done = CliRunner().invoke(app, [*words, "--force"])
        assert done.stdout.startswith("prepared imageclef_gans/2023 in ")
        lines = info("imageclef_gans/2023")
        assert lines[0] == "imageclef_gans/2023"
        assert lines[2].endswith("B dev_generated")


def test_progress_reaches_the_total(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    inspection.inspect(
        make(tmp_path, *DEV),
        progress=lambda stage, done, total, _: seen.append((stage, done, total)),
    )
    assert ("looking at dev used", 3, 3) in seen

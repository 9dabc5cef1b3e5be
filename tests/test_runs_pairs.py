"""Pairs of a run: what they are, that no second scan is made, and the file that holds them."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import clefgan
from baselines.csls import Csls
from baselines.features.space import Space
from baselines.fusion import Fusion
from baselines.nearest import Nearest
from baselines.patch_log_ratio import PatchLogRatio
from building import challenge, noise
from clefgan.data import reading
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, Method
from clefgan.runs import job, pairs, record, run_files
from clefgan.runs.record import Run
from clefgan.runs.request import ALL_EXTRAS, Extras
from clefgan.similarity import engine
from clefgan.similarity.listening import listening
from clefgan.similarity.matches import MostAlike
from clefgan.similarity.products import Metric
from running import clefgan as command
from simple_method import Bright
from submissions import editions

SETS = {
    "dev/generated": 6, "dev/used": 5, "dev/not_used": 6,
    "test/real_unknown_1": 9, "test/generated_1": 7,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Blind(Bright):
    """Looks at no generated images."""

    needs_generated: ClassVar[bool] = False


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return challenge(tmp_path_factory.mktemp("data"), SETS, size=32)


def made(data: Path, method: Method, extras: Extras = ALL_EXTRAS) -> Run:
    read = reading.read(data)
    return job.run(read, "spy", method, protocols=("paper",), extras=extras)


def by_hand(candidates: Images, generated: Images) -> tuple[Any, Any]:
    """Pearson correlations of all pairs, and their z-scores over the candidates."""
    rows = [images.reshape(len(images), -1).astype(float) for images in (candidates, generated)]
    both = np.corrcoef(np.concatenate(rows))
    similar = both[: len(candidates), len(candidates) :]
    return similar, (similar - similar.mean(axis=0)) / similar.std(axis=0)


def test_pairs_are_the_most_correlated_ones_with_their_z_over_the_pool(data: Path) -> None:
    read = reading.read(data)
    assert read.test is not None
    similar, z = by_hand(read.test.candidates.load(), read.test.generated.load())
    found = made(data, Nearest()).pairs
    assert found is not None
    assert set(found.features.tolist()) == {"pixels"}
    assert len(found) == 9 * 3
    for i, name in enumerate(read.test.candidates.ids):
        own = found.of(name)
        best = np.argsort(-similar[i])[:3]
        assert own.rank.tolist() == [1, 2, 3]
        assert own.generated.tolist() == [read.test.generated.ids[g] for g in best]
        np.testing.assert_allclose(own.similarity, similar[i, best], atol=1e-9)
        np.testing.assert_allclose(own.z, z[i, best], atol=1e-6)


@pytest.mark.parametrize("metric", list(Metric))
@pytest.mark.parametrize("memory", [1, 64])
def test_blocks_change_no_bit(metric: Metric, memory: int) -> None:
    candidates, generated = noise(7, 16), noise(300, 16, seed=1)
    whole = engine.scan(metric, candidates, generated, MostAlike(metric, 4))
    cut = engine.scan(metric, candidates, generated, MostAlike(metric, 4), memory_mib=memory)
    for ours, theirs in zip(whole, cut, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_copy_is_alike_and_a_constant_pool_has_no_z() -> None:
    candidates = noise(5, 16)
    alone = engine.scan(Metric.UNIT, candidates, candidates[2:3], MostAlike(Metric.UNIT, 3))
    assert alone.similarity[2, 0] == 1
    assert alone.z[2, 0] == pytest.approx(2, abs=0.1)  # one of five: sqrt(n - 1)
    same = np.repeat(candidates[:1], 5, axis=0)
    flat = engine.scan(Metric.UNIT, same, candidates, MostAlike(Metric.UNIT, 3))
    assert not flat.z.any()


@pytest.mark.parametrize(
    ("method", "features"),
    [
        (Nearest(), "pixels"),
        (Nearest(features=Space("contrast")), "contrast"),
        (Csls(features=Space("hog")), "hog"),
        (Fusion(), "band:fine"),
        (PatchLogRatio(), "band"),
        (Bright(), "band"),
    ],
)
def test_where_pairs_are_compared(data: Path, method: Method, features: str) -> None:
    found = made(data, method, Extras(pairs=2)).pairs
    assert found is not None
    assert set(found.features.tolist()) == {features}
    assert len(found) == 9 * 2


def test_a_method_that_scans_is_listened_to() -> None:
    candidates, generated = noise(4, 16), noise(9, 16, seed=1)
    dev = DevSet(generated, candidates[:2], candidates[2:])
    scorer = Nearest().fit(dev)
    silent_scores = scorer.score(candidates, generated)
    with listening(candidates, generated, 2) as heard:
        scores = scorer.score(candidates, generated)
    np.testing.assert_array_equal(scores, silent_scores)
    assert heard.matches is not None
    assert heard.matches.indices.shape == (4, 2)
    with listening(candidates, generated, 2) as deaf:
        scorer.score(candidates.copy(), generated)  # other images, for all that is known
        Bright().score(candidates, generated)
    assert deaf.matches is None
    scorer.score(candidates, generated)
    assert deaf.matches is None  # the block is over


def test_a_method_that_looks_at_no_generated_image_has_none_and_the_run_says_why(
    data: Path,
) -> None:
    run = made(data, Blind())
    assert run.pairs is None
    assert "no pairs: the method scores images without generated ones" in run.notes
    assert "no blank: the method scores images without generated ones" in run.notes
    assert made(data, Nearest(), Extras()).notes == made(data, Nearest(), Extras(pairs=1)).notes


def test_sizes_that_differ_have_no_pairs(data: Path) -> None:
    assert pairs.why_none(Bright(), noise(2, 16), noise(2, 8)) == (
        "no pairs: candidates are 16x16, generated images 8x8; bring them to one size with --size"
    )


def test_all_files_or_none_and_the_same_again(data: Path, tmp_path: Path) -> None:
    run = made(data, Nearest())
    written = run.write(tmp_path / "a")
    names = [str(path.relative_to(tmp_path)) for path in written]
    assert names == ["a.csv", "a.json", "pairs/a.csv"]
    again = record.load(tmp_path / "a")
    assert again == run
    assert again.pairs is not None
    assert pairs.text(again.pairs) == written[2].read_text()
    with pytest.raises(ClefganError, match=r"a\.csv: exists"):
        run.write(tmp_path / "a")
    dataclasses.replace(run, pairs=None).write(tmp_path / "a", force=True)
    assert not written[2].exists()  # it was of the earlier run
    written[2].write_text("of another\n")
    (tmp_path / "a.csv").unlink()
    (tmp_path / "a.json").unlink()
    with pytest.raises(ClefganError, match=r"pairs/a\.csv: exists"):
        run.write(tmp_path / "a")
    assert not (tmp_path / "a.csv").exists()
    assert not (tmp_path / "a.json").exists()


def test_pairs_of_another_run_are_refused(data: Path, tmp_path: Path) -> None:
    made(data, Nearest()).write(tmp_path / "a")
    path = tmp_path / "pairs" / "a.csv"
    path.write_text(path.read_text().replace(",1,", ",9,", 1))
    words = r"pairs/a\.csv: not the pairs of a\.json \(another SHA-256\)"
    with pytest.raises(ClefganError, match=words):
        record.load(tmp_path / "a")
    ids = tuple(f"real_unknown_{i + 1:04d}" for i in range(9))
    entrant = run_files.read(tmp_path / "a.csv", editions.get("2023"), ids)
    assert entrant.pairs is None
    assert "another SHA-256" in entrant.notes[0]
    path.unlink()
    assert record.load(tmp_path / "a").pairs is None


def test_a_table_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("candidate,rank\nx,first\n")
    with pytest.raises(ClefganError, match=r"a\.csv: not the pairs of a run; got "):
        pairs.read(path)


def test_run_writes_them_where_no_list_of_runs_finds_them(data: Path, tmp_path: Path) -> None:
    words = ["run", "--method", "nearest", "--data", data, "--protocol", "paper"]
    assert command(*words, "--out", tmp_path) == 0
    assert [path.name for path in tmp_path.glob("*.csv")] == ["nearest.csv"]
    assert (tmp_path / "pairs" / "nearest.csv").is_file()
    assert command("check", *tmp_path.glob("*.csv"), "--data", data) == 0
    assert command(*words, "--out", tmp_path, "--no-pairs", "--force") == 0
    assert not (tmp_path / "pairs" / "nearest.csv").exists()


def test_the_python_face(data: Path) -> None:
    run = clefgan.run(data, "nearest", protocols=("paper",))
    assert run.pairs is not None
    assert run.pairs.to_frame().columns.tolist() == [
        "candidate", "rank", "generated", "similarity", "z", "features",
    ]  # fmt: skip
    assert clefgan.run(data, "nearest", protocols=("paper",), pairs=False).pairs is None

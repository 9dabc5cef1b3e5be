"""The gallery: surest candidates beside their nearest generated images."""

import base64
import dataclasses
import io
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from building import noise, save
from clefgan.data import reading
from clefgan.data.reading import Challenge
from clefgan.errors import ClefganError
from clefgan.report import gallery
from clefgan.report.page import gallery as page_gallery
from clefgan.runs import pairs
from clefgan.similarity.detail_images import Detail, Kind
from clefgan.similarity.matches import Matches
from evaluation.boards import leaderboard
from evaluation.runs import Panel, Run

N = 20


@pytest.fixture
def found(tmp_path: Path) -> Challenge:
    """A test set whose candidate i has its copy as generated image N - i."""
    pixels = noise(N, 150, 140)
    for role, images in (("real_unknown", pixels), ("generated", pixels[::-1])):
        save(tmp_path / "test" / f"{role}_1", images, role + "_{:04d}")
    return reading.read(tmp_path / "test")


def ids() -> list[str]:
    return [f"real_unknown_{i + 1:04d}" for i in range(N)]


def runs() -> Panel:
    truth = np.arange(N) % 2 == 0
    scores = np.linspace(-1, 1, N)
    return Panel(truth, {"by score": Run(scores > 0, scores), "no scores": Run(truth)})


def test_the_surest_candidates_stand_beside_their_copies(found: Challenge) -> None:
    panel = runs()
    board = leaderboard.build(panel, resamples=50)
    (shown,) = gallery.make(board, panel, ids(), found)
    assert shown.run == "by score"
    assert [each.candidate.id for each in shown.used] == ids()[::-1][: gallery.EACH]
    assert [each.candidate.id for each in shown.not_used] == ids()[: gallery.EACH]
    for each in (*shown.used, *shown.not_used):
        number = int(each.candidate.id[-4:])
        assert each.near[0].id == f"generated_{N + 1 - number:04d}"
        assert each.near[0].alike == pytest.approx(1)
        assert math.isnan(each.near[0].z)
        assert each.near[0].detail == each.candidate.detail != ""
        assert len(each.near) == gallery.NEAR
        assert each.near[1].alike < 0.5
        assert each.right == (each.called == (number % 2 == 1))


def test_pairs_of_the_run_are_shown_as_they_are(found: Challenge) -> None:
    panel = runs()
    matches = Matches(np.full((N, 1), 0.25), np.full((N, 1), 4.5), np.arange(N)[:, None])
    assert found.test is not None
    table = pairs.table(matches, "band:fine", (ids(), found.test.generated.ids))
    board = leaderboard.build(panel, resamples=50)
    (shown,) = gallery.make(board, panel, ids(), found, {"by score": table})
    assert shown.features == "band:fine"
    for each in (*shown.used, *shown.not_used):
        (near,) = each.near
        assert near.id == f"generated_{each.candidate.id[-4:]}"
        assert (near.alike, near.z) == (0.25, 4.5)
    others = dataclasses.replace(table, generated=np.full(N, "elsewhere_1"))
    (looked_for,) = gallery.make(board, panel, ids(), found, {"by score": others})
    assert looked_for.features == "pixels"


@pytest.mark.parametrize(
    ("features", "kind", "scale"),
    [
        ("band", "band", "middle"),
        ("band:fine", "band", "fine"),
        ("contrast:coarse+flips", "contrast", "coarse"),
        ("pixels", "band", "middle"),
        ("band:1:3", "band", "middle"),
        ("gradient", "band", "middle"),
    ],
)
def test_the_detail_is_that_of_the_filter_by_which_pairs_were_found(
    found: Challenge, features: str, kind: Kind, scale: str
) -> None:
    panel = runs()
    matches = Matches(np.full((N, 1), 0.25), np.full((N, 1), 4.5), np.arange(N)[:, None])
    assert found.test is not None
    table = pairs.table(matches, features, (ids(), found.test.generated.ids))
    board = leaderboard.build(panel, resamples=50)
    (shown,) = gallery.make(board, panel, ids(), found, {"by score": table})
    assert shown.detail == f"{kind}:{scale}"
    assert f"after a filter ({kind}:{scale}) that leaves" in str(page_gallery.gallery(shown))
    images = found.test.candidates.load()
    detail = Detail.like(kind, scale, images).images(images)
    for each in (*shown.used, *shown.not_used):
        seen = detail[int(each.candidate.id[-4:]) - 1]
        assert each.candidate.detail == gallery.data_uri(seen)


def test_ranks_by_part_are_shown_where_the_run_has_them(found: Challenge) -> None:
    panel = runs()
    board = leaderboard.build(panel, resamples=50)
    ranks = {"by score": {name: {"band own": i + 1} for i, name in enumerate(ids())}}
    (shown,) = gallery.make(board, panel, ids(), found, None, ranks)
    for each in (*shown.used, *shown.not_used):
        assert each.ranks == {"band own": int(each.candidate.id[-4:])}
    words = str(page_gallery.gallery(shown))
    assert f"rank by part: band own {N}" in words
    (bare,) = gallery.make(board, panel, ids(), found)
    assert bare.used[0].ranks == {}
    assert "rank by part" not in str(page_gallery.gallery(bare))


def test_pictures_are_small(found: Challenge) -> None:
    panel = runs()
    (shown,) = gallery.make(leaderboard.build(panel, resamples=50), panel, ids(), found)
    kind, _, content = shown.used[0].candidate.uri.partition(",")
    assert kind == "data:image/png;base64"
    picture = Image.open(io.BytesIO(base64.b64decode(content)))
    assert max(picture.size) == gallery.SIDE
    assert picture.mode == "L"


def test_runs_without_scores_have_no_gallery(found: Challenge) -> None:
    panel = Panel(np.arange(N) % 2 == 0, {"run": Run(np.ones(N, bool))})
    assert gallery.make(leaderboard.build(panel, resamples=50), panel, ids(), found) == []


def test_candidates_of_another_challenge_are_refused(found: Challenge) -> None:
    panel = runs()
    others = [f"other_{i}" for i in range(N)]
    with pytest.raises(ClefganError, match="no candidate 'other_0' for the gallery"):
        gallery.make(leaderboard.build(panel, resamples=50), panel, others, found)


def test_data_without_a_test_part_is_refused(found: Challenge) -> None:
    panel = runs()
    bare = Challenge("somewhere", None, None)
    with pytest.raises(ClefganError, match="somewhere: no test images for the gallery"):
        gallery.make(leaderboard.build(panel, resamples=50), panel, ids(), bare)


def test_surest_is_by_score_and_decision() -> None:
    scores = np.array([0.1, -2.0, 3.0, 0.0])
    assert gallery.surest(scores, scores > 0) == ([2, 0], [1, 3])
    assert gallery.surest(scores, scores > -1) == ([2, 0, 3], [1])
    assert gallery.surest(scores, np.zeros(4, bool)) == ([], [1, 3, 0, 2])

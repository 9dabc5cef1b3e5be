"""Volumes are withheld, thinned and sealed whole, and kept for the audit after."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import volumes
from clefgan.auditing import examine, pipeline
from clefgan.auditing.examine import Plan
from clefgan.auditing.filter import Withhold
from clefgan.auditing.inputs import Inputs
from clefgan.auditing.ledger import Before
from clefgan.auditing.settings import Settings
from clefgan.auditing.volumes import alike, views
from copied_volumes import COPIED, DEPTH, MADE, PUBLIC, N, copied_sets, examined, some_with_volumes


@pytest.fixture(scope="module")
def noisy() -> Inputs:
    return volumes.audited(*copied_sets())


def settings(**more: object) -> Settings:
    plain = {"profile": PUBLIC, "planted": 0, "deals": 199}
    return Settings(**{**plain, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("how", list(Withhold))
def test_volumes_are_withheld_whole_and_the_next_look_uses_other_views(how: Withhold) -> None:
    inputs = volumes.audited(*copied_sets(noise=100))
    first = pipeline.run(inputs, settings(withhold=how))
    assert first.withheld is not None
    out = np.zeros(MADE * DEPTH, bool)
    out[first.withheld.withheld] = True
    by_volume = out.reshape(MADE, DEPTH)
    assert (by_volume.all(axis=1) == by_volume.any(axis=1)).all()
    assert by_volume[:COPIED].all()
    assert first.withheld.volumes == by_volume.any(axis=1).sum()
    before = Before(
        look=1, level=0.05, digests=first.digests, withhold=how, profile="public",
        filtered=True, seal=None,
    )  # fmt: skip
    kept = inputs.keep(first.withheld.kept.tolist(), "kept")
    assert kept.volumes is not None
    if len(kept.volumes.released):
        second = pipeline.run(kept, settings(), before=before)
        assert second.findings.wholes is not None
        names = [view.name for view in second.findings.wholes.views]
        assert names == [view.name for view in views.CONFIRMING]
        assert len(second.findings.wholes.strong.winner) == MADE - first.withheld.volumes


def test_thinning_keeps_volumes_whole() -> None:
    inputs = volumes.audited(*copied_sets(noise=100))
    run = pipeline.run(inputs, settings(withhold=Withhold.LIST, thin=0.5))
    assert run.withheld is not None
    kept = np.bincount(run.withheld.kept // DEPTH, minlength=MADE)
    assert set(kept.tolist()) == {0, DEPTH}
    assert len(run.withheld.thinned) % DEPTH == 0
    assert run.withheld.volumes == (kept == 0).sum() > len(run.withheld.thinned) / DEPTH > 0
    said = re.search(
        r"withhold the (\d+) images in withhold.csv \((\d+) volumes among them",
        run.verdict.sentence,
    )
    assert said is not None
    assert int(said[1]) == DEPTH * int(said[2]) == len(run.withheld.withheld)


def test_sealed_patients_are_protected_whole_and_opened_with_their_volumes() -> None:
    n = 80
    train, held, released = (
        volumes.drawn(number, seed, depth=6, side=16) for seed, number in enumerate((n, n, 150), 1)
    )
    released[:60] = volumes.noisy(train[:60], 20, 5)
    inputs = volumes.audited(train, held, released)
    first = pipeline.run(inputs, settings(withhold=Withhold.LIST))
    assert first.sealed is not None
    assert first.sealed.n_training == 20
    assert first.findings.wholes is not None
    assert first.withheld is not None
    sealed = set(inputs.material.names) - set(first.inputs.material.names)
    own = [number for number in range(60) if f"train{number:03d}" in sealed]
    assert own
    assert {number * 6 for number in own} <= set(first.withheld.withheld.tolist())
    before = Before(
        look=1, level=0.05, digests=first.digests, withhold=None, profile="public",
        filtered=False, seal=first.sealed.seal,
    )  # fmt: skip
    second = pipeline.run(inputs, settings(), before=before)
    assert second.sealed is not None
    assert second.sealed.test is not None
    assert any("whole volumes" in name for name in second.sealed.test.names)


def test_volumes_of_other_lengths_are_another_source() -> None:
    """Held-out volumes were taken in fewer slices: nothing can be concluded."""
    train, held, released = (volumes.drawn(N, seed) for seed in (1, 2, 3))
    judged = {}
    for name, others in (("alike", held), ("short", held[:, ::3])):
        inputs = volumes.audited(train, others, released)
        result = examined(inputs)
        assert result.control is not None
        judged[name] = result.control.differs
    assert judged == {"alike": False, "short": True}


def test_what_is_known_of_volumes_is_of_each_patient(noisy: Inputs) -> None:
    assert noisy.volumes is not None
    own = alike.features(noisy.volumes, len(noisy.material.names))
    np.testing.assert_allclose(own[:, 0], 0)
    np.testing.assert_allclose(own[:, 1], np.log(DEPTH))
    fewer = some_with_volumes(noisy, np.arange(2 * N) > 3)
    assert fewer.volumes is not None
    some = alike.features(fewer.volumes, 2 * N)
    np.testing.assert_allclose(some[4:], own[4:])
    np.testing.assert_allclose(some[:4], np.tile(own[4:].mean(axis=0), (4, 1)))


def test_an_audit_that_was_stopped_takes_the_lists_of_volumes_it_kept(
    tmp_path: Path, noisy: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(deals=199, planted=5)
    first = examine.compare(noisy.material, plan, volumes=noisy.volumes, kept=tmp_path)
    monkeypatch.setattr("clefgan.auditing.nearest.in_views", None)  # nothing is compared again
    second = examine.compare(noisy.material, plan, volumes=noisy.volumes, kept=tmp_path)
    assert first.whole is not None
    assert second.whole is not None
    for name, lists in first.whole.release.lists.items():
        np.testing.assert_array_equal(lists.values, second.whole.release.lists[name].values)
    np.testing.assert_array_equal(first.whole.release.ahead, second.whole.release.ahead)


def test_an_audit_without_volumes_compares_nothing_more() -> None:
    train, held, released = copied_sets()
    inputs = replace(volumes.audited(train, held, released), volumes=None)
    plan = Plan(deals=99, planted=0)
    compared = examine.compare(inputs.material, plan, volumes=inputs.volumes)
    assert compared.whole is None
    result = examine.judge(inputs.material, plan, compared)
    assert result.wholes is None
    assert result.test is not None
    assert not any("volume" in name for name in result.test.names)

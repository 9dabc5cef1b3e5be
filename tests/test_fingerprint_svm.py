from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from baselines.features.lbp import Lbp
from baselines.fingerprint_svm import LbpSvm
from building import noise
from clefgan.dcgan.config import DCGANConfig
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, silent
from clefgan.testing import check_method

NONE = np.empty((0, 32, 32), np.uint8)


def smooth(n: int, seed: int) -> Images:
    """Noise with neighbours alike: another texture than `rough`."""
    return np.repeat(np.repeat(noise(n, seed=seed)[:, :8, :8], 4, axis=1), 4, axis=2)


DEV = DevSet(generated=smooth(20, 0), used=smooth(4, 1), not_used=noise(5, seed=2))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Images, DCGANConfig, int]]:
    """Stand in for the DCGAN: its images are as rough as those it learnt from."""
    seen: list[tuple[Images, DCGANConfig, int]] = []

    def synthesise(
        images: Images, config: DCGANConfig, n: int, *, progress: Any = silent
    ) -> Images:
        seen.append((images, config, n))
        return noise(n, seed=100 + config.seed)

    monkeypatch.setattr("baselines.fingerprint_svm.synthesise", synthesise)
    return seen


@pytest.mark.parametrize("kernel", ["rbf", "linear"])
def test_the_side_of_the_tasks_generator_is_used(kernel: Any, calls: list[Any]) -> None:
    scorer = LbpSvm(kernel=kernel, own_samples=15).fit(DEV)
    assert (scorer.score(smooth(6, 7), NONE) > 0).all()
    assert (scorer.score(noise(6, seed=8), NONE) < 0).all()


def test_the_dcgan_learns_from_the_images_not_used(calls: list[Any]) -> None:
    gan = DCGANConfig(epochs=3, seed=10)
    LbpSvm(gan=gan, own_samples=9, seed=4).fit(DEV)
    ((images, config, n),) = calls
    np.testing.assert_array_equal(images, DEV.not_used)
    assert config == replace(gan, seed=14)
    assert n == 9


def test_scores_equal_the_three_steps_by_hand(calls: list[Any]) -> None:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    method = LbpSvm(C=3.0, gamma=0.2, own_samples=15, R=(1.0, 2.0), grid=2)
    candidates = np.concatenate([smooth(3, 5), noise(3, seed=6)])
    features = Lbp((8,), (1.0, 2.0), "uniform", 2)
    train = np.concatenate([features(noise(15, seed=100)), features(DEV.generated)])
    labels = np.repeat([0, 1], [15, 20])
    peer = make_pipeline(StandardScaler(), SVC(C=3.0, gamma=0.2)).fit(train, labels)
    wanted = peer.decision_function(features(candidates))
    np.testing.assert_allclose(method.fit(DEV).score(candidates, NONE), wanted, atol=1e-3)


def test_used_images_are_not_looked_at(calls: list[Any]) -> None:
    blind = DevSet(generated=DEV.generated, used=noise(9, seed=77), not_used=DEV.not_used)
    method, candidates = LbpSvm(own_samples=8), noise(4, seed=3)
    np.testing.assert_array_equal(
        method.fit(DEV).score(candidates, NONE), method.fit(blind).score(candidates, NONE)
    )


def test_it_needs_both_sets(calls: list[Any]) -> None:
    with pytest.raises(ClefganError, match="dev has 0 not-used and 20 generated images; it needs"):
        LbpSvm().fit(replace(DEV, not_used=NONE))
    with pytest.raises(ClefganError, match="dev has 5 not-used and 0 generated images"):
        LbpSvm().fit(replace(DEV, generated=NONE))


def test_lbp_svm_keeps_its_promises() -> None:
    tiny = DCGANConfig(epochs=1, base_filters=4, filters=(4, 4, 4, 4))
    check_method(LbpSvm, own_samples=8, gan=tiny)

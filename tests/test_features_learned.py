"""The learned space: finds variants that pixels do not, trains once, keeps what it trained."""

import numpy as np
import pytest

from baselines.features.learned import Learned, Training
from baselines.learned_space import SCORES, LearnedSpace
from baselines.learning import nets
from clefgan.errors import ClefganError
from clefgan.method import DevSet, silent
from clefgan.plugins import registry
from clefgan.storage.files import cache
from clefgan.testing import blobs

QUICK = Training(size=32, width=16, epochs=3)
RNG = np.random.default_rng(0)
CANDIDATES, GENERATED = blobs(RNG, 12), blobs(RNG, 30)


def test_features_are_rows_that_neighbours_and_order_do_not_change() -> None:
    space = Learned(CANDIDATES, GENERATED, QUICK)
    rows = space(CANDIDATES)
    assert rows.shape == (12, 16)
    assert rows.dtype == np.float32
    assert space(CANDIDATES[:0]).shape == (0, 16)
    np.testing.assert_allclose(space(CANDIDATES[3:4]), rows[3:4], rtol=1e-5, atol=1e-6)
    turned = Learned(CANDIDATES[::-1], GENERATED[::-1], QUICK)
    np.testing.assert_allclose(turned(CANDIDATES), rows, rtol=1e-5, atol=1e-6)


def test_the_same_space_is_trained_once(monkeypatch: pytest.MonkeyPatch) -> None:
    training = Training(size=32, width=16, epochs=2)
    rows = Learned(CANDIDATES, GENERATED, training)(GENERATED)

    def refuse(*_arguments: object, **_settings: object) -> None:
        raise AssertionError("trained again")

    with monkeypatch.context() as patched:
        patched.setattr(nets, "step", refuse)
        np.testing.assert_array_equal(Learned(CANDIDATES, GENERATED, training)(GENERATED), rows)
        for other in (
            Learned(CANDIDATES, GENERATED, training, seed=1),
            Learned(CANDIDATES[1:], GENERATED, training),
            Learned(CANDIDATES, GENERATED, Training(size=32, width=16, epochs=4)),
        ):
            with pytest.raises(AssertionError, match="trained again"):
                other(GENERATED)
    for path in cache("networks").iterdir():  # damage: trained again, to the same numbers
        path.write_bytes(path.read_bytes()[:-9])
    np.testing.assert_array_equal(Learned(CANDIDATES, GENERATED, training)(GENERATED), rows)


def test_a_mirrored_copy_is_found_in_the_space_and_not_among_the_pixels() -> None:
    rng = np.random.default_rng(5)
    used, unused = blobs(rng, 24), blobs(rng, 24)
    generated = np.concatenate([np.roll(used[:, :, ::-1], 2, axis=1), blobs(rng, 24)])
    dev = DevSet(generated, used, unused)
    reals = np.concatenate([used, unused])

    def auc(text: str) -> float:
        scores = registry.configure(text).fit(dev).score(reals, generated)
        return float(np.mean(scores[:24, None] > scores[None, 24:]))

    learned = auc("learned-space(encoder.size=32,encoder.epochs=200)")
    assert learned > 0.9
    assert learned > auc("nearest") + 0.15


@pytest.mark.parametrize("score", SCORES)
def test_any_distance_score_is_measured_in_the_space(score: str) -> None:
    text = f"learned-space(score={score},encoder.epochs=3,encoder.size=32,encoder.width=16)"
    method = registry.configure(text)
    assert isinstance(method, LearnedSpace)
    found = method.raw(CANDIDATES, GENERATED, progress=silent)
    assert found.shape == (12,)
    assert np.isfinite(found).all()
    rows, others = (Learned(CANDIDATES, GENERATED, QUICK)(x) for x in (CANDIDATES, GENERATED))
    if score == "nearest":
        a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (rows, others))
        np.testing.assert_allclose(found, (a @ b.T).max(axis=1) - 1, atol=1e-5)


def test_settings_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ClefganError, match=r"temperature -1\.0 must be a finite number above 0"):
        registry.configure("learned-space(encoder.temperature=-1)")
    with pytest.raises(ClefganError, match="score: 'nearer' is not nearest"):
        registry.configure("learned-space(score=nearer)")

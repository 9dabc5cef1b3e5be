"""Settings with which no network can be trained are one line, before any image is looked at."""

import numpy as np
import pytest

from clefgan.errors import ClefganError
from clefgan.plugins import registry

TRAINED = ("autoencoder", "two-decoders", "relation", "siamese")
WRONG = {
    "size=8": "size 8 must be a whole number of at least 16",
    "width=0": "width 0 must be a whole number of at least 1",
    "epochs=0": "epochs 0 must be a whole number of at least 1",
    "epochs=-1": "epochs -1 must be a whole number of at least 1",
    "learning_rate=0": "learning_rate 0.0 must be a finite number above 0",
    "learning_rate=-1e-3": "learning_rate -0.001 must be a finite number above 0",
    "seed=-1": "seed -1 must be a whole number of at least 0",
    "seed=4294967296": "seed 4294967296 must be at most 4294967295",
}


@pytest.mark.parametrize("setting", WRONG)
@pytest.mark.parametrize("name", TRAINED)
def test_a_setting_that_means_nothing_is_named(name: str, setting: str) -> None:
    with pytest.raises(ClefganError) as caught:
        registry.configure(f"{name}({setting})")
    assert str(caught.value) == f"method {name!r}: {WRONG[setting]}"


@pytest.mark.parametrize("setting", [s for s in WRONG if not s.startswith("seed")])
def test_the_learned_space_is_a_network_too(setting: str) -> None:
    with pytest.raises(ClefganError) as caught:
        registry.configure(f"learned-space(encoder.{setting})")
    assert str(caught.value) == f"method 'learned-space': {WRONG[setting]}"
    with pytest.raises(ClefganError, match="seed -1 must be"):
        registry.configure("learned-space(seed=-1)")
    with pytest.raises(ClefganError, match="most 0 must be a whole number of at least 1"):
        registry.configure("learned-space(encoder.most=0)")


@pytest.mark.parametrize("margin", ["-1", "0"])
def test_a_margin_pushes_apart(margin: str) -> None:
    with pytest.raises(ClefganError, match=r"^method 'siamese': margin .* finite number above 0$"):
        registry.configure(f"siamese(margin={margin})")


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", True), ("epochs", 1.5), ("learning_rate", np.nan), ("margin", np.inf)],
)
def test_settings_given_from_python_are_looked_at_too(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{name} {value!r} must be"):
        registry.get("siamese")(**{name: value})

"""VGG-16 probe: logistic regression on what a network trained on photographs sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from baselines.attribution.sources import Labels, labelled
from baselines.features._vgg_layers import VggLayer
from baselines.features.blocks import Features
from baselines.features.cached import Cached
from baselines.features.vgg16 import Pooling, Vgg16
from baselines.learning import scaling
from baselines.learning.scaling import Scaling
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked
from clefgan.similarity.threads import single_blas
from clefgan.similarity.whole_numbers import Floats


@dataclass(frozen=True, kw_only=True)
class Vgg16Probe:
    """Logistic regression on VGG-16 activations of labelled generated images; needs its weights.

    References
    ----------
    Cioni, Liguori et al. (2024), arXiv:2408.09153: a linear probe, here on VGG-16 in the place of
    CLIP, and with one penalty rather than a search.
    """

    evidence: ClassVar[Evidence] = Evidence.A2
    probabilities: ClassVar[bool] = True
    source: ClassVar[str] = "Cioni et al. 2024, arXiv:2408.09153 (linear probe)"

    layer: VggLayer = "block3"  # whose activations are taken (our choice)
    pooling: Pooling = "mean"  # of the activations over the image (our choice)
    side: int | None = 56  # pixels to shrink larger images to; none: as they are (our choice)
    weights: str = "auto"  # first digits of a weight file's SHA-256, or auto: those that are known
    C: float = 1.0  # weight of the losses against the penalty

    def __post_init__(self) -> None:
        if self.C <= 0:
            raise ValueError(f"C {self.C} must be above 0")
        if self.side is not None and self.side < 1:
            raise ValueError(f"side {self.side} must be at least 1")

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Learn the regression, the classes of equal weight."""
        images, labels = labelled(sources)
        small = self.side is None or max(images.shape[1:]) <= self.side
        side = None if small else self.side
        features = Cached(Vgg16(self.layer, self.pooling, 1, side, self.weights))
        rows = features(images, progress=progress)
        return Probed(features, *learned(rows, labels, self.C))


def learned(rows: Features, labels: Labels, C: float) -> tuple[Scaling, Any]:
    """Scaling to variance 1, and scikit-learn's logistic regression, classes of equal weight."""
    from sklearn.linear_model import LogisticRegression  # on use: a second

    scale = scaling.fit(rows, "standard")
    model = LogisticRegression(C=C, class_weight="balanced", tol=1e-8, max_iter=2000)
    with single_blas():
        model.fit(scale(rows).astype(np.float64), labels)
    return scale, model


def logits(scale: Scaling, model: Any, rows: Features) -> Floats:
    """Log posterior of each class, up to a constant per row: (n, n_classes)."""
    with single_blas():
        odds: Floats = model.decision_function(scale(rows).astype(np.float64))
    if odds.ndim == 1:  # two classes: scikit-learn gives the log-odds of the second
        odds = np.stack([np.zeros_like(odds), odds], axis=1)
    return np.asarray(odds, np.float64)


@dataclass(frozen=True, eq=False)
class Probed:
    """A fitted probe."""

    features: Cached
    scale: Scaling
    model: Any

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Log posterior of each class, up to a constant per row."""
        rows = self.features(np.asarray(generated), progress=progress)
        return logits(self.scale, self.model, rows)

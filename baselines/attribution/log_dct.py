"""Log-DCT ridge: the cosine transform of whole images, classified linearly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from baselines.attribution.sources import labelled
from baselines.features.spectrum import LogDct as Logs
from baselines.learning import scaling
from baselines.learning.scaling import Scaling
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked
from clefgan.similarity.threads import single_blas


@dataclass(frozen=True, kw_only=True)
class LogDctAttributor:
    """Ridge regression of the classes on standardised log DCT coefficients.

    References
    ----------
    Frank, Eisenhofer, Schönherr et al. (2020), arXiv:2003.08685.

    Notes
    -----
    `alpha` counts labelled images: the penalty is `alpha * n` (the paper searches for it).
    """

    evidence: ClassVar[Evidence] = Evidence.A2
    source: ClassVar[str] = "Frank et al. 2020, arXiv:2003.08685"

    alpha: float = 1.0  # penalty an image; features have variance 1
    bands: int = 64  # frequencies along each side, neighbours averaged beyond

    def __post_init__(self) -> None:
        if self.alpha <= 0 or self.bands < 1:
            raise ValueError(f"alpha {self.alpha} and bands {self.bands} must be above 0")

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Learn one regression a class, the classes of equal weight."""
        from sklearn.linear_model import RidgeClassifier  # on use: a second

        images, labels = labelled(sources)
        features = Logs(self.bands)
        rows = features(images, progress=progress)
        del images  # as large as all the rest
        scale = scaling.fit(rows, "standard")
        model = RidgeClassifier(
            alpha=self.alpha * len(rows),
            class_weight="balanced",
            solver="cholesky",
            copy_X=False,
        )
        with single_blas():
            model.fit(scale(rows).astype(np.float64), labels)
        return Ridge(features, scale, model)


@dataclass(frozen=True, eq=False)
class Ridge:
    """A fitted ridge classifier."""

    features: Logs
    scale: Scaling
    model: Any

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Regression of each class, about -1 to 1."""
        rows = self.scale(self.features(np.asarray(generated), progress=progress))
        with single_blas():
            regression = self.model.decision_function(rows.astype(np.float64))
        if regression.ndim == 1:  # two classes: scikit-learn gives that of the second
            regression = np.stack([-regression, regression], axis=1)
        return np.asarray(regression, np.float64)

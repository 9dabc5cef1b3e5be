"""Methods that learn a linear discriminant on features of labelled generated images."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from baselines.attribution.sources import labelled
from baselines.features.blocks import FeatureMap
from baselines.features.histogram import LevelHistogram as Histogram
from baselines.features.residual import Autocorrelation
from baselines.features.spectrum import BlockDct
from baselines.features.spectrum import RadialSpectrum as Spectrum
from baselines.features.together import Together
from baselines.learning import discriminant
from baselines.learning.discriminant import Discriminant
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked


@dataclass(frozen=True, eq=False)
class Discriminated:
    """Scores of a discriminant on the features of a map."""

    features: FeatureMap
    model: Discriminant

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Log posterior of each class, up to a constant per row."""
        return self.model(self.features(np.asarray(generated), progress=progress))


def learned(features: FeatureMap, sources: Sequence[Source], progress: Progress) -> Discriminated:
    """Fit the discriminant on the labelled generated images."""
    images, labels = labelled(sources)
    rows = features(images, progress=progress)
    return Discriminated(features, discriminant.fit(rows, labels, len(sources)))


def texture_map(lags: int) -> Together:
    """Scales of block-DCT coefficients, and correlations of the residual with itself."""
    return Together((BlockDct(), Autocorrelation(lags)))


@dataclass(frozen=True, kw_only=True)
class Texture:
    """Texture of the generator: block-DCT scales and residual autocorrelation, discriminated.

    Sees which generator made an image; of which images trained it, next to nothing.

    References
    ----------
    Scales: Giudice, Guarnera, Battiato (2021), doi:10.3390/jimaging7080128. Correlations: the
    linear case of Nguyen et al. (2025), arXiv:2503.21003. Their union and the shrunk linear
    discriminant are ours.
    """

    evidence: ClassVar[Evidence] = Evidence.A2
    probabilities: ClassVar[bool] = True
    source: ClassVar[str] = "ours, after Giudice et al. 2021 and Nguyen et al. 2025"

    lags: int = 5  # pixels by which the residual is compared with itself, each way

    def __post_init__(self) -> None:
        if self.lags < 1:
            raise ValueError(f"lags {self.lags} must be at least 1")

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Learn the discriminant of the labelled generated images."""
        return learned(texture_map(self.lags), sources, progress)


@dataclass(frozen=True, kw_only=True)
class LevelHistogramAttributor:
    """Shortcut: how often each grey level occurs. If it does well, the classes differ in palette.

    References
    ----------
    Ours, after the spiky histograms of the 2025 data (ericregina.com/image-clef-gans-eda).
    """

    evidence: ClassVar[Evidence] = Evidence.A2
    probabilities: ClassVar[bool] = True
    source: ClassVar[str] = "ours: a shortcut, to be beaten"

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Learn the discriminant of the labelled generated images."""
        return learned(Histogram(), sources, progress)


@dataclass(frozen=True, kw_only=True)
class RadialSpectrumAttributor:
    """Mean log power at each radius of the Fourier plane, discriminated.

    References
    ----------
    Durall, Keuper, Pfreundt, Keuper (2019), arXiv:1911.00686; a linear discriminant in the place
    of their SVM and logistic regression.
    """

    evidence: ClassVar[Evidence] = Evidence.A2
    probabilities: ClassVar[bool] = True
    source: ClassVar[str] = "Durall et al. 2019, arXiv:1911.00686"

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Learn the discriminant of the labelled generated images."""
        return learned(Spectrum(), sources, progress)

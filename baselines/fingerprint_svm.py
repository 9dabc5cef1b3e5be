"""The seed paper's approach: which generator's fingerprint does a real image carry?

One's own DCGAN learns from images that were not used. A support vector machine then learns to tell
its images from the task's generated images, and the real image is put to it: on the side of the
task's generator it is called used.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from baselines.features._vgg_layers import VggLayer
from baselines.features.blocks import FeatureMap
from baselines.features.cached import Cached
from baselines.features.lbp import Lbp, LbpMethod
from baselines.features.vgg16 import Pooling, Vgg16
from baselines.learning import scaling, svm
from baselines.learning.scaling import Scaling, ScalingKind
from baselines.learning.svm import Gamma, Kernel, Svm
from clefgan.dcgan import ahead as dcgan_ahead
from clefgan.dcgan.config import DCGANConfig
from clefgan.dcgan.side_by_side import synthesise_all
from clefgan.dcgan.synthesise import synthesise
from clefgan.errors import ClefganError
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent


@dataclass(frozen=True, kw_only=True)
class FingerprintSvm(ABC):
    """The three steps, whatever the features.

    References
    ----------
    AIMultimediaLab at ImageCLEFmedical GANs 2023, CEUR-WS Vol-3497.

    Notes
    -----
    The paper gives the number of own samples, the two kernels, and what `DCGANConfig` marks as the
    paper's. All other defaults are our choice.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S2
    needs_generated: ClassVar[bool] = False
    source: ClassVar[str] = "AIMultimediaLab at ImageCLEFmedical GANs 2023 (CEUR-WS Vol-3497)"
    paper_note: ClassVar[str] = "the not-used images that are scored here trained the DCGAN"

    kernel: Kernel = "rbf"  # of the SVM (paper: both)
    C: float = 1.0  # weight of the SVM's errors (our choice)
    gamma: Gamma = "scale"  # of the rbf kernel (our choice)
    scaling: ScalingKind = "standard"  # of the features (our choice)
    own_samples: int = 802  # images drawn from one's own DCGAN (paper)
    gan: DCGANConfig = field(default_factory=DCGANConfig)
    seed: int = 0  # added to gan.seed; all else is without chance

    @abstractmethod
    def features(self) -> FeatureMap:
        """Return the map from images to features."""

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Train the DCGAN on the images not used, then the SVM on its samples and dev's generated.

        Raises
        ------
        ClefganError
            If there are no images not used or no generated images, or a setting is out of range.
        """
        if not len(dev.not_used) or not len(dev.generated):
            raise ClefganError(
                f"fingerprint SVM: dev has {len(dev.not_used)} not-used and {len(dev.generated)} "
                "generated images; it needs both"
            )
        own = self.own(dev.not_used, progress=progress)
        features_of = self.features()
        theirs = features_of(dev.generated, progress=progress)
        features = np.concatenate([features_of(own, progress=progress), theirs])
        positive = np.arange(len(features)) >= len(own)
        scale = scaling.fit(features, self.scaling)
        machine = svm.fit(scale(features), positive, kernel=self.kernel, C=self.C, gamma=self.gamma)
        return FingerprintScorer(features_of, scale, machine)

    def prepare(self, sets: Sequence[DevSet], /, *, progress: Progress = silent) -> None:
        """Train the DCGANs of several fits side by side."""
        images = [dev.not_used for dev in sets if len(dev.not_used)]
        synthesise_all(images, self.config(), self.own_samples, progress=progress)

    def compile_ahead(self, side: int, /) -> None:
        """Compile the DCGAN, and load what the SVM takes."""
        dcgan_ahead.compile_ahead(self.config(), side)
        svm.fit(np.eye(2, dtype=np.float32), np.array([False, True]))

    def config(self) -> DCGANConfig:
        """Return the DCGAN's settings, its seed moved by the method's."""
        return replace(self.gan, seed=self.gan.seed + self.seed)

    def own(self, not_used: Images, *, progress: Progress = silent) -> Images:
        """Return samples of a DCGAN trained on `not_used`: the same for every kernel and map."""
        return synthesise(not_used, self.config(), self.own_samples, progress=progress)


@dataclass(frozen=True, slots=True, eq=False)
class FingerprintScorer:
    """Scores by the SVM's decision function; used is the side of the task's generator."""

    features: FeatureMap
    scale: Scaling
    machine: Svm

    def score(
        self, candidates: Images, _generated: Images, /, *, progress: Progress = silent
    ) -> Scores:
        """Return the signed distance from the SVM's boundary, in units of its margin."""
        return self.machine.decide(self.scale(self.features(candidates, progress=progress)))


@dataclass(frozen=True, kw_only=True)
class LbpSvm(FingerprintSvm):
    """SVM on local binary patterns: own DCGAN samples against the task's generated images."""

    P: tuple[int, ...] = (8,)  # LBP points, one for all radii or one for each (our choice)
    R: tuple[float, ...] = (1.0,)  # LBP radii in pixels; histograms are joined (our choice)
    lbp_method: LbpMethod = "uniform"  # kind of pattern (our choice)
    grid: int = 1  # cells along each side, one histogram for each cell (our choice)

    def features(self) -> Lbp:
        """Return the LBP histograms."""
        return Lbp(points=self.P, radius=self.R, method=self.lbp_method, grid=self.grid)

    def compile_ahead(self, side: int, /) -> None:
        """Compile the DCGAN and the LBP, and load what the SVM takes."""
        super().compile_ahead(side)
        self.features()(np.zeros((1, side, side), np.uint8))


@dataclass(frozen=True, kw_only=True)
class Vgg16Svm(FingerprintSvm):
    """SVM on VGG-16 embeddings: own DCGAN samples against the task's generated images."""

    layer: VggLayer = "block5"  # whose activations are taken (our choice)
    pooling: Pooling = "mean"  # of the activations, over the image or each cell (our choice)
    grid: int = 1  # cells along each side; 7 with side=224 takes all of block5 (our choice)
    side: int | None = None  # pixels to resize images to; none: as they are (our choice)
    weights: str = "auto"  # first digits of a weight file's SHA-256, or auto: those that are known

    def features(self) -> Cached:
        """Return the embeddings, kept on disk."""
        return Cached(Vgg16(self.layer, self.pooling, self.grid, self.side, self.weights))

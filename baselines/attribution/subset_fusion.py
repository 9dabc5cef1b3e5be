"""Subset-fusion: whole images and their parts, each as sure as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from baselines.attribution.subset_patches import SubsetPatches
from baselines.attribution.subset_span import SubsetSpan
from clefgan.method import ClassScores, Evidence, Images, Progress, Source, SourceScorer, silent
from clefgan.method.given import images_checked

SPAN, PATCHES = SubsetSpan(), SubsetPatches()


@dataclass(frozen=True, kw_only=True)
class SubsetFusion:
    """Sum of the log-likelihoods of subset-span and subset-patches.

    The span sees mixtures of whole images, the patches parts put together. Both are log-likelihoods
    in natural units, so the surer one wins and there is no weight to tune; scaled to one spread,
    the weaker would drag the other down.

    References
    ----------
    Ours.
    """

    evidence: ClassVar[Evidence] = Evidence.A1
    source: ClassVar[str] = "ours"

    span: SubsetSpan = SPAN
    patches: SubsetPatches = PATCHES

    @images_checked
    def fit(self, sources: Sequence[Source], /, *, progress: Progress = silent) -> SourceScorer:
        """Fit both on the real images."""
        parts = (self.span, self.patches)
        return Added(tuple(part.fit(sources, progress=progress) for part in parts))


@dataclass(frozen=True, eq=False)
class Added:
    """Scorers whose scores are added."""

    parts: tuple[SourceScorer, ...]

    def score(self, generated: Images, /, *, progress: Progress = silent) -> ClassScores:
        """Sum of the log-likelihoods."""
        first, *others = (part.score(generated, progress=progress) for part in self.parts)
        for other in others:
            first = first + other
        return first

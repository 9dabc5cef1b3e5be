"""A classifier of generated against unused images, put to the candidates."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from baselines.features.blocks import Features
from baselines.features.space import HOG_PCA40, FittedSpace, Space
from baselines.learning import logistic, scaling
from baselines.scoring import threshold, unused
from baselines.scoring.unused import Folds
from clefgan.method import DevSet, Images, Knowledge, Progress, Scorer, Scores, silent
from clefgan.similarity.canonical import canonical


@dataclass(frozen=True, kw_only=True)
class AgainstUnused:
    """Log-odds of a classifier that tells generated images from unused real ones.

    References
    ----------
    Hayes et al. (2019), arXiv:1705.07663: a discriminator that is given images of both kinds.

    Notes
    -----
    The papers train networks; this is a logistic regression on features, both kinds weighing the
    same. What it learns first is how generated images differ from real ones, so a score near that
    of the unused images says little. The unused images are dealt out to folds, and one that is
    itself a candidate is scored by the classifier that has not seen its fold.
    """

    knowledge: ClassVar[Knowledge] = Knowledge.S2
    learns_from_generated: ClassVar[bool] = True
    source: ClassVar[str] = "LOGAN (Hayes et al. 2019, arXiv:1705.07663), limited auxiliary data"
    paper_note: ClassVar[str] = threshold.PAPER_NOTE

    features: Space = HOG_PCA40  # what the classifier sees
    C: float = 1.0  # weight of the errors
    folds: int = 5  # of the unused images
    most: int = 2000  # generated images to learn from

    def __post_init__(self) -> None:
        if self.C <= 0 or self.folds < 2 or self.most < 1:
            raise ValueError(
                f"C {self.C} must be above 0, folds {self.folds} 2 or more, most {self.most} 1 "
                "or more"
            )
        if self.features.is_searched:
            raise ValueError(f"features '{self.features}' have a search; give plain features")
        if self.features.base in ("pixels", "levels") and self.features.n_components is None:
            raise ValueError(
                f"features '{self.features}' are too many to classify by; give 'pixels-pca40'"
            )

    def fit(self, dev: DevSet, /, *, progress: Progress = silent) -> Scorer:
        """Keep the unused images; set the threshold midway between the classes' medians.

        Raises
        ------
        ClefganError
            No used or no not-used image in dev.
        """
        threshold.require(dev)
        space = self.features.learned(dev.generated)
        known = unused.folds(dev.not_used, self.folds)
        return threshold.midway(partial(self.raw, space, known), dev, progress=progress)

    def raw(
        self,
        space: FittedSpace,
        known: Folds,
        candidates: Images,
        generated: Images,
        *,
        progress: Progress,
    ) -> Scores:
        """Log-odds of each candidate."""
        chosen = generated[canonical(generated, self.most)]  # in an order of its own
        ours, theirs, real = (
            features_of(space, images) for images in (candidates, chosen, known.images)
        )
        scale = scaling.fit(np.concatenate([theirs, real]).astype(np.float32), "standard")
        scores = np.empty((known.count, len(candidates)))
        for number in range(known.count):
            kept = real[known.fold != number] if known.count > 1 else real
            rows = scale(np.concatenate([theirs, kept]).astype(np.float32)).astype(np.float64)
            model = logistic.fit(rows, np.arange(len(rows)) < len(theirs), C=self.C)
            scores[number] = model.logit(scale(ours.astype(np.float32)).astype(np.float64))
            progress("classifier", number + 1, known.count, "")
        return known.out_of_fold(candidates, scores)


def features_of(space: FittedSpace, images: Images) -> Features:
    """All features of some images."""
    rows = space.rows(images)
    features: Features = rows[0 : len(images)].reshape(len(images), -1)
    return features

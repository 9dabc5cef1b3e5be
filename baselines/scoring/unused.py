"""Images known to be unused: which fold of them a candidate belongs to, if it is one of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clefgan.method import Images, Scores
from clefgan.similarity.canonical import canonical
from clefgan.similarity.pixel_digest import digest


@dataclass(frozen=True, eq=False)
class Folds:
    """Unused images, dealt out so that a model can leave each of them out."""

    images: Images
    fold: NDArray[np.int64]  # of each image; copies share a fold
    count: int

    def without(self, number: int) -> Images:
        """The images of all other folds; all images if there is one fold only."""
        return self.images[self.fold != number] if self.count > 1 else self.images

    def out_of_fold(self, candidates: Images, scores: NDArray[np.float64]) -> Scores:
        """Score of each candidate by models that have not seen it.

        Parameters
        ----------
        candidates : n images
        scores : (count, n), by the model without fold 0, without fold 1, ...

        Returns
        -------
        (n,) the mean over the models; for a copy of an unused image, the score by the one model
        that was trained without its fold.
        """
        known = dict(zip(map(digest, self.images), self.fold, strict=True))
        unseen = scores.mean(axis=0)
        for i, image in enumerate(candidates):
            number = known.get(digest(image))
            if number is not None:
                unseen[i] = scores[number, i]
        return np.asarray(unseen)


def folds(images: Images, count: int) -> Folds:
    """Deal the images out to at most `count` folds by their digests, copies to the same one."""
    names = [digest(image) for image in images]
    different: dict[bytes, int] = {}
    for i in canonical(images):
        different.setdefault(names[i], len(different))
    count = max(1, min(count, len(different)))
    fold = np.array([different[name] % count for name in names], np.int64)
    return Folds(images, fold, count)

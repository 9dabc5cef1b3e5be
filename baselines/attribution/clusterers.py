"""Clusters of images that were made alike, without any label."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from baselines.attribution.discriminants import texture_map
from baselines.features.pixels import LowPass
from baselines.features.residual import residual
from clefgan.errors import ClefganError
from clefgan.method import Clusters, Evidence, Images, Progress, refuse_other_kinds, silent
from clefgan.similarity.canonical import canonical
from clefgan.similarity.engine import nearest
from clefgan.similarity.products import Metric
from clefgan.similarity.threads import single_blas
from clefgan.similarity.whole_numbers import Floats

STARTS = 10  # of k-means; the best counts


@dataclass(frozen=True, kw_only=True)
class ClusterTexture:
    """k-means on whitened principal components of texture: images of one generator.

    References
    ----------
    Ours, on the features of `texture`.
    """

    evidence: ClassVar[Evidence] = Evidence.A0
    source: ClassVar[str] = "ours"

    components: int = 10  # principal components, each brought to variance 1
    seed: int = 0  # of the starts of k-means

    def __post_init__(self) -> None:
        if self.components < 1:
            raise ValueError(f"components {self.components} must be at least 1")

    def cluster(
        self, generated: Images, n_clusters: int, /, *, progress: Progress = silent
    ) -> Clusters:
        """Put each image into one of at most `n_clusters` clusters, the largest first."""
        refuse(generated, n_clusters)
        order = canonical(generated)
        rows = texture_map(5)(np.asarray(generated), progress=progress)[order]
        return numbered(k_means(whitened(rows, self.components), n_clusters, self.seed), order)


@dataclass(frozen=True, kw_only=True)
class ClusterResidual:
    """Spectral clusters of a graph of the images whose residuals correlate: one training set.

    Images that are mixtures of the same few real images share patterns pair by pair, as photographs
    of one camera do, while no single number of an image tells.

    References
    ----------
    Graph and normalised cut: Ng, Jordan, Weiss (2002), NeurIPS 14. Residual correlation as in the
    clustering of cameras, after Marra et al. (2019), arXiv:1812.11842.
    """

    evidence: ClassVar[Evidence] = Evidence.A0
    source: ClassVar[str] = "ours, after Marra et al. 2019"

    neighbours: int = 15  # of each image in the graph
    cells: int = 64  # along each side, to which larger images are averaged
    seed: int = 0  # of the starts of k-means

    def __post_init__(self) -> None:
        if self.neighbours < 1 or self.cells < 1:
            raise ValueError(
                f"neighbours {self.neighbours} and cells {self.cells} must be at least 1"
            )

    def cluster(
        self, generated: Images, n_clusters: int, /, *, progress: Progress = silent
    ) -> Clusters:
        """Put each image into one of at most `n_clusters` clusters, the largest first."""
        refuse(generated, n_clusters)
        order = canonical(generated)
        if len(generated) == 1:
            return np.zeros(1, np.int64)
        rows = residuals(generated, self.cells)[order]
        near = nearest(
            Metric.PEARSON, rows, rows, min(self.neighbours, len(order) - 1),
            skip_self=True, progress=progress, stage="pairs",
        )  # fmt: skip
        coordinates = spectral(near.indices, 1 - near.distances, n_clusters)
        return numbered(k_means(coordinates, n_clusters, self.seed), order)


def residuals(images: Images, cells: int) -> NDArray[np.float32]:
    """Residuals of the images on a grid, (n, <= cells * cells)."""
    shape = tuple(min(side, cells) for side in images.shape[1:])
    small = LowPass(cells)(np.asarray(images)).reshape(len(images), *shape)
    return residual(small).reshape(len(images), -1)


def refuse(generated: Images, n_clusters: int) -> None:
    """Raise unless there are images and a number of clusters."""
    refuse_other_kinds(generated, "generated images", "clusters")
    if not len(generated):
        raise ClefganError("clusters: no generated images; got 0; give at least 1")
    if not isinstance(n_clusters, int | np.integer) or not 1 <= n_clusters <= len(generated):
        raise ClefganError(
            f"clusters: {n_clusters} clusters of {len(generated)} images; give 1 to "
            f"{len(generated)}"
        )


def whitened(rows: NDArray[np.floating], components: int) -> Floats:
    """Standardised features on their principal components, each of variance 1: (n, <= k)."""
    wide = np.asarray(rows, np.float64)
    wide = wide - wide.mean(axis=0)
    spread = wide.std(axis=0)
    wide = np.divide(wide, spread, out=np.zeros_like(wide), where=spread > 1e-9)
    with single_blas():
        values, vectors = np.linalg.eigh(wide.T @ wide / len(wide))
        keep = np.flatnonzero(values > 1e-9 * max(values[-1], 1e-300))[::-1][:components]
        return np.asarray(wide @ vectors[:, keep] / np.sqrt(values[keep]))


def k_means(rows: Floats, n_clusters: int, seed: int) -> Clusters:
    """Clusters of the rows; as many as there are different rows, if those are fewer."""
    from sklearn.cluster import KMeans  # on use: a second
    from threadpoolctl import threadpool_limits  # knows the libraries that are loaded when called

    different = len(np.unique(rows, axis=0)) if rows.shape[1] else 1
    if different == 1:
        return np.zeros(len(rows), np.int64)
    model = KMeans(min(n_clusters, different), n_init=STARTS, random_state=seed)
    with threadpool_limits(1):
        return np.asarray(model.fit_predict(rows), np.int64)


def spectral(indices: NDArray[np.int64], weights: Floats, n_clusters: int) -> Floats:
    """Rows of the leading eigenvectors of the normalised graph, each of length 1.

    Parameters
    ----------
    indices, weights : (n, k), the neighbours of each image and their correlations; those at or
        below 0 are no edges
    """
    from scipy.sparse import csr_array, diags_array, eye_array  # on use: half a second
    from scipy.sparse.linalg import eigsh

    n, k = indices.shape
    places = np.repeat(np.arange(n), k), indices.ravel()
    one_way = csr_array((np.maximum(weights, 0).ravel(), places), shape=(n, n))
    graph = (one_way + one_way.T) / 2
    degree = np.asarray(graph.sum(axis=1)).ravel()
    scale = diags_array(np.divide(1, np.sqrt(degree), out=np.zeros(n), where=degree > 0))
    normal = scale @ graph @ scale
    with single_blas():
        if n <= 3 * n_clusters + 20:
            vectors = np.linalg.eigh(normal.toarray())[1][:, -n_clusters:]
        else:  # the identity makes all eigenvalues positive, so that the largest are found first
            shifted = (normal + eye_array(n)).tocsc()
            vectors = eigsh(shifted, n_clusters, which="LA", v0=np.ones(n) / np.sqrt(n))[1]
    lengths = np.sqrt(np.vecdot(vectors, vectors))[:, None]
    return np.asarray(
        np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-12)
    )


def numbered(clusters: Clusters, order: NDArray[np.int64]) -> Clusters:
    """Clusters in the images' own order, the largest number 0; of equal size, the earlier first.

    Parameters
    ----------
    clusters : (n,) in the order of the digests
    order : which image each of them is
    """
    names, first, sizes = np.unique(clusters, return_index=True, return_counts=True)
    rank = np.empty(int(names.max()) + 1, np.int64)
    rank[names[np.lexsort((first, -sizes))]] = np.arange(len(names))
    clusters_of = np.empty(len(order), np.int64)
    clusters_of[order] = rank[clusters]
    return clusters_of

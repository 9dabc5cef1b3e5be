"""What every clusterer promises, checked on tiny images."""

from typing import Any

import numpy as np

from clefgan.method import Clusterer, Clusters, Images
from clefgan.plugins import registry
from clefgan.testing.attribution import check_fields, under_test


def check_clusterer(cls: type[Clusterer], **settings: Any) -> None:
    """Raise an AssertionError that names the first promise that a clusterer breaks.

    Notes
    -----
    The promises: evidence A0; numbers of clusters are int64 of shape (n,), from 0 and below
    `n_clusters`; the same seed gives the same clusters; permuting images permutes the clusters,
    their numbers included; copies share a cluster; images are not written to.
    """
    check_fields(registry.CLUSTERERS.checked(cls, cls.__name__))
    method, images = cls(**settings), under_test()
    clusters = check_clusters(method, images, 3)
    again = check_clusters(cls(**settings), images, 3)
    assert np.array_equal(clusters, again), "same seed, same clusters"
    order = np.random.default_rng(3).permutation(len(images))
    turned = check_clusters(method, images[order], 3)
    assert np.array_equal(turned, clusters[order]), "permuting images permutes clusters"
    twice = check_clusters(method, np.concatenate([images, images[:2]]), 3)
    assert np.array_equal(twice[-2:], twice[:2]), "copies share a cluster"
    flat = np.full_like(images, 7)
    for case, others, n_clusters in (
        ("one image", images[:1], 1),
        ("as many clusters as images", images[:4], 4),
        ("constant images", flat, 3),
        ("one cluster", images, 1),
        ("two images", images[:2], 2),
    ):
        try:
            check_clusters(method, others, n_clusters)
        except AssertionError as error:
            raise AssertionError(f"{case}: {error}") from error


def check_clusters(method: Clusterer, images: Images, n_clusters: int) -> Clusters:
    """Clusters are whole numbers below `n_clusters`, and the images are as they were."""
    before = images.copy()
    clusters = method.cluster(images, n_clusters)
    assert isinstance(clusters, np.ndarray), f"clusters are {type(clusters).__name__}, not an array"
    assert clusters.dtype == np.int64, f"clusters are {clusters.dtype}, not int64"
    assert clusters.shape == (len(images),), f"clusters have shape {clusters.shape}"
    assert (clusters >= 0).all(), "a cluster's number is below 0"
    assert (clusters < n_clusters).all(), f"a cluster's number is not below {n_clusters}"
    assert np.array_equal(images, before), "cluster wrote to the images"
    return clusters

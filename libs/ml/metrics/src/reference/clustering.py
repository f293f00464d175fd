"""Makes clustering.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn import metrics


def simplified_silhouette(x, labels):
    """By its definition: distances to cluster means."""
    clusters = np.unique(labels)
    to_means = np.linalg.norm(x[:, None, :] - np.array([x[labels == c].mean(axis=0) for c in clusters])[None], axis=2)
    own = np.searchsorted(clusters, labels)
    rows = np.arange(len(x))
    a = to_means[rows, own]
    to_means[rows, own] = np.inf
    b = to_means.min(axis=1)
    return float(np.mean((b - a) / np.maximum(a, b)))


def kmeans_bic(x, labels):
    """Of k round clouds of one variance, from the log density of every row."""
    n, d = x.shape
    clusters, sizes = np.unique(labels, return_counts=True)
    means = np.array([x[labels == c].mean(axis=0) for c in clusters])
    own = np.searchsorted(clusters, labels)
    squares = ((x - means[own]) ** 2).sum(axis=1)
    variance = squares.sum() / (d * (n - len(clusters)))
    log_density = np.log(sizes[own] / n) - d / 2 * np.log(2 * np.pi * variance) - squares / (2 * variance)
    return float(-2 * log_density.sum() + len(clusters) * (d + 1) * np.log(n))


def jaccards(first, second):
    """By sets: for each cluster of the first labelling the best Jaccard similarity with one of the second."""
    sets = [set(np.flatnonzero(second == c)) for c in np.unique(second)]
    return [
        max(len(mine & theirs) / len(mine | theirs) for theirs in sets)
        for mine in (set(np.flatnonzero(first == c)) for c in np.unique(first))
    ]


def matrix_case(name, x, labels):
    # float32 values held in float64: both sides see the same numbers and neither computes in single precision.
    x = np.asarray(x, dtype=np.float32).astype(np.float64)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "data": x.ravel().tolist(),
        "labels": labels.tolist(),
        "silhouette": float(metrics.silhouette_score(x, labels)),
        "daviesBouldin": float(metrics.davies_bouldin_score(x, labels)),
        "calinskiHarabasz": float(metrics.calinski_harabasz_score(x, labels)),
        "simplifiedSilhouette": simplified_silhouette(x, labels),
        "bic": kmeans_bic(x, labels),
    }


def pair_case(name, first, second):
    return {
        "name": name,
        "first": first.tolist(),
        "second": second.tolist(),
        "ari": float(metrics.adjusted_rand_score(first, second)),
        "nmi": float(metrics.normalized_mutual_info_score(first, second)),
        "ami": float(metrics.adjusted_mutual_info_score(first, second)),
        "homogeneity": float(metrics.homogeneity_score(first, second)),
        "completeness": float(metrics.completeness_score(first, second)),
        "vMeasure": float(metrics.v_measure_score(first, second)),
        "jaccards": jaccards(first, second),
    }


rng = np.random.default_rng(7)
blobs = np.vstack([rng.normal(c, 0.8, size=(n, 3)) for c, n in [((0, 0, 0), 60), ((4, 1, 0), 25), ((1, 5, 2), 15)]])
blob_labels = np.repeat([0, 1, 2], [60, 25, 15])
wide = rng.normal(0, 1, size=(90, 12)) + np.repeat([[0.0], [1.0], [0.3], [2.0]], [30, 30, 20, 10], axis=0)
wide_labels = np.repeat([3, 7, 11, 2], [30, 30, 20, 10])
far = np.vstack([rng.normal(5000, 2, size=(40, 2)), rng.normal(5010, 3, size=(40, 2))])
single = blob_labels.copy()
single[5] = 9

truth = rng.integers(0, 6, 400)
noisy = np.where(rng.random(400) < 0.25, rng.integers(0, 6, 400), truth)

golden = {
    "madeBy": {"script": "reference/clustering.py", "scikitLearn": sklearn.__version__, "numpy": np.__version__, "seed": 7},
    "tolerance": {"silhouette": 1e-6, "why": "the kernel sums float32 distances; everything else is double precision", "others": 1e-9},
    "matrices": [
        matrix_case("three blobs", blobs, blob_labels),
        matrix_case("labels with gaps, 12 columns", wide, wide_labels),
        matrix_case("far from the origin", far, np.repeat([0, 1], 40)),
        matrix_case("a cluster of one", blobs, single),
        matrix_case("labels at random", blobs, rng.integers(0, 4, 100)),
    ],
    "pairs": [
        pair_case("noisy copy", truth, noisy),
        pair_case("independent", truth, rng.integers(0, 4, 400)),
        pair_case("same partition, other names", truth, (truth * 7 + 3) % 11),
        pair_case("one against many", np.zeros(50, dtype=int), np.arange(50) % 5),
        pair_case("all apart", np.arange(30), np.arange(30)[::-1]),
        pair_case("merged", truth, truth // 2),
    ],
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "clustering.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, seed 7")

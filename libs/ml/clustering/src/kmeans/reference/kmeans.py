"""Makes kmeans.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn.cluster import KMeans

rng = np.random.default_rng(20240115)


def single(x):
    """Values that float32 holds exactly, kept in float64: both sides see the same numbers."""
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def case(name, x, start, tol=1e-4, max_iter=300):
    x, start = single(x), single(start)
    model = KMeans(n_clusters=len(start), init=start, n_init=1, tol=tol, max_iter=max_iter, algorithm="lloyd").fit(x)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "data": x.ravel().tolist(),
        "start": start.ravel().tolist(),
        "k": len(start),
        "tolerance": tol,
        "maxIterations": max_iter,
        "labels": model.labels_.tolist(),
        "centroids": model.cluster_centers_.ravel().tolist(),
        "inertia": float(model.inertia_),
        "iterations": int(model.n_iter_),
        "distances": model.transform(x[:5]).ravel().tolist(),
    }


def blobs(n, d, k, spread):
    centres = rng.normal(0, 4, size=(k, d))
    return centres[rng.integers(0, k, n)] + rng.normal(0, spread, size=(n, d))


overlapping = blobs(400, 3, 5, 2.0)
wide = blobs(250, 17, 4, 1.5)
far = blobs(200, 2, 3, 1.0) + 10000
integers = rng.integers(0, 30, size=(150, 2))
many = blobs(500, 4, 12, 0.7)
stray = np.vstack([overlapping[:3], [[60.0, 60.0, 60.0]]])

golden = {
    "madeBy": {"script": "reference/kmeans.py", "scikitLearn": sklearn.__version__, "numpy": np.__version__, "seed": 20240115},
    "tolerances": {
        "labels": 0,
        "centroids": 1e-6,
        "inertia": 1e-6,
        "distances": 1e-6,
        "why": "same start and same rule, so the same path; assignment is float32 here and float64 there",
    },
    "cases": [
        case("overlapping blobs", overlapping, overlapping[:5]),
        case("until no label changes", overlapping, overlapping[10:15], tol=0),
        case("seventeen columns", wide, wide[[3, 50, 100, 200]]),
        case("far from the origin", far, far[:3]),
        # Off the integers: where rows tie exactly scikit-learn lets rounding decide, here the lowest centroid wins.
        case("integers with duplicates", integers, integers[:6] + 0.37, tol=0),
        case("nineteen clusters: three blocks of centroids", many, many[:19]),
        case("one column", integers[:, :1], integers[:4, :1] + np.arange(4)[:, None] * 0.5),
        case("one cluster", wide, wide[:1]),
        case("a start far from all rows: the empty cluster is filled", overlapping, stray),
        case("rounds run out", overlapping, overlapping[:5], tol=0, max_iter=3),
    ],
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "kmeans.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, seed 20240115")

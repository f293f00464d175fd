"""Makes agglomerative.golden.json with Debian's python3-scipy. Run with the system's own python3."""

import json
import os

import numpy as np
import scipy
from scipy.cluster.hierarchy import fcluster, linkage

rng = np.random.default_rng(20240702)


def single(x):
    """Values that float32 holds exactly, kept in float64: both sides see the same numbers."""
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def case(name, x, method):
    x = single(x)
    tree = linkage(x, method=method)
    middle = float(tree[len(tree) // 2, 2] + tree[len(tree) // 2 + 1, 2]) / 2
    return {
        "name": f"{method}: {name}",
        "linkage": method,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "data": x.ravel().tolist(),
        "left": tree[:, 0].astype(int).tolist(),
        "right": tree[:, 1].astype(int).tolist(),
        "heights": tree[:, 2].tolist(),
        "sizes": tree[:, 3].astype(int).tolist(),
        "cuts": [{"k": k, "labels": fcluster(tree, k, "maxclust").tolist()} for k in (2, 5, 11)],
        "height": middle,
        "labelsByHeight": fcluster(tree, middle, "distance").tolist(),
    }


def blobs(n, d, k, spread):
    centres = rng.normal(0, 4, size=(k, d))
    return centres[rng.integers(0, k, n)] + rng.normal(0, spread, size=(n, d))


sets = {
    "overlapping blobs": blobs(180, 3, 5, 1.5),
    "far from the origin": blobs(90, 2, 3, 1.0) + 5000,
    "nine columns": blobs(70, 9, 4, 2.0),
}
golden = {
    "madeBy": {"script": "reference/agglomerative.py", "scipy": scipy.__version__, "numpy": np.__version__, "seed": 20240702},
    "tolerance": 1e-9,
    "cases": [
        case(name, x, method)
        for method in ("ward", "average", "complete", "weighted", "single")
        for name, x in sets.items()
    ],
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "agglomerative.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scipy {scipy.__version__}, numpy {np.__version__}, seed 20240702")

"""Makes birch.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn.cluster import Birch

rng = np.random.default_rng(20240708)


def single(x):
    """Values that float32 holds exactly, kept in float64: both sides see the same numbers."""
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def case(name, x, threshold, branching):
    x = single(x)
    model = Birch(threshold=threshold, branching_factor=branching, n_clusters=None).fit(x)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "data": x.ravel().tolist(),
        "threshold": threshold,
        "branching": branching,
        "subclusters": model.subcluster_centers_.ravel().tolist(),
        "labels": model.labels_.tolist(),
    }


def blobs(n, d, k, spread):
    centres = rng.normal(0, 4, size=(k, d))
    return centres[rng.integers(0, k, n)] + rng.normal(0, spread, size=(n, d))


golden = {
    "madeBy": {"script": "reference/birch.py", "scikitLearn": sklearn.__version__, "numpy": np.__version__, "seed": 20240708},
    "cases": [
        case("one node", blobs(150, 2, 4, 0.5), 1.2, 50),
        case("a tree of several levels", blobs(300, 3, 6, 1.0), 0.6, 5),
        case("wider", blobs(200, 8, 4, 1.0), 1.5, 8),
    ],
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "birch.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, seed 20240708")

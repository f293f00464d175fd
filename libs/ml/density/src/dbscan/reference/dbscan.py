"""Makes dbscan.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn.cluster import DBSCAN
from sklearn.datasets import make_moons

rng = np.random.default_rng(20240703)


def single(x):
    """Values that float32 holds exactly, kept in float64: both sides see the same numbers."""
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def case(name, x, eps, min_samples):
    x = single(x)
    model = DBSCAN(eps=eps, min_samples=min_samples).fit(x)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "data": x.ravel().tolist(),
        "eps": eps,
        "minPoints": min_samples,
        "labels": model.labels_.tolist(),
        "core": model.core_sample_indices_.tolist(),
    }


def blobs(n, d, k, spread):
    centres = rng.normal(0, 4, size=(k, d))
    return centres[rng.integers(0, k, n)] + rng.normal(0, spread, size=(n, d))


moons, _ = make_moons(n_samples=300, noise=0.08, random_state=4)
golden = {
    "madeBy": {"script": "reference/dbscan.py", "scikitLearn": sklearn.__version__, "numpy": np.__version__, "seed": 20240703},
    "cases": [
        case("moons", moons, 0.15, 5),
        case("blobs that touch: border rows of several clusters", blobs(400, 2, 6, 1.0), 0.45, 8),
        case("integers: rows at exactly eps, duplicates", rng.integers(0, 25, size=(300, 2)), 2.0, 6),
        case("eight columns", blobs(200, 8, 3, 0.8), 2.2, 4),
        case("one column", rng.normal(0, 3, size=(150, 1)), 0.12, 3),
        case("nothing but noise", rng.normal(0, 3, size=(60, 3)), 0.05, 4),
        case("one cluster", rng.normal(0, 1, size=(80, 2)), 5.0, 3),
        case("every row a core row", rng.normal(0, 1, size=(80, 2)), 0.3, 1),
    ],
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "dbscan.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, seed 20240703")

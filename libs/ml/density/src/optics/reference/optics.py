"""Makes optics.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
import sklearn.cluster._optics as inner
from sklearn.cluster import OPTICS, cluster_optics_dbscan
from sklearn.datasets import make_moons



def correct_predecessor(reachability, predecessor, ordering, start, end):
    """Schubert & Gertz 2018, algorithm 2. Version 1.2.1 looks the predecessor, which is a row, up in the ordering as if it
    were a place; later versions do not. Here the row is taken as the row it is."""
    while start < end:
        if reachability[start] > reachability[end] or predecessor[end] in ordering[start:end]:
            return start, end
        end -= 1
    return None, None


inner._correct_predecessor = correct_predecessor
rng = np.random.default_rng(20240705)


def single(x):
    """Values that float32 holds exactly, kept in float64: both sides see the same numbers."""
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def finite(values):
    """JSON knows no infinity."""
    return [None if np.isinf(v) else float(v) for v in values]


def case(name, x, min_samples, xi, size, eps, radius=np.inf):
    x = single(x)
    model = OPTICS(min_samples=min_samples, xi=xi, min_cluster_size=size, max_eps=radius, algorithm="kd_tree").fit(x)
    cut = cluster_optics_dbscan(
        reachability=model.reachability_, core_distances=model.core_distances_, ordering=model.ordering_, eps=eps
    )
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "data": x.ravel().tolist(),
        "minPoints": min_samples,
        "xi": xi,
        "minClusterSize": size,
        "eps": eps,
        "radius": None if np.isinf(radius) else radius,
        "order": model.ordering_.tolist(),
        "reachability": finite(model.reachability_),
        "core": finite(model.core_distances_),
        "predecessor": model.predecessor_.tolist(),
        "labels": model.labels_.tolist(),
        "cut": cut.tolist(),
    }


def blobs(n, d, k, spread):
    centres = rng.normal(0, 5, size=(k, d))
    return centres[rng.integers(0, k, n)] + rng.normal(0, spread, size=(n, d))


moons, _ = make_moons(n_samples=260, noise=0.07, random_state=4)
golden = {
    "madeBy": {"script": "reference/optics.py", "scikitLearn": sklearn.__version__, "numpy": np.__version__, "seed": 20240705},
    "cases": [
        case("moons", moons, 6, 0.05, 20, 0.2),
        case("blobs", blobs(300, 2, 6, 0.6), 5, 0.05, 10, 0.6),
        case("two densities", np.vstack([blobs(120, 2, 3, 0.3), blobs(120, 2, 3, 1.5)]), 8, 0.1, 12, 0.8),
        case("a radius", blobs(200, 2, 4, 0.7), 5, 0.05, 8, 0.5, 0.9),
        case("seven columns", blobs(150, 7, 3, 1.0), 5, 0.03, 10, 2.5),
    ],
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "optics.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, seed 20240705")

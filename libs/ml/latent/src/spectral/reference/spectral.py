"""Makes spectral.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os
import warnings

import numpy as np
import sklearn
from sklearn.cluster import SpectralClustering
from sklearn.datasets import make_circles, make_moons

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240405)


def case(name, x, k, neighbours=None, gamma=None):
    x = np.round(x, 4).astype(np.float32).astype(np.float64)
    # scikit-learn counts the row itself among its neighbours.
    kind = {"affinity": "nearest_neighbors", "n_neighbors": neighbours + 1} if neighbours else {"affinity": "rbf", "gamma": gamma}
    model = SpectralClustering(n_clusters=k, random_state=0, n_init=20, assign_labels="kmeans", **kind).fit(x)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "k": k,
        "neighbours": neighbours,
        "gamma": gamma,
        "data": x.ravel().tolist(),
        "labels": model.labels_.tolist(),
    }


moons, _ = make_moons(240, noise=0.06, random_state=1)
circles, _ = make_circles(240, noise=0.04, factor=0.45, random_state=2)
blobs = np.repeat([[0, 0, 0], [3, 0, 1], [0, 3.5, 2], [3, 3, -2]], 60, axis=0) + rng.normal(size=(240, 3)) * 0.9

golden = {
    "madeBy": {"script": "reference/spectral.py", "scikitLearn": sklearn.__version__, "numpy": np.__version__, "seed": 20240405},
    "leastAgreement": 0.95,
    "cases": [
        case("two moons", moons, 2, neighbours=9),
        case("two circles", circles, 2, neighbours=9),
        case("overlapping blobs, neighbours", blobs, 4, neighbours=14),
        case("overlapping blobs, radial", blobs, 4, gamma=0.5),
        case("two circles, radial", circles, 2, gamma=40.0),
    ],
}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "spectral.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, seed 20240405")

"""Makes consensus.golden.json with Debian's python3-scipy. Run with the system's own python3."""

import json
import os

import numpy as np
import scipy
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

rng = np.random.default_rng(20240406)


def case(name, labels, k):
    together = (labels[:, None, :] == labels[None, :, :]).mean(axis=2)
    tree = linkage(squareform(1 - together, checks=False), "average")
    found = fcluster(tree, k, "maxclust")
    assert len(set(found)) == k
    return {
        "name": name,
        "rows": labels.shape[0],
        "clusterings": labels.shape[1],
        "k": k,
        "data": labels.ravel().tolist(),
        "labels": found.tolist(),
    }


def noisy(truth, k, wrong, names):
    labels = np.where(rng.random(len(truth)) < wrong, rng.integers(0, k, len(truth)), truth)
    return np.asarray(names)[labels]


truth = rng.integers(0, 4, 120)
four = np.column_stack([noisy(truth, 4, 0.15, rng.permutation(4) * 3 + 7) for _ in range(7)])
# Of different k: most distances differ, so that ties decide nothing.
mixed = np.column_stack([noisy(truth, 4, 0.45, range(4)) if b % 3 else noisy(truth // 2, 2, 0.3, range(2)) for b in range(25)])
golden = {
    "madeBy": {"script": "reference/consensus.py", "scipy": scipy.__version__, "numpy": np.__version__, "seed": 20240406},
    "cases": [case("seven noisy clusterings", four, 4), case("of different k", mixed, 4)],
}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "consensus.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scipy {scipy.__version__}, numpy {np.__version__}, seed 20240406")

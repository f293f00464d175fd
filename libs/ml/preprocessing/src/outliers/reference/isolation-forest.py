"""Makes isolation-forest.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length
from sklearn.metrics import roc_auc_score


def case(name, random, inner, outer):
    x = np.round(np.vstack([inner, outer]), 4)
    planted = np.append(np.zeros(len(inner)), np.ones(len(outer))).astype(int)
    order = random.permutation(len(x))
    x, planted = x[order], planted[order]
    scores = -IsolationForest(n_estimators=300, random_state=1).fit(x).score_samples(x)
    return {
        "name": name,
        "columns": x.T.tolist(),
        "planted": planted.tolist(),
        "scores": np.round(scores, 6).tolist(),
        "auc": float(roc_auc_score(planted, scores)),
    }


def main():
    random = np.random.RandomState(2)
    blobs = np.vstack([random.normal(0, 1, (150, 3)), random.normal(6, 1, (150, 3))])
    skewed = random.lognormal(1, 0.6, (300, 2))
    ring = random.uniform(0, 2 * np.pi, 300)
    circle = np.column_stack([np.cos(ring), np.sin(ring), ring * 0]) * 5 + random.normal(0, 0.3, (300, 3))
    sizes = [0, 1, 2, 3, 10, 256, 100000]
    out = {
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
        "seed": 2,
        "correlation": 0.95,
        "aucLoss": 0.01,
        "why": "the trees are random, so ranks and areas are compared, not scores; c(n) is a formula, to 1e-9",
        "sizes": sizes,
        "averagePaths": _average_path_length(np.array(sizes)).tolist(),
        "cases": [
            case("two blobs", random, blobs, random.uniform(-12, 18, (15, 3))),
            case("skewed", random, skewed, random.uniform(15, 40, (12, 2))),
            case("ring", random, circle, random.normal(0, 0.5, (10, 3)) + [0, 0, 4]),
        ],
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "isolation-forest.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"])


main()

"""Makes classification-tree.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn.tree import DecisionTreeClassifier


def rows_of(kind, n, d, classes, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    if kind == "blobs":
        centres = rng.normal(scale=2.0, size=(classes, d))
        y = rng.integers(0, classes, n)
        x = x + centres[y]
    elif kind == "steps":
        x = np.round(x * 3) / 2
        y = (x[:, 0] > 0.5).astype(int) + 2 * (x[:, 1] + 0.5 * x[:, 2] > 0).astype(int)
    else:
        y = np.digitize(x[:, 0] * x[:, 1] + 0.3 * rng.normal(size=n), np.linspace(-1, 1, classes - 1))
    return x.astype(np.float32).astype(np.float64), y


def case(name, kind, n, d, classes, seed, **params):
    x, y = rows_of(kind, n, d, classes, seed)
    later, truth = rows_of(kind, 300, d, classes, seed + 100)
    if kind == "blobs":
        half = n * 2 // 3
        x, y, later, truth = x[:half], y[:half], x[half:], y[half:]
    accuracies = []
    for state in range(5):
        tree = DecisionTreeClassifier(random_state=state, **params).fit(x, y)
        accuracies.append(float((tree.predict(later) == truth).mean()))
    tree = DecisionTreeClassifier(random_state=0, **params).fit(x, y)
    impurities = tree.tree_.impurity * tree.tree_.weighted_n_node_samples
    leaves = tree.tree_.children_left < 0
    return {
        "name": name, "rows": len(x), "cols": d, "params": params,
        "data": x.ravel().tolist(), "classes": y.tolist(),
        "later": later.ravel().tolist(), "truth": truth.tolist(),
        "root": {"feature": int(tree.tree_.feature[0]), "threshold": float(tree.tree_.threshold[0])},
        "leaves": int(tree.get_n_leaves()),
        "impurity": float(impurities[leaves].sum() / len(x)),
        "trained": float((tree.predict(x) == y).mean()),
        "accuracy": float(np.mean(accuracies)),
        "spread": float(np.ptp(accuracies)),
    }


golden = {
    "madeBy": {"script": "reference/classification-tree.py", "scikitLearn": sklearn.__version__, "numpy": np.__version__},
    "tolerance": {"accuracy": 0.01, "why": "equal splits are drawn at random there, and taken in order here"},
    "cases": [
        case("five groups, eight leaves", "blobs", 450, 4, 5, 1, max_leaf_nodes=8),
        case("five groups, depth 3", "blobs", 450, 4, 5, 2, max_depth=3),
        case("steps, whole tree", "steps", 400, 3, 4, 3),
        case("product, leaves of 10", "product", 500, 3, 3, 4, min_samples_leaf=10),
        case("product, least gain", "product", 500, 3, 3, 5, min_impurity_decrease=0.005),
    ],
}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "classification-tree.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", [(c["name"], c["accuracy"], c["spread"]) for c in golden["cases"]])

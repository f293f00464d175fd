"""Makes imputers.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os
import warnings

import numpy as np
import sklearn
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import BayesianRidge

warnings.simplefilter("ignore")


def cells(matrix):
    return [[None if np.isnan(v) else float(v) for v in column] for column in np.asarray(matrix, dtype=float).T]


def main():
    random = np.random.RandomState(3)
    n = 50
    hidden = random.normal(size=(n, 2))
    x = np.column_stack(
        [
            10 + 3 * hidden[:, 0] + random.normal(size=n) * 0.5,
            100 - 20 * hidden[:, 0] + 5 * hidden[:, 1] + random.normal(size=n),
            hidden[:, 1] * 2 + random.normal(size=n) * 0.3,
            np.round(np.abs(hidden[:, 0] - hidden[:, 1]) * 3),
            random.normal(size=n),
        ]
    )
    x = np.round(x, 6)
    holes = random.uniform(size=x.shape) < 0.15
    holes[:, 4] = False
    x[holes] = np.nan
    x[7, :4] = np.nan
    later = np.round(x[:15] * 1.1 + 0.5, 6)
    later[3, 4] = np.nan
    later[4, :] = np.nan

    cases = []

    def case(kind, params, model):
        fitted = model.fit_transform(x.copy())
        cases.append(
            {"kind": kind, "params": params, "fitted": cells(fitted), "later": cells(model.transform(later.copy()))}
        )
        return model

    for strategy, name in [("mean", "mean"), ("median", "median"), ("most_frequent", "mode")]:
        case("simple-imputer", {"strategy": name}, SimpleImputer(strategy=strategy))
    case("simple-imputer", {"strategy": "constant", "value": -7}, SimpleImputer(strategy="constant", fill_value=-7))
    case("knn-imputer", {}, KNNImputer())
    case("knn-imputer", {"neighbours": 3, "weights": "distance"}, KNNImputer(n_neighbors=3, weights="distance"))
    iterative = case("iterative-imputer", {"rounds": 10}, IterativeImputer(random_state=0))
    case("iterative-imputer", {"rounds": 3, "tolerance": 1e-9}, IterativeImputer(max_iter=3, tol=1e-9, random_state=0))
    indicator = MissingIndicator()
    flags = indicator.fit_transform(x).astype(int)
    full = np.round(hidden @ random.normal(size=(2, 3)) + random.normal(size=(n, 3)), 6)
    target = np.round(full @ [1.5, -2, 0.25] + 4 + random.normal(size=n), 6)
    ridge = BayesianRidge().fit(full, target)
    out = {
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
        "seed": 3,
        "tolerance": 1e-9,
        "iterativeTolerance": 1e-6,
        "distanceTolerance": 1e-8,
        "why": "closed formulas in float64; the model-based imputer iterates, its eigenvalues come from another route; "
        "weights by distance divide by distances that the reference takes as a difference of squares",
        "fitted": cells(x),
        "later": cells(later),
        "cases": cases,
        "rounds": int(iterative.n_iter_),
        "flagged": indicator.features_.tolist(),
        "flags": cells(flags),
        "ridge": {
            "columns": cells(full),
            "target": target.tolist(),
            "coefficients": ridge.coef_.tolist(),
            "intercept": float(ridge.intercept_),
        },
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "imputers.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"])


main()

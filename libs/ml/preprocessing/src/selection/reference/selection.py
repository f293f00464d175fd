"""Makes selection.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn.feature_selection import VarianceThreshold, mutual_info_classif, mutual_info_regression
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mutual_info_score


def draws(before, after):
    """What Fisher-Yates drew to turn one order into the other: from the last place down, the place swapped in."""
    order = list(before)
    out = []
    for i in range(len(order) - 1, 0, -1):
        j = order.index(after[i], 0, i + 1)
        out.append(j)
        order[i], order[j] = order[j], order[i]
    assert order == list(after)
    return out


def importance(random_state):
    random = np.random.RandomState(8)
    n, repeats = 30, 3
    x = np.round(random.normal(size=(n, 3)), 6)
    y = np.round(2 * x[:, 0] - x[:, 1] + 0.5 * random.normal(size=n), 6)
    model = LinearRegression().fit(x, y)
    found = permutation_importance(model, x, y, n_repeats=repeats, random_state=random_state, scoring="r2")
    seed = np.random.RandomState(random_state).randint(np.iinfo(np.int32).max + 1)
    told = []
    for _ in range(x.shape[1]):
        shuffler = np.random.RandomState(seed)
        order, rows = np.arange(n), np.arange(n)
        for _ in range(repeats):
            shuffler.shuffle(order)
            # The reference shuffles the column it has shuffled before.
            told.extend(draws(rows, rows[order]))
            rows = rows[order]
    return {
        "columns": x.T.tolist(),
        "target": y.tolist(),
        "coefficients": model.coef_.tolist(),
        "intercept": float(model.intercept_),
        "repeats": repeats,
        "draws": told,
        "falls": found.importances.tolist(),
        "means": found.importances_mean.tolist(),
        "spreads": found.importances_std.tolist(),
    }


def main():
    random = np.random.RandomState(31)
    n = 90
    a = random.normal(size=n)
    b = 3 * a + random.normal(size=n) * 0.3
    c = random.normal(size=n) * 0.01
    d = np.full(n, 4.25)
    e = np.round(random.exponential(2, n))
    x = np.round(np.column_stack([a, b, c, d, e]), 6)
    classes = (a + 0.5 * random.normal(size=n) > 0).astype(int) + (a > 1.5)
    number = np.round(np.sin(a) + 0.2 * random.normal(size=n), 6)
    groups = random.randint(0, 4, n)
    noise = lambda seed, count: np.random.RandomState(seed).standard_normal(size=(n, count))
    regression_noise = np.random.RandomState(6)
    first = regression_noise.standard_normal(size=(n, 5))
    correlations = np.corrcoef(x[:, [0, 1, 2, 4]].T)
    out = {
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
        "seed": 31,
        "tolerance": 1e-9,
        "why": "counts and closed formulas in float64; the noise that parts equal values is the reference's own, replayed",
        "columns": x.T.tolist(),
        "classes": classes.tolist(),
        "number": number.tolist(),
        "groups": groups.tolist(),
        "variances": VarianceThreshold().fit(x).variances_.tolist(),
        "varying": VarianceThreshold(0.001).fit(x).get_support().tolist(),
        "correlations": correlations.ravel().tolist(),
        "discrete": float(mutual_info_score(groups, classes)),
        "discreteClassif": float(
            mutual_info_classif(groups.reshape(-1, 1), classes, discrete_features=True)[0]
        ),
        "classifNoise": noise(5, 5).ravel().tolist(),
        "classif": mutual_info_classif(x, classes, discrete_features=False, random_state=5).tolist(),
        "regressionNoise": first.ravel().tolist() + regression_noise.standard_normal(size=n).tolist(),
        "regression": mutual_info_regression(x, number, discrete_features=False, random_state=6).tolist(),
        "groupRegressionNoise": np.random.RandomState(7).standard_normal(size=n).tolist(),
        "groupRegression": float(
            mutual_info_regression(groups.reshape(-1, 1), number, discrete_features=True, random_state=7)[0]
        ),
        "importance": importance(4),
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "selection.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"])


main()

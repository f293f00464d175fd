"""Makes logistic.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression


def objective(model, x, y, c):
    z = x @ model.coef_[0] + model.intercept_[0]
    return float(c * np.logaddexp(0, np.where(y == 1, -z, z)).sum() + 0.5 * (model.coef_[0] ** 2).sum())


def case(name, x, y, **params):
    # Newton-CG reaches the slope it is asked for; L-BFGS also stops when the objective falls by less than 2.2e-9 of
    # itself, up to 2e-5 away in flat directions, so its objective is held instead of its coefficients.
    model = LogisticRegression(solver="newton-cg", tol=1e-10, max_iter=100000, **params).fit(x, y)
    lbfgs = LogisticRegression(tol=1e-10, max_iter=100000, **params).fit(x, y)
    return {
        "name": name,
        "params": {"c": params.get("C", 1.0), "intercept": params.get("fit_intercept", True)},
        "rows": x.shape[0],
        "cols": x.shape[1],
        "x": x.ravel().tolist(),
        "y": y.tolist(),
        "coefficients": model.coef_[0].tolist(),
        "intercept": float(model.intercept_[0]),
        "lbfgsCoefficients": lbfgs.coef_[0].tolist(),
        "lbfgsObjective": objective(lbfgs, x, y, params.get("C", 1.0)),
        "probabilities": model.predict_proba(x)[:10, 1].tolist(),
    }


def main():
    random = np.random.RandomState(5)
    x = np.round(random.normal(size=(160, 4)), 6)
    y = (random.rand(160) < 1 / (1 + np.exp(-(x @ [1.5, -2, 0, 0.5] - 0.7)))).astype(int)
    hot = np.eye(3)[random.randint(0, 3, 160)]
    both = np.hstack([x[:, :2], hot])
    separable = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    cases = [
        case("plain", x, y),
        case("weak penalty", x, y, C=100.0),
        case("strong penalty", x, y, C=0.01),
        case("no intercept", x, y, fit_intercept=False),
        case("one-hot, collinear with the intercept", both, y),
        case("separable", separable, np.array([0, 0, 1, 1])),
        case("rare", x, (np.arange(160) % 40 == 0).astype(int)),
    ]
    out = {
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
        "seed": 5,
        "tolerance": 1e-6,
        "why": "both minimise the same strictly convex function and stop at a slope or step of 1e-10",
        "cases": cases,
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "logistic.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"], len(cases), "cases")


main()

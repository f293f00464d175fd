"""Makes gaussian-mixture.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os
import warnings

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240401)
TYPES = {"full": "full", "tied": "tied", "diagonal": "diag", "spherical": "spherical"}


class FromLabels(GaussianMixture):
    """Begins from a given clustering, as the estimator under test does."""

    def _initialize_parameters(self, X, random_state):
        resp = np.zeros((X.shape[0], self.n_components))
        resp[np.arange(X.shape[0]), self.labels] = 1
        self._initialize(X, resp)


def single(x):
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def case(name, x, labels, kind, tol=1e-3, max_iter=100, reg=1e-6):
    x = single(x)
    labels = np.asarray(labels)
    k = int(labels.max()) + 1
    model = FromLabels(n_components=k, covariance_type=TYPES[kind], tol=tol, max_iter=max_iter, reg_covar=reg)
    model.labels = labels
    model.fit(x)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "k": k,
        "covariance": kind,
        "tolerance": tol,
        "maxIterations": max_iter,
        "regularisation": reg,
        "data": x.ravel().tolist(),
        "start": labels.tolist(),
        "weights": model.weights_.tolist(),
        "means": model.means_.ravel().tolist(),
        "covariances": np.asarray(model.covariances_).ravel().tolist(),
        "labels": model.predict(x).tolist(),
        "probabilities": model.predict_proba(x[:6]).ravel().tolist(),
        "logDensities": model.score_samples(x[:6]).tolist(),
        "bic": float(model.bic(x)),
        "aic": float(model.aic(x)),
        "iterations": int(model.n_iter_),
        "converged": bool(model.converged_),
    }


def blobs(n, d, k, spread):
    centres = rng.normal(0, 4, size=(k, d))
    stretch = rng.normal(0, spread, size=(k, d, d))
    of = rng.integers(0, k, n)
    return np.einsum("nd,nde->ne", rng.normal(size=(n, d)), stretch[of]) + centres[of], of


overlapping, truth = blobs(150, 3, 3, 1.2)
shuffled = np.where(rng.random(150) < 0.3, rng.integers(0, 3, 150), truth)
line = np.sort(rng.normal(size=(60, 1)) + np.repeat([0, 5], 30)[:, None], axis=0)
far = overlapping[:90] + 5000
constant = np.hstack([overlapping[:90, :2], np.full((90, 1), 7.0)])

golden = {
    "madeBy": {"script": "reference/gaussian-mixture.py", "scikitLearn": sklearn.__version__, "numpy": np.__version__, "seed": 20240401},
    "tolerances": {
        "relative": 1e-7,
        "why": "same start and same rule in double precision; sums are taken in another order, and rounds amplify that",
    },
    "cases": [case(f"overlapping, {kind}", overlapping, shuffled, kind) for kind in TYPES]
    + [
        case("until hardly anything changes", overlapping, shuffled, "full", tol=1e-9, max_iter=300),
        case("rounds run out", overlapping, shuffled, "diagonal", tol=0.0, max_iter=4),
        case("one column", line, [0] * 25 + [1] * 35, "full"),
        case("one component", overlapping[:50], [0] * 50, "full"),
        case("far from the origin", far, shuffled[:90], "full"),
        case("far from the origin, tied", far, shuffled[:90], "tied"),
        case("a constant column rests on the regularisation", constant, shuffled[:90], "full", reg=1e-3),
    ],
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "gaussian-mixture.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, seed 20240401")

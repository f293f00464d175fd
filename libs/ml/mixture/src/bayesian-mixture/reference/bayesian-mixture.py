"""Makes bayesian-mixture.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os
import warnings

import numpy as np
import scipy
import sklearn
from scipy.special import digamma, gammaln
from sklearn.mixture import BayesianGaussianMixture

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240402)
TYPES = {"full": "full", "tied": "tied", "diagonal": "diag", "spherical": "spherical"}
PRIORS = {"process": "dirichlet_process", "finite": "dirichlet_distribution"}


class FromLabels(BayesianGaussianMixture):
    """Begins from a given clustering, as the estimator under test does."""

    def _initialize_parameters(self, X, random_state):
        resp = np.zeros((X.shape[0], self.n_components))
        resp[np.arange(X.shape[0]), self.labels] = 1
        self._initialize(X, resp)


def single(x):
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def case(name, x, labels, k, kind, prior, concentration=None):
    x = single(x)
    model = FromLabels(
        n_components=k,
        covariance_type=TYPES[kind],
        weight_concentration_prior_type=PRIORS[prior],
        weight_concentration_prior=concentration,
        max_iter=200,
    )
    model.labels = np.asarray(labels)
    model.fit(x)
    labels_found = model.predict(x)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "k": k,
        "covariance": kind,
        "weightPrior": prior,
        "concentration": concentration,
        "data": x.ravel().tolist(),
        "start": list(map(int, labels)),
        "weights": model.weights_.tolist(),
        "means": model.means_.ravel().tolist(),
        "covariances": np.asarray(model.covariances_).ravel().tolist(),
        "labels": labels_found.tolist(),
        "used": len(set(labels_found.tolist())),
        "probabilities": model.predict_proba(x[:6]).ravel().tolist(),
        "lowerBound": float(model.lower_bound_),
        "iterations": int(model.n_iter_),
        "converged": bool(model.converged_),
    }


centres = np.array([[0, 0, 0], [7, 1, 2], [1, 8, -3]])
truth = rng.integers(0, 3, 120)
x = centres[truth] + rng.normal(size=(120, 3)) * [[1.0, 0.7, 1.4]]
labels = [int(c) * 2 + int(rng.integers(0, 2)) for c in truth]

points = [0.01, 0.3, 0.5, 0.999, 1.0, 1.5, 2.0, 3.3, 7.9, 10.0, 55.5, 1234.5, 1e6]
golden = {
    "madeBy": {
        "script": "reference/bayesian-mixture.py",
        "scikitLearn": sklearn.__version__,
        "scipy": scipy.__version__,
        "numpy": np.__version__,
        "seed": 20240402,
    },
    "tolerances": {
        "relative": 1e-6,
        "special": 1e-12,
        "why": "same start and same rule in double precision; sums are taken in another order, and rounds amplify that",
    },
    "special": [{"x": p, "digamma": float(digamma(p)), "logGamma": float(gammaln(p))} for p in points],
    "cases": [case(f"{kind}, process", x, labels, 6, kind, "process") for kind in TYPES]
    + [case(f"{kind}, finite", x, labels, 6, kind, "finite", 1e-3) for kind in ("full", "diagonal")]
    + [case("a large concentration keeps components", x, labels, 6, "full", "process", 1e3)],
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "bayesian-mixture.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, seed 20240402", [c["used"] for c in golden["cases"]])

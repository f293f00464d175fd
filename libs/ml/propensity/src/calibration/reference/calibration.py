"""Makes calibration.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression


def platt(margins, labels):
    """Platt's objective to full precision; scikit-learn's own BFGS stops at a slope of 1e-5."""
    positives = labels.sum()
    negatives = len(labels) - positives
    target = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def loss(ab):
        z = ab[0] * margins + ab[1]
        return (np.logaddexp(0, z) - target * z).sum()

    def slope(ab):
        p = 1 / (1 + np.exp(-(ab[0] * margins + ab[1])))
        return np.array([((p - target) * margins).sum(), (p - target).sum()])

    found = minimize(loss, [0.0, 0.0], jac=slope, method="BFGS", options={"gtol": 1e-11})
    return found.x


def main():
    from sklearn.calibration import _SigmoidCalibration

    random = np.random.RandomState(12)
    cases = []
    for name, n, digits in (("plain", 300, 8), ("ties", 300, 1), ("few", 12, 8)):
        margins = np.round(random.normal(-1, 1.5, n), digits)
        labels = (random.rand(n) < 1 / (1 + np.exp(-(0.6 * margins + 0.4)))).astype(int)
        labels[:2] = [0, 1]
        grid = np.linspace(-6, 5, 60)
        isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(margins, labels)
        slope, offset = platt(margins, labels)
        sigmoid = _SigmoidCalibration().fit(margins, labels)
        cases.append(
            {
                "name": name,
                "margins": margins.tolist(),
                "labels": labels.tolist(),
                "grid": grid.tolist(),
                "isotonic": isotonic.predict(grid).tolist(),
                "slope": slope,
                "offset": offset,
                "sigmoid": sigmoid.predict(grid).tolist(),
            }
        )
    out = {
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
        "seed": 12,
        "tolerance": {"isotonic": 1e-9, "platt": 1e-7, "sigmoid": 1e-5},
        "why": "isotonic is a closed form; scikit-learn's sigmoid stops at a slope of 1e-5",
        "cases": cases,
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "calibration.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"], len(cases), "cases")


main()

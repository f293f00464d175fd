"""Makes label-spreading.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os
import warnings

import numpy as np
import sklearn
from sklearn.datasets import make_moons
from sklearn.semi_supervised import LabelSpreading

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240407)


def case(name, x, truth, known, gamma, alpha, max_iter=300):
    x = np.round(x, 4).astype(np.float32).astype(np.float64)
    labels = np.full(len(x), -1)
    labels[known] = truth[known]
    later = x[:8] + 0.05
    model = LabelSpreading(kernel="rbf", gamma=gamma, alpha=alpha, max_iter=max_iter, tol=1e-9).fit(x, labels)
    later = later.astype(np.float32).astype(np.float64)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "gamma": gamma,
        "clamping": alpha,
        "data": x.ravel().tolist(),
        "known": labels.tolist(),
        "labels": model.transduction_.tolist(),
        "beliefs": model.label_distributions_.ravel().tolist(),
        "later": later.ravel().tolist(),
        "laterBeliefs": model.predict_proba(later).ravel().tolist(),
    }


moons, halves = make_moons(120, noise=0.08, random_state=3)
truth = rng.integers(0, 3, 90)
blobs = np.array([[0, 0, 0], [3, 0, 1], [0, 3, 2]])[truth] + rng.normal(size=(90, 3)) * 0.8
golden = {
    "madeBy": {"script": "reference/label-spreading.py", "scikitLearn": sklearn.__version__, "numpy": np.__version__, "seed": 20240407},
    "tolerances": {"beliefs": 1e-6, "why": "the same graph in double precision, iterated to a standstill; weights below 1e-15 are left out"},
    "cases": [
        case("two moons from six labels", moons, halves, [0, 1, 2, 3, 4, 5], 20.0, 0.2),
        case("three blobs, neighbours weigh more", blobs, truth, list(range(0, 90, 9)), 1.0, 0.8),
    ],
}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "label-spreading.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, seed 20240407")

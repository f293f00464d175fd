"""Makes nmf.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os
import warnings

import numpy as np
import sklearn
from sklearn.decomposition import NMF

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240403)


def case(name, x, k, start=None, tol=1e-4, max_iter=200):
    x = np.asarray(x, dtype=np.float64)
    model = NMF(n_components=k, init="custom" if start else "nndsvda", tol=tol, max_iter=max_iter, random_state=0)
    w = model.fit_transform(x, W=start[0].copy(), H=start[1].copy()) if start else model.fit_transform(x)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "k": k,
        "tolerance": tol,
        "maxIterations": max_iter,
        "data": x.ravel().tolist(),
        "start": {"amounts": start[0].ravel().tolist(), "parts": start[1].ravel().tolist()} if start else None,
        "error": float(model.reconstruction_err_),
        "iterations": int(model.n_iter_),
        "parts": (model.components_ / model.components_.sum(axis=1, keepdims=True)).ravel().tolist(),
        "labels": (w * model.components_.sum(axis=1)).argmax(axis=1).tolist(),
    }


kinds = rng.dirichlet(np.full(12, 0.25), size=3)
of = rng.integers(0, 3, 60)
counts = np.vstack([rng.multinomial(rng.integers(5, 40), kinds[c]) for c in of])
start = (rng.random((60, 3)), rng.random((3, 12)))
golden = {
    "madeBy": {"script": "reference/nmf.py", "scikitLearn": sklearn.__version__, "numpy": np.__version__, "seed": 20240403},
    "tolerances": {"error": 1e-6, "parts": 1e-4, "why": "same start and same order of descent in double precision"},
    "cases": [
        case("from the same start", counts, 3, start),
        case("rounds run out", counts, 3, start, tol=0, max_iter=5),
        case("from singular vectors", counts, 3),
        case("from singular vectors, five parts", counts, 5),
    ],
}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "nmf.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, seed 20240403")

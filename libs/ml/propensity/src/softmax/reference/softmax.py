"""Makes softmax.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression


def case(name, x, y, c):
    # Newton-CG reaches the slope it is asked for; see logistic.py.
    model = LogisticRegression(solver="newton-cg", C=c, tol=1e-10, max_iter=100000, multi_class="auto").fit(x, y)
    sparse = csr_matrix(x)
    return {
        "name": name,
        "c": c,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "starts": sparse.indptr.tolist(),
        "columns": sparse.indices.tolist(),
        "values": sparse.data.tolist(),
        "labels": y.tolist(),
        "coefficients": model.coef_.ravel().tolist(),
        "intercepts": model.intercept_.tolist(),
        "shares": model.predict_proba(x)[:20].ravel().tolist(),
        "predicted": model.predict(x).tolist(),
    }


random = np.random.RandomState(11)
x = random.poisson(0.4, size=(150, 30)) * np.round(random.rand(150, 30), 6)
scores = x @ random.normal(size=(30, 4)) + random.gumbel(size=(150, 4))
golden = {
    "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
    "seed": 11,
    "tolerance": 1e-5,
    "why": "both minimise the same convex function; this one ends at a slope of 1e-9 of the first",
    "cases": [
        case("two classes", x, (scores[:, 0] > scores[:, 1]).astype(int), 1.0),
        case("two classes, weak penalty", x, (scores[:, 0] > scores[:, 1]).astype(int), 20.0),
        case("four classes", x, scores.argmax(axis=1), 1.0),
        case("four classes, strong penalty", x, scores.argmax(axis=1), 0.05),
    ],
}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "softmax.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(golden["versions"], len(golden["cases"]), "cases")

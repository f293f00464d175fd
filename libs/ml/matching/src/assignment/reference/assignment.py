"""Makes assignment.golden.json with Debian's python3-scipy. Run with the system's own python3."""

import json
import os

import numpy as np
import scipy
from scipy.optimize import linear_sum_assignment

rng = np.random.default_rng(20240301)


def case(name, costs, most=False):
    rows, columns = linear_sum_assignment(costs, maximize=most)
    chosen = [-1] * costs.shape[0]
    for row, column in zip(rows, columns):
        chosen[int(row)] = int(column)
    flat = [None if np.isinf(v) else float(v) for v in costs.ravel()]
    total = float(costs[rows, columns].sum())
    return {"name": name, "rows": costs.shape[0], "cols": costs.shape[1], "most": most, "costs": flat, "columns": chosen, "total": total}


forbidden = rng.normal(size=(12, 12))
forbidden[rng.random((12, 12)) < 0.4] = np.inf
forbidden[np.arange(12), rng.permutation(12)] = 3.0

golden = {
    "madeBy": {"script": "reference/assignment.py", "scipy": scipy.__version__, "numpy": np.__version__, "seed": 20240301},
    "tolerance": 1e-9,
    "cases": [
        case("one pair", np.array([[7.0]])),
        case("ten by ten", rng.normal(size=(10, 10))),
        case("more columns than rows", rng.random((6, 15))),
        case("more rows than columns", rng.random((15, 6))),
        case("the greatest total", rng.random((9, 11)), most=True),
        case("counts", rng.integers(0, 1000, size=(20, 20)).astype(float), most=True),
        case("large numbers", rng.normal(size=(25, 25)) * 1e9),
        case("forbidden pairs", forbidden),
    ],
}

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "assignment.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scipy {scipy.__version__}, numpy {np.__version__}, seed 20240301")

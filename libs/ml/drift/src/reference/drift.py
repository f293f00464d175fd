"""Makes drift.golden.json with Debian's python3-scipy. Run with the system's own python3."""

import json
import os

import numpy as np
import scipy
from scipy import stats
from scipy.spatial.distance import jensenshannon

rng = np.random.default_rng(21)


def pair_case(name, a, b):
    test = stats.ks_2samp(a, b, method="exact")
    return {
        "name": name,
        "before": np.asarray(a, dtype=float).tolist(),
        "after": np.asarray(b, dtype=float).tolist(),
        "ks": float(test.statistic),
        "p": float(test.pvalue),
        "wasserstein": float(stats.wasserstein_distance(a, b)),
    }


def count_case(name, a, b):
    p, q = np.asarray(a) / np.sum(a), np.asarray(b) / np.sum(b)
    floored = [np.maximum(v, 1e-4) for v in (p, q)]
    psi = float(np.sum((floored[1] - floored[0]) * np.log(floored[1] / floored[0])))
    return {"name": name, "before": list(a), "after": list(b), "jensenShannon": float(jensenshannon(p, q, base=2) ** 2), "psi": psi}


def mmd_case(name, a, b, gamma):
    a, b = (np.asarray(v, dtype=np.float32).astype(float) for v in (a, b))
    kernel = lambda u, v: np.exp(-gamma * ((u[:, None, :] - v[None, :, :]) ** 2).sum(axis=2))
    m, n = len(a), len(b)
    within = (kernel(a, a).sum() - m) / (m * (m - 1)) + (kernel(b, b).sum() - n) / (n * (n - 1))
    return {
        "name": name,
        "cols": a.shape[1],
        "before": a.ravel().tolist(),
        "after": b.ravel().tolist(),
        "gamma": gamma,
        "squared": float(within - 2 * kernel(a, b).mean()),
    }


golden = {
    "madeBy": {"script": "reference/drift.py", "scipy": scipy.__version__, "numpy": np.__version__, "seed": 21},
    "tolerance": {"all": 1e-9, "why": "double precision on both sides"},
    "pairs": [
        pair_case("alike", rng.normal(0, 1, 40), rng.normal(0, 1, 55)),
        pair_case("moved", rng.normal(0, 1, 60), rng.normal(0.8, 1, 60)),
        pair_case("far apart", rng.normal(0, 1, 50), rng.normal(6, 1, 35)),
        pair_case("heavy tail", rng.lognormal(0, 1, 80), rng.lognormal(0.4, 1.2, 33)),
        pair_case("ties", rng.integers(0, 6, 70), rng.integers(1, 7, 45)),
        pair_case("the same values", np.arange(12), np.arange(12)),
        pair_case("one value each", [1.0], [2.0]),
        pair_case("unequal by far", rng.normal(0, 1, 5), rng.normal(0.3, 1, 180)),
    ],
    "counts": [
        count_case("moved", [100, 200, 300, 400], [180, 220, 290, 310]),
        count_case("an empty bin", [50, 0, 50, 10], [40, 30, 30, 0]),
        count_case("other totals", [5, 5, 5], [500, 700, 300]),
    ],
    "mmd": [
        mmd_case("alike", rng.normal(0, 1, (30, 3)), rng.normal(0, 1, (25, 3)), 0.3),
        mmd_case("moved", rng.normal(0, 1, (20, 2)), rng.normal(1.5, 1, (20, 2)), 0.5),
    ],
}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "drift.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scipy {scipy.__version__}, numpy {np.__version__}, seed 21")

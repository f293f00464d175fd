"""Makes fences.golden.json with numpy and scipy. Run with the system's own python3."""

import json
import os

import numpy as np
import scipy
from scipy import stats


def main():
    random = np.random.RandomState(5)
    values = np.round(np.append(random.normal(50, 8, 45), [140, -60, 95, 52, 52]), 6)
    holes = values.copy()
    holes[[4, 9]] = np.nan
    present = holes[~np.isnan(holes)]
    q1, q3 = np.quantile(present, [0.25, 0.75])
    fences = {
        "quantile": np.quantile(present, [0.05, 0.9]).tolist(),
        "iqr": [q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)],
        "z": [present.mean() - 2.5 * present.std(), present.mean() + 2.5 * present.std()],
        "zSample": [present.mean() - 2 * present.std(ddof=1), present.mean() + 2 * present.std(ddof=1)],
    }
    out = {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
        "seed": 5,
        "tolerance": 1e-9,
        "why": "closed formulas in float64",
        "values": [None if np.isnan(v) else float(v) for v in holes],
        "fences": fences,
        "capped": {
            name: [None if np.isnan(v) else float(v) for v in np.clip(holes, low, high)]
            for name, (low, high) in fences.items()
        },
        "zOutliers": (np.abs(stats.zscore(holes, nan_policy="omit")) > 2.5).astype(int).tolist(),
        "tukeyOutliers": ((holes < fences["iqr"][0]) | (holes > fences["iqr"][1])).astype(int).tolist(),
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fences.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"])


main()

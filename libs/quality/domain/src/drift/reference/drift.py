"""Goldens of drift measures by SciPy."""

import json
import os
import sys

import numpy as np
import scipy
from scipy import stats
from scipy.spatial.distance import jensenshannon

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(11)


def rounded(values):
    return [round(float(value), 4) for value in values]


samples = [
    [rounded(rng.normal(0, 1, 300)), rounded(rng.normal(0.3, 1, 200))],
    [rounded(rng.exponential(2, 250)), rounded(rng.exponential(2, 250))],
    [[float(x) for x in rng.integers(0, 6, 400)], [float(x) for x in rng.integers(1, 8, 300)]],
]
ks = []
for before, after in samples:
    result = stats.ks_2samp(before, after, method="asymp")
    lam = np.sqrt(len(before) * len(after) / (len(before) + len(after)))
    ks.append({"before": before, "after": after, "distance": result.statistic,
               "pValue": float(stats.kstwobign.sf((lam + 0.12 + 0.11 / lam) * result.statistic))})
counts = [
    [[120, 80, 40, 10], [100, 100, 30, 20]],
    [[500, 300, 200], [480, 310, 210]],
    [[30, 0, 70], [0, 50, 50]],
]
categories = []
for before, after in counts:
    chi = stats.chi2_contingency(np.array([before, after]), correction=False)
    categories.append({"before": before, "after": after, "statistic": chi[0], "pValue": chi[1], "df": chi[2],
                       "jensenShannon": float(jensenshannon(before, after, 2) ** 2)})
tails = [{"x": x, "df": df, "tail": float(stats.chi2.sf(x, df))}
         for x in [0.01, 0.5, 1, 3.84, 10, 50, 200] for df in [1, 2, 5, 30, 100]]
with open(os.path.join(HERE, "drift.golden.json"), "w") as out:
    json.dump({"versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__},
               "ks": ks, "categories": categories, "tails": tails}, out)
    out.write("\n")

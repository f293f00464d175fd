"""Reference values for src/anomalies, by NumPy and SciPy: python3 anomalies.py > anomalies.json"""
import json

import numpy as np
import scipy
from scipy import optimize, stats

rng = np.random.default_rng(20261121)
WEEKS = 8
HOURS = 168 * WEEKS
START = 1_767_571_200_000  # Monday 2026-01-05T00:00:00Z

hour = np.arange(HOURS)
profile = np.maximum(2, 40 + 35 * np.sin(2 * np.pi * (hour % 24) / 24) - 15 * (hour % 168 >= 120))
cases = []
for tau in (0.0, 0.25, 0.6):
    mean = profile if tau == 0 else profile * rng.gamma(1 / tau**2, tau**2, HOURS)
    counts = rng.poisson(mean)
    y = 2 * np.sqrt(counts + 0.375)
    slot_median = np.median(y.reshape(WEEKS, 168), axis=0)
    levels = np.maximum(0, (slot_median / 2) ** 2 - 0.375)
    m = np.tile(levels, WEEKS)
    fitted = 2 * np.sqrt(m + 0.375)
    keep = m >= 1

    def within(tau2):
        scaled = np.abs((y - fitted)[keep]) / np.sqrt(1 + tau2 * m[keep])
        return np.mean(scaled <= stats.norm.ppf(0.75)) - 0.5

    tau2 = 0.0 if within(0.0) >= 0 else optimize.bisect(lambda t: 1 if within(t) >= 0 else -1, 0, 25, xtol=1e-14)
    ratios = (counts / np.where(m > 0, m, 1))[-168:][keep[-168:]]
    cases.append(
        {
            "tau": tau,
            "counts": counts.tolist(),
            "levels": levels.tolist(),
            "dispersion": tau2,
            "trend": float(np.clip(np.median(ratios), 1 / 3, 3)),
        }
    )

empty = []
for mean in (0.01, 0.5, 3.0, 80.0):
    for tau2 in (0.0, 0.05, 0.6, 4.0):
        p0 = stats.poisson.logpmf(0, mean) if tau2 == 0 else stats.nbinom.logpmf(0, 1 / tau2, 1 / (1 + tau2 * mean))
        empty.append({"mean": mean, "dispersion": tau2, "weight": -float(p0)})

print(json.dumps({"numpy": np.__version__, "scipy": scipy.__version__, "start": START, "cases": cases, "empty": empty}))

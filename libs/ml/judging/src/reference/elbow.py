"""Makes elbow.golden.json: Kneedle written straight from the paper's steps with numpy. Run with the system's own python3."""

import json
import os

import numpy as np


def kneedle(x, y, sensitivity=1.0):
    """Knee of a convex decreasing curve: steps 2 to 6 of the paper (offline, curve turned over first)."""
    x_unit = (x - x.min()) / (x.max() - x.min())
    y_unit = (y - y.min()) / (y.max() - y.min())
    turned = y_unit.max() - y_unit
    difference = turned - x_unit
    peaks = [i for i in range(1, len(x) - 1) if difference[i] >= difference[i - 1] and difference[i] > difference[i + 1]]
    valleys = [i for i in range(1, len(x) - 1) if difference[i] < difference[i - 1] and difference[i] <= difference[i + 1]]
    # A knee on the wrong side of the straight line is none; nor is one of rounding.
    peaks = [i for i in peaks if difference[i] > 1e-9]
    knees = []
    for peak in peaks:
        threshold = difference[peak] - sensitivity * np.mean(np.diff(x_unit))
        for j in range(peak + 1, len(x)):
            if difference[j] < threshold:
                knees.append((difference[peak], int(x[peak])))
                break
            if j in valleys:
                break
    if not knees:
        return None, 0.0
    depth = max(knee[0] for knee in knees)
    return min(k for d, k in knees if d == depth), float(depth)


rng = np.random.default_rng(11)
cases = []
for i in range(60):
    count = int(rng.integers(3, 14))
    first = int(rng.integers(1, 4))
    k = np.arange(first, first + count).astype(float)
    if i % 3 == 0:
        spread = 1000.0 / k ** rng.uniform(0.3, 2.5)
    elif i % 3 == 1:
        knee = int(rng.integers(1, max(2, count - 1)))
        spread = np.where(np.arange(count) <= knee, 1000 - 900 * np.arange(count) / knee, 100 - np.arange(count) * 2.0)
    else:
        spread = np.sort(rng.uniform(1, 1000, count))[::-1]
    found, depth = kneedle(k, spread)
    cases.append({"k": k.astype(int).tolist(), "inertia": spread.tolist(), "knee": found, "depth": depth})

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "elbow.golden.json"), "w", encoding="utf-8") as out:
    json.dump({"madeBy": {"script": "reference/elbow.py", "numpy": np.__version__, "seed": 11}, "cases": cases}, out)
    out.write("\n")
print(f"numpy {np.__version__}, seed 11, {sum(case['knee'] is None for case in cases)} without a knee")

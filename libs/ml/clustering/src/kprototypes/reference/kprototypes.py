"""Makes kprototypes.golden.json: Huang's rounds written with numpy arrays, independently of the estimator."""

import json
import os

import numpy as np

rng = np.random.default_rng(20240707)


def costs_of(x, is_code, weights, prototypes):
    out = np.zeros((len(x), len(prototypes)))
    for c, p in enumerate(prototypes):
        gap = np.where(is_code, (x != p).astype(float), (x - p) ** 2) * weights
        out[:, c] = np.where(np.isnan(x) | np.isnan(p), 0.0, gap).sum(axis=1)
    return out


def fit(x, is_code, weights, rows, rounds=100):
    prototypes = x[rows].copy()
    before = None
    for _ in range(rounds):
        labels = costs_of(x, is_code, weights, prototypes).argmin(axis=1)
        if before is not None and (labels == before).all():
            break
        before = labels
        for c in range(len(rows)):
            members = x[labels == c]
            assert len(members) > 0
            for j in range(x.shape[1]):
                values = members[~np.isnan(members[:, j]), j]
                if len(values) == 0:
                    prototypes[c, j] = np.nan
                elif is_code[j]:
                    codes, counts = np.unique(values, return_counts=True)
                    prototypes[c, j] = codes[counts.argmax()]
                else:
                    prototypes[c, j] = values.mean()
    costs = costs_of(x, is_code, weights, prototypes)
    return costs.argmin(axis=1), prototypes, costs.min(axis=1).sum()


def optional(values):
    return [None if np.isnan(v) else float(v) for v in values]


def case(name, x, codes, gamma, weights, rows):
    x = np.asarray(x, dtype=np.float32).astype(np.float64)
    is_code = np.isin(np.arange(x.shape[1]), codes)
    used = gamma
    if used is None:
        used = float(np.mean([np.nanvar(x[:, j]) for j in range(x.shape[1]) if not is_code[j]])) / 2
    factor = np.ones(x.shape[1]) if weights is None else np.asarray(weights)
    labels, prototypes, cost = fit(x, is_code, factor * np.where(is_code, used, 1.0), rows)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "data": optional(x.ravel()),
        "categories": list(codes),
        "gamma": gamma,
        "weights": weights,
        "start": list(rows),
        "usedGamma": used,
        "labels": labels.tolist(),
        "prototypes": optional(prototypes.ravel()),
        "cost": float(cost),
    }


group = rng.integers(0, 3, 150)
mixed = np.column_stack([
    rng.normal(group * 2.0, 1.0), np.where(rng.random(150) < 0.8, group, rng.integers(0, 5, 150)),
    rng.normal(0, 2, 150), np.where(rng.random(150) < 0.7, group % 2, 1 - group % 2),
])
holes = mixed.copy()
holes[rng.integers(0, 150, 50), rng.integers(0, 4, 50)] = np.nan
holes[[0, 1, 2]] = mixed[[0, 1, 2]]
golden = {
    "madeBy": {"script": "reference/kprototypes.py", "numpy": np.__version__, "seed": 20240707},
    "cases": [
        case("mixed columns, gamma from the data", mixed, [1, 3], None, None, [0, 1, 2]),
        case("gamma and weights given", mixed, [1, 3], 2.5, [1.0, 0.5, 0.1, 2.0], [5, 6, 8]),
        case("missing values", holes, [1, 3], None, None, [0, 1, 2]),
        case("numbers alone: k-means", mixed[:, [0, 2]], [], 1.0, None, [3, 4, 10, 20]),
        case("categories alone: k-modes", mixed[:, [1, 3]], [0, 1], 1.0, None, [0, 3]),
    ],
}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "kprototypes.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"numpy {np.__version__}, seed 20240707")

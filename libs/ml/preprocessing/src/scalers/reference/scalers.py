"""Makes scalers.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import scipy
import scipy.stats
import sklearn
from sklearn.preprocessing import MinMaxScaler, PowerTransformer, QuantileTransformer, RobustScaler, StandardScaler


def cells(matrix):
    return [[None if np.isnan(v) else float(v) for v in column] for column in np.asarray(matrix).T]


def main():
    random = np.random.RandomState(11)
    n = 60
    x = np.column_stack(
        [
            random.normal(100, 15, n),
            random.lognormal(2, 1.5, n),
            -random.lognormal(1, 1, n),
            np.round(random.exponential(2, n)),
            random.uniform(-3, 3, n) * 1e6,
        ]
    )
    x = np.round(x, 6)
    x[[2, 17], 0] = np.nan
    x[[5, 6, 40], 3] = np.nan
    later = np.round(x[:12] * 1.7 - 3, 6)
    cases = {
        "standard-scaler": [({}, StandardScaler()), ({"centre": False}, StandardScaler(with_mean=False))],
        "min-max-scaler": [
            ({}, MinMaxScaler()),
            ({"low": -2, "high": 5, "clip": True}, MinMaxScaler(feature_range=(-2, 5), clip=True)),
        ],
        "robust-scaler": [
            ({}, RobustScaler()),
            (
                {"low": 0.1, "high": 0.8, "unitVariance": True},
                RobustScaler(quantile_range=(10, 80), unit_variance=True),
            ),
        ],
        "quantile-transformer": [
            ({"quantiles": 60}, QuantileTransformer(n_quantiles=60)),
            ({"quantiles": 17}, QuantileTransformer(n_quantiles=17)),
            ({"quantiles": 60, "output": "normal"}, QuantileTransformer(n_quantiles=60, output_distribution="normal")),
        ],
        "power-transformer": [({}, PowerTransformer()), ({"standardise": False}, PowerTransformer(standardize=False))],
    }
    out = {
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__, "scipy": scipy.__version__},
        "seed": 11,
        "tolerance": 1e-9,
        "powerTolerance": 1e-6,
        "why": "closed formulas in float64, relative to 1; the exponent of the power transform is an iterative search",
        "fitted": cells(x),
        "later": cells(later),
        "logs": cells(np.log1p(np.abs(later))),
        "probabilities": [1e-300, 1e-12, 1e-7, 0.001, 0.02425, 0.07, 0.075, 0.3, 0.5, 0.925, 0.99, 1 - 1e-9],
        "cases": [],
    }
    out["normal"] = scipy.stats.norm.ppf(out["probabilities"]).tolist()
    for kind, variants in cases.items():
        for params, model in variants:
            model.fit(x)
            case = {"kind": kind, "params": params, "fitted": cells(model.transform(x.copy()))}
            case["later"] = cells(model.transform(later.copy()))
            if kind == "power-transformer":
                case["lambdas"] = model.lambdas_.tolist()
            out["cases"].append(case)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scalers.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"])


main()

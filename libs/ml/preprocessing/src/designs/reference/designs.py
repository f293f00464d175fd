"""Makes designs.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def main():
    random = np.random.RandomState(7)
    values = np.round(random.lognormal(2, 1, 41), 6)
    values[[3, 9, 20]] = np.nan
    column = values.reshape(-1, 1)
    imputer = SimpleImputer(strategy="median").fit(column)
    filled = imputer.transform(column)
    scaler = StandardScaler().fit(filled)
    cells = np.array([["b"], ["a"], ["c"], ["a"], ["B"]])
    unseen = np.array([["a"], ["z"], ["c"]])
    encoder = OneHotEncoder(handle_unknown="ignore").fit(cells)
    many = np.round(random.exponential(1, 600), 9)
    bins = 16
    out = {
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
        "seed": 7,
        "tolerance": 1e-12,
        "why": "same closed formulas in float64",
        "values": [None if np.isnan(v) else v for v in values.tolist()],
        "median": float(imputer.statistics_[0]),
        "mean": float(scaler.mean_[0]),
        "scale": float(scaler.scale_[0]),
        "scored": scaler.transform(filled).ravel().tolist(),
        "cells": cells.ravel().tolist(),
        "levels": encoder.categories_[0].tolist(),
        "unseen": unseen.ravel().tolist(),
        "oneHot": encoder.transform(unseen).toarray().ravel().tolist(),
        "many": many.tolist(),
        "bins": bins,
        "edges": np.quantile(many, np.arange(1, bins) / bins).tolist(),
        "binned": np.searchsorted(np.quantile(many, np.arange(1, bins) / bins), many, side="right").tolist(),
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "designs.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"])


main()

"""Makes encoders.golden.json. Run with the system's own python3.

One-hot, ordinal and hashing come from Debian's python3-sklearn. It is older than scikit-learn's TargetEncoder (1.3), so
target encoding is computed here in numpy from the published formula: an encoding is trust * mean of the level +
(1 - trust) * mean of all, trust = v * n / (v * n + s / n) with v the variance of the target over all rows, n the rows of
the level and s their sum of squared differences from their mean; a given smoothing m gives (sum + m * mean) / (n + m).
"""

import json
import os

import numpy as np
import sklearn
from sklearn.feature_extraction import FeatureHasher
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder
from sklearn.utils import murmurhash3_32


def columns_of(matrix):
    return np.asarray(matrix, dtype=float).T.tolist()


def encode_target(levels, target, smooth):
    mean, variance = target.mean(), target.var()
    out = {}
    for level in set(levels):
        own = target[np.array([one == level for one in levels])]
        if smooth == "auto":
            n = len(own)
            s = ((own - own.mean()) ** 2).sum()
            bottom = variance * n + s / n
            trust = variance * n / bottom if bottom > 0 else np.nan
            out[level] = mean if np.isnan(trust) else trust * own.mean() + (1 - trust) * mean
        else:
            out[level] = (own.sum() + smooth * mean) / (len(own) + smooth)
    return out, mean


def target_case(cells, target, folds, smooth, later):
    column = [None] * len(cells)
    for fold in range(folds.max() + 1):
        inside = folds == fold
        learned, mean = encode_target([c for c, own in zip(cells, inside) if not own], target[~inside], smooth)
        for row in np.flatnonzero(inside):
            column[row] = float(learned.get(cells[row], mean))
    learned, mean = encode_target(cells, target, smooth)
    return {"smooth": smooth, "crossFitted": column, "later": [float(learned.get(c, mean)) for c in later]}


def main():
    random = np.random.RandomState(19)
    n = 60
    city = random.choice(["Aachen", "Bern", "Cadiz", "Łódź", "zürich"], n, p=[0.4, 0.3, 0.15, 0.1, 0.05]).tolist()
    plan = random.choice(["free", "paid"], n).tolist()
    table = np.array([city, plan], dtype=object).T
    later_city = ["Bern", "nowhere", "Łódź", "Aachen"]
    later_plan = ["paid", "free", "gold", "paid"]
    later = np.array([later_city, later_plan], dtype=object).T
    known = np.array([["Bern", "Łódź", "Aachen"], ["paid", "free", "paid"]], dtype=object).T
    one_hot = [
        ({}, OneHotEncoder(handle_unknown="ignore", sparse_output=False), later),
        ({"drop": "first", "unseen": "error"}, OneHotEncoder(drop="first", sparse_output=False), known),
        ({"drop": "if-binary", "unseen": "error"}, OneHotEncoder(drop="if_binary", sparse_output=False), known),
        (
            {"minCount": 10, "unseen": "rare"},
            OneHotEncoder(min_frequency=10, handle_unknown="infrequent_if_exist", sparse_output=False),
            later,
        ),
        (
            {"maxLevels": 2, "unseen": "rare"},
            OneHotEncoder(max_categories=3, handle_unknown="infrequent_if_exist", sparse_output=False),
            later,
        ),
    ]
    cases = []
    for params, model, after in one_hot:
        cases.append(
            {
                "params": params,
                "fitted": columns_of(model.fit_transform(table)),
                "cells": after.T.tolist(),
                "later": columns_of(model.transform(after)),
            }
        )
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(table)
    hasher = FeatureHasher(n_features=8, input_type="dict")
    amounts = np.round(random.normal(size=n), 6)
    rows = [{"city": c, "plan": p, "amount": a} for c, p, a in zip(city, plan, amounts)]
    unsigned = FeatureHasher(n_features=5, input_type="dict", alternate_sign=False)
    yes = (random.uniform(size=n) < np.where(np.array(city) == "Bern", 0.8, 0.3)).astype(float)
    number = np.round(random.normal(size=n) + np.where(np.array(plan) == "paid", 2, 0), 6)
    folds = random.permutation(np.arange(n) % 4)
    tokens = ["", "a", "ab", "abc", "abcd", "city=Łódź", "plan=free", "x" * 21]
    out = {
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
        "seed": 19,
        "tolerance": 1e-9,
        "why": "counts and closed formulas; hashes are equal bit for bit",
        "city": city,
        "plan": plan,
        "amounts": amounts.tolist(),
        "oneHot": cases,
        "ordinal": {
            "cells": later.T.tolist(),
            "fitted": columns_of(ordinal.transform(table)),
            "later": columns_of(ordinal.transform(later)),
        },
        "hashed": columns_of(hasher.transform(rows).toarray()),
        "unsigned": columns_of(unsigned.transform(rows).toarray()),
        "tokens": tokens,
        "hashes": [int(murmurhash3_32(token, seed=0)) for token in tokens],
        "folds": folds.tolist(),
        "yes": yes.tolist(),
        "number": number.tolist(),
        "laterCity": later_city,
        "target": {
            "classes": [target_case(city, yes, folds, smooth, later_city) for smooth in ["auto", 10, 0]],
            "number": [target_case(city, number, folds, smooth, later_city) for smooth in ["auto", 2.5]],
        },
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "encoders.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"])


main()

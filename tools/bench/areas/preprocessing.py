"""Transformers of scikit-learn on a float64 file: one line of JSON in, one out; the outputs go to another file."""

import json
import sys
import time

import numpy as np
from sklearn.decomposition import PCA
from sklearn.impute import KNNImputer
from sklearn.preprocessing import PowerTransformer, QuantileTransformer, StandardScaler


def model_of(ask):
    use, params = ask["use"], ask["params"]
    if use == "standard-scaler":
        return StandardScaler()
    if use == "quantile-transformer":
        # No subsample: ours takes the quantiles of all rows.
        return QuantileTransformer(n_quantiles=params["quantiles"], subsample=ask["rows"] + 1)
    if use == "power-transformer":
        return PowerTransformer()
    if use == "knn-imputer":
        return KNNImputer(n_neighbors=params["neighbours"])
    return PCA(svd_solver="full")


for line in sys.stdin:
    ask = json.loads(line)
    x = np.fromfile(ask["file"], dtype=np.float64).reshape(ask["rows"], ask["cols"])
    model = model_of(ask)
    began = time.process_time()
    made = model.fit_transform(x)
    seconds = time.process_time() - began
    np.ascontiguousarray(made, dtype=np.float64).tofile(ask["out"])
    print(json.dumps({"seconds": seconds}), flush=True)

"""scikit-learn's NMF and spectral clustering on a float32 file: one line of JSON in, one out."""

import json
import sys
import time
import warnings

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.cluster import SpectralClustering
from sklearn.decomposition import NMF
from sklearn.metrics import adjusted_rand_score

warnings.simplefilter("ignore")

for line in sys.stdin:
    ask = json.loads(line)
    x = np.fromfile(ask["file"], dtype=np.float32).reshape(ask["rows"], ask["cols"]).astype(np.float64)
    if ask["what"] == "nmf":
        w = np.asarray(ask["amounts"]).reshape(ask["rows"], ask["k"])
        h = np.asarray(ask["parts"]).reshape(ask["k"], ask["cols"])
        sparse = csr_matrix(x)
        model = NMF(n_components=ask["k"], init="custom", tol=0, max_iter=ask["rounds"])
        began = time.process_time()
        model.fit_transform(sparse, W=w, H=h)
        answer = {"seconds": time.process_time() - began, "error": float(model.reconstruction_err_)}
    else:
        gamma = ask.get("gamma")
        kind = {"affinity": "rbf", "gamma": gamma} if gamma else {"affinity": "nearest_neighbors", "n_neighbors": 11}
        model = SpectralClustering(n_clusters=ask["k"], random_state=0, **kind)
        began = time.process_time()
        model.fit(x)
        seconds = time.process_time() - began
        answer = {"seconds": seconds, "ari": float(adjusted_rand_score(model.labels_, ask["labels"]))}
    print(json.dumps(answer), flush=True)

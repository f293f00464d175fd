"""k-means and silhouette of scikit-learn on a float32 file: one line of JSON in, one out."""

import json
import sys
import time

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

for line in sys.stdin:
    ask = json.loads(line)
    x = np.fromfile(ask["file"], dtype=np.float32).reshape(ask["rows"], ask["cols"])
    if ask["what"] == "kmeans":
        start = np.asarray(ask["start"], dtype=np.float32).reshape(ask["k"], ask["cols"])
        model = KMeans(n_clusters=ask["k"], init=start, n_init=1, algorithm="lloyd")
        began = time.process_time()
        model.fit(x)
        seconds = time.process_time() - began
        inertia = 0.0
        for c in range(ask["k"]):
            rows = x[model.labels_ == c].astype(np.float64)
            inertia += float(((rows - model.cluster_centers_[c].astype(np.float64)) ** 2).sum())
        answer = {"seconds": seconds, "iterations": int(model.n_iter_), "inertia": inertia}
    else:
        labels = np.asarray(ask["labels"])
        began = time.process_time()
        value = float(silhouette_score(x, labels))
        answer = {"seconds": time.process_time() - began, "value": value}
    print(json.dumps(answer), flush=True)

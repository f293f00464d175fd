"""Clusterings of scikit-learn and scipy on a float32 file: one line of JSON in, one out."""

import json
import sys
import time

import numpy as np
from scipy.cluster.hierarchy import linkage
from sklearn.cluster import DBSCAN, OPTICS, MiniBatchKMeans


def timed(work):
    began = time.process_time()
    value = work()
    return time.process_time() - began, value


for line in sys.stdin:
    ask = json.loads(line)
    x = np.fromfile(ask["file"], dtype=np.float32).reshape(ask["rows"], ask["cols"]).astype(np.float64)
    if ask["what"] == "linkage":
        seconds, tree = timed(lambda: linkage(x, method=ask["linkage"]))
        answer = {"seconds": seconds, "heights": tree[:, 2].tolist()}
    elif ask["what"] == "dbscan":
        model = DBSCAN(eps=ask["eps"], min_samples=ask["minPoints"])
        seconds, _ = timed(lambda: model.fit(x))
        answer = {"seconds": seconds, "labels": model.labels_.tolist(), "core": len(model.core_sample_indices_)}
    elif ask["what"] == "optics":
        model = OPTICS(min_samples=10)
        seconds, _ = timed(lambda: model.fit(x))
        answer = {"seconds": seconds, "labels": model.labels_.tolist()}
    else:
        narrow = x.astype(np.float32)
        model = MiniBatchKMeans(n_clusters=ask["k"], batch_size=ask["batchRows"], n_init=3, random_state=1)
        seconds, _ = timed(lambda: model.fit(narrow))
        gaps = x - model.cluster_centers_[model.labels_].astype(np.float64)
        answer = {"seconds": seconds, "inertia": float((gaps**2).sum())}
    print(json.dumps(answer), flush=True)

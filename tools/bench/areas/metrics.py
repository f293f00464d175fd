"""Measures of clusterings of scikit-learn on files: one line of JSON in, one out."""

import json
import sys
import time

import numpy as np
from sklearn import metrics

MEASURES = {
    "Davies–Bouldin": lambda x, truth, labels: metrics.davies_bouldin_score(x, labels),
    "Calinski–Harabasz": lambda x, truth, labels: metrics.calinski_harabasz_score(x, labels),
    "ARI": lambda x, truth, labels: metrics.adjusted_rand_score(truth, labels),
    "NMI": lambda x, truth, labels: metrics.normalized_mutual_info_score(truth, labels),
}

for line in sys.stdin:
    ask = json.loads(line)
    x = np.fromfile(ask["file"], dtype=np.float32).reshape(ask["rows"], ask["cols"])
    read = lambda name: np.fromfile(ask[name], dtype=np.int32)
    answer = {}
    if ask["what"] == "sweep":
        labelings = read("labels").reshape(-1, ask["rows"])
        began = time.process_time()
        values = [float(metrics.silhouette_score(x, labels)) for labels in labelings]
        answer = {"seconds": time.process_time() - began, "values": values}
    else:
        for name, measure in MEASURES.items():
            began = time.process_time()
            value = float(measure(x, read("truth"), read("labels")))
            answer[name] = {"seconds": time.process_time() - began, "value": value}
    print(json.dumps(answer), flush=True)

"""Clusterings of scikit-learn and scipy on a float32 file: one line of JSON in, one out."""

import json
import sys
import time

import numpy as np
from scipy.cluster.hierarchy import linkage


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
    print(json.dumps(answer), flush=True)

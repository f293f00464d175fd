"""scikit-learn's classification tree on float32 files: one line of JSON in, one out."""

import json
import sys
import time

import numpy as np
from sklearn.tree import DecisionTreeClassifier

for line in sys.stdin:
    ask = json.loads(line)
    shape = (ask["rows"], ask["cols"])
    x, later = (np.fromfile(ask[name], dtype=np.float32).reshape(shape) for name in ("x", "later"))
    y, truth = (np.fromfile(ask[name], dtype=np.uint8) for name in ("y", "truth"))
    model = DecisionTreeClassifier(max_leaf_nodes=ask["maxLeaves"], random_state=0)
    began = time.process_time()
    model.fit(x, y)
    seconds = time.process_time() - began
    accuracy = float((model.predict(later) == truth).mean())
    print(json.dumps({"seconds": seconds, "accuracy": accuracy, "leaves": int(model.get_n_leaves())}), flush=True)

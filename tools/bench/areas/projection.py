"""t-SNE of scikit-learn on a float32 file: one line of JSON in, one out."""

import json
import sys
import time

import numpy as np
from sklearn.manifold import TSNE, trustworthiness

for line in sys.stdin:
    ask = json.loads(line)
    x = np.fromfile(ask["file"], dtype=np.float32).reshape(ask["rows"], ask["cols"])
    model = TSNE(n_components=2, init="pca", learning_rate="auto", random_state=1, n_jobs=1)
    began = time.process_time()
    y = model.fit_transform(x)
    seconds = time.process_time() - began
    answer = {"seconds": seconds, "divergence": float(model.kl_divergence_), "trust": float(trustworthiness(x, y, n_neighbors=5))}
    print(json.dumps(answer), flush=True)

"""scikit-learn's LDA from given topics on counts in files: one line of JSON in, one out."""

import json
import os
import sys
import time

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import psi
from sklearn.decomposition import LatentDirichletAllocation


class FromGivenStart(LatentDirichletAllocation):
    def _init_latent_vars(self, n_features, dtype=np.float64):
        super()._init_latent_vars(n_features, dtype)
        self.components_ = self.start.copy()
        self.exp_dirichlet_component_ = np.exp(psi(self.start) - psi(self.start.sum(axis=1))[:, None])

    def _e_step(self, X, cal_sstats, random_init, parallel=None):
        return super()._e_step(X, cal_sstats, False, parallel)


for line in sys.stdin:
    ask = json.loads(line)
    read = lambda name, kind: np.fromfile(os.path.join(ask["folder"], name), dtype=kind)
    shape = (ask["rows"], ask["cols"])
    x = csr_matrix((read("values", np.float64), read("columns", np.uint32).astype(np.int32), read("starts", np.uint32).astype(np.int32)), shape=shape)
    model = FromGivenStart(n_components=ask["topics"], max_iter=ask["passes"], learning_method="batch", random_state=0)
    model.start = read("start", np.float64).reshape(ask["cols"], ask["topics"]).T.copy()
    began = time.process_time()
    model.fit(x)
    seconds = time.process_time() - began
    shares = model.transform(x)
    terms = model.components_ / model.components_.sum(axis=1, keepdims=True)
    rows, cols = x.nonzero()
    logs = np.log((shares[rows] * terms[:, cols].T).sum(axis=1))
    print(json.dumps({"seconds": seconds, "explained": float((x.data * logs).sum() / x.data.sum())}), flush=True)

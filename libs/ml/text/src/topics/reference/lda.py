"""Makes lda.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import scipy
import sklearn
from scipy.sparse import csr_matrix
from scipy.special import psi
from sklearn.decomposition import LatentDirichletAllocation


class FromGivenStart(LatentDirichletAllocation):
    """scikit-learn's own steps, from given topics; texts begin with equal topics instead of random ones."""

    def _init_latent_vars(self, n_features, dtype=np.float64):
        super()._init_latent_vars(n_features, dtype)
        self.components_ = self.start.copy()
        self.exp_dirichlet_component_ = np.exp(psi(self.start) - psi(self.start.sum(axis=1))[:, None])

    def _e_step(self, X, cal_sstats, random_init, parallel=None):
        return super()._e_step(X, cal_sstats, False, parallel)


def case(name, x, topics, start, **params):
    model = FromGivenStart(n_components=topics, random_state=0, **params)
    model.start = start
    shares = model.fit(x).transform(x)
    sparse = csr_matrix(x)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "starts": sparse.indptr.tolist(),
        "columns": sparse.indices.tolist(),
        "values": sparse.data.tolist(),
        "params": {
            "topics": topics,
            "method": params.get("learning_method", "batch"),
            "passes": params.get("max_iter", 10),
            "batchRows": params.get("batch_size", 128),
            "topicPrior": params.get("doc_topic_prior") or 0,
            "termPrior": params.get("topic_word_prior") or 0,
        },
        "start": start.T.ravel().tolist(),
        "components": model.components_.T.ravel().tolist(),
        "shares": shares.ravel().tolist(),
    }


random = np.random.RandomState(3)
kinds = random.dirichlet(np.full(20, 0.2), size=3)
mixed = random.dirichlet(np.full(3, 0.3), size=40)
x = np.vstack([random.multinomial(random.randint(0, 30), share @ kinds) for share in mixed])
start = random.gamma(100.0, 0.01, (3, 20))
points = np.concatenate([10.0 ** np.arange(-3, 4), [0.5, 1.46163, 5.999, 6.0, 33.3]])
golden = {
    "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__, "scipy": scipy.__version__},
    "seed": 3,
    "tolerance": 5e-6,
    "why": "the same steps from the same start; scikit-learn computes its digamma function to about eight digits",
    "digammaPower": {"points": points.tolist(), "values": np.exp(psi(points)).tolist(), "tolerance": 1e-10},
    "cases": [
        case("batch", x, 3, start),
        case("batch, other priors", x, 3, start, doc_topic_prior=0.1, topic_word_prior=0.5, max_iter=4),
        case("online", x, 3, start, learning_method="online", batch_size=16, max_iter=3),
    ],
}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "lda.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(golden["versions"], len(golden["cases"]), "cases")

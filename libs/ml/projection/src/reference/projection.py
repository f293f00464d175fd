"""Makes projection.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import gzip
import json
import os

import numpy as np
import pandas as pd
import sklearn
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness

here = os.path.dirname(os.path.abspath(__file__))
shared = os.environ.get("KOHORT_DATA_DIR", os.path.join(here, *[".."] * 6, "shared", "data"))
rng = np.random.default_rng(11)


def single(x):
    """float32 values held in float64: both sides see the same numbers and neither computes in single precision."""
    return np.asarray(x, dtype=np.float32).astype(np.float64)


def trust_case(name, x, y, k):
    x, y = single(x), single(y)
    value = float(trustworthiness(x, y, n_neighbors=k))
    return {"name": name, "cols": x.shape[1], "data": x.ravel().tolist(), "points": y.ravel().tolist(), "k": k, "value": value}


def z_scored(x):
    spread = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1)


def tsne_case(name, file, drop, scaled):
    path = os.path.join(shared, file)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        frame = pd.read_csv(lines)
    columns = [c for c in frame.select_dtypes("number").columns if c not in drop]
    x = frame[columns].to_numpy(dtype=float)
    x = single(z_scored(x) if scaled else x)
    model = TSNE(n_components=2, init="pca", learning_rate="auto", random_state=1)
    y = model.fit_transform(x)
    plane = PCA(n_components=2).fit_transform(x)
    return {
        "name": name,
        "file": file,
        "columns": columns,
        "scaled": scaled,
        "rows": x.shape[0],
        "tsne": float(trustworthiness(x, y, n_neighbors=5)),
        "divergence": float(model.kl_divergence_),
        "pca": float(trustworthiness(x, plane, n_neighbors=5)),
    }


blobs = np.vstack([rng.normal(c, 1, size=(40, 5)) for c in (0, 4, 9)])
cube = rng.normal(size=(80, 8))
golden = {
    "madeBy": {"script": "reference/projection.py", "scikitLearn": sklearn.__version__, "numpy": np.__version__, "seed": 11},
    "tolerance": {"trustworthiness": 1e-9, "sets": 0.01, "why": "double precision on both sides; pictures are only comparable by how far they can be trusted"},
    "trust": [
        trust_case("first two columns of blobs, k 5", blobs, blobs[:, :2], 5),
        trust_case("first two columns of blobs, k 12", blobs, blobs[:, :2], 12),
        trust_case("noise for a picture", cube, rng.normal(size=(80, 2)), 5),
        trust_case("principal plane", cube, PCA(n_components=2).fit_transform(cube), 7),
        trust_case("the data itself", blobs[:, :2], blobs[:, :2], 5),
        trust_case("k just below half", cube[:21], cube[:21, :2], 10),
    ],
    "sets": [
        tsne_case("iris", "clustering-benchmarks/iris.csv.gz", ["label", "class", "cluster"], False),
        tsne_case("wine", "clustering-benchmarks/wine.csv.gz", ["label", "class", "cluster"], True),
        tsne_case("mall customers", "mall-customers/customers.csv.gz", ["CustomerID"], True),
    ],
}
with open(os.path.join(here, "projection.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, seed 11")
for one in golden["sets"]:
    print(one["name"], one["rows"], one["columns"], one["tsne"], one["divergence"], one["pca"])

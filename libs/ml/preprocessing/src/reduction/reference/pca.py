"""Makes pca.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn.decomposition import PCA


def main():
    random = np.random.RandomState(23)
    tall = np.round(random.normal(size=(40, 6)) @ random.normal(size=(6, 6)) + random.normal(size=6) * 10, 6)
    wide = np.round(random.normal(size=(5, 9)) * 3, 6)
    later = np.round(random.normal(size=(4, 6)) * 5, 6)
    cases = []
    for name, matrix, params, model in [
        ("tall", tall, {}, PCA(svd_solver="full")),
        ("tall", tall, {"components": 3, "whiten": True}, PCA(3, whiten=True, svd_solver="full")),
        ("tall", tall, {"share": 0.9}, PCA(0.9, svd_solver="full")),
        ("wide", wide, {"components": 4}, PCA(4, svd_solver="full")),
    ]:
        scores = model.fit_transform(matrix)
        case = {
            "input": name,
            "params": params,
            "components": model.components_.tolist(),
            "explainedVariance": model.explained_variance_.tolist(),
            "explainedShare": model.explained_variance_ratio_.tolist(),
            "scores": scores.T.tolist(),
        }
        if name == "tall":
            case["later"] = model.transform(later).T.tolist()
        cases.append(case)
    out = {
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
        "seed": 23,
        "tolerance": 1e-9,
        "why": "both decompositions are stable to a few ulps of the largest singular value; the inputs are well conditioned",
        "tall": tall.T.tolist(),
        "wide": wide.T.tolist(),
        "later": later.T.tolist(),
        "cases": cases,
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pca.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"])


main()

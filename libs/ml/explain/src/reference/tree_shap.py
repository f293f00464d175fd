"""Makes tree-shap.golden.json with Debian's python3-xgboost. Run with the system's own python3."""

import json
import os

import numpy as np
import xgboost


def tree(node):
    leaf = [left == -1 for left in node["left_children"]]
    return {
        "feature": [-1 if end else f for end, f in zip(leaf, node["split_indices"])],
        "threshold": [0 if end else c for end, c in zip(leaf, node["split_conditions"])],
        "left": node["left_children"],
        "right": node["right_children"],
        "missingLeft": [0 if end else int(d) for end, d in zip(leaf, node["default_left"])],
        "value": [c if end else 0 for end, c in zip(leaf, node["split_conditions"])],
        "cover": node["sum_hessian"],
    }


def main():
    random = np.random.RandomState(31)
    n, d = 500, 6
    rows = random.randint(0, 40, size=(n, d)).astype(np.float32)
    rows[random.rand(n, d) < 0.12] = -1
    z = (rows[:, 0] - rows[:, 1]) / 12 + (rows[:, 2] < 0) * 1.5 + (rows[:, 3] > 20) * (rows[:, 4] > 10) - 1
    labels = (random.rand(n) < 1 / (1 + np.exp(-z))).astype(int)
    cases = []
    for name, params, rounds in (
        ("shallow", {"max_depth": 2, "eta": 0.3, "base_score": 0.5}, 8),
        ("deep, features met twice on a path", {"max_depth": 7, "eta": 0.3, "base_score": 0.5, "min_child_weight": 0.5}, 6),
        ("one leaf", {"max_depth": 3, "eta": 0.3, "base_score": 0.2, "gamma": 1e6}, 2),
    ):
        data = xgboost.DMatrix(rows, labels, missing=-1)
        booster = xgboost.train({"objective": "binary:logistic", "tree_method": "exact", "seed": 1, **params}, data, rounds)
        model = json.loads(booster.save_raw("json").decode())["learner"]
        base = float(model["learner_model_param"]["base_score"])
        first = xgboost.DMatrix(rows[:40], missing=-1)
        cases.append(
            {
                "name": name,
                "ensemble": {
                    "version": 1,
                    "kind": "trees",
                    "featureCount": d,
                    "baseMargin": float(np.log(base / (1 - base))),
                    "trees": [tree(t) for t in model["gradient_booster"]["model"]["trees"]],
                },
                "bins": rows[:40].astype(int).ravel().tolist(),
                "margins": booster.predict(first, output_margin=True).tolist(),
                "contributions": booster.predict(first, pred_contribs=True).ravel().tolist(),
            }
        )
    out = {
        "versions": {"xgboost": xgboost.__version__, "numpy": np.__version__},
        "seed": 31,
        "tolerance": 1e-5,
        "why": "the reference computes in float32",
        "rows": 40,
        "cols": d,
        "cases": cases,
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tree-shap.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"], len(cases), "cases")


main()

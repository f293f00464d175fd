"""scikit-learn's logistic regression and AUC, XGBoost's prediction and contributions: one line of JSON in, one out."""

import json
import sys
import time

import numpy as np
import xgboost
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

models = {}


def clocked(work):
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def logistic(ask):
    x = np.fromfile(ask["file"], dtype=np.float64).reshape(ask["rows"], ask["cols"])
    y = np.fromfile(ask["labels"], dtype=np.uint8)
    seconds, model = clocked(lambda: LogisticRegression(tol=1e-10, max_iter=10000).fit(x, y))
    z = x @ model.coef_[0] + model.intercept_[0]
    value = np.logaddexp(0, np.where(y == 1, -z, z)).sum() + 0.5 * (model.coef_[0] ** 2).sum()
    return {"seconds": seconds, "objective": float(value)}


def auc(ask):
    y = np.fromfile(ask["labels"], dtype=np.uint8)
    s = np.fromfile(ask["file"], dtype=np.float64)
    seconds, value = clocked(lambda: roc_auc_score(y, s))
    return {"seconds": seconds, "auc": float(value)}


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


def grow(ask):
    random = np.random.RandomState(1)
    n, d = ask["rows"], ask["cols"]
    x = random.randint(0, 255, size=(n, d)).astype(np.float32)
    z = (x[:, 0] - x[:, 1]) / 60 + (x[:, 2] > 128) * (x[:, 3] > 64) - 0.5
    y = (random.rand(n) < 1 / (1 + np.exp(-z))).astype(int)
    params = {"objective": "binary:logistic", "max_depth": 4, "eta": 0.1, "tree_method": "hist", "nthread": 1}
    booster = xgboost.train(params, xgboost.DMatrix(x, y), ask["trees"])
    models["booster"], models["rows"] = booster, x[: ask["explain"]]
    inner = json.loads(booster.save_raw("json").decode())["learner"]["gradient_booster"]["model"]["trees"]
    ensemble = {"version": 1, "kind": "trees", "featureCount": d, "baseMargin": 0, "trees": [tree(t) for t in inner]}
    return {"ensemble": ensemble, "bins": models["rows"].astype(int).ravel().tolist()}


def explain(_ask):
    booster, rows = models["booster"], models["rows"]
    booster.set_param({"nthread": 1})
    predict, margins = clocked(lambda: booster.predict(xgboost.DMatrix(rows, nthread=1), output_margin=True))
    seconds, values = clocked(lambda: booster.predict(xgboost.DMatrix(rows, nthread=1), pred_contribs=True))
    return {
        "predictSeconds": predict,
        "explainSeconds": seconds,
        "margins": margins.tolist(),
        "values": values[:, :-1].ravel().tolist(),
    }


for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps({"logistic": logistic, "auc": auc, "grow": grow, "explain": explain}[question["what"]](question)), flush=True)

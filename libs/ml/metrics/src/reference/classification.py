"""Makes classification.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score


def delong(labels, first, second=None):
    """Structural components by direct comparison of every pair: O(m n), on purpose unlike the code under test."""
    labels = np.asarray(labels)

    def components(scores):
        scores = np.asarray(scores, dtype=float)
        x, y = scores[labels == 1], scores[labels == 0]
        psi = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
        return psi.mean(axis=1), psi.mean(axis=0), psi.mean()

    v10, v01, auc = components(first)
    if second is not None:
        w10, w01, other = components(second)
        s10 = np.cov(np.vstack([v10, w10]))
        s01 = np.cov(np.vstack([v01, w01]))
        s = s10 / len(v10) + s01 / len(v01)
        variance = s[0, 0] + s[1, 1] - 2 * s[0, 1]
        return {"difference": auc - other, "standardError": float(np.sqrt(variance))}
    variance = v10.var(ddof=1) / len(v10) + v01.var(ddof=1) / len(v01)
    return {"auc": float(auc), "standardError": float(np.sqrt(variance))}


def case(name, labels, scores, other):
    curves = {}
    for strategy in ("uniform", "quantile"):
        observed, predicted = calibration_curve(labels, scores, n_bins=10, strategy=strategy)
        curves[strategy] = {"observed": observed.tolist(), "predicted": predicted.tolist()}
    edges = np.linspace(0, 1, 11)[1:-1]
    bins = np.searchsorted(edges, scores)
    ece = sum(abs(scores[bins == b].sum() - labels[bins == b].sum()) for b in range(10)) / len(labels)
    return {
        "name": name,
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "other": other.tolist(),
        "rocAuc": roc_auc_score(labels, scores),
        "averagePrecision": average_precision_score(labels, scores),
        "logLoss": log_loss(labels, scores),
        "brier": brier_score_loss(labels, scores),
        "calibration": curves,
        "uniformExpectedError": float(ece),
        "delong": delong(labels, scores),
        "difference": delong(labels, scores, other),
    }


def main():
    random = np.random.RandomState(20240201)
    cases = []
    for name, n, rate, digits in (("plain", 300, 0.3, 12), ("heavy ties", 240, 0.4, 1), ("rare", 400, 0.03, 12)):
        labels = (random.rand(n) < rate).astype(int)
        logit = 1.2 * labels + random.normal(size=n) - 1
        other = 1.0 / (1.0 + np.exp(-(0.8 * labels + 0.5 * logit + random.normal(size=n))))
        scores = np.round(1.0 / (1.0 + np.exp(-logit)), digits)
        cases.append(case(name, labels, scores, np.round(other, digits)))
    certain = np.array([0.0, 1.0, 0.5, 1.0, 0.0, 0.25])
    cases.append(case("certain and wrong", np.array([0, 1, 1, 0, 1, 0]), certain, certain[::-1].copy()))
    out = {
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
        "seed": 20240201,
        "tolerance": 1e-9,
        "why": "same closed formulas in float64; only the order of sums differs",
        "cases": cases,
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "classification.golden.json")
    with open(path, "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"], len(cases), "cases")


main()

"""Makes legacy-model.golden.json: XGBoost 1.7.4 loads legacy-model.json and predicts. Run with the system's own python3."""

import base64
import json
import os

import numpy as np
import xgboost


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "legacy-model.json")) as file:
        legacy = json.load(file)
    booster = xgboost.Booster()
    booster.load_model(bytearray(base64.b64decode(legacy["model"])))
    rows = np.array(legacy["bins"], dtype=np.float32).reshape(legacy["rows"], legacy["cols"])
    data = xgboost.DMatrix(rows, missing=-1)
    out = {
        "versions": {"xgboost": xgboost.__version__, "numpy": np.__version__},
        "tolerance": 1e-5,
        "why": "the reference adds leaves in float32",
        "margins": booster.predict(data, output_margin=True).tolist(),
        "contributions": booster.predict(data, pred_contribs=True).ravel().tolist(),
        "leaves": booster.predict(data, pred_leaf=True)[:, 0].tolist(),
    }
    with open(os.path.join(here, "legacy-model.golden.json"), "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"])


main()

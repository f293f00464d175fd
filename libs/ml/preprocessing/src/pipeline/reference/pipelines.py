"""Makes pipelines.golden.json: whole pipelines of Debian's python3-sklearn over two public data sets.

Run with the system's own python3; the data sets lie beside the repository (or where KOHORT_DATA_DIR says). Only sums and
a few rows of each output column are kept.
"""

import json
import os

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
)

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("KOHORT_DATA_DIR", os.path.join(HERE, "../../../../../../../shared/data"))
SHOWN = [0, 1, 488, 753, 5000]


def told(column):
    column = np.asarray(column, dtype=float)
    return {
        "sum": float(column.sum()),
        "squares": float((column**2).sum()),
        "shown": [float(column[row]) for row in SHOWN],
    }


def telco():
    rows = pd.read_csv(os.path.join(DATA, "telco-churn/customers.csv.gz"), dtype=str, keep_default_na=False)
    numbers = ["tenure", "MonthlyCharges", "TotalCharges"]
    table = rows[numbers].apply(lambda column: pd.to_numeric(column.str.strip().replace("", np.nan)))
    categories = [name for name in rows.columns if name not in numbers + ["customerID", "Churn"]]
    filled = SimpleImputer(strategy="median").fit_transform(table)
    charges = PowerTransformer().fit_transform(filled[:, 1:])
    tenure = StandardScaler().fit_transform(filled[:, :1])
    encoder = OneHotEncoder(sparse_output=False).fit(rows[categories])
    levels = encoder.transform(rows[categories])
    names = [f"{c}={v}" for c, values in zip(categories, encoder.categories_) for v in values]
    everything = np.column_stack([tenure, charges, levels])
    scores = PCA(10, svd_solver="full").fit_transform(everything)
    out = {"tenure": told(tenure[:, 0]), "TotalCharges is missing": told(table["TotalCharges"].isna())}
    out.update({name: told(charges[:, i]) for i, name in enumerate(numbers[1:])})
    out.update({name: told(levels[:, i]) for i, name in enumerate(names)})
    return {"columns": out, "components": {f"pca{i + 1}": told(scores[:, i]) for i in range(10)}}


def adult():
    rows = pd.read_csv(os.path.join(DATA, "adult-census/people.csv.gz"), dtype=str, keep_default_na=False)
    numbers = ["age", "fnlwgt", "education_num", "capital_gain", "capital_loss", "hours_per_week"]
    categories = ["workclass", "education", "occupation", "native_country", "sex"]
    train = (rows["split"] == "train").to_numpy()
    table = rows[numbers].astype(float)
    # Every 50th age is taken away, so that there is something to impute.
    table.loc[table.index % 50 == 7, "age"] = np.nan
    shaped = Pipeline(
        [
            ("impute", KNNImputer(n_neighbors=7)),
            ("shape", QuantileTransformer(n_quantiles=500, subsample=len(rows), output_distribution="normal")),
        ]
    )
    model = ColumnTransformer(
        [
            ("numbers", shaped, numbers),
            ("order", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), categories),
        ]
    )
    # The nearest rows are searched among 2,000 of the training rows, to keep the comparison quick.
    few = np.flatnonzero(train)[:2000]
    model.fit(table.iloc[few].join(rows[categories].iloc[few]))
    later = table[~train].join(rows[categories][~train])
    made = model.transform(later)
    return {"columns": {name: told(made[:, i]) for i, name in enumerate(numbers + categories)}}


def main():
    out = {
        "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__, "pandas": pd.__version__},
        "tolerance": 1e-6,
        "why": "the exponent of Yeo-Johnson is an iterative search; sums are compared relative to their size",
        "shown": SHOWN,
        "telco": telco(),
        "adult": adult(),
    }
    with open(os.path.join(HERE, "pipelines.golden.json"), "w") as file:
        json.dump(out, file)
        file.write("\n")
    print(out["versions"])


main()

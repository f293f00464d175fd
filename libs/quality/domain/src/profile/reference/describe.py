"""Goldens of column figures by pandas and SciPy, on real files that are read again by the test."""

import json
import os
import sys

import numpy as np
import pandas as pd
import scipy
from scipy import stats

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("KOHORT_DATA_DIR", os.path.join(HERE, "../../../../../../../shared/data"))
FILES = {
    "telco-churn/customers.csv.gz": ["tenure", "MonthlyCharges", "TotalCharges"],
    "complete-journey/demographics.csv.gz": [],
    "complete-journey/transactions.csv.gz": ["quantity", "sales_value", "retail_disc", "coupon_disc", "week"],
    "complete-journey/coupons.csv.gz": [],
}
Q = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]


def numbers(column):
    x = pd.to_numeric(column, errors="coerce").dropna()
    mean, sd = x.mean(), x.std()
    q1, q3 = x.quantile(0.25), x.quantile(0.75)
    iqr = q3 - q1
    return {
        "count": int(x.count()),
        "mean": mean,
        "sd": sd,
        "skew": x.skew(),
        "min": x.min(),
        "max": x.max(),
        "quantiles": [x.quantile(q) for q in Q],
        "beyondZ": int(((x - mean).abs() > 3 * sd).sum()),
        "beyondIqr": int(((x < q1 - 1.5 * iqr) | (x > q3 + 1.5 * iqr)).sum()) if iqr > 0 else None,
    }


def cramers_v(a, b):
    table = pd.crosstab(a, b).to_numpy()
    chi = stats.chi2_contingency(table, correction=False)[0]
    return float(np.sqrt(chi / (table.sum() * (min(table.shape) - 1))))


golden = {"versions": {"python": sys.version.split()[0], "pandas": pd.__version__, "scipy": scipy.__version__}, "files": {}}
for name, columns in FILES.items():
    frame = pd.read_csv(os.path.join(DATA, name), dtype=str, keep_default_na=False)
    filled = frame.apply(lambda column: column.where(column.str.strip() != ""))
    golden["files"][name] = {
        "rows": len(frame),
        "duplicates": int(frame.duplicated().sum()),
        "distinct": {column: int(filled[column].nunique()) for column in frame},
        "missing": {column: int(filled[column].isna().sum()) for column in frame},
        "numbers": {column: numbers(frame[column]) for column in columns},
    }
telco = pd.read_csv(os.path.join(DATA, "telco-churn/customers.csv.gz"), dtype=str)
golden["telco"] = {
    "pearson": float(
        pd.to_numeric(telco["tenure"]).corr(pd.to_numeric(telco["TotalCharges"], errors="coerce"))
    ),
    "cramersV": cramers_v(telco["OnlineSecurity"], telco["TechSupport"]),
}
with open(os.path.join(HERE, "describe.golden.json"), "w") as out:
    json.dump(golden, out, indent=1)
    out.write("\n")

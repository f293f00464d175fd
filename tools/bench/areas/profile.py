"""What pandas tells of a file: describe, distinct values, missing cells, duplicate rows. One line of JSON out."""

import json
import resource
import sys
import time

import pandas as pd

began = time.process_time()
wall = time.perf_counter()
frame = pd.read_csv(sys.argv[1], dtype={"InvoiceNo": str, "StockCode": str, "CustomerID": str}, parse_dates=["InvoiceDate"])
described = frame.describe(include="all", datetime_is_numeric=True)
distinct = frame.nunique()
missing = frame.isna().sum()
duplicates = int(frame.duplicated().sum())
print(
    json.dumps(
        {
            "seconds": time.process_time() - began,
            "wallSeconds": time.perf_counter() - wall,
            "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "duplicates": duplicates,
            "distinct": {name: int(value) for name, value in distinct.items()},
        }
    )
)

"""Recency, frequency, revenue and tenure with pandas on the same lines: one line of JSON in, one out."""

import json
import sys
import time

import pandas as pd

frame = None

for line in sys.stdin:
    ask = json.loads(line)
    if frame is None:
        frame = pd.read_csv(ask["file"], dtype={"InvoiceNo": str, "StockCode": str}, parse_dates=["InvoiceDate"])
    began = time.process_time()
    kept = frame[
        frame.CustomerID.notna()
        & ~frame.InvoiceNo.str.startswith("C")
        & (frame.Quantity > 0)
        & (frame.UnitPrice > 0)
    ]
    day = kept.InvoiceDate.dt.normalize()
    by = kept.assign(day=day, revenue=kept.Quantity * kept.UnitPrice).groupby("CustomerID")
    rfm = by.agg(last=("day", "max"), first=("day", "min"), frequency=("InvoiceNo", "nunique"), monetary=("revenue", "sum"))
    as_of = pd.Timestamp("2011-12-10")
    recency = (as_of - rfm["last"]).dt.days
    tenure = (as_of - rfm["first"]).dt.days
    seconds = time.process_time() - began
    sums = [float(recency.sum()), float(rfm.frequency.sum()), float(rfm.monetary.sum()), float(tenure.sum())]
    print(json.dumps({"seconds": seconds, "sums": sums}), flush=True)

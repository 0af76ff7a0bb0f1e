# SPDX-License-Identifier: GPL-3.0-or-later
"""Mean and standard error of one item by municipality with svy: svy_domains.py FILE"""
import sys
import time

import polars
import svy

data = polars.read_csv(sys.argv[1], infer_schema_length=1000, columns=["muni", "stratum", "psu", "weight", "q01"])
data = data.with_columns(q01=polars.when(polars.col("q01") < 7).then(polars.col("q01")))
sample = svy.Sample(data, svy.Design(stratum="stratum", psu="psu", wgt="weight"))
start = time.perf_counter()
estimate = sample.estimation.mean("q01", by="muni", drop_nulls=True)
print("seconds", time.perf_counter() - start)
table = estimate.to_polars().sort("muni")
print("first_mean", table["est"][0])
print("first_error", table["se"][0])
print("means", table["est"].sum())
print("errors", table["se"].sum())

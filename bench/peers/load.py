# SPDX-License-Identifier: GPL-3.0-or-later
"""Load a CSV with pandas, polars or duckdb: load.py pandas|polars|duckdb FILE THREADS"""
import os
import sys
import time

library, file, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])


def pandas():
    import pandas

    start = time.perf_counter()
    data = pandas.read_csv(file)
    seconds = time.perf_counter() - start
    return seconds, data, data.memory_usage(deep=True).sum()


def polars():
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars

    start = time.perf_counter()
    data = polars.read_csv(file, infer_schema_length=1000)
    seconds = time.perf_counter() - start
    return seconds, data, data.estimated_size()


def duckdb():
    import duckdb

    connection = duckdb.connect(config={"threads": threads})
    start = time.perf_counter()
    connection.execute("create table t as select * from read_csv(?)", [file])
    seconds = time.perf_counter() - start
    return seconds, connection.sql("select weight, age, q01 from t").df(), None


seconds, data, size = {"pandas": pandas, "polars": polars, "duckdb": duckdb}[library]()
weight, age, q01 = (data[name].to_numpy() for name in ("weight", "age", "q01"))
valid = q01 < 7
print("seconds", seconds)
print("rows", len(weight))
if size:
    print("bytes_a_row", round(size / len(weight), 1))
print("weights", weight.sum())
print("age", (weight * age).sum() / weight.sum())
print("q01", (weight * q01)[valid].sum() / weight[valid].sum())

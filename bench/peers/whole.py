# SPDX-License-Identifier: GPL-3.0-or-later
"""From file to a table of 40 weighted means by municipality, without standard errors:
whole.py polars|duckdb FILE THREADS TABLE"""
import os
import sys
import time

library, file, threads, table = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
items = [f"q{item:02d}" for item in range(1, 41)]


def polars():
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars
    from polars import col

    start = time.perf_counter()
    means = (
        polars.scan_csv(file, infer_schema_length=1000)
        .group_by("muni")
        .agg(
            ((col(q) * col("weight")).filter(col(q) < 7).sum() / col("weight").filter(col(q) < 7).sum()).alias(q)
            for q in items
        )
        .sort("muni")
        .collect()
    )
    means.write_csv(table)
    return time.perf_counter() - start, means[items].to_numpy()


def duckdb():
    import duckdb

    connection = duckdb.connect(config={"threads": threads})
    columns = ", ".join(
        f"sum(weight * {q}) filter ({q} < 7) / sum(weight) filter ({q} < 7) as {q}" for q in items
    )
    start = time.perf_counter()
    connection.execute(f"create table m as select muni, {columns} from read_csv(?) group by muni order by muni", [file])
    connection.execute(f"copy m to '{table}' (header)")
    seconds = time.perf_counter() - start
    return seconds, connection.sql("from m").df()[items].to_numpy()


seconds, means = {"polars": polars, "duckdb": duckdb}[library]()
print("seconds", seconds)
print("first_mean", means[0, 0])
print("means", means.sum())

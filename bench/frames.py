# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python package at work: what it adds to the C program, what an import costs, and a frame's means by domain.

frames.py whole SURVEY FILE THREADS     from a file to the table that trygg-estimate writes
frames.py domains FILE                  one item by municipality from a polars frame, as svy_domains.py
frames.py memory LIBRARY ROWS ITEMS     peak memory that importing a frame of ROWS x ITEMS answers adds, per answer
"""
import csv
import sys
import time

import trygg


def sums(text):
    """The keys of bench/measure.c from the CSV of a table."""
    cells = [row for row in csv.DictReader(text.splitlines()) if row["muni"]]
    print("first_mean", cells[0]["estimate"])
    print("first_error", cells[0]["se"])
    print("means", sum(float(row["estimate"]) for row in cells))
    print("errors", sum(float(row["se"]) for row in cells))


def whole(survey, file, threads):
    start = time.perf_counter()
    responses = trygg.Survey(survey).read(file, threads=int(threads))
    text = responses.estimate(by="muni", threads=int(threads)).publish(0).write("csv")
    print("seconds", time.perf_counter() - start)
    sums(text)


def domains(file):
    import polars

    data = polars.read_csv(file, infer_schema_length=1000, columns=["muni", "stratum", "psu", "weight", "q01"])
    data = data.with_columns(q01=polars.when(polars.col("q01") < 7).then(polars.col("q01")))
    start = time.perf_counter()
    table = trygg.Design(data, stratum="stratum", psu="psu", weight="weight").mean("q01", by="muni")
    print("seconds", time.perf_counter() - start)
    sums(table.publish(0).write("csv"))


def status(key):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(key)) * 1024


def frame_of(library, rows, items):
    """Questions answered 1 to 5, or 0 by who did not answer, and a weight."""
    import numpy

    random = numpy.random.default_rng(1)
    columns = {"w": random.uniform(0.5, 2, rows)}
    for item in range(items):
        columns[f"q{item}"] = random.integers(0, 6, rows, "int8")
    if library == "pandas":
        import pandas

        return pandas.DataFrame(columns, copy=False)
    if library == "polars":
        import polars

        return polars.DataFrame(columns)
    if library == "pyarrow":
        import pyarrow

        return pyarrow.table(columns)
    return columns


def memory(library, rows, items):
    rows, items = int(rows), int(items)
    survey = trygg.Survey.build({
        "settings": "form_id,wave\nmemory,1\n",
        "survey": "type,name,role,missing\ndecimal,w,weight,\n"
                  + "".join(f"select_one q,q{i},,0=no_answer\n" for i in range(items)),
        "choices": "list_name,name\n" + "".join(f"q,{code}\n" for code in range(1, 6))})
    data = frame_of(library, rows, items)
    survey.read(frame_of(library, 10, items))  # what the libraries need once
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the peak begins anew
    before = status("VmRSS")
    start = time.perf_counter()
    responses = survey.read(data)
    print("seconds", time.perf_counter() - start)
    print("bytes_a_row", (status("VmHWM") - before) / (rows * items))
    print("records", len(responses))


{"whole": whole, "domains": domains, "memory": memory}[sys.argv[1]](*sys.argv[2:])

# SPDX-License-Identifier: GPL-3.0-or-later
"""Raking with numpy, as an expert writes it by hand: rake.py codes|columns MARGINS FILE

Each margin in turn is met by one division a category, until no total is off by more than 1e-10 of itself.  Timed from
codes of the margins that are there already, or from the columns, as a program that has just read them."""
import csv
import sys
import time

import numpy
import polars

begin, margins_file, file = sys.argv[1:4]
data = polars.read_csv(file, infer_schema_length=1000)
weight = data["weight"].to_numpy()
margins = {}
with open(margins_file, encoding="utf-8") as rows:
    for row in csv.DictReader(rows):
        margins.setdefault(row["variables"], {})[tuple(map(int, row["category"].split()))] = float(row["total"])
columns = {name: data[name].to_numpy() for variables in margins for name in variables.split()}
answer = data["v4"].to_numpy()
del data


def make_codes():
    codes, totals = [], []
    for variables, categories in margins.items():
        # of two variables the first has codes below 1000
        key = sum(columns[name].astype(numpy.int32) * 1000**i for i, name in enumerate(variables.split()))
        position = numpy.full(key.max() + 1, -1, numpy.intp)  # as bincount wants them
        position[[sum(code * 1000**i for i, code in enumerate(category)) for category in categories]] = (
            numpy.arange(len(categories)))
        codes.append(position[key])
        totals.append(numpy.array(list(categories.values())))
    return codes, totals


def rake(codes, totals):
    raked = weight.copy()
    for _ in range(1000):
        worst = 0.0
        for code, total in zip(codes, totals):
            factor = total / numpy.bincount(code, raked, len(total))
            worst = max(worst, numpy.abs(factor - 1).max())
            raked *= factor[code]
        if worst < 1e-10:
            break
    return raked


made = make_codes()
for _ in range(3):
    start = time.perf_counter()
    raked = rake(*(make_codes() if begin == "columns" else made))
    print("seconds", time.perf_counter() - start)
answered = ~numpy.isnan(answer)
print("population", raked.sum())
print("share", (raked * (answer == 0))[answered].sum() / raked[answered].sum())

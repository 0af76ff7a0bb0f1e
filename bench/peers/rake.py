# SPDX-License-Identifier: GPL-3.0-or-later
"""Raking with numpy, as an expert writes it by hand: rake.py MARGINS FILE

Each margin in turn is met by one division a category, until no total is off by more than 1e-10 of itself."""
import csv
import sys
import time

import numpy
import polars

margins_file, file = sys.argv[1:3]
data = polars.read_csv(file, infer_schema_length=1000)
weight = data["weight"].to_numpy()
margins = {}
with open(margins_file, encoding="utf-8") as rows:
    for row in csv.DictReader(rows):
        margins.setdefault(row["variables"], {})[tuple(map(int, row["category"].split()))] = float(row["total"])
codes, totals = [], []
for variables, categories in margins.items():
    key = sum(data[name].to_numpy() * 10000**i for i, name in enumerate(variables.split()))
    position = {sum(code * 10000**i for i, code in enumerate(category)): at for at, category in enumerate(categories)}
    present, inverse = numpy.unique(key, return_inverse=True)
    codes.append(numpy.array([position[code] for code in present])[inverse])
    totals.append(numpy.array(list(categories.values())))
answer = data["v4"].to_numpy()
del data


def rake():
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


for _ in range(3):
    start = time.perf_counter()
    raked = rake()
    print("seconds", time.perf_counter() - start)
answered = ~numpy.isnan(answer)
print("population", raked.sum())
print("share", (raked * (answer == 0))[answered].sum() / raked[answered].sum())

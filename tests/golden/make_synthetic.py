# SPDX-License-Identifier: GPL-3.0-or-later
"""python3 make_synthetic.py: the synthetic area of tests/data/golden/measures by scipy's SLSQP, as synthetic.csv beside this
script: `indicator,what,area,value`; what is weight, fit (root mean square before), ratio (since over before) of each area."""
import csv
import os

import numpy
from scipy.optimize import minimize

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "..", "data", "golden", "measures.csv"), encoding="utf-8") as file:
    records = list(csv.DictReader(file))
areas, start = "ABCDEF", 2018
waves = sorted({int(row["wave"]) for row in records})


def value(row, indicator):
    if row[indicator] == "":
        return None
    return float(row[indicator] == "1") if indicator == "unsafe" else float(row[indicator])


def series(indicator):
    table = numpy.empty((len(waves), len(areas)))
    for i, wave in enumerate(waves):
        for j, area in enumerate(areas):
            inside = [(float(row["weight"]), value(row, indicator)) for row in records
                      if int(row["wave"]) == wave and row["area"] == area and value(row, indicator) is not None]
            table[i, j] = sum(w * y for w, y in inside) / sum(w for w, _ in inside)
    return table


def fit(target, others):
    """Least squares over the simplex from many beginnings, polished on the weights that are not 0."""
    best = None
    count = others.shape[1]
    for begin in [numpy.full(count, 1 / count), *numpy.eye(count)]:
        found = minimize(lambda w: numpy.sum((target - others @ w) ** 2), begin, method="SLSQP",
                         jac=lambda w: 2 * others.T @ (others @ w - target), bounds=[(0, 1)] * count,
                         constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: numpy.ones(count)},
                         options={"ftol": 1e-16, "maxiter": 10000})
        if best is None or found.fun < best.fun - 1e-15:
            best = found
    used = numpy.flatnonzero(best.x > 1e-5)
    system = numpy.zeros((len(used) + 1, len(used) + 1))
    system[:-1, :-1] = others[:, used].T @ others[:, used]
    system[-1, :-1] = system[:-1, -1] = 1
    weights = numpy.zeros(count)
    weights[used] = numpy.linalg.solve(system, numpy.append(others[:, used].T @ target, 1))[:-1]
    assert weights.min() >= 0 and numpy.abs(weights - best.x).max() < 1e-4, (weights, best.x)
    return weights


def gap(target, others, weights):
    return numpy.sqrt(numpy.mean((target - others @ weights) ** 2))


with open(os.path.join(here, "synthetic.csv"), "w", encoding="utf-8", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["indicator", "what", "area", "value"])
    for indicator in ("score", "unsafe"):
        table = series(indicator)
        early = [wave < start for wave in waves]
        late = [wave >= start for wave in waves]
        for j, area in enumerate(areas):
            rest = [k for k in range(len(areas)) if k != j]
            weights = fit(table[early, j], table[early][:, rest])
            before = gap(table[early, j], table[early][:, rest], weights)
            if j == 0:
                for k, weight in zip(rest, weights):
                    out.writerow([indicator, "weight", areas[k], f"{weight:.17g}"])
                out.writerow([indicator, "fit", area, f"{before:.17g}"])
            out.writerow([indicator, "ratio", area, f"{gap(table[late, j], table[late][:, rest], weights) / before:.17g}"])

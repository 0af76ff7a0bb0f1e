# SPDX-License-Identifier: GPL-3.0-or-later
"""500 Rao-Wu bootstrap replicates of 40 means with numpy, as an expert writes it by hand: bootstrap.py FILE

Cluster totals once, multinomial draws of n - 1 clusters a stratum, one matrix product."""
import sys
import time

import numpy
import polars

REPLICATES = 500
data = polars.read_csv(sys.argv[1], infer_schema_length=1000)
unit = data["wave"].to_numpy().astype(numpy.int64) * 10**6 + data["psu"].to_numpy()
stratum = data["wave"].to_numpy().astype(numpy.int64) * 10**6 + data["stratum"].to_numpy()
weight = data["weight"].to_numpy()
answers = [data[f"q{item:02d}"].fill_null(99).to_numpy().astype(numpy.int8) for item in range(1, 41)]
del data


def bootstrap(random):
    units, first, cluster = numpy.unique(unit, return_index=True, return_inverse=True)
    sums = []
    for y in answers:
        w = weight * (y < 7)
        sums += [numpy.bincount(cluster, w * y), numpy.bincount(cluster, w)]
    sums = numpy.array(sums).T
    of = stratum[first]
    factors = numpy.empty((REPLICATES, len(units)))
    for h in numpy.unique(of):
        inside = numpy.flatnonzero(of == h)
        n = len(inside)
        factors[:, inside] = random.multinomial(n - 1, numpy.full(n, 1 / n), REPLICATES) * (n / (n - 1)) if n > 1 else 1
    replicates = factors @ sums
    errors = (replicates[:, 0::2] / replicates[:, 1::2]).std(axis=0)
    total = sums.sum(axis=0)
    return total[0::2] / total[1::2], errors


for attempt in range(3):
    start = time.perf_counter()
    means, errors = bootstrap(numpy.random.default_rng(attempt))
    print("seconds", time.perf_counter() - start)
print("means", means.sum())

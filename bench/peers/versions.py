# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of the Python peers, in one line."""
import importlib.metadata
import platform

names = []
for name in ("polars", "duckdb", "pandas", "pyarrow", "numpy", "svy"):
    try:
        names.append(f"{name} {importlib.metadata.version(name)}")
    except importlib.metadata.PackageNotFoundError:
        pass
print(", ".join([f"Python {platform.python_version()}"] + names))

# SPDX-License-Identifier: GPL-3.0-or-later
"""Data of other libraries as columns that the extension borrows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

# Name, cells, a byte a row that is not 0 where the cell is missing, and the texts that the cells are places of.
Column = tuple[str, Any, Any, Any]


def is_pandas(data: Any) -> bool:
    """A pandas frame or series, without importing pandas."""
    return type(data).__module__.partition(".")[0] == "pandas"


def streams(data: Any) -> object:
    """The Arrow stream of data that has one, else None."""
    if not hasattr(data, "__arrow_c_stream__"):
        return None
    if is_pandas(data) and not any(in_arrow(dtype) for dtype in data.dtypes):
        return None  # its buffers are borrowed without pyarrow in between
    stream: object = data.__arrow_c_stream__()
    return stream


def in_arrow(dtype: Any) -> bool:
    """A pandas dtype whose values pyarrow holds."""
    return type(dtype).__name__ == "ArrowDtype" or getattr(dtype, "storage", None) == "pyarrow"


def columns_of(data: Any, wanted: Collection[str] | None) -> list[Column]:
    """Columns of a mapping or a pandas frame: those wanted, or all."""
    if isinstance(data, Mapping):
        pairs: Iterable[tuple[Any, Any]] = data.items()
    elif is_pandas(data) and hasattr(data, "columns"):
        pairs = ((name, data.iloc[:, place]) for place, name in enumerate(data.columns))
    else:
        raise TypeError(
            f"data of type `{type(data).__name__}` cannot be read: give a path, a frame, an Arrow table or a mapping"
        )
    return [column_of(str(name), cells) for name, cells in pairs if wanted is None or str(name) in wanted]


def names_of(data: Any) -> list[str] | None:
    """Names of the columns of data, None where they are not known before it is read."""
    if isinstance(data, Mapping):
        return [str(name) for name in data]
    names = getattr(data, "column_names", None)  # pyarrow
    if names is None:
        names = getattr(data, "columns", None)  # pandas, polars, DuckDB
    if names is None:
        names = getattr(getattr(data, "schema", None), "names", None)  # a reader of batches
    return None if names is None else [str(name) for name in names]


def column_of(name: str, cells: Any) -> Column:
    """A column as a buffer where it has one, else as a list of numbers or texts."""
    if is_pandas(cells) and hasattr(cells, "dtype"):
        return pandas_column(name, cells)
    if hasattr(cells, "dtype") and hasattr(cells, "to_list"):  # a polars series
        return (name, cells.to_list(), None, None)
    if getattr(getattr(cells, "dtype", None), "kind", "") == "M":  # numpy's times
        texts = cells.astype("datetime64[s]").astype(str).tolist()
        return (name, [None if text == "NaT" else text for text in texts], None, None)
    if not hasattr(cells, "__getitem__") or not hasattr(cells, "__len__"):
        raise TypeError(f"column `{name}` is a `{type(cells).__name__}`: give a list or an array of cells")
    return (name, cells, None, None)


def pandas_column(name: str, series: Any) -> Column:
    """A pandas series."""
    dtype = series.dtype
    if hasattr(dtype, "categories"):
        return (name, series.cat.codes.to_numpy(), None, [text_of(value) for value in dtype.categories])
    if hasattr(series.array, "_mask") and hasattr(series.array, "_data"):  # Int64 and its like
        return (name, series.array._data, series.array._mask, None)
    if dtype.kind in "iufb":
        return (name, series.to_numpy(), None, None)
    known = series.notna()
    if dtype.kind == "M":
        series = series.dt.strftime("%Y-%m-%dT%H:%M:%S")
    cells = series.astype(object).where(known, None).tolist()
    return (name, [text_of(cell) for cell in cells], None, None)


def text_of(cell: Any) -> str | None:
    """A cell of an object column as the text that a file would have."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)

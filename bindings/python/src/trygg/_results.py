# SPDX-License-Identifier: GPL-3.0-or-later
"""Results: tables, and estimates with their covariance."""

from __future__ import annotations

import array
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _trygg

if TYPE_CHECKING:
    from ._survey import Survey


class Table:
    """A table of results: named columns, and notes on where they come from.

    It hands itself to every library that reads Arrow (``polars.DataFrame(table)``, ``pyarrow.table(table)``,
    DuckDB), and has :meth:`to_pandas`, :meth:`to_polars`, :meth:`to_arrow` and :meth:`to_dict`.  These give all
    figures; what is *shown* of a table is what :meth:`publish` lets through, so that nobody's answers end up in a
    notebook by accident.
    """

    def __init__(self, handle: _trygg.Table, survey: Survey) -> None:
        self._handle = handle
        self._survey = survey
        self._columns = _trygg.table_columns(handle)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._columns)

    @property
    def keys(self) -> list[str]:
        """Names of the columns that say which row it is."""
        return _trygg.table_keys(self._handle)

    @property
    def notes(self) -> list[tuple[str, str]]:
        """Provenance: definitions, methods, counts a reader must know."""
        return _trygg.table_notes(self._handle)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), []))

    def __getitem__(self, column: str) -> list[Any]:
        return self._columns[column]

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows, each a dict by column."""
        for cells in zip(*self._columns.values()):
            yield dict(zip(self._columns, cells))

    def to_dict(self) -> dict[str, list[Any]]:
        """``{column: cells}``; missing cells are ``None``."""
        return {name: list(cells) for name, cells in self._columns.items()}

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame``."""
        import pandas

        return pandas.DataFrame(self.to_dict(), columns=self.columns)

    def to_polars(self) -> Any:
        """A ``polars.DataFrame``."""
        import polars

        return polars.DataFrame(self)

    def to_arrow(self) -> Any:
        """A ``pyarrow.Table``."""
        import pyarrow

        return pyarrow.table(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return _trygg.table_stream(self._handle)

    def publish(self, min_n: int | None = None) -> Published:
        """What may leave the office: rows that rest on few respondents are blanked, and others that would give them
        away.

        ``min_n`` is the least number of respondents behind a row (default 30); 0 protects nothing, and the table
        says so.
        """
        option = None if min_n is None else -1 if min_n == 0 else min_n
        return Published(_trygg.publish(self._handle, {"min_n": option}), self._survey)

    def __repr__(self) -> str:
        return repr(self.publish())

    def _repr_html_(self) -> str:
        return self.publish()._repr_html_()


class Published(Table):
    """A table that may be published: :meth:`write` it in any of ``trygg.formats()``."""

    def __init__(self, handle: _trygg.Publication, survey: Survey) -> None:
        self._publication = handle
        super().__init__(_trygg.publication_table(handle), survey)

    def write(
        self, format: str = "csv", *, language: str | None = None, title: str | None = None, width: int | None = None
    ) -> str:
        """The table as text: ``table csv csv-sv json svg html``.  ``language`` is ``en`` or ``sv``."""
        options = {"language": language, "title": title, "width": width, "codebook": self._survey._handle}
        return _trygg.write(self._publication, format, options).decode("utf-8")

    def publish(self, min_n: int | None = None) -> Published:
        return self if min_n is None else super().publish(min_n)

    def __repr__(self) -> str:
        return self.write("table").rstrip("\n")

    def _repr_html_(self) -> str:
        return self.write("html")


class Contrast(NamedTuple):
    """A linear combination of estimates."""

    estimate: float
    se: float
    df: float
    lower: float
    upper: float
    statistic: float
    p: float


class Estimates(Table):
    """Estimates with standard errors and covariance.

    Names are those of statsmodels: :attr:`params`, :attr:`bse`, :meth:`conf_int`, :meth:`cov_params`,
    :meth:`summary`; each is by the label of a row, its wave (where there are several), codes and
    indicator with blanks between.
    """

    def __init__(self, estimates: _trygg.Estimates, survey: Survey, level: float, ci: str | None) -> None:
        self._estimates = estimates
        self._ci = ci
        self._level = level
        super().__init__(_trygg.inference_table(estimates, {"level": level, "ci": ci}), survey)

    @property
    def labels(self) -> list[str]:
        """What each row is called."""
        keys = [self._columns[key] for key in self.keys if key != "wave" or len(set(self._columns[key])) > 1]
        return [" ".join(cell for cell in cells if cell) for cells in zip(*keys)]

    @property
    def params(self) -> dict[str, float | None]:
        """The estimates; ``None`` where there is none."""
        return dict(zip(self.labels, self._columns["estimate"]))

    @property
    def bse(self) -> dict[str, float | None]:
        """Their standard errors."""
        return dict(zip(self.labels, self._columns["se"]))

    @property
    def df_resid(self) -> dict[str, float | None]:
        """Their degrees of freedom."""
        return dict(zip(self.labels, self._columns["df"]))

    @property
    def nobs(self) -> dict[str, int]:
        """Respondents behind each."""
        return dict(zip(self.labels, self._columns["n"]))

    def conf_int(self, alpha: float = 0.05, ci: str | None = None) -> dict[str, tuple[float | None, float | None]]:
        """Intervals of level ``1 - alpha``; ``ci`` is one of ``trygg.intervals()``."""
        options = {"level": 1 - alpha, "ci": ci or self._ci}
        columns = _trygg.table_columns(_trygg.inference_table(self._estimates, options))
        return dict(zip(self.labels, zip(columns["lower"], columns["upper"])))

    def _rows(self, labels: Sequence[str | int] | None) -> list[int]:
        known = self.labels
        if labels is None:
            return list(range(len(known)))
        places = {label: row for row, label in enumerate(known)}
        return [label if isinstance(label, int) else places[label] for label in labels]

    def cov_params(self, labels: Sequence[str | int] | None = None) -> list[list[float]]:
        """Covariance matrix of rows (all of them): the same respondents, clusters and waves are accounted for."""
        rows = self._rows(labels)
        cells: list[float] = array.array("d", _trygg.covariance(self._estimates, rows)).tolist()
        return [cells[i * len(rows) : (i + 1) * len(rows)] for i in range(len(rows))]

    def contrast(self, coefficients: Mapping[str | int, float], level: float | None = None) -> Contrast:
        """The sum of coefficient times estimate, with its standard error and test."""
        rows = self._rows(list(coefficients))
        return Contrast(
            *_trygg.contrast(self._estimates, rows, list(coefficients.values()), level or self._level)
        )

    def summary(self) -> str:
        """The table as :func:`print` shows it."""
        return repr(self)

    def plot(self, ax: Any = None, min_n: int | None = None) -> Any:
        """Estimates and their intervals as dots and lines, by matplotlib; rows that may not be published are left
        out."""
        import matplotlib.pyplot

        table = self.publish(min_n)
        labels = [label for label, value in zip(self.labels, table["estimate"]) if value is not None]
        rows = [row for row in table.rows() if row["estimate"] is not None]
        axes = ax or matplotlib.pyplot.gca()
        for place, row in enumerate(rows):
            if row["lower"] is not None and not math.isnan(row["lower"]):
                axes.plot([row["lower"], row["upper"]], [place, place], color="black", linewidth=1)
        axes.plot([row["estimate"] for row in rows], range(len(rows)), "o", color="black")
        axes.set_yticks(range(len(rows)), labels)
        axes.invert_yaxis()
        axes.set_xlabel(f"estimate, {self._level:.0%} interval")
        return axes

# SPDX-License-Identifier: GPL-3.0-or-later
"""Results: tables, estimates and models with their covariance."""

from __future__ import annotations

import array
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _trygg
from ._errors import Error, Status
from ._plot import plot

if TYPE_CHECKING:
    from ._survey import Survey


HANDLES = {"_table", "_survey", "_publication", "_estimates", "_design", "_model"}  # what no pickle keeps


class Table:
    """A table of results: named columns, and notes on where they come from.

    It hands itself to every library that reads Arrow (``polars.DataFrame(table)``, ``pyarrow.table(table)``,
    DuckDB), and has :meth:`to_pandas`, :meth:`to_polars`, :meth:`to_arrow` and :meth:`to_dict`.  These give all
    figures; what is *shown* of a table is what :meth:`publish` lets through, so that nobody's answers end up in a
    notebook by accident.  Pickled, it keeps its figures and what is shown; what else there is to do with it is done
    before.
    """

    _shown: tuple[str, str] | None = None  # of a pickle: how it was shown as text and in a notebook
    _survey: Survey | None = None

    def __init__(self, handle: _trygg.Table, survey: Survey | None) -> None:
        self._table: _trygg.Table | None = handle
        self._survey = survey
        self._columns = _trygg.table_columns(handle)
        self._keys = _trygg.table_keys(handle)
        self._notes = _trygg.table_notes(handle)

    def _live(self, what: str) -> _trygg.Table:
        """The handle, which a pickle does not keep."""
        if self._table is None:
            raise Error(f"a table out of a pickle cannot {what}: do that before, or make it anew", Status.UNSUPPORTED)
        return self._table

    @property
    def survey(self) -> Survey | None:
        """The survey it is of; ``None`` of a table out of a pickle, or of figures from elsewhere."""
        return self._survey

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._columns)

    @property
    def keys(self) -> list[str]:
        """Names of the columns that say which row it is."""
        return list(self._keys)

    @property
    def notes(self) -> list[tuple[str, str]]:
        """Provenance: definitions, methods, counts a reader must know."""
        return list(self._notes)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), []))

    def __getitem__(self, column: str) -> list[Any]:
        return self._columns[column]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._state() == other._state()

    __hash__ = None  # type: ignore[assignment]

    def _state(self) -> tuple[Any, ...]:
        # NaN is not itself, but its text is.
        return (self._keys, self._notes, repr(self._columns))

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows, each a dict by column."""
        for cells in zip(*self._columns.values()):
            yield dict(zip(self._columns, cells))

    @property
    def labels(self) -> list[str]:
        """What each row is called: its wave (where there are several), codes and names with blanks between."""
        keys = [self._columns[key] for key in self._keys if key != "wave" or len(set(self._columns[key])) > 1]
        return [" ".join(cell for cell in cells if cell) for cells in zip(*keys)]

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

        return polars.DataFrame(self if self._table is not None else self.to_dict())

    def to_arrow(self) -> Any:
        """A ``pyarrow.Table``."""
        import pyarrow

        return pyarrow.table(self if self._table is not None else self.to_dict())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return _trygg.table_stream(self._live("be an Arrow stream"))

    def publish(self, min_n: int | None = None) -> Published:
        """What may leave the office: rows that rest on few respondents are blanked, and others that would give them
        away.

        ``min_n`` is the least number of respondents behind a row (default 30); 0 protects nothing, and the table
        says so.
        """
        option = None if min_n is None else -1 if min_n == 0 else min_n
        return Published(_trygg.publish(self._live("be published"), {"min_n": option}), self.survey)

    def plot(self, ax: Any = None, *, min_n: int | None = None, language: str | None = None) -> Any:
        """Figures with their intervals, by matplotlib, in axes of its own or in ``ax``, which it returns.

        A dot and a line for each row, or, where there are several waves, a curve through the waves for each group.
        Rows that may not be published are left out.
        """
        return plot(self.publish(min_n), self.survey, ax, language)

    def __repr__(self) -> str:
        return self._shown[0] if self._shown else repr(self.publish())

    def _repr_html_(self) -> str:
        return self._shown[1] if self._shown else self.publish()._repr_html_()

    def __getstate__(self) -> dict[str, Any]:
        kept = {name: value for name, value in self.__dict__.items() if name not in HANDLES}
        return kept | {"_table": None, "_shown": (repr(self), self._repr_html_())}

    def __copy__(self) -> Table:
        return self

    def __deepcopy__(self, memo: object) -> Table:
        return self


class Published(Table):
    """A table that may be published: :meth:`write` it in any of ``trygg.formats()``."""

    def __init__(self, handle: _trygg.Publication, survey: Survey | None) -> None:
        self._publication = handle
        super().__init__(_trygg.publication_table(handle), survey)

    def write(
        self,
        format: str = "csv",
        *,
        language: str | None = None,
        title: str | None = None,
        width: int | None = None,
        trend: Published | None = None,
    ) -> str:
        """The table as text: ``table csv csv-sv json svg html``.  ``language`` is ``en`` or ``sv``; ``trend`` has published
        trends of the same indicators and groups, whose lines a chart then shows and whose findings a page says first."""
        self._live("be written")
        options = {
            "language": language,
            "title": title,
            "width": width,
            "codebook": self.survey._handle if self.survey else None,
            "trend": trend._publication if trend else None,
        }
        return _trygg.write(self._publication, format, options).decode("utf-8")

    def publish(self, min_n: int | None = None) -> Published:
        return self if min_n is None else super().publish(min_n)

    def __repr__(self) -> str:
        return self._shown[0] if self._shown else self.write("table").rstrip("\n")

    def _repr_html_(self) -> str:
        return self._shown[1] if self._shown else self.write("html")


class Contrast(NamedTuple):
    """A linear combination of estimates."""

    estimate: float
    se: float
    df: float
    lower: float
    upper: float
    statistic: float
    p: float


class Influence(NamedTuple):
    """What each cluster of the first stage adds to the linearised estimates: ``totals`` has a row a cluster and a column
    an estimate (``numpy.asarray(totals)`` copies nothing), ``strata`` the number of each cluster's stratum in
    :meth:`Sample.first_stage`.  A total of one person is that person's answer: treat it as the data themselves."""

    totals: memoryview[float]
    strata: list[int]


def matrix_of(cells: bytes, count: int) -> list[list[float]]:
    """A square matrix."""
    numbers: list[float] = array.array("d", cells).tolist()
    return [numbers[i * count : (i + 1) * count] for i in range(count)]


class Estimates(Table):
    """Estimates with standard errors and covariance.

    Names are those of statsmodels: :attr:`params`, :attr:`bse`, :meth:`conf_int`, :meth:`cov_params`,
    :meth:`summary`; each is by the label of a row, its wave (where there are several), codes and
    indicator with blanks between.
    """

    def __init__(
        self,
        estimates: _trygg.Estimates,
        survey: Survey,
        level: float = 0.95,
        ci: str | None = None,
        design: _trygg.Design | None = None,
    ) -> None:
        self._estimates = estimates
        self._ci = ci
        self._level = level
        self._design = design
        super().__init__(_trygg.inference_table(estimates, {"level": level, "ci": ci}), survey)

    def live(self) -> _trygg.Estimates:
        """The library's handle."""
        self._live("be computed with")
        return self._estimates

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
        columns = _trygg.table_columns(_trygg.inference_table(self.live(), options))
        return dict(zip(self.labels, zip(columns["lower"], columns["upper"])))

    def _rows(self, labels: Sequence[str | int] | None) -> list[int]:
        known = self.labels
        if labels is None:
            return list(range(len(known)))
        places = {label: row for row, label in enumerate(known)}
        for label in labels:
            if not isinstance(label, int) and label not in places:
                raise KeyError(f"no row is called `{label}`; labels are {', '.join(known[:5])} ...")
        return [label if isinstance(label, int) else places[label] for label in labels]

    def cov_params(self, labels: Sequence[str | int] | None = None) -> list[list[float]]:
        """Covariance matrix of rows (all of them): the same respondents, clusters and waves are accounted for."""
        rows = self._rows(labels)
        return matrix_of(_trygg.covariance(self.live(), rows), len(rows))

    def contrast(self, coefficients: Mapping[str | int, float], level: float | None = None) -> Contrast:
        """The sum of coefficient times estimate, with its standard error and test."""
        rows = self._rows(list(coefficients))
        return Contrast(*_trygg.contrast(self.live(), rows, list(coefficients.values()), level or self._level))

    def influence(self, labels: Sequence[str | int] | None = None) -> Influence:
        """Influence totals of rows (all of them), for variances of your own."""
        rows = self._rows(labels)
        if self._design is None:
            raise Error("records of a stream are not kept: read them", Status.INVAL)
        totals, strata = _trygg.influence(self.live(), self._design, rows)
        return Influence(memoryview(totals).cast("d", [len(strata), len(rows)]), strata)

    def tipping(self, *, level: float = 0.95, ci: str | None = None) -> Table:
        """How many of those who did not answer must have the answer for a share to be at the end of its interval, its
        total, or the wave before."""
        return Table(_trygg.tipping_table(self.live(), {"level": level, "ci": ci}), self.survey)

    def summary(self) -> str:
        """The table as :func:`print` shows it."""
        return repr(self)


class Model(Table):
    """A regression: a table of coefficients, average predictions and Wald tests of terms.

    Names are those of statsmodels, by the name of a coefficient: ``Intercept``, ``age``, ``sex=2``.
    """

    def __init__(
        self,
        model: _trygg.Model,
        survey: Survey,
        parts: Sequence[str] | None = None,
        level: float = 0.95,
        tests: Sequence[str] | None = None,
    ) -> None:
        self._model = model
        self._level = level
        self._facts = _trygg.model_summary(model)
        self._figures = _trygg.model_figures(model)[: self._facts["coefficients"]]
        super().__init__(_trygg.model_table(model, {"parts": parts, "level": level, "tests": tests}), survey)

    @property
    def names(self) -> list[str]:
        """Names of the coefficients."""
        return [
            (f"{term}={level}" if level else term) if term else "Intercept" for _, term, level, *_ in self._figures
        ]

    @property
    def family(self) -> str:
        """Name of the family."""
        return str(self._facts["family"])

    @property
    def params(self) -> dict[str, float]:
        """The coefficients."""
        return {name: figure[5] for name, figure in zip(self.names, self._figures)}

    @property
    def bse(self) -> dict[str, float]:
        """Their standard errors."""
        return {name: figure[6] for name, figure in zip(self.names, self._figures)}

    @property
    def df_resid(self) -> float:
        """Degrees of freedom of the coefficients."""
        return float(self._facts["df"])

    @property
    def nobs(self) -> int:
        """Records in the fit."""
        return int(self._facts["n"])

    @property
    def left_out(self) -> int:
        """Records with an outcome that lack some background answer."""
        return int(self._facts["left_out"])

    @property
    def rsquared(self) -> float:
        """Share of the outcome's variation that the predictions account for."""
        return 1 - float(self._facts["residual"]) / float(self._facts["total"])

    def _coefficients(self, level: float) -> dict[str, list[Any]]:
        self._live("be computed with")
        return _trygg.table_columns(_trygg.model_table(self._model, {"parts": ["coefficient"], "level": level}))

    @property
    def tvalues(self) -> dict[str, float | None]:
        """Coefficient over standard error."""
        return dict(zip(self.names, self._coefficients(self._level)["statistic"]))

    @property
    def pvalues(self) -> dict[str, float | None]:
        """p-values of the coefficients."""
        return dict(zip(self.names, self._coefficients(self._level)["p"]))

    def conf_int(self, alpha: float = 0.05) -> dict[str, tuple[float | None, float | None]]:
        """Intervals of level ``1 - alpha``."""
        columns = self._coefficients(1 - alpha)
        return dict(zip(self.names, zip(columns["lower"], columns["upper"])))

    def cov_params(self) -> list[list[float]]:
        """Covariance matrix of the coefficients under the design."""
        self._live("be computed with")
        count = len(self._figures)
        return matrix_of(_trygg.model_covariance(self._model, count), count)

    def wald_test(self, term: str | None = None) -> tuple[float, float, float, float]:
        """``(F, df1, df2, p)`` of all coefficients of a background variable, or of all of them."""
        found = self.test_term(term)
        return found["statistic"], found["df1"], found["df2"], found["p"]

    def test_term(self, term: str | None = None, test: str = "wald") -> dict[str, float]:
        """Whether a background variable (or an interaction, or all of them) matters, by one of ``trygg.term_tests()``.

        The score tests have the score itself and its standard error too, of a term of one coefficient.
        """
        self._live("be computed with")
        return _trygg.model_test(self._model, term, test)

    def summary(self) -> str:
        """The table as :func:`print` shows it."""
        return repr(self)


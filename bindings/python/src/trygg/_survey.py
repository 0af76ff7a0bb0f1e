# SPDX-License-Identifier: GPL-3.0-or-later
"""Surveys, their responses, and samples that can be estimated from."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn, Union

from . import _trygg
from ._columns import columns_of, streams
from ._results import Estimates, Model, Table

Names = Union[str, Sequence[str], None]
Progress = Union[bool, Callable[[str, int, int], object], None]


def names(value: Names) -> list[str] | None:
    """One name or several as a list."""
    return [value] if isinstance(value, str) else None if value is None else list(value)


def reporter(progress: Progress) -> Callable[[str, int, int], object] | None:
    """What the library calls while it works: tqdm's bar where tqdm is there, else a line on stderr."""
    if not progress:
        return None
    if progress is not True:
        return progress
    try:
        from tqdm import tqdm
    except ImportError:
        return lambda stage, done, total: print(f"\r{stage} {done} of {total or '?'}", end="", file=sys.stderr)
    bars: dict[str, Any] = {}

    def report(stage: str, done: int, total: int) -> None:
        bar = bars.setdefault(stage, tqdm(total=total or None, desc=stage))
        bar.update(done - bar.n)

    return report


class Survey:
    """A survey folder: what codes mean, which column is the weight, which answers are a problem.

    >>> survey = trygg.Survey("examples/surveys/county")
    >>> responses = survey.read("data.csv.gz")
    """

    _wanted: Collection[str] | None = None  # columns that are looked at; None: all

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._source: str | dict[str, str] = os.path.abspath(os.fspath(folder))
        self._handle = _trygg.codebook_read(os.fspath(folder))

    @classmethod
    def build(cls, tables: Mapping[str, str]) -> Survey:
        """A survey from the texts of its tables: ``{"survey": "type,name,role\\n...", "choices": ...}``."""
        survey = cls.__new__(cls)
        survey._source = dict(tables)
        survey._handle = _trygg.codebook_build(list(survey._source.items()))
        return survey

    def __reduce__(self) -> tuple[Callable[..., Survey], tuple[str | dict[str, str]]]:
        """Pickled, a survey is its folder's path, or its tables."""
        return (Survey if isinstance(self._source, str) else Survey.build, (self._source,))

    def __repr__(self) -> str:
        return f"<trygg.Survey {self.title}: {len(self.variables)} variables, {len(self.indicators)} indicators>"

    @property
    def title(self) -> str:
        """Form id and version."""
        return _trygg.codebook_title(self._handle)

    @property
    def variables(self) -> list[str]:
        """Names of the variables, derived ones last."""
        return _trygg.codebook_variables(self._handle)

    @property
    def indicators(self) -> list[str]:
        """Names of the indicators."""
        return _trygg.codebook_indicators(self._handle)

    @property
    def domains(self) -> list[str]:
        """Variables whose role is ``domain``."""
        return _trygg.codebook_domains(self._handle)

    @property
    def warnings(self) -> list[str]:
        """What was odd in the folder, as ``file:line: text``."""
        return _trygg.codebook_warnings(self._handle)

    def label(self, name: str, code: str | None = None, language: str | None = None) -> str:
        """Label of a variable, indicator or index, or of a variable's code."""
        return _trygg.codebook_label(self._handle, name, code, language)

    def declared(self, indicator: str, column: str) -> str | None:
        """What ``indicators.csv`` says of an indicator: ``declared("otrygg_kvall", "better")``; ``None`` where it has no
        such indicator or column."""
        return _trygg.codebook_declared(self._handle, indicator, column)

    def read(self, data: Any, *, progress: Progress = None, **options: Any) -> Responses:
        """Load responses.

        ``data`` is a path or several (CSV, gzipped CSV, SPSS, Stata, SAS; ``-`` is standard input), a pandas or polars
        frame, a pyarrow table, a DuckDB result, anything with ``__arrow_c_stream__``, or a mapping of names to columns.
        Options are ``threads``, ``delimiter``, ``decimal``, ``max_field``, ``max_columns``, ``max_record``,
        ``max_bytes``, ``max_ratio``, ``keep_rejected`` and
        ``keep_silent`` (which :meth:`Responses.representativity` needs).
        """
        options["progress"] = reporter(progress)
        if isinstance(data, (str, os.PathLike)):
            data = [data]
        if isinstance(data, (list, tuple)):
            return Responses(_trygg.load_files(self._handle, [os.fspath(path) for path in data], options), self)
        stream = streams(data)
        if stream is not None:
            return Responses(_trygg.load_arrow(self._handle, stream, options), self)
        return Responses(_trygg.load_columns(self._handle, columns_of(data, self._wanted), options), self)

    def stream(
        self,
        files: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        indicators: Names = None,
        *,
        by: Names = None,
        where: Names = None,
        waves: Names = None,
        pool: bool = False,
        df: str | float | None = None,
        level: float = 0.95,
        ci: str | None = None,
        lonely: str | None = None,
        progress: Progress = None,
        **options: Any,
    ) -> Estimates:
        """:meth:`Sample.estimate` from CSV files larger than memory, whose records are not kept.

        The figures are the same to the last bit; what needs the records once more is refused (see the programs' manual on
        ``--stream``).  Options are those of :meth:`read`.
        """
        options["progress"] = reporter(progress)
        paths = [files] if isinstance(files, (str, os.PathLike)) else files
        handle, _ = _trygg.estimate_stream(
            self._handle,
            [os.fspath(path) for path in paths],
            options,
            {"lonely": lonely},
            estimate_options(indicators, by, where, waves, pool, df, 0, None),
        )
        return Estimates(handle, self, level, ci)


def estimate_options(
    indicators: Names,
    by: Names,
    where: Names,
    waves: Names,
    pool: bool,
    df: str | float | None,
    threads: int,
    progress: Progress,
) -> dict[str, Any]:
    """What to estimate, as the library is told."""
    return {
        "indicators": names(indicators),
        "by": names(by),
        "where": names(where),
        "waves": names(waves),
        "pool": int(pool),
        "df": None if df is None else str(df),
        "threads": threads,
        "progress": reporter(progress),
    }


class Responses:
    """Loaded responses."""

    def __init__(self, handle: _trygg.Responses, survey: Survey) -> None:
        self._handle = handle
        self.survey = survey

    def __len__(self) -> int:
        return _trygg.responses_count(self._handle)

    def __repr__(self) -> str:
        return f"<trygg.Responses {self.survey.title}: {len(self)} records, waves {', '.join(self.waves)}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("responses are not pickled, since a pickle of answers is a copy of the data: read them again")

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the answers take."""
        return _trygg.responses_memory(self._handle)

    @property
    def waves(self) -> list[str]:
        """Codes of the waves, in time order."""
        return _trygg.responses_waves(self._handle)

    @property
    def warnings(self) -> list[str]:
        """What was odd in the data."""
        return _trygg.responses_warnings(self._handle)

    def account(self) -> Table:
        """Where every record and every missing answer went."""
        return Table(_trygg.responses_account(self._handle), self.survey)

    def codes(self, variable: str) -> Table:
        """Which values of a variable occur, and how often: ``code, n``."""
        return Table(_trygg.responses_codes(self._handle, variable), self.survey)

    def rates(self) -> Table:
        """Response rates: AAPOR's RR1 to RR6 and the Swedish svarsandel."""
        return Table(_trygg.responses_rates(self._handle), self.survey)

    def representativity(
        self,
        on: Names,
        *,
        estimates: Estimates | None = None,
        waves: Names = None,
        level: float = 0.95,
        drawn_weight: str | None = None,
    ) -> Table:
        """How evenly people answered: R-indicators of the variables ``on``, which are known of everybody drawn, and the
        most by which ``estimates`` (shares) can be wrong.  ``drawn_weight`` names the weight everybody was drawn by.  Needs data :meth:`read <Survey.read>` with
        ``keep_silent=True``."""
        options = {
            "on": names(on),
            "waves": names(waves),
            "level": level,
            "estimates": None if estimates is None else estimates.live(),
            "drawn_weight": drawn_weight,
        }
        return Table(_trygg.representativity_table(self._handle, options), self.survey)

    def design(
        self,
        *,
        lonely: str | None = None,
        domain_lonely: bool = False,
        variance: str | None = None,
        seed: int = 1,
        calibrate: str | None = None,
        spread: str | None = None,
        households: bool = False,
        trim: str | None = None,
        trim_strata: bool = False,
        response: str | None = None,
        response_on: Names = None,
        response_least: float | None = None,
        response_collapse: bool = False,
    ) -> Sample:
        """The sampling design.

        ``lonely`` is ``fail certainty adjust average collapse``; ``variance`` is ``taylor`` or a replicate method such as
        ``bootstrap:500`` (``trygg.registry("variance")``); ``calibrate`` makes the weights meet ``margins.csv``:
        ``linear rake logit:L,U truncated:L,U given`` (``trygg.registry("calibration")``); ``trim`` bounds the weights, as
        ``trygg.registry("trim")`` names it: ``median:3``, in each wave or with ``trim_strata`` in each stratum.

        ``response`` makes up for who was drawn and did not answer (read with ``keep_silent=True``): ``classes propensity
        quantiles:N`` of ``response_on``, variables that are known of everybody; classes want ``response_least`` answers, or
        with ``response_collapse`` are joined.
        """
        options = {
            "lonely": lonely,
            "domain_lonely": int(domain_lonely),
            "variance": variance,
            "seed": seed,
            "calibrate": calibrate,
            "spread": spread,
            "households": int(households),
            "trim": trim,
            "trim_strata": int(trim_strata),
            "response": response,
            "response_on": names(response_on),
            "response_least": response_least,
            "response_collapse": int(response_collapse),
        }
        return Sample(_trygg.design_create(self._handle, options), self.survey)

    def estimate(self, indicators: Names = None, **options: Any) -> Estimates:
        """:meth:`Sample.estimate` of the default design."""
        return self.design().estimate(indicators, **options)

    def index(self, indices: Names = None, **options: Any) -> Table:
        """:meth:`Sample.index` of the default design."""
        return self.design().index(indices, **options)

    def trend(self, indicators: Names = None, **options: Any) -> Table:
        """:meth:`Sample.trend` of the default design."""
        return self.design().trend(indicators, **options)

    def measures(self, indicators: Names = None, **options: Any) -> Table:
        """:meth:`Sample.measures` of the default design."""
        return self.design().measures(indicators, **options)

    def compare(self, indicators: Names = None, **options: Any) -> Table:
        """:meth:`Sample.compare` of the default design."""
        return self.design().compare(indicators, **options)

    def funnel(self, indicators: Names = None, **options: Any) -> Table:
        """:meth:`Sample.funnel` of the default design."""
        return self.design().funnel(indicators, **options)

    def test_groups(self, indicators: Names = None, **options: Any) -> Table:
        """:meth:`Sample.test_groups` of the default design."""
        return self.design().test_groups(indicators, **options)

    def model(self, outcome: str, on: Names = None, **options: Any) -> Model:
        """:meth:`Sample.model` of the default design."""
        return self.design().model(outcome, on, **options)

    def nonresponse(self, indicators: Names = None, **options: Any) -> Table:
        """:meth:`Sample.nonresponse` of the default design."""
        return self.design().nonresponse(indicators, **options)


class Stratum(NamedTuple):
    """A stratum of the first stage: its primary sampling units, and how much of its population they are (0: unknown)."""

    name: str
    clusters: int
    fraction: float


class Sample:
    """Responses with their sampling design: what can be estimated from."""

    def __init__(self, handle: _trygg.Design, survey: Survey) -> None:
        self._handle = handle
        self.survey = survey

    @property
    def strata(self) -> int:
        """Strata, over all waves."""
        return _trygg.design_facts(self._handle)[0]

    @property
    def clusters(self) -> int:
        """Primary sampling units, over all waves."""
        return _trygg.design_facts(self._handle)[1]

    @property
    def population(self) -> float:
        """Sum of the weights."""
        return _trygg.design_facts(self._handle)[2]

    def __repr__(self) -> str:
        strata, clusters, population = _trygg.design_facts(self._handle)
        return f"<trygg.Sample of {population:.10g}: {strata} strata, {clusters} clusters>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("samples are not pickled, since a pickle of answers is a copy of the data: read them again")

    def first_stage(self) -> list[Stratum]:
        """The strata of the first stage, in the order of the numbers that :meth:`Estimates.influence` gives."""
        return [Stratum(*stratum) for stratum in _trygg.design_stratum(self._handle)]

    def weights(self) -> Table:
        """What the weights are like, and what calibration has made of them."""
        return Table(_trygg.design_weights(self._handle), self.survey)

    def nonresponse_weights(self) -> Table:
        """How those who answered stand for those who did not: a row a class, or a wave of a model."""
        return Table(_trygg.design_nonresponse(self._handle), self.survey)

    def margins(self) -> Table:
        """The margins before and after calibration."""
        return Table(_trygg.design_margins(self._handle), self.survey)

    def _estimates(self, *what: Any) -> _trygg.Estimates:
        return _trygg.estimate_create(self._handle, estimate_options(*what))

    def estimate(
        self,
        indicators: Names = None,
        *,
        by: Names = None,
        where: Names = None,
        waves: Names = None,
        pool: bool = False,
        df: str | float | None = None,
        level: float = 0.95,
        ci: str | None = None,
        threads: int = 0,
        progress: Progress = None,
    ) -> Estimates:
        """Estimate indicators (all of them), or variables: each answer's share, a number's mean.

        ``by`` names variables whose combinations are the domains, beside the total; ``where`` holds conditions
        ``"VAR=CODE[,CODE]"``; ``pool`` makes one estimate over the waves; ``df`` is ``domain``, ``design`` or a number;
        ``ci`` is one of ``trygg.intervals()``.
        """
        handle = self._estimates(indicators, by, where, waves, pool, df, threads, progress)
        return Estimates(handle, self.survey, level, ci, self._handle)

    def index(
        self,
        indices: Names = None,
        *,
        by: Names = None,
        where: Names = None,
        waves: Names = None,
        level: float = 0.95,
        threads: int = 0,
        progress: Progress = None,
    ) -> Table:
        """The indices of the survey (all of them), with sections, standard errors and rank intervals."""
        options = {"names": names(indices), "level": level}
        items = _trygg.index_items(self.survey._handle, options)
        handle = self._estimates(items, by, where, waves, False, None, threads, progress)
        return Table(_trygg.index_table(handle, options), self.survey)

    def trend(
        self,
        indicators: Names = None,
        *,
        tests: Names = None,
        by: Names = None,
        where: Names = None,
        waves: Names = None,
        level: float = 0.95,
        adjust: str = "holm",
        across_breaks: bool = False,
        start: float | None = None,
        margin: float | None = None,
        covariate: str | None = None,
        scale: str = "difference",
        base: str | None = None,
        references: bool = False,
        pool_waves: int = 1,
        on: Names = None,
        min_n: int = 0,
        threads: int = 0,
        progress: Progress = None,
    ) -> Table:
        """Tests of change and trend (``trygg.tests()``; ``"all"`` of them) of every indicator and domain; ``start`` is the
        year in which a measure began, ``margin`` a change that does not matter, ``covariate`` the indicator beyond whose
        trend ``partial_mann_kendall`` looks. Changes and lines are on ``scale`` (``difference ratio odds``), ``base`` is the
        wave that ``since_base`` compares later ones with. With ``references`` published figures are waves too; each point is
        the mean of ``pool_waves`` waves in a row. ``on`` is background that ``record_linear_adjusted`` and
        ``record_logit_adjusted`` adjust for, as in :meth:`model`."""
        options = {
            "tests": names(tests),
            "level": level,
            "adjust": adjust,
            "across_breaks": int(across_breaks),
            "start": start,
            "margin": margin,
            "covariate": covariate,
            "scale": scale,
            "base": base,
            "references": int(references),
            "pool_waves": pool_waves,
            "on": names(on),
            "min_n": min_n,
        }
        handle = self._estimates(indicators, by, where, waves, False, None, threads, progress)
        return Table(_trygg.trend_table(handle, options), self.survey)

    def measures(
        self,
        indicators: Names = None,
        *,
        by: Names,
        tests: Names = None,
        scale: str = "difference",
        where: Names = None,
        waves: Names = None,
        level: float = 0.95,
        adjust: str = "holm",
        across_breaks: bool = False,
        min_n: int = 0,
        threads: int = 0,
        progress: Progress = None,
    ) -> Table:
        """Follow-up of the measures of measures.csv, taken by the variables ``by``: did it change more where one was taken
        than elsewhere, and could that be anything else (``trygg.registry("measure_test")``; ``"all"`` of them)."""
        options = {
            "tests": names(tests),
            "scale": scale,
            "level": level,
            "adjust": adjust,
            "across_breaks": int(across_breaks),
            "min_n": min_n,
        }
        handle = self._estimates(indicators, by, where, waves, False, None, threads, progress)
        return Table(_trygg.measure_table(handle, options), self.survey)

    def compare(
        self,
        indicators: Names = None,
        *,
        against: str = "rest",
        scale: str = "difference",
        by: Names = None,
        where: Names = None,
        waves: Names = None,
        pool: bool = False,
        df: str | float | None = None,
        level: float = 0.95,
        adjust: str = "holm",
        across_breaks: bool = False,
        min_n: int = 0,
        threads: int = 0,
        progress: Progress = None,
    ) -> Table:
        """Each group with the rest, the total, each other, a group ``"VAR=CODE"``, the wave before, or published figures
        (``trygg.registry("against")``), on one of the scales ``difference ratio odds``."""
        options = {
            "against": against,
            "scale": scale,
            "level": level,
            "adjust": adjust,
            "across_breaks": int(across_breaks),
            "min_n": min_n,
        }
        handle = self._estimates(indicators, by, where, waves, pool, df, threads, progress)
        return Table(_trygg.compare_table(handle, options), self.survey)

    def funnel(
        self,
        indicators: Names = None,
        *,
        by: Names,
        target: float = 0,
        dispersion: str = "none",
        where: Names = None,
        waves: Names = None,
        pool: bool = False,
        df: str | float | None = None,
        level: float = 0.95,
        adjust: str = "holm",
        min_n: int = 0,
        threads: int = 0,
        progress: Progress = None,
    ) -> Table:
        """Control limits of all groups about the figure of all, or ``target``, and who is outside; ``dispersion`` is one of
        ``trygg.registry("dispersion")``."""
        options = {"target": target, "dispersion": dispersion, "level": level, "adjust": adjust, "min_n": min_n}
        handle = self._estimates(indicators, by, where, waves, pool, df, threads, progress)
        return Table(_trygg.funnel_table(handle, options), self.survey)

    def test_groups(
        self,
        indicators: Names = None,
        *,
        by: Names,
        tests: Names = None,
        expected: Sequence[float] | Sequence[str] | None = None,
        where: Names = None,
        waves: Names = None,
        pool: bool = False,
        df: str | float | None = None,
        adjust: str = "holm",
        min_n: int = 0,
        threads: int = 0,
        progress: Progress = None,
    ) -> Table:
        """Whether all groups differ: Rao-Scott, Wald, t and rank tests, those that apply."""
        told = list(expected or [])
        texts = told if any(isinstance(share, str) for share in told) else None
        options = {
            "tests": names(tests),
            "expected": None if texts else told or None,
            "expected_texts": texts,
            "adjust": adjust,
            "min_n": min_n,
        }
        handle = self._estimates(indicators, by, where, waves, pool, df, threads, progress)
        return Table(_trygg.group_test_table(handle, options), self.survey)

    def model(
        self,
        outcome: str,
        on: Names = None,
        *,
        family: str | None = None,
        reference: str | None = None,
        parts: Names = None,
        where: Names = None,
        waves: Names = None,
        df: str | float | None = None,
        level: float = 0.95,
        threads: int = 0,
        progress: Progress = None,
        intercept: bool = True,
        tests: Names = None,
        offset: str | None = None,
        exposure: str | None = None,
    ) -> Model:
        """Which background goes with an outcome, other things equal.

        ``on`` names background variables, ``"VAR=CODE"`` with the level the others are compared with, ``"A*B*C"`` with
        all their interactions; ``family`` is one of ``trygg.families()``.  The linear predictor has the number
        ``offset``, or the logarithm of ``exposure``, without a coefficient.  The table has coefficients, average
        predictions and ``tests`` of terms, some of ``trygg.term_tests()``.
        """
        options = {
            "outcome": outcome,
            "on": names(on),
            "family": family,
            "reference": reference,
            "no_intercept": int(not intercept),
            "where": names(where),
            "waves": names(waves),
            "df": None if df is None else str(df),
            "threads": threads,
            "progress": reporter(progress),
            "offset": offset,
            "exposure": exposure,
        }
        return Model(_trygg.model_create(self._handle, options), self.survey, names(parts), level, names(tests))

    def nonresponse(
        self,
        indicators: Names = None,
        *,
        where: Names = None,
        waves: Names = None,
        df: str | float | None = None,
        level: float = 0.95,
        adjust: str = "holm",
        min_n: int = 0,
        threads: int = 0,
        progress: Progress = None,
    ) -> Table:
        """Signs of non-response bias: those who answered late with those who answered early, and each mode of answer with
        the others."""
        estimate = estimate_options(indicators, None, where, waves, False, df, threads, progress)
        options = {"level": level, "adjust": adjust, "min_n": min_n}
        return Table(_trygg.nonresponse_table(self._handle, estimate, options), self.survey)

    def weighting(
        self,
        indicators: Names = None,
        *,
        by: Names = None,
        where: Names = None,
        waves: Names = None,
        pool: bool = False,
        df: str | float | None = None,
        level: float = 0.95,
        adjust: str = "holm",
        min_n: int = 0,
        threads: int = 0,
        progress: Progress = None,
    ) -> Table:
        """What weighting does: every indicator by the weights that people were drawn by, and by those of this design."""
        estimate = estimate_options(indicators, by, where, waves, pool, df, threads, progress)
        options = {"level": level, "adjust": adjust, "min_n": min_n}
        return Table(_trygg.weighting_table(self._handle, estimate, options), self.survey)


def trend_series(
    time: Sequence[float],
    estimate: Sequence[float],
    covariance: Sequence[Sequence[float]] | None = None,
    *,
    df: float = 0,
    tests: Names = None,
    level: float = 0.95,
    adjust: str = "holm",
    start: float | None = None,
    margin: float | None = None,
    scale: str = "difference",
    base: float | None = None,
) -> Table:
    """Tests of change and trend of a series that was published, or computed elsewhere.

    ``covariance`` has the squared standard errors on its diagonal; ``None`` where it is not known, which leaves the classic
    tests.
    """
    cells = None if covariance is None else [float(cell) for row in covariance for cell in row]
    options = {
        "tests": names(tests),
        "level": level,
        "adjust": adjust,
        "start": start,
        "margin": margin,
        "scale": scale,
        "base": None if base is None else f"{base:.15g}",
    }
    return Table(_trygg.trend_series(list(time), list(estimate), cells, df, options), None)

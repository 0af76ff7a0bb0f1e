# SPDX-License-Identifier: GPL-3.0-or-later
"""A design without a survey folder: a data frame, and which columns are what."""

from __future__ import annotations

import copy
import csv
import difflib
import io
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from ._columns import names_of
from ._errors import DataWarning, Error, Status
from ._results import Estimates, Model, Table
from ._survey import Names, Responses, Sample, Survey, names


def sheet(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of a survey folder."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def check_columns(wanted: Sequence[str], known: Sequence[str]) -> None:
    """Say which column is not there, and which one may be meant."""
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; is it `{near[0]}`?" if near else f": they have {', '.join(known[:20])}"
            raise Error(f"the data have no column `{name}`{hint}", Status.NAME, field=name)


def stage(role: str, place: int) -> str:
    """The role of a column at a stage of the sample: ``cluster``, ``cluster2``, ..."""
    return role if place == 0 else f"{role}{place + 1}"


def domains_of(by: Names, where: Names) -> list[str]:
    """Columns that groups and conditions are made of."""
    return (names(by) or []) + [condition.split("=")[0] for condition in names(where) or []]


def is_number(text: str) -> bool:
    """Whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


class Design:
    """How a data frame was sampled.

    >>> design = trygg.Design(frame, stratum="stype", psu="dnum", weight="pw", fpc="fpc")
    >>> design.mean("enroll", by="stype")

    ``data`` is all that :meth:`Survey.read` takes; it is read by each call, only the columns that the call needs.
    Several ``psu`` are the stages of the sample, each with its ``fpc``; several ``stratum`` columns are one stratum
    together.  ``wave`` names the column of the waves, ``overlapping`` says that equal clusters in several waves are the
    same.  ``lonely`` is ``fail`` (default), ``certainty``, ``adjust`` or ``average``; ``variance`` and ``seed`` are those
    of :meth:`Responses.design`.

    ``inclusion`` has the probabilities with which units were drawn without replacement, a column for each stage, in place
    of ``fpc``; ``inclusion_method`` says what variances make of them: ``brewer`` (default), ``overton``, ``hartley-rao`` or
    ``poisson``.  ``phase2`` is a condition ``"COLUMN=NUMBER"`` that those records have which were drawn once more, and
    answered: all else describes the first phase of the sample, whose records the data hold.  A fixed number was drawn of
    each of the ``phase2_strata``, of records or of ``phase2_clusters``, or each by itself with the probability in
    ``phase2_inclusion``.
    """

    def __init__(
        self,
        data: Any,
        *,
        stratum: Names = None,
        psu: Names = None,
        weight: str | None = None,
        fpc: Names = None,
        wave: str | None = None,
        overlapping: bool = False,
        inclusion: Names = None,
        inclusion_method: str | None = None,
        phase2: str | None = None,
        phase2_strata: Names = None,
        phase2_clusters: Names = None,
        phase2_inclusion: str | None = None,
        lonely: str = "fail",
        variance: str | None = None,
        seed: int = 1,
        **options: Any,
    ) -> None:
        self._data = data
        self._options = options
        self._design: dict[str, Any] = {"lonely": lonely, "variance": variance, "seed": seed}
        self._margins: dict[str, Mapping[str, float] | float | None] = {}
        self._settings = sheet(
            ["form_id", "waves", "wave", "inclusion", "phase2", "phase2_strata", "phase2_clusters", "phase2_inclusion"],
            [["design", "overlapping" if overlapping else "independent", "" if wave else "all", inclusion_method or "",
              phase2 or "", " ".join(names(phase2_strata) or []), " ".join(names(phase2_clusters) or []),
              phase2_inclusion or ""]],
        )
        self._roles = [("text", name, "stratum") for name in names(stratum) or []]
        self._roles += [("text", name, stage("cluster", place)) for place, name in enumerate(names(psu) or [])]
        self._roles += [("decimal", name, stage("fpc", place)) for place, name in enumerate(names(fpc) or [])]
        self._roles += [("decimal", name, stage("inclusion", place)) for place, name in enumerate(names(inclusion) or [])]
        self._roles += [(kind, name, role) for kind, name, role in
                        [("decimal", weight, "weight"), ("text", wave, "wave"), ("decimal", phase2_inclusion, ""),
                         ("decimal", phase2.partition("=")[0] if phase2 else None, "")] if name]
        taken = {name for _, name, _ in self._roles}
        of_phase2 = dict.fromkeys([*(names(phase2_strata) or []), *(names(phase2_clusters) or [])])
        self._roles += [("text", name, "domain") for name in of_phase2 if name not in taken]

    def calibrate(
        self, margins: Mapping[str, Mapping[str, float] | float | None], method: str = "rake", *, spread: str | None = None
    ) -> Design:
        """The same design with weights that meet known totals, and variances that know it.

        ``margins`` has the totals of each category of a column, ``{"stype": {"E": 4421, "H": 755, "M": 1018}}``, or the
        total of a number, ``{"api99": 3914069}``; in a sample of two phases those that the first has, of each value of a
        column by ``{"stype": None}``, of a number by ``{"api99": math.nan}``.  ``method`` is ``linear rake logit:L,U
        truncated:L,U``.
        """
        design = copy.copy(self)
        design._margins = dict(margins)
        design._design = self._design | {"calibrate": method, "spread": spread}
        return design

    def _tables(
        self, variables: dict[str, str], choices: dict[str, list[str]], indicators: list[list[str]], domains: list[str]
    ) -> dict[str, str]:
        """A survey folder of these variables (name to type); values of `domains` are texts."""
        kinds = dict.fromkeys(domains, "text") | variables
        rows = [[kinds.get(name, kind), name, role] for kind, name, role in self._roles]
        known = {name for _, name, _ in self._roles}
        rows += [[kind, name, "domain" if kind == "text" else ""] for name, kind in kinds.items() if name not in known]
        tables = {
            "settings": self._settings,
            "survey": sheet(["type", "name", "role"], rows),
            "choices": sheet(
                ["list_name", "name", "label"], [[name, code, ""] for name, codes in choices.items() for code in codes]
            ),
        }
        if indicators:
            tables["indicators"] = sheet(["name", "type", "variable", "numerator", "denominator"], indicators)
        return tables

    def codes(self, variable: str) -> list[str]:
        """The different values of a column, as texts."""
        codes: list[str] = self._read(self._tables({}, {}, [], [variable])).codes(variable)["code"]
        return codes

    def _read(self, tables: dict[str, str]) -> Responses:
        """The columns of the data that a survey folder names."""
        survey = Survey.build(tables)
        known = names_of(self._data)
        if known is not None:
            check_columns(survey.variables, known)
        survey._wanted = frozenset(survey.variables)
        responses = survey.read(self._data, **self._options)
        account = [row for row in responses.account().rows() if not row["variable"]]
        rejected = [row for row in account if row["account"] == "rejected"]
        if rejected:
            count = sum(row["count"] for row in rejected)
            read = sum(row["count"] for row in account if row["account"] == "read")
            reasons = ", ".join(dict.fromkeys(row["reason"] for row in rejected))
            warnings.warn(f"{count} of {read} records are not used: {reasons}", DataWarning, stacklevel=5)
        return responses

    def _sample(
        self,
        variables: dict[str, str],
        indicators: list[list[str]],
        domains: list[str],
        choices: dict[str, list[str]] | None = None,
    ) -> Sample:
        """A sample of the columns that a call needs, calibrated where margins were given."""
        kinds, lists, totals = dict(variables), dict(choices or {}), []
        for name, margin in self._margins.items():
            if isinstance(margin, Mapping):
                lists.setdefault(name, [str(code) for code in margin])
                kinds[name] = f"select_one {name}"
                totals += [[name, str(code), repr(float(total))] for code, total in margin.items()]
            elif margin is None:
                lists.setdefault(name, self.codes(name))
                kinds[name] = f"select_one {name}"
                totals.append([name, "", ""])
            else:
                kinds.setdefault(name, "decimal")
                totals.append([name, "", "" if math.isnan(margin) else repr(float(margin))])
        spread = self._design.get("spread")
        if spread:
            kinds.setdefault(spread, "decimal")
        tables = self._tables(kinds, lists, indicators, [name for name in domains if name not in kinds])
        if totals:
            tables["margins"] = sheet(["variables", "category", "total"], totals)
        return self._read(tables).design(**self._design)

    def _estimate(
        self,
        variables: dict[str, str],
        indicators: list[list[str]],
        by: Names,
        where: Names,
        options: dict[str, Any],
        choices: dict[str, list[str]] | None = None,
    ) -> Estimates:
        sample = self._sample(variables, indicators, domains_of(by, where), choices)
        wanted = [row[0] for row in indicators] or list(variables)
        return sample.estimate(wanted, by=by, where=where, **options)

    def _figure(self, variable: str, of: Names, by: Names, where: Names) -> tuple[Sample, str]:
        """A sample, and what is asked of it: the share of some values, or the mean of a number."""
        if of is None:
            return self._sample({variable: "decimal"}, [], domains_of(by, where)), variable
        row = [variable + "_share", "share", variable, " ".join(names(of) or []), ""]
        kinds, choices = {variable: f"select_one {variable}"}, {variable: self.codes(variable)}
        return self._sample(kinds, [row], domains_of(by, where), choices), row[0]

    def trend(
        self, variable: str, of: Names = None, *, by: Names = None, where: Names = None, **options: Any
    ) -> Table:
        """:meth:`Sample.trend` of the mean of a number, or of the share of the values ``of``.  Waves are years."""
        sample, name = self._figure(variable, of, by, where)
        return sample.trend(name, by=by, where=where, **options)

    def compare(
        self, variable: str, of: Names = None, *, by: Names = None, where: Names = None, **options: Any
    ) -> Table:
        """:meth:`Sample.compare` of the mean of a number, or of the share of the values ``of``."""
        sample, name = self._figure(variable, of, by, where)
        return sample.compare(name, by=by, where=where, **options)

    def test_groups(self, variable: str, of: Names = None, *, by: Names, where: Names = None, **options: Any) -> Table:
        """:meth:`Sample.test_groups` of the mean of a number, or of the share of the values ``of``."""
        sample, name = self._figure(variable, of, by, where)
        return sample.test_groups(name, by=by, where=where, **options)

    def model(
        self, outcome: str, on: Names = None, *, codes: Names = None, where: Names = None, **options: Any
    ) -> Model:
        """:meth:`Sample.model` of a number, or of ``"COLUMN=VALUE"``, on columns.

        Columns of numbers are numbers, others have a coefficient for each value but the first (or the one that
        ``"COLUMN=VALUE"`` names); ``codes`` names columns whose numbers are codes.
        """
        kinds: dict[str, str] = {}
        choices: dict[str, list[str]] = {}
        terms = [part for term in names(on) or [] for part in (term.replace("*", ":").split(":") if "=" not in term else [term])]
        for term in dict.fromkeys([outcome, *terms, *filter(None, [options.get("offset"), options.get("exposure")])]):
            name, equals, _ = term.partition("=")
            values = self.codes(name)
            if equals or name in (names(codes) or []) or not all(map(is_number, values)):
                kinds[name], choices[name] = f"select_one {name}", values
            else:
                kinds.setdefault(name, "decimal")
        sample = self._sample(kinds, [], domains_of(None, where), choices)
        return sample.model(outcome, on, where=where, **options)

    def share(self, variable: str, of: Names = None, *, by: Names = None, where: Names = None, **options: Any) -> Estimates:
        """Share of each value of a column, or of the values ``of`` together."""
        choices = {variable: self.codes(variable)}
        rows = [[variable + "_share", "share", variable, " ".join(names(of) or []), ""]] if of else []
        return self._estimate({variable: f"select_one {variable}"}, rows, by, where, options, choices)

    def mean(self, variable: str, *, by: Names = None, where: Names = None, **options: Any) -> Estimates:
        """Mean of a number."""
        return self._estimate({variable: "decimal"}, [], by, where, options)

    def total(self, variable: str, *, by: Names = None, where: Names = None, **options: Any) -> Estimates:
        """Total of a number."""
        return self._estimate({variable: "decimal"}, [[variable + "_total", "total", variable, "", ""]], by, where, options)

    def ratio(
        self, variable: str, denominator: str, *, by: Names = None, where: Names = None, **options: Any
    ) -> Estimates:
        """Ratio of two totals."""
        row = [f"{variable}_per_{denominator}", "ratio", variable, "", denominator]
        return self._estimate({variable: "decimal", denominator: "decimal"}, [row], by, where, options)

    def quantile(
        self, variable: str, probability: float = 0.5, *, by: Names = None, where: Names = None, **options: Any
    ) -> Estimates:
        """Quantile of a number: the median by default."""
        row = [f"{variable}_q{probability:g}".replace(".", "_"), "quantile", variable, f"{probability!r}", ""]
        return self._estimate({variable: "decimal"}, [row], by, where, options)

# SPDX-License-Identifier: GPL-3.0-or-later
"""A design without a survey folder: a data frame, and which columns are what."""

from __future__ import annotations

import csv
import difflib
import io
import warnings
from collections.abc import Sequence
from typing import Any

from ._columns import names_of
from ._errors import DataWarning, Error, Status
from ._results import Estimates
from ._survey import Names, Responses, Survey, names


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


class Design:
    """How a data frame was sampled.

    >>> design = trygg.Design(frame, stratum="stype", psu="dnum", weight="pw", fpc="fpc")
    >>> design.mean("enroll", by="stype")

    ``data`` is all that :meth:`Survey.read` takes; it is read by each call, only the columns that the call needs.
    ``wave`` names the column of the waves, ``overlapping`` says that equal clusters in several waves are the same.
    ``lonely`` is ``fail`` (default), ``certainty``, ``adjust`` or ``average``.
    """

    def __init__(
        self,
        data: Any,
        *,
        stratum: Names = None,
        psu: Names = None,
        weight: str | None = None,
        fpc: str | None = None,
        wave: str | None = None,
        overlapping: bool = False,
        lonely: str = "fail",
        **options: Any,
    ) -> None:
        self._data = data
        self._options = options
        self._lonely = lonely
        self._settings = sheet(
            ["form_id", "waves", "wave"],
            [["design", "overlapping" if overlapping else "independent", "" if wave else "all"]],
        )
        self._roles = [("text", name, "stratum") for name in names(stratum) or []]
        self._roles += [("text", name, "cluster") for name in names(psu) or []]
        self._roles += [
            (kind, name, role)
            for kind, name, role in [("decimal", weight, "weight"), ("decimal", fpc, "fpc"), ("text", wave, "wave")]
            if name
        ]

    def _tables(
        self, variables: dict[str, str], choices: dict[str, list[str]], indicators: list[list[str]], domains: list[str]
    ) -> dict[str, str]:
        """A survey folder of these variables (name to type); values of `domains` are texts."""
        known = {name for _, name, _ in self._roles}
        rows = [[kind, name, role] for kind, name, role in self._roles]
        rows += [[kind, name, ""] for name, kind in variables.items() if name not in known]
        known |= set(variables)
        rows += [["text", name, "domain"] for name in dict.fromkeys(domains) if name not in known]
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
            warnings.warn(f"{count} of {read} records are not used: {reasons}", DataWarning, stacklevel=4)
        return responses

    def _estimate(
        self,
        variables: dict[str, str],
        indicators: list[list[str]],
        by: Names,
        where: Names,
        options: dict[str, Any],
        choices: dict[str, list[str]] | None = None,
    ) -> Estimates:
        domains = (names(by) or []) + [condition.split("=")[0] for condition in names(where) or []]
        tables = self._tables(variables, choices or {}, indicators, domains)
        sample = self._read(tables).design(lonely=self._lonely)
        wanted = [row[0] for row in indicators] or list(variables)
        return sample.estimate(wanted, by=by, where=where, **options)

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

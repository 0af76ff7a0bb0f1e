# SPDX-License-Identifier: GPL-3.0-or-later
"""Resident safety surveys: design-based estimates, indices and trends, by libtrygg.

``Survey(folder).read(data)`` gives responses; ``.estimate()``, ``.index()`` and ``.trend()`` give tables.  Without a
survey folder, ``Design(data, stratum=, psu=, weight=, fpc=)`` has ``.share()``, ``.mean()``, ``.total()``, ``.ratio()``
and ``.quantile()``.
"""

from . import _trygg
from ._design import Design
from ._errors import DataWarning, Error, Status
from ._results import Contrast, Estimates, Influence, Model, Published, Table
from ._survey import Responses, Sample, Stratum, Survey, trend_series

__version__ = _trygg.version()
__all__ = [
    "Contrast",
    "DataWarning",
    "Design",
    "Error",
    "Estimates",
    "Influence",
    "Model",
    "Published",
    "Responses",
    "Sample",
    "Status",
    "Stratum",
    "Survey",
    "Table",
    "families",
    "flags",
    "formats",
    "indicator_types",
    "intervals",
    "registry",
    "term_tests",
    "tests",
    "trend_series",
]


def registry(name: str) -> list[str]:
    """Names of a registry: ``indicator interval variance calibration trim test usual_test
    against scale adjustment dispersion group_test measure_test family part term_test flag format``."""
    return _trygg.registry(name)


def indicator_types() -> list[str]:
    """Names of the types of indicators."""
    return _trygg.registry("indicator")


def intervals() -> list[str]:
    """Names of the kinds of intervals for shares."""
    return _trygg.registry("interval")


def tests(usual: bool = False) -> list[str]:
    """Names of the tests of change and trend: all, or those that are run when none is named."""
    return _trygg.registry("usual_test" if usual else "test")


def families() -> list[str]:
    """Names of the families of regressions."""
    return _trygg.registry("family")


def term_tests() -> list[str]:
    """Names of the tests of terms of a regression."""
    return _trygg.registry("term_test")


def flags() -> list[str]:
    """Names of what the column ``flag`` can say."""
    return _trygg.registry("flag")


def formats() -> list[str]:
    """Names of the formats of :meth:`Published.write`."""
    return _trygg.registry("format")

# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of tables, by matplotlib."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._results import Published
    from ._survey import Survey

# What is drawn of a table: the first column that it has.
FIGURES = ("estimate", "points", "difference")
CURVES = 8  # more of them cannot be told apart
COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999")  # Okabe and Ito
MARKS = "osD^vPX*"


def plot(table: Published, survey: Survey | None, ax: Any, language: str | None) -> Any:
    """Draw a table that may be published."""
    figure = next((name for name in FIGURES if name in table.columns), None)
    if figure is None or "lower" not in table.columns:
        raise ValueError(f"there is nothing to draw in a table of {', '.join(table.columns)}")
    rows = [row for row in table.rows() if row[figure] is not None]
    if not rows:
        raise ValueError("no row of the table may be published; lower min_n, or draw larger groups")
    keys = [key for key in table.keys if key not in ("wave", "waves")]
    several = [key for key in keys if len({row[key] for row in rows}) > 1]
    said = [key for key in several if key != "a"] or several or keys[-1:]  # what is compared is what it is of
    label = {id(row): " · ".join(name(survey, key, row[key], language) for key in said) for row in rows}
    waves = list(dict.fromkeys(row["wave"] for row in rows)) if "wave" in table.keys else []
    groups = list(dict.fromkeys(label.values()))
    curves = len(waves) > 1 and len(groups) <= CURVES
    if ax is None:
        from matplotlib import pyplot

        lines = len(groups) if curves else len(rows)
        _, ax = pyplot.subplots(figsize=(6.4, 3.6 + 0.22 * lines if curves else 1.4 + 0.26 * lines), layout="constrained")
    if curves:
        draw_curves(ax, figure, waves, {group: [row for row in rows if label[id(row)] == group] for group in groups})
    else:
        if len(waves) > 1:
            label = {id(row): f"{row['wave']} · {label[id(row)]}" for row in rows}
        draw_dots(ax, figure, rows, [label[id(row)] for row in rows])
    about = dict.fromkeys(name(survey, key, rows[0][key], language) for key in keys if key not in several)
    ax.set_title("\n".join(textwrap.wrap(" · ".join(about), 60)), loc="left", fontsize="medium")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def name(survey: Survey | None, key: str, cell: str | None, language: str | None) -> str:
    """What people call a key of a row."""
    if cell is None or cell == "":
        return "Alla" if language == "sv" else "All"
    if survey is None:
        return cell
    if key in survey.variables:
        return survey.label(key, cell, language)
    return survey.label(cell, None, language)


def reach(figure: str, rows: list[dict[str, Any]]) -> list[list[float]]:
    """How far the intervals reach below and above the figures."""
    return [
        [row[figure] - row["lower"] if row["lower"] is not None else 0.0 for row in rows],
        [row["upper"] - row[figure] if row["upper"] is not None else 0.0 for row in rows],
    ]


def axis(ax: Any, figure: str, rows: list[dict[str, Any]], side: str) -> None:
    """Name the axis of the figures; shares are shown in per cent."""
    shares = figure != "points" and all(-1 <= row[figure] <= 1 for row in rows)
    if shares:
        from matplotlib.ticker import PercentFormatter

        getattr(ax, f"{side}axis").set_major_formatter(PercentFormatter(1, symbol=" %"))
    from matplotlib.ticker import MaxNLocator

    getattr(ax, f"{side}axis").set_major_locator(MaxNLocator(6))
    getattr(ax, f"set_{side}label")(figure)
    if figure == "difference":
        (ax.axvline if side == "x" else ax.axhline)(0, color="#bbbbbb", linewidth=0.8, zorder=0)


def draw_dots(ax: Any, figure: str, rows: list[dict[str, Any]], labels: list[str]) -> None:
    """A line for each row, the first one at the top."""
    places = list(range(len(rows)))
    values = [row[figure] for row in rows]
    ax.errorbar(values, places, xerr=reach(figure, rows), fmt="o", color=COLOURS[0], linewidth=1, markersize=5)
    ax.set_yticks(places, labels)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    axis(ax, figure, rows, "x")


def draw_curves(ax: Any, figure: str, waves: list[str], groups: dict[str, list[dict[str, Any]]]) -> None:
    """A curve for each group; each keeps a little aside, so that intervals do not hide each other."""
    for i, (group, rows) in enumerate(groups.items()):
        aside = (i - (len(groups) - 1) / 2) * 0.06
        places = [waves.index(row["wave"]) + aside for row in rows]
        values = [row[figure] for row in rows]
        ax.errorbar(places, values, yerr=reach(figure, rows), fmt=f"{MARKS[i]}-", color=COLOURS[i], linewidth=1,
                    markersize=5, label=group)
    ax.set_xticks(range(len(waves)), waves)
    if len(groups) > 1:
        ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, -0.1), fontsize="small")
    axis(ax, figure, [row for rows in groups.values() for row in rows], "y")

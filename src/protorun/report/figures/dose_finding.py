"""What designs do under scenarios: selection, allocation and overdosing as bars, one panel for each scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from protorun.report.figures._svg import COLORS, drawn, new_figure, to_svg, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from protorun.escalation import Comparison

Row = Mapping[str, Any]
_LONG = 22
_CROWDED = 56
_COLUMNS = 2


@dataclass(frozen=True)
class Panel:
    """What a figure shows: its title, the label of its axis, and its bars: (quantity, level or "" for all)."""

    title: str
    axis: str
    percent: bool
    bars: Callable[[Comparison], list[tuple[str, str, str]]]


def _selected(found: Comparison) -> list[tuple[str, str, str]]:
    return [*(("selected", label, label) for label in found.labels), ("none", "", "none")]


def _patients(found: Comparison) -> list[tuple[str, str, str]]:
    return [("patients", label, label) for label in found.labels]


def _over(found: Comparison) -> list[tuple[str, str, str]]:
    return [
        ("above_mtd", "", "patients above"),
        ("overdosed", "", f"trials > {100 * found.over:g} % above"),
    ]


KINDS = {
    "selection": Panel("Which level is handed on", "% of trials", True, _selected),
    "allocation": Panel("Where patients are treated", "patients, mean", False, _patients),
    "overdosing": Panel("Patients above the correct level", "%", True, _over),
}
"""The figures of a comparison, by name."""


def figure_rows(found: Comparison, kind: str) -> list[dict[str, Any]]:
    """The data behind a figure: one row for each bar, with its value, its error, and the true rate of the level."""
    bars = {(quantity, level): says for quantity, level, says in KINDS[kind].bars(found)}
    true = {(t.name, label): p for t in found.truths for label, p in zip(found.labels, t.dlt, strict=True)}
    return [
        {
            "scenario": row["scenario"],
            "design": row["design"],
            "bar": bars[row["quantity"], row["level"]],
            "true_dlt_rate": true.get((row["scenario"], row["level"])),
            "value": row["value"],
            "error": row["error"],
        }
        for row in found.rows
        if (row["quantity"], row["level"]) in bars
    ]


@drawn
def dose_finding_figure(found: Comparison, kind: str, *, name: str) -> Markup:
    """The figure of this kind as SVG: a panel for each scenario, a bar for each design, the correct level marked."""
    panel, rows = KINDS[kind], figure_rows(found, kind)
    count = len(found.truths)
    columns = min(count, _COLUMNS)
    lines = -(-count // columns)
    figure = new_figure(4.6 * columns + 0.4, 2.9 * lines + 0.4)
    grid = figure.subplots(lines, columns, squeeze=False, sharey=True)
    for number, (truth, axes) in enumerate(zip(found.truths, grid.ravel(), strict=False)):
        _bars(axes, [r for r in rows if r["scenario"] == truth.name], found, panel)
        axes.set_title(words(truth.name), fontsize=10, loc="left")
        if kind != "overdosing":
            _mark(axes, found.correct[number], len(found.labels) if kind == "selection" else None)
        if number % columns == 0:
            axes.set_ylabel(panel.axis)
    for axes in grid.ravel()[count:]:
        axes.axis("off")
    handles, names = grid.ravel()[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=min(len(names), 3), frameon=False)
    figure.suptitle(panel.title, fontsize=11, x=0.02, ha="left", weight="bold")
    return to_svg(figure, name=name, alt=f"{panel.title}, by design and scenario")


def _bars(axes: Axes, rows: Sequence[Row], found: Comparison, panel: Panel) -> None:
    places = list(dict.fromkeys(row["bar"] for row in rows))
    width = 0.8 / len(found.designs)
    scale = 100 if panel.percent else 1
    for i, design in enumerate(found.designs):
        mine = [row for row in rows if row["design"] == design]
        at = [places.index(row["bar"]) + (i - (len(found.designs) - 1) / 2) * width for row in mine]
        values = [scale * row["value"] for row in mine]
        errors = [0.0 if row["error"] == "exact" else 1.96 * scale * row["error"] for row in mine]
        color = COLORS[i % len(COLORS)]
        axes.bar(at, values, width * 0.94, color=color, label=words(_cut(design, 40)))
        if any(errors):
            axes.errorbar(at, values, errors, fmt="none", ecolor="#333", elinewidth=0.8, capsize=1.5)
    ticks = [_tick(place, rows) for place in places]
    crowded = sum(len(tick.partition("\n")[0]) for tick in ticks) > _CROWDED
    axes.set_xticks(range(len(places)), ticks, fontsize=8.5)
    if crowded:
        axes.tick_params(axis="x", labelrotation=30)
    axes.set_xlim(-0.6, max(len(places) - 0.4, 0.6))


def _tick(place: str, rows: Sequence[Row]) -> str:
    true = next((row["true_dlt_rate"] for row in rows if row["bar"] == place), None)
    return words(_cut(place, _LONG)) + (f"\n{100 * true:.3g} %" if true is not None else "")


def _mark(axes: Axes, right: int | None, none: int | None) -> None:
    """The correct selection, shaded: a level, or the place of `none` where there is one."""
    place = none if right == -1 else right
    if place is not None:
        axes.axvspan(place - 0.5, place + 0.5, color="#f3eecb", zorder=0, linewidth=0)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"

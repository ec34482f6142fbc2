"""Estimates with their intervals, one line each, beside the numbers they are printed as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from protorun.report.figures._svg import COLORS, drawn, new_figure, to_svg, words


@dataclass(frozen=True)
class Line:
    """One estimate with its limits; `weight` (patients or events) sets the size of the square. Without an estimate the
    line shows its words alone."""

    label: str
    estimate: float | None
    lower: float | None
    upper: float | None
    printed: str
    weight: float = 1.0


@drawn
def forest_figure(
    lines: Sequence[Line],
    *,
    name: str,
    title: str,
    axis: str,
    no_effect: float | None = None,
    logarithmic: bool = False,
) -> Markup:
    """Squares with whiskers from the top down, and a line where there is no effect; ratios on a logarithmic axis."""
    figure = new_figure(7.4, 0.9 + 0.34 * len(lines))
    axes = figure.add_subplot()
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(lambda value, _: "")
    if no_effect is not None:
        axes.axvline(no_effect, color="#444", linewidth=0.8, linestyle=(0, (4, 3)))
    heaviest = max((line.weight for line in lines), default=1.0) or 1.0
    for y, line in zip(range(len(lines), 0, -1), lines, strict=True):
        axes.annotate(
            words(line.printed),
            (1.02, y),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=9,
        )
        if line.estimate is None:
            continue
        if line.lower is not None and line.upper is not None:
            axes.plot([line.lower, line.upper], [y, y], color=COLORS[0], linewidth=1.4)
        size = 4 + 6 * np.sqrt(line.weight / heaviest)
        axes.plot(line.estimate, y, marker="s", markersize=size, color=COLORS[0])
    axes.set(ylim=(0.4, len(lines) + 0.6), yticks=range(len(lines), 0, -1), xlabel=words(axis))
    axes.set_yticklabels([words(line.label) for line in lines], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return to_svg(figure, name=name, alt=title)

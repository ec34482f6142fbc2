"""Kaplan-Meier curves in the KMunicate layout: band, censor ticks, and a table of numbers aligned to the ticks.

Morris et al. 2019, doi:10.1136/bmjopen-2019-030215.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from protorun.report.figures._svg import COLORS, drawn, new_figure, to_svg, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True)
class Curve:
    """One arm: its step function with limits (NaN where there is none: no band is drawn there), and the raw times (days) and events from which numbers are counted."""

    label: str
    time: NDArray[np.float64]
    survival: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    raw_time: NDArray[np.float64]
    raw_event: NDArray[np.bool_]


@drawn
def kaplan_meier_figure(curves: Sequence[Curve], *, name: str, title: str, axis: str = "Survival") -> Markup:
    """The curves with, below each tick, the numbers at risk, censored and with an event so far; time in months."""
    figure = new_figure(7.4, 3.6 + 0.75 * len(curves))
    grid = figure.add_gridspec(2, 1, height_ratios=[3.3, 0.22 + 0.72 * len(curves)])
    top, below = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    last = max((float(c.raw_time.max()) for c in curves if len(c.raw_time)), default=1.0) / DAYS_PER_MONTH
    ticks = np.arange(0, last + 1e-9, months_step(last))
    for color, curve in zip(COLORS * len(curves), curves, strict=False):
        _draw(top, curve, color)
    top.set(
        ylim=(0, 1.02), xlim=(-0.02 * last, last * 1.03), xticks=ticks, ylabel=words(axis), xlabel="Months"
    )
    top.legend(frameon=False, loc="upper right")
    _numbers(below, curves, ticks, top.get_xlim())
    return to_svg(figure, name=name, alt=title)


def _draw(axes: Axes, curve: Curve, color: str) -> None:
    """One curve up to the last day its own patients were under observation: nothing is known after it."""
    last = float(np.nanmax(curve.raw_time, initial=0.0)) / DAYS_PER_MONTH
    months = np.append(np.insert(curve.time, 0, 0.0) / DAYS_PER_MONTH, last)
    lines = [
        np.append(np.insert(values, 0, 1.0), values[-1] if len(values) else 1.0)
        for values in (curve.survival, curve.low, curve.high)
    ]
    axes.step(months, lines[0], where="post", color=color, linewidth=1.8, label=words(curve.label))
    # A curve that has reached 0 has no limits from there on: the band ends with the step before.
    limited = int((~np.isnan(lines[1]) & ~np.isnan(lines[2])).sum())
    low, high = (np.append(line[:limited], line[limited - 1]) for line in lines[1:])
    until = np.append(months[:limited], months[min(limited, len(months) - 1)])
    axes.fill_between(until, low, high, step="post", color=color, alpha=0.14, linewidth=0)
    censored = curve.raw_time[~curve.raw_event] / DAYS_PER_MONTH
    height = lines[0][np.searchsorted(months, censored, side="right") - 1]
    axes.plot(censored, height, linestyle="none", marker="|", markersize=7, color=color)


def _numbers(
    axes: Axes, curves: Sequence[Curve], ticks: NDArray[np.float64], limits: tuple[float, float]
) -> None:
    axes.axis("off")
    axes.set(xlim=limits, ylim=(-4 * len(curves) + 0.4, 0.6))
    for i, (color, curve) in enumerate(zip(COLORS * len(curves), curves, strict=False)):
        months = curve.raw_time / DAYS_PER_MONTH
        base = -4 * i
        axes.text(limits[0], base, words(curve.label), color=color, weight="bold", ha="left", va="center")
        rows = {
            "At risk": [(months >= t - 1e-9).sum() for t in ticks],
            "Censored": [(~curve.raw_event & (months < t - 1e-9)).sum() for t in ticks],
            "Events": [(curve.raw_event & (months < t - 1e-9)).sum() for t in ticks],
        }
        for j, (row, counts) in enumerate(rows.items()):
            y = base - 1 - j
            axes.text(limits[0] - 0.01 * (limits[1] - limits[0]), y, row, ha="right", va="center", fontsize=9)
            for t, count in zip(ticks, counts, strict=True):
                axes.text(t, y, str(int(count)), ha="center", va="center", fontsize=9)


def months_step(last: float) -> float:
    """Months between two ticks: at most nine of them."""
    return next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 1e9) if last / s <= 9)

"""Cumulative incidence of competing events: a step curve per cause and arm with its band, numbers at risk below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from protorun.report.figures._svg import COLORS, drawn, new_figure, to_svg, words
from protorun.report.figures.kaplan_meier import DAYS_PER_MONTH, months_step

_STYLES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 1, 1, 1)))


@dataclass(frozen=True)
class Incidence:
    """One cause in one arm: times (days), share with the event, pointwise limits (NaN where there is none)."""

    cause: str
    arm: str
    time: NDArray[np.float64]
    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@drawn
def cumulative_incidence_figure(
    curves: Sequence[Incidence], observed: dict[str, NDArray[np.float64]], *, name: str, title: str
) -> Markup:
    """Shares over months; `observed` holds the times (days) of all patients of each arm, whatever ended them."""
    arms, causes = list(observed), list(dict.fromkeys(c.cause for c in curves))
    figure = new_figure(7.4, 3.6 + 0.3 * len(arms))
    grid = figure.add_gridspec(2, 1, height_ratios=[3.3, 0.4 + 0.3 * len(arms)])
    top, below = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    last = max((float(t.max()) for t in observed.values() if len(t)), default=1.0) / DAYS_PER_MONTH
    for curve in curves:
        color = COLORS[(arms.index(curve.arm) if len(arms) > 1 else causes.index(curve.cause)) % len(COLORS)]
        months = np.append(np.insert(curve.time, 0, 0.0) / DAYS_PER_MONTH, last)
        share, low, high = (
            np.append(np.insert(v, 0, 0.0), v[-1] if len(v) else 0.0)
            for v in (curve.share, curve.low, curve.high)
        )
        style = _STYLES[causes.index(curve.cause) % len(_STYLES)]
        label = words(f"{curve.arm}: {curve.cause}" if len(arms) > 1 else curve.cause)
        top.step(months, share, where="post", color=color, linestyle=style, linewidth=1.8, label=label)
        top.fill_between(months, low, high, step="post", color=color, alpha=0.12, linewidth=0)
    ticks = np.arange(0, last + 1e-9, months_step(last))
    top.set(ylim=(0, 1.02), xlim=(-0.02 * last, last * 1.03), xticks=ticks)
    top.set(ylabel="Cumulative incidence", xlabel="Months")
    top.legend(frameon=False, loc="upper left", fontsize=9)
    below.axis("off")
    below.set(xlim=top.get_xlim(), ylim=(-len(arms) + 0.2, 1.2))
    below.text(top.get_xlim()[0], 0.9, "At risk", ha="left", va="center", fontsize=9)
    for i, arm in enumerate(arms):
        color = COLORS[i % len(COLORS)]
        below.text(top.get_xlim()[0], -i, words(arm), color=color, ha="right", va="center", fontsize=9)
        for tick in ticks:
            count = int((observed[arm] / DAYS_PER_MONTH >= tick - 1e-9).sum())
            below.text(tick, -i, str(count), ha="center", va="center", fontsize=9)
    return to_svg(figure, name=name, alt=title)

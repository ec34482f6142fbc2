"""Change of the tumor sum over time, one line per patient, colored by best response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from protorun.report.figures._svg import RESPONSE_COLORS, drawn, new_figure, to_svg, words
from protorun.report.figures.waterfall import CLIP, PD_LINE, PR_LINE

_MOST_NAMES = 20


@dataclass(frozen=True)
class Thread:
    """A patient: days since the start and percent change from baseline at each (0, 0 is added), and the best response."""

    patient: str
    days: tuple[float, ...]
    change: tuple[float, ...]
    best: str


@drawn
def spider_figure(threads: Sequence[Thread], *, name: str, title: str) -> Markup:
    """Percent change from baseline in weeks since the start, cut off at +100; patients are named where few."""
    figure = new_figure(7.4, 3.8)
    axes = figure.add_subplot()
    for thread in threads:
        weeks = [0.0, *(d / 7 for d in thread.days)]
        change = [0.0, *(min(c, CLIP) for c in thread.change)]
        color = RESPONSE_COLORS.get(thread.best, "#999")
        axes.plot(weeks, change, color=color, linewidth=1.2, marker="o", markersize=3)
        if len(threads) <= _MOST_NAMES:
            at = (weeks[-1], change[-1])
            axes.annotate(words(thread.patient), at, xytext=(4, 0), textcoords="offset points", fontsize=7)
    for line in (PR_LINE, PD_LINE):
        axes.axhline(line, color="#444", linewidth=0.8, linestyle=(0, (4, 3)))
    axes.axhline(0, color="#222", linewidth=0.8)
    seen = [r for r in RESPONSE_COLORS if any(t.best == r for t in threads)]
    for response in seen:
        axes.plot([], [], color=RESPONSE_COLORS[response], label=f"best response {response}")
    axes.set(ylabel="Change of the sum (%)", xlabel="Weeks since the start", ylim=(-105, 105))
    if seen:
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8)
    return to_svg(figure, name=name, alt=title)

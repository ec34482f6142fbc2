"""One lane per patient: time on study, responses, progression, death; an arrow means still on study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from protorun.report.figures._svg import COLORS, RESPONSE_COLORS, drawn, new_figure, to_svg, words

MARKS = {"CR": "^", "PR": "^", "PD": "X", "death": "s", "DLT": "D"}
_MARK_COLORS = {**RESPONSE_COLORS, "death": "#222", "DLT": "#c2571a"}


@dataclass(frozen=True)
class Lane:
    """A patient: days on study, the group that colors the lane, and marks as (day, word of `MARKS`)."""

    patient: str
    days: float
    group: str
    ongoing: bool
    marks: tuple[tuple[float, str], ...] = field(default=())


@drawn
def swimmer_figure(lanes: Sequence[Lane], *, name: str, title: str) -> Markup:
    """Lanes sorted by duration, longest on top; time in weeks."""
    ordered = sorted(lanes, key=lambda lane: lane.days)
    groups = list(dict.fromkeys(lane.group for lane in lanes))
    figure = new_figure(7.4, 1.1 + 0.24 * len(lanes))
    axes = figure.add_subplot()
    for y, lane in enumerate(ordered):
        color = COLORS[groups.index(lane.group) % len(COLORS)]
        axes.barh(y, lane.days / 7, height=0.62, color=color, alpha=0.45)
        if lane.ongoing:
            axes.plot(lane.days / 7 + 0.25, y, marker=">", color=color, markersize=6, linestyle="none")
        for day, mark in lane.marks:
            axes.plot(
                day / 7, y, marker=MARKS[mark], color=_MARK_COLORS[mark], markersize=6, linestyle="none"
            )
    for group in groups:
        axes.barh(0, 0, color=COLORS[groups.index(group) % len(COLORS)], alpha=0.45, label=words(group))
    for mark in (m for m in MARKS if any(m == w for lane in lanes for _, w in lane.marks)):
        axes.plot([], [], marker=MARKS[mark], color=_MARK_COLORS[mark], linestyle="none", label=mark)
    axes.plot([], [], marker=">", color="#555", linestyle="none", label="on study")
    axes.set(yticks=range(len(ordered)), xlabel="Weeks on study")
    axes.set_yticklabels([words(lane.patient) for lane in ordered], fontsize=8)
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    return to_svg(figure, name=name, alt=title)

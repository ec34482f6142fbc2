"""Best change of the tumor sum per patient, sorted, with the response and progression lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from protorun.report.figures._svg import RESPONSE_COLORS, drawn, new_figure, to_svg

PR_LINE, PD_LINE, CLIP = -30, 20, 100  # percent; RECIST 1.1 sections 4.3.1 and 4.3.2; bars end at +100


@drawn
def waterfall_figure(change: NDArray[np.float64], best: Sequence[str], *, name: str, title: str) -> Markup:
    """One bar per patient with a post-baseline sum (percent of baseline); NaN values are counted in the note below."""
    keep = ~np.isnan(change)
    order = np.argsort(-change[keep], kind="stable")
    shown = np.minimum(change[keep][order], CLIP)
    labels = [b for b, k in zip(best, keep, strict=True) if k]
    labels = [labels[i] for i in order]
    figure = new_figure(7.4, 3.4)
    axes = figure.add_subplot()
    axes.bar(np.arange(len(shown)), shown, width=0.85, color=[RESPONSE_COLORS.get(b, "#999") for b in labels])
    for line in (PR_LINE, PD_LINE):
        axes.axhline(line, color="#444", linewidth=0.8, linestyle=(0, (4, 3)))
        axes.annotate(
            f"{line:+d} %",
            (1.01, line),
            xycoords=("axes fraction", "data"),
            va="center",
            ha="left",
            fontsize=8,
        )
    axes.axhline(0, color="#222", linewidth=0.8)
    axes.set(ylabel="Best change of the sum (%)", xticks=[], ylim=(-105, 105))
    for response in (r for r in RESPONSE_COLORS if r in labels):
        axes.bar(0, 0, color=RESPONSE_COLORS[response], label=f"best response {response}")
    axes.legend(frameon=False, loc="upper right", fontsize=8)
    missing = int((~keep).sum())
    if missing:
        axes.set_xlabel(
            f"{missing} patient{'s' * (missing > 1)} without a post-baseline sum not shown", fontsize=8
        )
    return to_svg(figure, name=name, alt=title)

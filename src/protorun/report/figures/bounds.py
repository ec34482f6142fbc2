"""Bounds of a group-sequential design over the information fraction."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import numpy as np
from markupsafe import Markup

from protorun.errors import UsageError
from protorun.report.figures._svg import COLORS, drawn, new_figure, to_svg
from protorun.statistics.design.sequential.group_sequential import GroupSequential


def draw_bounds(design: GroupSequential, path: Path) -> None:
    """Write the figure into an .svg or .png file. Raises UsageError for another ending."""
    kind = path.suffix.lower()
    if kind not in (".svg", ".png"):
        raise UsageError(f"{path.name}: a figure is written as .svg or .png")
    drawing = bounds_figure(design, png=path if kind == ".png" else None)
    if kind == ".svg":
        head = '<svg xmlns="http://www.w3.org/2000/svg" '
        text = str(drawing)
        path.write_text(text if "xmlns=" in text[:400] else text.replace("<svg ", head, 1), encoding="utf-8")


@drawn
def bounds_figure(design: GroupSequential, *, png: Path | None = None) -> Markup:
    """Efficacy and futility bounds on the Z scale, each with its number; also written as PNG when a file is given."""
    figure = new_figure(6.4, 4.0)
    axes = figure.add_subplot()
    for values, color, label, above in (
        (design.upper, COLORS[0], "efficacy", True),
        (design.lower, COLORS[1], "efficacy below" if design.test_type == 2 else "futility", False),
    ):
        points = [(t, z) for t, z in zip(design.timing, values or (), strict=False) if isfinite(z)]
        if not points:
            continue
        at, z = np.array(points).T
        axes.plot(at, z, color=color, marker="o", label=label)
        for x, y in points:
            axes.annotate(
                f"{y:.3f}", (x, y), (0, 7 if above else -14), textcoords="offset points", ha="center"
            )
    axes.margins(0.1, 0.16)
    axes.set(xlabel="Information fraction", ylabel="Z", xlim=(0, 1.08))
    axes.axhline(0, color="#bbb", linewidth=0.8, zorder=0)
    axes.legend(frameon=False, loc="best")
    if png is not None:
        figure.savefig(png, dpi=150, metadata={"Software": None})
    return to_svg(figure, name="bounds", alt="Bounds over the information fraction")

"""How often each design of a single arm accepts, or stops, over the true rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from protorun.errors import UsageError
from protorun.report.figures._svg import COLORS, drawn, new_figure, to_svg


def draw_curves(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    marks: Mapping[str, float],
    path: Path,
    *,
    says: tuple[str, str] = ("True response rate", "P(drug accepted)"),
) -> None:
    """Write the figure into an .svg or .png file: a curve (rates, probabilities) for each name, and rates marked by name.

    `says` are the words at the two axes. Raises UsageError for another ending."""
    kind = path.suffix.lower()
    if kind not in (".svg", ".png"):
        raise UsageError(f"{path.name}: a figure is written as .svg or .png")
    drawing = curves_figure(curves, marks, says, png=path if kind == ".png" else None)
    if kind == ".svg":
        text = str(drawing)
        head = '<svg xmlns="http://www.w3.org/2000/svg" '
        path.write_text(text if "xmlns=" in text[:400] else text.replace("<svg ", head, 1), encoding="utf-8")


@drawn
def curves_figure(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    marks: Mapping[str, float],
    says: tuple[str, str],
    *,
    png: Path | None = None,
) -> Markup:
    """Probability over the true rate, one curve for each design; also written as PNG when a file is given."""
    figure = new_figure(6.4, 4.0)
    axes = figure.add_subplot()
    for i, (name, (rates, chances)) in enumerate(curves.items()):
        axes.plot(rates, chances, color=COLORS[i % len(COLORS)], label=name)
    for name, rate in marks.items():
        axes.axvline(rate, color="#999", linewidth=0.8, linestyle=":")
        axes.annotate(f"{name} = {rate:g}", (rate, 1.0), (3, -2), textcoords="offset points", va="top")
    axes.set(xlabel=says[0], ylabel=says[1], ylim=(0, 1.02))
    axes.legend(frameon=False, loc="best")
    if png is not None:
        figure.savefig(png, dpi=150, metadata={"Software": None})
    return to_svg(figure, name="curves", alt=f"{says[1]} over the {says[0].lower()}")

"""One way to turn a matplotlib figure into a small, byte-stable, self-contained inline SVG."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLORS = ("#1f5fa8", "#c2571a", "#2d7d46", "#7a4aa0", "#8a6d00", "#5a5a5a")
"""Distinguishable for color-blind readers and on a gray print, in the order arms are drawn."""

RESPONSE_COLORS = {
    "CR": "#17653a",
    "PR": "#4f9d69",
    "SD": "#8d99ae",
    "PD": "#b5442e",
    "NE": "#c9c2b2",
}

_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "protorun",
    "font.family": "sans-serif",
    "font.sans-serif": ["Inter", "Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555",
    "axes.labelcolor": "#222",
    "xtick.color": "#333",
    "ytick.color": "#333",
}


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, in inches, that touches no global state."""
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams.update(_STYLE)
    return Figure(figsize=(width, height), layout="constrained")


def to_svg(figure: Figure, *, name: str, alt: str) -> Markup:
    """The figure as inline SVG; `name` makes its ids unique on a page, `alt` is read out by screen readers."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    return inline(_own_ids(text, name), alt=alt)


def inline(svg: str, *, alt: str) -> Markup:
    """SVG markup with a role and a label, scaled to its container."""
    label = escape(alt)
    head = f'<svg role="img" aria-label="{label}" class="figure"'
    return Markup(svg.replace("<svg", head, 1))  # noqa: S704 - drawn by us; texts inside are escaped by the writer


def _own_ids(text: str, name: str) -> str:
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", text)
    return re.sub(r'xlink:href="#([^"]+)"', rf'xlink:href="#{name}-\1"', text)

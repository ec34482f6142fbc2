"""One way to turn a matplotlib figure into a small, byte-stable, self-contained inline SVG."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

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

_OWN = re.compile(r'(\bid="|url\(#|xlink:href="#)')
Asked = ParamSpec("Asked")
_STEERING = dict.fromkeys((*range(32), *range(127, 160)), "\ufffd")
_STYLE: Any = {
    "text.parse_math": False,  # a patient may be called $x$
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


def drawn(draw: Callable[Asked, Markup]) -> Callable[Asked, Markup]:
    """Draw in our style, and leave matplotlib's settings as they were."""

    @wraps(draw)
    def styled(*args: Asked.args, **kwargs: Asked.kwargs) -> Markup:
        import matplotlib

        with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
            # Texts stay texts in the SVG; the reader's font draws what matplotlib's own has no glyph for.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            return draw(*args, **kwargs)

    return styled


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def words(text: str) -> str:
    """A name from outside as a label: no control characters, and matplotlib hides no name that begins with `_`."""
    text = text.translate(_STEERING)
    return f" {text}" if text.startswith("_") else text


def to_svg(figure: Figure, *, name: str, alt: str) -> Markup:
    """The figure as inline SVG; `name` makes its ids unique on a page, `alt` is read out by screen readers."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    return inline(text, name=name, alt=alt)


def inline(svg: str, *, name: str, alt: str) -> Markup:
    """SVG markup with a role, a label and ids of its own, scaled to its container."""
    label = escape(alt)
    head = f'<svg role="img" aria-label="{label}" class="figure"'
    return Markup(_own_ids(svg, name).replace("<svg", head, 1))  # noqa: S704 - drawn by us; texts inside are escaped by the writer


def _own_ids(text: str, name: str) -> str:
    """Ids of this figure alone; texts between the tags stay as they are."""
    return re.sub(r"<[^<>]+>", lambda tag: _OWN.sub(rf"\g<1>{name}-", tag[0]), text)

"""The CONSORT flow, counted from data; boxes with n = 0 are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from protorun.report.figures._svg import inline

_LINE, _PAD, _MAIN_W, _SIDE_W, _GAP = 17, 12, 270, 360, 34


@dataclass(frozen=True)
class Step:
    """A box of the main line with n patients, and beside the arrow that leaves it the reasons of those who left."""

    label: str
    n: int
    left: tuple[tuple[str, int], ...] = ()
    left_label: str = "Excluded"


def consort_figure(steps: Sequence[Step], groups: Sequence[Step] = ()) -> Markup:
    """The main line from top to bottom, side boxes to the right, and one box per group (arm, level) at the bottom."""
    parts: list[str] = []
    y, x = 10, 10
    for i, step in enumerate(steps):
        height = _box_height(1)
        parts.append(_box(x, y, _MAIN_W, [f"{step.label} (n = {step.n})"]))
        below = y + height
        lines = _left_lines(step)
        space = max(_GAP, _box_height(len(lines)) + 2 * _PAD) if lines else _GAP
        if lines:
            side_y = below + (space - _box_height(len(lines))) // 2
            middle = below + space // 2
            parts.append(_box(x + _MAIN_W + 40, side_y, _SIDE_W, lines, left=True))
            parts.append(
                f'<path d="M{x + _MAIN_W // 2} {middle} H{x + _MAIN_W + 38}" stroke="#333" marker-end="url(#head)"/>'
            )
        if i < len(steps) - 1 or groups:
            parts.append(
                f'<path d="M{x + _MAIN_W // 2} {below} V{below + space - 2}" stroke="#333" marker-end="url(#head)"/>'
            )
        y = below + space
    width = _MAIN_W + _SIDE_W + 60
    if groups:
        parts += _groups(groups, y, width)
        y += max(_box_height(1 + len(g.left)) for g in groups) + 10
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" font-family="sans-serif" font-size="13">{_HEADS}{"".join(parts)}</svg>'
    return inline(svg, name="consort", alt="CONSORT flow diagram")


def _groups(groups: Sequence[Step], y: int, width: int) -> list[str]:
    each = (width - 20 - 12 * (len(groups) - 1)) // len(groups)
    return [
        _box(
            10 + i * (each + 12), y, each, [f"{g.label} (n = {g.n})", *(f"{what}: {n}" for what, n in g.left)]
        )
        for i, g in enumerate(groups)
    ]


def _left_lines(step: Step) -> list[str]:
    if not step.left:
        return []
    total = sum(n for _, n in step.left)
    return [f"{step.left_label} (n = {total})", *(f"• {reason}: {n}" for reason, n in step.left)]


def _box_height(lines: int) -> int:
    return lines * _LINE + 2 * _PAD


def _box(x: int, y: int, width: int, lines: Sequence[str], *, left: bool = False) -> str:
    fits = int((width - 2 * _PAD) / 6.9)
    at, anchor = (x + _PAD, "start") if left else (x + width // 2, "middle")
    words = "".join(
        f'<text x="{at}" y="{y + _PAD + 12 + _LINE * i}" text-anchor="{anchor}"><title>{escape(line)}</title>'
        f"{escape(line if len(line) <= fits else line[: fits - 1] + '…')}</text>"
        for i, line in enumerate(lines)
    )
    return f'<rect x="{x}" y="{y}" width="{width}" height="{_box_height(len(lines))}" rx="4" fill="#fff" stroke="#555"/>{words}'


_HEADS = (
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
    'orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" fill="#333"/></marker></defs>'
)

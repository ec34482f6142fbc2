"""Dose-transition pathways drawn as a tree: one column for each cohort, one box for each outcome, colored by decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from protorun.errors import UsageError
from protorun.report.figures._svg import inline

Row = Mapping[str, Any]
MOST_LEAVES = 400
_ROW, _BOX_H, _GAP, _TOP, _LEFT = 26, 20, 34, 64, 12
_LETTER = 6.6  # width of a letter of 12 px, on the wide side
_LEGEND = 990  # what the line of colors and words above the tree takes
_READ = "in a box: DLTs / patients of the cohort → next level × patients"
_COLORS = {
    "up": ("#d9efe0", "#2d7d46", "escalate"),
    "stay": ("#e6edf6", "#1f5fa8", "stay"),
    "down": ("#fbe6cf", "#b06a10", "de-escalate"),
    "finish": ("#e9e2f3", "#6b4a9a", "ends with a dose"),
    "stop": ("#f6d3cb", "#a33320", "ends without a dose"),
    "wait": ("#eeeeee", "#777777", "waits"),
}


@dataclass(frozen=True)
class _Node:
    """One outcome: its row, its column and its place down the page, in rows of boxes."""

    row: Row
    column: int
    place: float
    parent: str


def pathways(rows: Sequence[Row], labels: Sequence[str], *, title: str, name: str = "paths") -> Markup:
    """The rows of `escalation.paths` as SVG, read from left to right; `labels` are the levels, lowest dose first. Each box
    holds DLTs of patients in the cohort, and what follows; the sentence of the reason appears over it.

    Raises UsageError when the tree has more than `MOST_LEAVES` ends."""
    nodes = _placed(rows)
    columns = max(node.column for node in nodes.values()) + 1
    widths = [
        max(_LETTER * len(_words(n.row)) + 14 for n in nodes.values() if n.column == column)
        for column in range(columns)
    ]
    left = [_LEFT + sum(widths[:column]) + _GAP * column for column in range(columns)]
    width = max(left[-1] + widths[-1] + _LEFT, _LEGEND)
    height = _TOP + _ROW * (max(node.place for node in nodes.values()) + 1) + 8
    parts = [f'<text x="{_LEFT}" y="20" font-size="14" font-weight="600">{escape(title)}</text>', _legend()]
    parts += [
        _edge(nodes[n.parent], n, left, widths) for n in nodes.values() if n.parent in nodes and n.column
    ]
    parts += [_box(node, left, widths, labels) for node in nodes.values()]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="Helvetica, Arial, sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>'
    )
    return inline(svg, name=name, alt=title)


def _placed(rows: Sequence[Row]) -> dict[str, _Node]:
    """Each path with its place: ends one below another, what leads to them in their middle."""
    children: dict[str, list[str]] = {}
    for row in rows:
        if row["path"]:
            children.setdefault(_parent(row["path"]), []).append(row["path"])
    ends = [row["path"] for row in rows if row["path"] not in children]
    if len(ends) > MOST_LEAVES:
        raise UsageError(
            f"{len(ends)} paths are too many for a drawing; ask for fewer cohorts, or for the table"
        )
    place: dict[str, float] = {path: float(i) for i, path in enumerate(ends)}
    for row in sorted(rows, key=lambda row: -len(row["path"].split())):
        below = children.get(row["path"])
        if below:
            place[row["path"]] = (place[below[0]] + place[below[-1]]) / 2
    return {
        row["path"]: _Node(row, len(row["path"].split()), place[row["path"]], _parent(row["path"]))
        for row in rows
    }


def _parent(path: str) -> str:
    return path.rpartition(" ")[0]


def _words(row: Row) -> str:
    """ "1/3 DLT → 10 mg × 3": what was seen in the cohort, and what follows."""
    cohort = row["path"].split()[-1:] or [""]
    size = cohort[0].count("N") + cohort[0].count("T")
    seen = f"{cohort[0].count('T')}/{size} → " if size else ""
    if row["decision"] == "stop":
        return f"{seen}stop, no dose"
    if row["decision"] == "finish":
        return f"{seen}ends: {row['next_level']}"
    if row["decision"] == "wait":
        return f"{seen}wait"
    return f"{seen}{row['next_level']} × {row['patients']}"


def _kind(row: Row, labels: Sequence[str]) -> str:
    if row["decision"] != "enroll":
        return str(row["decision"])
    move = labels.index(row["next_level"]) - labels.index(row["level"])
    return "up" if move > 0 else "down" if move < 0 else "stay"


def _box(node: _Node, left: Sequence[float], widths: Sequence[float], labels: Sequence[str]) -> str:
    fill, edge, _ = _COLORS[_kind(node.row, labels)]
    x, y = left[node.column], _TOP + _ROW * node.place
    why = f"{node.row['path'] or 'start'}: {node.row['why']}"
    return (
        f'<g><title>{escape(why)}</title><rect x="{x:.1f}" y="{y:.1f}" width="{widths[node.column]:.1f}" '
        f'height="{_BOX_H}" rx="4" fill="{fill}" stroke="{edge}"/>'
        f'<text x="{x + 7:.1f}" y="{y + 14:.1f}" fill="#1c2430">{escape(_words(node.row))}</text></g>'
    )


def _edge(parent: _Node, node: _Node, left: Sequence[float], widths: Sequence[float]) -> str:
    x1, x2 = left[parent.column] + widths[parent.column], left[node.column]
    y1, y2 = (_TOP + _ROW * n.place + _BOX_H / 2 for n in (parent, node))
    middle = (x1 + x2) / 2
    return (
        f'<path d="M{x1:.1f} {y1:.1f} C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}" '
        'fill="none" stroke="#9aa4b1"/>'
    )


def _legend() -> str:
    parts, x = [], float(_LEFT)
    for fill, edge, says in list(_COLORS.values())[:5]:
        parts.append(
            f'<rect x="{x:.1f}" y="34" width="14" height="14" rx="3" fill="{fill}" stroke="{edge}"/>'
            f'<text x="{x + 20:.1f}" y="45.5">{says}</text>'
        )
        x += 34 + _LETTER * len(says)
    return "".join(parts) + f'<text x="{x:.1f}" y="45.5" fill="#5b6675">{_READ}</text>'

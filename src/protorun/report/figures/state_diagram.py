"""The dose rule drawn from its transitions: states down the left, results to the right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from protorun.report.figures._svg import inline
from protorun.study.dose_rule import DoseRule, RuleReading, Transition

_ROW, _BOX_W, _BOX_H, _LEFT, _RIGHT = 132, 190, 58, 20, 520


@dataclass(frozen=True)
class _Box:
    x: int
    y: int
    lines: tuple[str, ...]
    kind: str

    @property
    def middle(self) -> int:
        return self.y + _BOX_H // 2


def state_diagram(rule: DoseRule, reading: RuleReading, *, name: str) -> Markup:
    """States, guards and results of one reading of a dose rule, as SVG drawn from its transitions; `name` makes its ids
    unique on a page."""
    places = {s.name: i for i, s in enumerate(rule.states)}
    states = {
        s.name: _Box(_LEFT, 16 + places[s.name] * _ROW, _state_words(rule, s.name), "state")
        for s in rule.states
    }
    parts: list[str] = [_box(b) for b in states.values()]
    bottom = 16 + len(states) * _ROW
    for state, box in states.items():
        finish = [t for t in reading.transitions if t.state == state and t.action == "finish"]
        if finish:
            result = _Box(_RIGHT, box.y, ("next part", f"at {_dose(rule, state)}"), "good")
            parts += [_box(result), _arrow_right(box, result, (guard_words(t) for t in finish))]
        for t in (t for t in reading.transitions if t.state == state and t.action == "go"):
            parts.append(_arrow_down(box, states[t.to].y, guard_words(t)))
        stops = [t for t in reading.transitions if t.state == state and t.action == "stop"]
        if stops:
            stop = _Box(_LEFT, bottom, ("stop", "no dose recommended"), "bad")
            parts += [_box(stop), *(_arrow_down(box, stop.y, guard_words(t)) for t in stops)]
    height = bottom + _BOX_H + 16
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_RIGHT + _BOX_W + 20} {height}" '
        f'font-family="sans-serif" font-size="13">{_HEADS}{"".join(parts)}</svg>'
    )
    return inline(svg, name=name, alt=f"State diagram of the dose rule, reading {reading.name}")


def guard_words(t: Transition) -> str:
    """The guard of a transition in words: `3 evaluable, 0 DLTs`."""
    n = _range_words(t.n_from, t.n_to, "evaluable")
    dlt = _range_words(t.dlt_from, t.dlt_to, "DLT" if t.dlt_to == 1 == t.dlt_from else "DLTs")
    return ", ".join(w for w in (n, dlt) if w) or "otherwise"


def _range_words(low: int, high: int | None, what: str) -> str:
    if high is None:
        return f"≥ {low} {what}" if low else ""
    if low == high:
        return f"{low} {what}"
    return f"≤ {high} {what}" if not low else f"{low} to {high} {what}"


def _dose(rule: DoseRule, state: str) -> str:
    level = rule.levels[next(s.level for s in rule.states if s.name == state)]
    dose = level.dose.value
    return f"{dose.amount:g} {dose.unit}" if dose else level.label


def _state_words(rule: DoseRule, name: str) -> tuple[str, ...]:
    state = next(s for s in rule.states if s.name == name)
    size = f"{state.minimum} to {state.maximum}" if state.minimum != state.maximum else f"{state.maximum}"
    return f"treat at {_dose(rule, name)}", f"{size} evaluable patients"


def _box(box: _Box) -> str:
    fill, edge = {
        "state": ("#eef3fa", "#1f5fa8"),
        "good": ("#eaf5ee", "#2d7d46"),
        "bad": ("#fbeeea", "#b5442e"),
    }[box.kind]
    words = "".join(
        f'<text x="{box.x + _BOX_W // 2}" y="{box.y + 25 + 18 * i}" text-anchor="middle"'
        f"{' font-weight=' + chr(34) + '600' + chr(34) if not i else ''}>{escape(line)}</text>"
        for i, line in enumerate(box.lines)
    )
    return f'<rect x="{box.x}" y="{box.y}" width="{_BOX_W}" height="{_BOX_H}" rx="8" fill="{fill}" stroke="{edge}"/>{words}'


def _arrow_right(box: _Box, to: _Box, labels: Iterable[str]) -> str:
    x1, x2, y = box.x + _BOX_W, to.x - 4, box.middle
    lines = list(labels)
    words = "".join(
        f'<text x="{(x1 + x2) // 2}" y="{y - 8 - 16 * (len(lines) - 1 - i)}" text-anchor="middle">{escape(line)}</text>'
        for i, line in enumerate(lines)
    )
    return f'<path d="M{x1} {y} H{x2}" stroke="#333" marker-end="url(#head)"/>{words}'


def _arrow_down(box: _Box, to_y: int, label: str) -> str:
    x = box.x + _BOX_W // 2
    return (
        f'<path d="M{x} {box.y + _BOX_H} V{to_y - 4}" stroke="#333" marker-end="url(#head)"/>'
        f'<text x="{x + 10}" y="{box.y + _BOX_H + 30}">{escape(label)}</text>'
    )


_HEADS = (
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
    'orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" fill="#333"/></marker></defs>'
)

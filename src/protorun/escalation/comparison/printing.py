"""A comparison as tables for people: no more digits than the error supports."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Any

from protorun.escalation.comparison.comparing import Comparison
from protorun.escalation.comparison.measuring import COMPARED
from protorun.escalation.comparison.truths import Truth, right_words

Row = dict[str, Any]
Table = tuple[str, list[Row]]
EXACT_DIGITS = 3
_PERCENT = frozenset({"selected", "none", "correct", "above_mtd", "overdosed", "ended"})
_BY_LEVEL = (("selected", "selected, %"), ("patients", "patients, mean"), ("dlts", "DLTs, mean"))


def tables(found: Comparison, *, with_differences: bool = False) -> list[Table]:
    """For each scenario what happens at each level and what becomes of the trial; and, if wanted, the differences between
    the designs with their paired errors."""
    result: list[Table] = []
    for truth in found.truths:
        title = f"{truth.name}; {right_words(truth, found.target, found.labels)}"
        result.append((title, _levels(found, truth)))
        result.append((f"{truth.name}: the trial", _trial(found, truth)))
        if with_differences and len(found.designs) > 1:
            title = f"{truth.name}: difference from {found.designs[0]}, on the same patients"
            result.append((title, _gaps(found, truth)))
    return result


def shown(value: float, error: float | str | None, *, trials: int | None, percent: bool) -> str:
    """A number with the digits its error supports: the last one printed is the first one in doubt. A simulated share of 0
    is below 3 / trials (the rule of three: a 95 % limit), one of 1 above what that leaves."""
    scale = 100.0 if percent else 1.0
    if error == "exact" or error is None or trials is None:
        return f"{scale * value:.{EXACT_DIGITS}f}" if error == "exact" else f"{scale * value:g}"
    doubt = scale * float(error)
    if doubt > 0:
        return f"{scale * value:.{max(0, -floor(log10(doubt) + 1e-9))}f}"
    limit = scale * 3 / trials
    if not percent:
        return f"{value:g}"
    return f"< {limit:.1g}" if value < 0.5 else f"> {scale - limit:.{max(0, -floor(log10(limit)))}f}"


class _Found:
    """The rows of one scenario, by design, quantity and level."""

    def __init__(self, found: Comparison, truth: Truth) -> None:
        self.trials = found.trials
        self.rows = {
            (r["design"], r["quantity"], r["level"]): r for r in found.rows if r["scenario"] == truth.name
        }

    def shown(self, design: str, quantity: str, level: str = "") -> str:
        row = self.rows.get((design, quantity, level))
        if row is None:
            return ""
        return shown(row["value"], row["error"], trials=self.trials, percent=quantity in _PERCENT)

    def of(self, design: str, quantity: str) -> list[Row]:
        return [r for (d, q, _), r in self.rows.items() if (d, q) == (design, quantity)]


def _levels(found: Comparison, truth: Truth) -> list[Row]:
    known = _Found(found, truth)
    true = [f"{100 * p:.4g}" for p in truth.dlt]
    rows: list[Row] = [{"design": "", "quantity": "true DLT rate, %", **_by_label(found, true), "none": ""}]
    for design in found.designs:
        for quantity, says in _BY_LEVEL:
            values = [known.shown(design, quantity, label) for label in found.labels]
            none = known.shown(design, "none") if quantity == "selected" else ""
            rows.append({"design": design, "quantity": says, **_by_label(found, values), "none": none})
    return rows


def _by_label(found: Comparison, values: Sequence[str]) -> Row:
    return dict(zip(found.labels, values, strict=True))


def _trial(found: Comparison, truth: Truth) -> list[Row]:
    known = _Found(found, truth)
    rows = []
    for design in found.designs:
        n = f"{known.shown(design, 'n')} ({known.shown(design, 'n_5')} to {known.shown(design, 'n_95')})"
        rows.append(
            {
                "design": design,
                "correct, %": known.shown(design, "correct"),
                "patients above correct level, %": known.shown(design, "above_mtd"),
                f"trials with > {100 * found.over:g} % of them, %": known.shown(design, "overdosed"),
                "patients (5 to 95 %)": n.replace(".000", ""),
                "ended, %": _ended(known, design),
                "standard error": _error(known, design),
            }
        )
    empty = [name for name in rows[0] if all(row[name] == "" for row in rows)]
    return [{name: value for name, value in row.items() if name not in empty} for row in rows]


def _ended(known: _Found, design: str) -> str:
    parts = sorted(known.of(design, "ended"), key=lambda row: -row["value"])
    return "; ".join(
        f"{r['level'].replace('_', ' ')} {known.shown(design, 'ended', r['level'])}" for r in parts
    )


def _error(known: _Found, design: str) -> str:
    """ "exact", or the largest standard error of a percentage."""
    errors = [r["error"] for (d, q, _), r in known.rows.items() if d == design and q in _PERCENT]
    if "exact" in errors:
        return "exact"
    return f"up to {100 * max(float(e) for e in errors):.1g} %"


def _gaps(found: Comparison, truth: Truth) -> list[Row]:
    rows = []
    for row in found.differences:
        if row["scenario"] != truth.name:
            continue
        percent = row["quantity"] in _PERCENT
        error = row["error"]
        scale = 100 if percent else 1
        value = shown(row["value"], error, trials=found.trials, percent=percent)
        if error == 0:
            value = f"{scale * row['value']:g}"
        rows.append(
            {
                "design": row["design"],
                "difference in": COMPARED[row["quantity"]] + (", %" if percent else ""),
                "value": value,
                "paired standard error": error if error == "exact" else f"{scale * error:.2g}",
            }
        )
    return rows

"""A limit as an atom: its unit checked against the variable, implausible values flagged, the formula kept."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.limits.bounds import Bounds
from protorun.reading.eligibility.atoms.limits.methods import method_of
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Expr, Number
from protorun.terms.variables import factor, factors, variables

_FORMULAS = {
    "Cockcroft-Gault": r"cockc?roft",
    "Jelliffe": r"jelliffe",
    "Schwartz": r"schwartz",
    "CKD-EPI": r"ckd-?epi",
    "MDRD": r"mdrd|modification of diet",
    "Fridericia": r"fr[ie]d[ei]ricia|qtcf",
    "Bazett": r"bazett|qtcb",
}

_THIS = re.compile(r"\b(?:this|that|the same) (?:formula|equation|method)")
_SIGN = re.compile(r"[<>≥≤]")
_LOST = re.compile(r"(?<![\d.])10(?:3|6|9|12)(?![\d.])")


def number_atom(name: str, bounds: Bounds, line: Line, start: int, end: int) -> Expr:
    """The atom of a variable between bounds. Doubts: NO_UNIT, IMPLAUSIBLE_LIMIT."""
    low, high, unit, _ = bounds
    source = line.cite(start, end)
    unit = giga(name, unit, source.quote)
    if unit.startswith("10^") and (lost := _LOST.search(source.quote)):
        line.doubt("LOST_EXPONENT", f"{lost[0]!r} is read as {lost[0][:2]}^{lost[0][2:]}")
    suggested = ""
    known = variables().get(name)
    times = next((b.times for b in (low, high) if b), "")
    if times == "uln" and not _UPPER.search(source.quote):
        line.doubt("NORMAL_LIMIT", "a multiple of normal is read as one of the upper limit of normal")
    if known and not times:
        ratio = factor(name, unit)
        if ratio is None:
            what = f"{unit!r} is no unit of {known.label.lower()}" if unit else "it has no unit"
            line.doubt("NO_UNIT", f"the limit on {known.label.lower()}: {what}; it cannot be compared")
        else:
            suggested = _suggest(name, unit, [b.value for b in (low, high) if b], ratio, line)
    return Number.model_construct(
        variable=name,
        low=low,
        high=high,
        unit=unit,
        suggested_unit=suggested,
        source=source,
        note=_note(name, line, start, end),
    )


_UPPER = re.compile(r"u\.?l\.?n|unl|upper|ulrr|within", re.IGNORECASE)
_GIGA = re.compile(r"\d ?G ?/ ?[Ll]\b")


def giga(name: str, unit: str, quote: str) -> str:
    """The SI prefix: 150 G/L of platelets are 150 x 10^9/L; a small g would be grams, which no count is in."""
    return "10^9/L" if unit == "g/L" and "10^9/L" in factors(name) and _GIGA.search(quote) else unit


def _note(name: str, line: Line, start: int, end: int) -> str:
    """By what formula and by what method."""
    said = _formula(name, line, start, end), method_of(name, line.text, start, end)
    return "; ".join(part for part in said if part)


def _formula(name: str, line: Line, start: int, end: int) -> str:
    """Clearance and QTc depend on the formula the sentence names, or the only one of the line; it stays with the limit."""
    if name not in ("creatinine_clearance", "egfr_rate", "qtc"):
        return ""
    if not any(re.search(pattern, line.text) for pattern in _FORMULAS.values()):
        return ""
    first = max(line.text.rfind(";", 0, start), line.text.rfind(". ", 0, start)) + 1
    behind = [i for i in (line.text.find(";", end), line.text.find(". ", end)) if i >= 0]
    said = line.text[first : min(behind, default=len(line.text))]
    if _THIS.search(said):
        said = line.text
    elsewhere = " ".join(s for s in re.split(r"; |\. ", line.text) if not _SIGN.search(s))
    return _formulas_in(said) or _formulas_in(elsewhere)


def _formulas_in(text: str) -> str:
    return ", ".join(formula for formula, pattern in _FORMULAS.items() if re.search(pattern, text))


def _suggest(name: str, unit: str, values: list[float], ratio: float, line: Line) -> str:
    """A unit in which an implausible limit would be plausible; zero is a limit of its own kind."""
    known = variables()[name]
    outside = [v for v in values if v and not known.low <= v * ratio <= known.high]
    if not outside or known.kind in ("age", "count", "time"):
        return ""
    others = [
        other
        for other, by in factors(name).items()
        if all(known.low <= v * by <= known.high for v in outside)
    ]
    hint = f"; {outside[0]:g} {others[0]} suggested" if others else ""
    line.doubt(
        "IMPLAUSIBLE_LIMIT",
        f"{known.label.lower()} {outside[0]:g} {unit} lies outside {known.low:g} to {known.high:g} {known.unit}{hint}",
    )
    return others[0] if others else unit

"""Cells of a patient table: numbers with units and `<` signs, partial dates, yes and no, codes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from protorun.terms.dates import first_day, last_day
from protorun.terms.reasons import Reason
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.terms.variables import factor, unit_patterns, variables

EPOCH = date(1970, 1, 1)
BLANK = frozenset(
    {"", "na", "n/a", "unknown", "unk", "?", "not done", "nd", "missing", "not known", "none recorded"}
)
_YES = {"yes": TRUE, "y": TRUE, "true": TRUE, "1": TRUE, "present": TRUE, "positive": TRUE}
_NO = {"no": FALSE, "n": FALSE, "false": FALSE, "0": FALSE, "absent": FALSE, "negative": FALSE}
_NUMBER = re.compile(
    r"(?P<sign><=|>=|=<|=>|[<>≤≥])?\s*(?P<digits>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(?P<unit>.*)",
    re.DOTALL,
)
_LARGEST = 1e15
_CLEAR = 4e-9
"""`<0.3` ends this far below 0.3, relatively: limits are met within 1e-9, and it must not meet 0.3."""


class CellError(ValueError):
    """A cell that cannot be read; the table adds file, line and column."""


@dataclass(frozen=True)
class Measured:
    """A number as an interval in the canonical unit; `by` is the factor that took it there; NaN with a reason otherwise."""

    low: float
    high: float
    reason: int = 0
    by: float = 1.0


def is_blank(text: str) -> bool:
    """True for the ways people write that nothing is recorded."""
    return text.lower() in BLANK


def measured(text: str, variable: str, unit: str = "") -> Measured:
    """`80 10^9/L`, `<0.3`, `120`: without a unit the unit of the column, else the canonical one.

    A unit that is not in the table of the variable gives NO_UNIT; a value that is not plausible IMPLAUSIBLE_VALUE; both
    stay unknown and are never corrected."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise CellError(f"{text!r} is no number" + (", and formulas are not run" if text[:1] in "=@" else ""))
    value = float(match["digits"])
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise CellError(f"{text!r} is out of range")
    by = _factor(variable, match["unit"].strip() or unit)
    if by is None:
        return Measured(math.nan, math.nan, Reason.NO_UNIT)
    return _interval(match["sign"] or "", value * by, variable, by)


def _interval(sign: str, value: float, variable: str, by: float) -> Measured:
    known = variables().get(variable)
    if value < 0 or (known and not sign and not known.low <= value <= known.high and value != 0):
        return Measured(math.nan, math.nan, Reason.IMPLAUSIBLE_VALUE)
    if known and value == 0 and known.low > 0 and not sign:
        return Measured(math.nan, math.nan, Reason.IMPLAUSIBLE_VALUE)
    if sign == "<":
        return Measured(0.0, value * (1 - _CLEAR), 0, by)
    if sign in ("<=", "=<", "≤"):
        return Measured(0.0, value, 0, by)
    if sign == ">":
        return Measured(value * (1 + _CLEAR), math.inf, 0, by)
    if sign:
        return Measured(value, math.inf, 0, by)
    return Measured(value, value, 0, by)


def _factor(variable: str, printed: str) -> float | None:
    known = variables().get(variable)
    if not printed or known is None:
        return 1.0
    unit = read_unit(printed)
    return factor(variable, unit) if unit else None


@cache
def read_unit(printed: str) -> str | None:
    """The canonical spelling of a printed unit, or None when it is in no table."""
    text = _plain_unit(printed)
    for unit, pattern in unit_patterns().items():
        if re.fullmatch(pattern, text):
            return unit
    return "1" if text in ("1", "{inr}", "{ratio}", "ratio") else None


def _plain_unit(printed: str) -> str:
    from protorun.terms.normalize import normalize
    from protorun.terms.offsets import identity

    text = normalize(identity(printed)).text.strip().lower()
    return re.sub(r"10[*](?=\d)", "10^", text)


def days(text: str) -> tuple[int, int]:
    """First and last day a partial date can mean, from 1970-01-01."""
    try:
        return (first_day(text) - EPOCH).days, (last_day(text) - EPOCH).days
    except ValueError as error:
        raise CellError(str(error)) from error


def yes_no(text: str) -> np.uint8:
    """TRUE, FALSE, or UNKNOWN for a blank."""
    lower = text.lower()
    if lower in BLANK:
        return UNKNOWN
    if lower in _YES:
        return np.uint8(_YES[lower])
    if lower in _NO:
        return np.uint8(_NO[lower])
    raise CellError(f"{text!r} is neither yes nor no")

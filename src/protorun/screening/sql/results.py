"""Numbers and codes as SQL over one row of results: `lo`, `hi`, `uln`, `lln`, `baseline`, `code`, `t_lo`, `t_hi`."""

from __future__ import annotations

import math

from protorun.screening.atoms.ages import by_birth, not_reached, oldest, reached
from protorun.screening.atoms.flags import matches
from protorun.screening.atoms.numbers import TOLERANCE, number_column
from protorun.screening.sql.days import Days
from protorun.screening.sql.needs import Needs
from protorun.screening.sql.words import FALSE, NULL, TRUE, among, case, every, kleene, number
from protorun.study.criterion import Bound, Code, Number, Window
from protorun.terms import truth as known_truth
from protorun.terms.variables import factor

NONE, OTHER = 62, 63
"""Places of a code that is not usable and of one that is in no codebook."""


def number_sql(atom: Number, needs: Needs) -> str:
    """The truth of a numeric atom for a patient."""
    found = _recorded(atom, number_column(atom), needs)
    if atom.excluding and atom.low is None:
        plain = _recorded(atom, atom.variable, needs)
        found = case(
            (f"NOT {found} AND {plain}", NULL), (f"{found} IS NOT NULL", found), (plain, TRUE), otherwise=NULL
        )
    return needs.fact(_aged(atom, found, needs.days)) if by_birth(atom) else found


def truth_of(column: str) -> str:
    """A coded truth (2, 1, 0, or no row) as a truth value."""
    return kleene(f"{column} = 2", f"{column} = 0")


def coded_truth(sql: str) -> str:
    """A truth value as 2, 1 or 0."""
    return case((sql, "2"), (f"NOT {sql}", "0"), otherwise="1")


def _recorded(atom: Number, name: str, needs: Needs) -> str:
    row = _row(atom, atom.unit)
    if atom.suggested_unit:
        other = _row(atom, atom.suggested_unit)
        same = atom.suggested_unit == atom.unit
        row = NULL if same else kleene(f"{row} AND {other}", f"NOT {row} AND NOT {other}")
    column = needs.result(name, coded_truth(_timely(row, atom.window, needs.days)))
    return truth_of(column) if by_birth(atom) else needs.fact(truth_of(column))


def _timely(row: str, window: Window | None, days: Days) -> str:
    if window is None:
        return row
    return case((inside("t_lo", "t_hi", window, days)[0], row), otherwise=NULL)


def inside(first: str, last: str, window: Window, days: Days) -> tuple[str, str]:
    """When something surely falls into a window, and when it surely lies before it."""
    anchor, low, index = days.anchor(window.anchor), days.edge(window), days.index()
    sure = f"({first} >= {low} AND ({last} <= {anchor} OR {index} <= {anchor}))"
    return sure, f"({last} < {low} OR {index} < {low})"


def _row(atom: Number, unit: str) -> str:
    times = next((b.times for b in (atom.low, atom.high) if b is not None), "")
    by = 1.0 if times else factor(atom.variable, unit)
    if by is None:
        return NULL
    if atom.variable == "age" and not times:
        return _completed(atom, by)
    sides = [_side(b, upper, by) for b, upper in ((atom.low, False), (atom.high, True)) if b is not None]
    return every(sides) if sides else case(("lo IS NOT NULL OR hi IS NOT NULL", TRUE))


def _side(bound: Bound, upper: bool, by: float) -> str:
    """One bound over the interval, with the same tolerance as the array reader."""
    more = bound.inclusive == upper
    if bound.times:
        limit = f"({number(bound.value)} * {bound.times})"
        limit = f"({limit} {'+' if more else '-'} ABS({limit}) * {number(TOLERANCE)})"
    else:
        value = bound.value * by
        limit = number(value + abs(value) * TOLERANCE if more else value - abs(value) * TOLERANCE)
    meets, fails = {
        (True, True): ("hi <= {}", "lo > {}"),
        (True, False): ("hi < {}", "lo >= {}"),
        (False, True): ("lo >= {}", "hi < {}"),
        (False, False): ("lo > {}", "hi <= {}"),
    }[upper, bound.inclusive]
    return kleene(meets.format(limit), fails.format(limit))


def _completed(atom: Number, by: float) -> str:
    """Ages count in completed units: FLOOR is not in the subset, so the limits move instead."""
    sides = []
    for bound, upper in ((atom.low, False), (atom.high, True)):
        if bound is None:
            continue
        slack = abs(bound.value) * TOLERANCE
        # The first completed age that is above (or reaches) the limit.
        if upper == bound.inclusive:
            first = math.floor(bound.value + slack) + 1
        else:
            first = math.ceil(bound.value - slack)
        limit = number((first - TOLERANCE) * by)
        sides.append(
            kleene(f"hi < {limit}", f"lo >= {limit}") if upper else kleene(f"lo >= {limit}", f"hi < {limit}")
        )
    return every(sides) if sides else case(("lo IS NOT NULL OR hi IS NOT NULL", TRUE))


def _aged(atom: Number, measured: str, days: Days) -> str:
    index, born_by = days.index(), days.edge(oldest(), birth=True)
    wrong = f"p.birth_lo > {index} OR p.birth_hi <= {born_by} OR {index} <= {born_by}"
    sides = []
    for window, upper in ((reached(atom), False), (not_reached(atom), True)):
        if window is None:
            continue
        born = days.edge(window, birth=True)
        old = f"(p.birth_hi <= {born} OR {index} <= {born})"
        young = f"p.birth_lo > {born}"
        sides.append(kleene(young, old) if upper else kleene(old, young))
    return case(
        ("p.birth_lo IS NULL AND p.birth_hi IS NULL", measured),
        (wrong, NULL),
        otherwise=every(sides) if sides else TRUE,
    )


def code_sql(atom: Code, needs: Needs) -> str:
    """The truth of a coded atom for a patient."""
    if atom.variable == "sex":
        pairs = [(f"p.sex = '{s[0].upper()}'", _truth(s, atom)) for s in ("female", "male")]
        return needs.fact(case(*pairs, otherwise=NULL))
    row = _timely(code_row(atom, needs), atom.window, needs.days)
    return needs.fact(truth_of(needs.result(atom.variable, coded_truth(row))))


def code_row(atom: Code, needs: Needs) -> str:
    """The truth of a code. Compound codes (`a|b`, `a;b`, `x:mark`) that are in no codebook stay unknown."""
    plain = (v.partition(":")[0] for v in atom.values)
    book = dict.fromkeys((*needs.values(atom.variable), *atom.values, *plain))
    of = {t: [v for v in book if _truth(v, atom) == t] for t in (TRUE, NULL, FALSE)}
    compound = [v for v in of[FALSE] if set(v) & set("|;:")]
    return case(
        ("code IS NULL", NULL),
        (among("code", of[TRUE]), TRUE),
        (among("code", of[NULL]), NULL),
        (among("code", compound), FALSE),
        ("code LIKE '%|%' OR code LIKE '%;%' OR code LIKE '%:%'", NULL),
        otherwise=FALSE,
    )


def _truth(value: str, atom: Code) -> str:
    return {known_truth.TRUE: TRUE, known_truth.FALSE: FALSE}.get(matches(value, atom), NULL)


def place_of_code(variable: str, needs: Needs) -> tuple[str, tuple[str, ...]]:
    """The place (from 1) of the latest code in the codebook, and the codebook; 0 = no row."""
    book = needs.values(variable)[: NONE - 1]
    pairs = [("code IS NULL", str(NONE)), *((f"code = '{v}'", str(i)) for i, v in enumerate(book, 1))]
    return needs.result(variable, case(*pairs, otherwise=str(OTHER)), 64), book

"""Numbers and codes as SQL over one row of results: `lo`, `hi`, `uln`, `lln`, `baseline`, `code`, `t_lo`, `t_hi`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from protorun.screening.atoms.ages import by_birth, not_reached, oldest, reached
from protorun.screening.atoms.flags import matches
from protorun.screening.atoms.numbers import TOLERANCE, number_column
from protorun.screening.sql.days import Days
from protorun.screening.sql.needs import Needs
from protorun.screening.sql.words import FALSE, NULL, TRUE, among, case, every, kleene, number, some
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
    """A coded truth (3, 2, 1, or 0 for no row) as a truth value."""
    return kleene(f"{column} = 3", f"{column} = 1")


def _recorded(atom: Number, name: str, needs: Needs) -> str:
    row = _row(atom, atom.unit)
    if atom.suggested_unit:
        other = _row(atom, atom.suggested_unit)
        same = atom.suggested_unit == atom.unit
        row = Row() if same else Row((*row.meets, *other.meets), (every((row.false, other.false)),))
    column = needs.result(name, _timely(row, atom.window, needs.days).coded, window=atom.window)
    return truth_of(column) if by_birth(atom) else needs.fact(truth_of(column))


@dataclass(frozen=True)
class Row:
    """The truth of one row: TRUE where all of `meets` hold, FALSE where one of `fails` does, else unknown. They never
    hold together, and a NULL among them counts as not holding."""

    meets: tuple[str, ...] = (FALSE,)
    fails: tuple[str, ...] = (FALSE,)

    @property
    def false(self) -> str:
        """When it is FALSE."""
        return some(self.fails)

    @property
    def coded(self) -> str:
        """3 for TRUE, 2 for unknown, 1 for FALSE."""
        return case((every(self.meets), "3"), (self.false, "1"), otherwise="2")


def _timely(row: Row, window: Window | None, days: Days) -> Row:
    if window is None:
        return row
    sure = inside("t_lo", "t_hi", window, days)[0]
    return Row((sure, *row.meets), (every((sure, row.false)),))


def inside(first: str, last: str, window: Window, days: Days) -> tuple[str, str]:
    """When something surely falls into a window, and when it surely lies before it."""
    anchor, low, index = days.anchor(window.anchor), days.edge(window), days.index()
    until = TRUE if anchor == index else f"({last} <= {anchor} OR {index} <= {anchor})"
    return f"({first} >= {low} AND {until})", f"({last} < {low} OR {index} < {low})"


_RECORDED = "(lo IS NOT NULL OR hi IS NOT NULL)"


def _row(atom: Number, unit: str) -> Row:
    times = next((b.times for b in (atom.low, atom.high) if b is not None), "")
    by = 1.0 if times else factor(atom.variable, unit)
    if by is None:
        return Row()
    completed = atom.variable == "age" and not times
    side = _completed if completed else _side
    sides = [side(b, upper, by) for b, upper in ((atom.low, False), (atom.high, True)) if b is not None]
    if not sides:
        return Row((_RECORDED,))
    return Row(tuple(meets for meets, _ in sides), tuple(fails for _, fails in sides))


def _side(bound: Bound, upper: bool, by: float) -> tuple[str, str]:
    """When the interval meets one bound and when it fails it, with the same tolerance as the array reader."""
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
    return meets.format(limit), fails.format(limit)


def _completed(bound: Bound, upper: bool, by: float) -> tuple[str, str]:
    """Ages count in completed units: FLOOR is not in the subset, so the limit moves to the first age above it."""
    slack = abs(bound.value) * TOLERANCE
    above = upper == bound.inclusive
    first = math.floor(bound.value + slack) + 1 if above else math.ceil(bound.value - slack)
    limit = number((first - TOLERANCE) * by)
    return (f"hi < {limit}", f"lo >= {limit}") if upper else (f"lo >= {limit}", f"hi < {limit}")


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
    return needs.fact(truth_of(needs.result(atom.variable, row.coded, window=atom.window)))


def code_row(atom: Code, needs: Needs) -> Row:
    """The truth of a code. Compound codes (`a|b`, `a;b`, `x:mark`) that are in no codebook stay unknown."""
    plain = (v.partition(":")[0] for v in atom.values)
    book = dict.fromkeys((*needs.values(atom.variable), *atom.values, *plain))
    of = {t: [v for v in book if _truth(v, atom) == t] for t in (TRUE, NULL, FALSE)}
    compound = [v for v in of[FALSE] if set(v) & set("|;:")]
    unclear = f"{among('code', of[NULL])} OR code LIKE '%|%' OR code LIKE '%;%' OR code LIKE '%:%'"
    never = case(
        (among("code", of[TRUE]), FALSE), (among("code", compound), TRUE), (unclear, FALSE), otherwise=TRUE
    )
    return Row((among("code", of[TRUE]),), (f"(code IS NOT NULL AND {never})",))


def _truth(value: str, atom: Code) -> str:
    return {known_truth.TRUE: TRUE, known_truth.FALSE: FALSE}.get(matches(value, atom), NULL)


def place_of_code(variable: str, needs: Needs) -> tuple[str, tuple[str, ...]]:
    """The place (from 1) of the latest code in the codebook, and the codebook; 0 = no row."""
    book = needs.values(variable)[: NONE - 1]
    pairs = [("code IS NULL", str(NONE)), *((f"code = '{v}'", str(i)) for i, v in enumerate(book, 1))]
    return needs.result(variable, case(*pairs, otherwise=str(OTHER)), 64), book

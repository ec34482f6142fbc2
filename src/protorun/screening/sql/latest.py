"""The latest result of each variable as common table expressions: one row per patient and limit, and only at the end one
number per patient.

The limits of the criteria are rows of a small table, so that a rule of one form ("at least so much, since that day") is
written and worked out once for all variables it is asked of.
"""

# ruff: noqa: S608 - the text is made of our own tables and escaped literals; nothing a user types reaches it

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from protorun.screening.sql.needs import Needs
from protorun.screening.sql.words import case, some, text
from protorun.study.criterion import Window

WIDEST = 64
"""How much room there is for codes behind a recency; a recency stays below 2^40, and 64 x this in BIGINT."""

ROOM = 2**60
"""How much room there is for the codes of one patient in one number; more of them go into a further number."""

_BESIDE = {
    "uln": ("f.ref_high", "-1"),
    "lln": ("f.ref_low", "-1"),
    "baseline": ("f.baseline", "-1"),
    "code": ("f.code", "''"),
}
"""What may stand beside a value: where it comes from, and what no value has instead when two are compared."""

_ALWAYS = "DATE '0001-01-01'"
_LITERAL = re.compile(r"DATE '[^']*'|'(?:[^']|'')*'|(?<![\w.])\d+(?:\.\d+)?[eE][+-]?\d+")


@dataclass(frozen=True)
class Slot:
    """What is asked of one variable: `code` is worked out for a row, and stands in number `word` of the patient at the
    place `low`. `held` are the columns found in it: which, from and below which power."""

    variable: str
    code: str
    word: int
    low: int
    held: tuple[tuple[int, int, int], ...]


def results(needs: Needs) -> list[str]:
    """Per patient the truth of every numeric and coded atom, by the latest result.

    A result known only by its month or year may be the latest: all that can be are taken, and the answer is the
    interval from the least to the greatest of them; reference limits and codes that differ are unknown.
    """
    if not needs.results:
        return []
    slots, join = _slots(needs.results), needs.days.join
    rule, rules = _by_rule("rule", [s.code for s in slots])
    recent, ages = _by_rule("age", [_recent(needs.variables[s.variable], needs) for s in slots])
    listed = "\n  UNION ALL ".join(
        f"SELECT {text(s.variable)} AS concept, {i} AS slot, {s.word} AS word, CAST({s.low} AS BIGINT) AS low"
        f"{rules[i]}{ages[i]}"
        for i, s in enumerate(slots)
    )
    beside = [b for b in _BESIDE if any(re.search(rf"\b{b}\b", s.code) for s in slots)]
    row = (
        "COALESCE(f.value, f.value_lo) AS lo, COALESCE(f.value, f.value_hi) AS hi, "
        + "".join(f"{_BESIDE[b][0]} AS {b}, " for b in beside)
        + "f.t_lo AS t_lo, f.t_hi AS t_hi, f.recency AS recency"
    )
    seen = (
        f"{recent} AND (f.quality IS NULL OR f.quality <> 'absent')"
        f" AND (f.t_lo IS NULL OR f.t_lo <= {needs.days.index()})"
    )
    asked = f"measurement AS f JOIN slots AS z ON z.concept = f.concept{join}"
    return [
        f"slots AS ({listed})",
        f"""coded AS (SELECT f.person_id AS person_id, slot, recency * {WIDEST} + {rule} AS found
  FROM (SELECT f.person_id AS person_id, z.*, {row}
    FROM {asked} WHERE f.t_lo = f.t_hi AND {seen}) AS f{join})""",
        "top AS (SELECT person_id, slot, MAX(found) AS found FROM coded GROUP BY person_id, slot)",
        *_unclear(asked, seen, row),
        _spread(beside),
        f"""answers AS (SELECT t.person_id AS person_id, z.word AS word, z.low AS low, t.found % {WIDEST} AS answer
  FROM top AS t JOIN slots AS z ON z.slot = t.slot
  LEFT JOIN unclear AS u ON u.person_id = t.person_id AND u.slot = t.slot WHERE u.slot IS NULL
  UNION ALL SELECT f.person_id, z.word, z.low, {rule} FROM spread AS f JOIN slots AS z ON z.slot = f.slot{join})""",
        *_numbers(slots),
    ]


def _unclear(asked: str, seen: str, row: str) -> list[str]:
    """The variables of a patient with a partial date, and all their results with the newest date and recency."""
    return [
        # Read once more, not kept: few rows of few patients are wanted here.
        f"""unclear AS (SELECT f.person_id AS person_id, z.slot AS slot FROM {asked}
  WHERE {seen} AND (f.exact IS NULL OR NOT f.exact) AND (f.t_lo IS NULL OR f.t_hi IS NULL OR f.t_lo <> f.t_hi)
  GROUP BY f.person_id, z.slot)""",
        f"""dated AS (SELECT f.person_id AS person_id, z.slot AS slot, {row},
  MAX(f.t_lo) OVER (PARTITION BY f.person_id, z.slot) AS newest,
  MAX(CASE WHEN f.t_lo = f.t_hi THEN f.recency ELSE NULL END) OVER (PARTITION BY f.person_id, z.slot) AS top
  FROM {asked} JOIN unclear AS u ON u.person_id = f.person_id AND u.slot = z.slot WHERE {seen})""",
    ]


def _numbers(slots: Sequence[Slot]) -> list[str]:
    """Per patient every answer at its place of a number, and what stands there."""
    words = range(slots[-1].word + 1)
    numbers = ", ".join(f"CAST(SUM({_in_word(w, len(words))}) AS BIGINT) AS w{w}" for w in words)
    digits = ", ".join(f"{_digit(s, low, high)} AS r{n}" for s in slots for n, low, high in s.held)
    return [
        f"packed AS (SELECT person_id, {numbers} FROM answers GROUP BY person_id)",
        f"results AS (SELECT person_id, {digits}\nFROM packed)",
    ]


def _slots(asked: Sequence[tuple[str, str, int]]) -> list[Slot]:
    """The codes of one variable as digits of one number, as far as they fit behind a recency."""
    packs: list[tuple[str, list[tuple[int, str, int]], int]] = []
    for n, (variable, code, base) in enumerate(asked):
        at = next((i for i, p in enumerate(packs) if p[0] == variable and p[2] * base <= WIDEST), None)
        if at is None:
            packs.append((variable, [(n, code, base)], base))
        else:
            packs[at] = (variable, [*packs[at][1], (n, code, base)], packs[at][2] * base)
    slots: list[Slot] = []
    word, low = 0, 1
    for variable, codes, width in packs:
        if low * width > ROOM:
            word, low = word + 1, 1
        parts, held, below = [], [], 1
        for n, code, base in codes:
            parts.append(code if below == 1 else f"{code} * {below}")
            held.append((n, low * below, low * below * base))
            below *= base
        slots.append(Slot(variable, f"({' + '.join(parts)})", word, low, tuple(held)))
        low *= width
    return slots


def _by_rule(name: str, rules: Sequence[str]) -> tuple[str, list[str]]:
    """Rules that differ in their dates and numbers alone as one rule, and what each has in these columns: the text that
    works out every rule, and per rule the columns it needs."""
    taken = [(_LITERAL.split(r), _LITERAL.findall(r)) for r in rules]
    forms = [(tuple(between), tuple(_kind(v) for v in values)) for between, values in taken]
    distinct = list(dict.fromkeys(forms))
    written, columns = [], [f", {distinct.index(f)} AS {name}" if len(distinct) > 1 else "" for f in forms]
    needed: dict[str, dict[int, str]] = {}
    for form in distinct:
        members = [i for i, f in enumerate(forms) if f == form]
        between, values = taken[members[0]]
        whole, put = [between[0]], dict[tuple[str, ...], str]()
        for place, value in enumerate(values):
            own = tuple(taken[i][1][place] for i in members)
            if len(set(own)) == 1:
                put[own] = value
            elif own not in put:
                kind = form[1][place]
                put[own] = f"{name}_{kind}_{sum(f'_{kind}_' in p for p in put.values())}"
                needed.setdefault(put[own], {}).update(zip(members, own, strict=True))
            whole += [put[own], between[place + 1]]
        written.append("".join(whole))
    for column, values_of in sorted(needed.items()):
        date = "_date_" in column
        for i in range(len(rules)):
            value = values_of.get(i, _ALWAYS if date else "0")
            columns[i] += f", {value if date else f'CAST({value} AS DOUBLE PRECISION)'} AS {column}"
    if len(distinct) == 1:
        return written[0], columns
    last = len(distinct) - 1
    return case(*((f"{name} = {i}", written[i]) for i in range(last)), otherwise=written[last]), columns


def _kind(literal: str) -> str:
    """Dates and numbers may differ within one form of a rule; texts may not."""
    return "date" if literal.startswith("DATE") else literal if literal.startswith("'") else "number"


def _recent(windows: Iterable[Window | None], needs: Needs) -> str:
    """Where every criterion has a window, older results decide nothing and are left out."""
    windows = tuple(windows)
    edges = {_ALWAYS} if None in windows else {needs.days.edge(w) for w in windows if w}
    dates = {e for e in edges if e.startswith("DATE")}
    kept = [*sorted(edges - dates), *sorted(dates)[:1]]
    return some(["f.t_hi IS NULL", *(f"f.t_hi >= {e}" for e in kept)])


def _in_word(word: int, words: int) -> str:
    """An answer in its place of one number; 0 in the others."""
    return "answer * low" if words == 1 else f"CASE WHEN word = {word} THEN answer * low ELSE 0 END"


def _digit(slot: Slot, low: int, high: int) -> str:
    """A digit of a number; the division leaves no rest, so that it does not matter whether an engine keeps one."""
    number = f"w{slot.word}"
    return f"{number} % {high}" if low == 1 else f"({number} % {high} - {number} % {low}) / {low}"


def _same(column: str, none: str) -> str:
    """The value all rows share; NULL when they differ."""
    kept = f"COALESCE({column}, {none})"
    return f"CASE WHEN MIN({kept}) = MAX({kept}) THEN MAX({column}) ELSE NULL END AS {column}"


def _end(fold: str, column: str) -> str:
    """The least or greatest value; NULL (open) when one row is open."""
    open_ = f"MAX(CASE WHEN {column} IS NULL THEN 1 ELSE 0 END) = 1"
    return f"CASE WHEN {open_} THEN NULL ELSE {fold}({column}) END AS {column}"


def _spread(beside: list[str]) -> str:
    same = "".join(f"{_same(b, _BESIDE[b][1])}, " for b in beside)
    return f"""spread AS (SELECT person_id, slot, {_end("MIN", "lo")}, {_end("MAX", "hi")}, {same}
  MAX(newest) AS t_lo, {_end("MAX", "t_hi")}
  FROM dated WHERE (newest IS NULL OR t_hi IS NULL OR t_hi >= newest)
  AND (top IS NULL OR recency >= top OR t_lo IS NULL OR t_hi IS NULL OR t_lo <> t_hi)
  GROUP BY person_id, slot)"""

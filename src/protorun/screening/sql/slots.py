"""What is asked of a patient as digits of one number: a table with a row per question, and the digits read again.

The questions are rows of a small table, so that a rule of one form ("at least so much, since that day") is written and
worked out once for all that it is asked of; and what every fact table answers comes together by one sum per patient.
"""

# ruff: noqa: S608 - the text is made of our own tables and escaped literals; nothing a user types reaches it

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from protorun.screening.sql.words import case, text

WIDEST = 64
"""How much room there is for codes behind a recency; a recency stays below 2^40, and 64 x this in BIGINT."""

ROOM = 2**60
"""How much room there is for the codes of one patient in one number; more of them go into a further number."""

ALWAYS = "DATE '0001-01-01'"
_LITERAL = re.compile(r"DATE '[^']*'|'(?:[^']|'')*'|(?<![\w.])\d+(?:\.\d+)?[eE][+-]?\d+")


@dataclass(frozen=True)
class Slot:
    """What is asked of one variable or fact: `code` is worked out for a row, and stands in number `word` of the patient
    from the place `low` to below `high`. `held` are the columns found in it: which, from and below which power."""

    concept: str
    code: str
    word: int
    low: int
    high: int
    held: tuple[tuple[str, int, int], ...]


def slots(asked: Sequence[tuple[str, str, int]], column: str, after: Sequence[Slot] = ()) -> list[Slot]:
    """The codes of one variable as digits of one number, as far as they fit behind a recency; behind other slots."""
    packs: list[tuple[str, list[tuple[int, str, int]], int]] = []
    for n, (concept, code, base) in enumerate(asked):
        at = next((i for i, p in enumerate(packs) if p[0] == concept and p[2] * base <= WIDEST), None)
        if at is None:
            packs.append((concept, [(n, code, base)], base))
        else:
            packs[at] = (concept, [*packs[at][1], (n, code, base)], packs[at][2] * base)
    found: list[Slot] = []
    word, low = (after[-1].word, after[-1].high) if after else (0, 1)
    for concept, codes, width in packs:
        if low * width > ROOM:
            word, low = word + 1, 1
        parts, held, below = [], [], 1
        for n, code, base in codes:
            parts.append(code if below == 1 else f"{code} * {below}")
            held.append((f"{column}{n}", low * below, low * below * base))
            below *= base
        found.append(Slot(concept, f"({' + '.join(parts)})", word, low, low * width, tuple(held)))
        low *= width
    return found


def slot_table(name: str, listed: Sequence[Slot], columns: Sequence[str]) -> str:
    """The slots as a table; `columns` are what the rules need of each."""
    rows = "\n  UNION ALL ".join(
        f"SELECT {text(s.concept)} AS concept, {i} AS slot, {s.word} AS word, CAST({s.low} AS BIGINT) AS low{more}"
        for i, (s, more) in enumerate(zip(listed, columns, strict=True))
    )
    return f"{name} AS ({rows})"


def digits(tables: Sequence[str], listed: Sequence[Slot]) -> list[str]:
    """Per patient every answer of the tables at its place of a number, and what stands there."""
    if not listed:
        return []
    words = range(listed[-1].word + 1)
    numbers = ", ".join(f"CAST(SUM({_in_word(w, len(words))}) AS BIGINT) AS w{w}" for w in words)
    read = ", ".join(_digit(s, *held) for s in listed for held in s.held)
    answers = "\n  UNION ALL ".join(f"SELECT person_id, word, low, answer FROM {t}" for t in tables)
    return [
        f"packed AS (SELECT person_id, {numbers} FROM ({answers}) AS f GROUP BY person_id)",
        f"answers AS (SELECT person_id, {read}\nFROM packed)",
    ]


def _in_word(word: int, words: int) -> str:
    """An answer in its place of one number; 0 in the others."""
    return "answer * low" if words == 1 else f"CASE WHEN word = {word} THEN answer * low ELSE 0 END"


def _digit(slot: Slot, column: str, low: int, high: int) -> str:
    """A digit of a number; the division leaves no rest, so that it does not matter whether an engine keeps one."""
    number = f"w{slot.word}"
    found = f"{number} % {high}" if low == 1 else f"({number} % {high} - {number} % {low}) / {low}"
    return f"{found} AS {column}"


def by_rule(name: str, rules: Sequence[str]) -> tuple[str, list[str]]:
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
            value = values_of.get(i, ALWAYS if date else "0")
            columns[i] += f", {value if date else f'CAST({value} AS DOUBLE PRECISION)'} AS {column}"
    if len(distinct) == 1:
        return written[0], columns
    last = len(distinct) - 1
    return case(*((f"{name} = {i}", written[i]) for i in range(last)), otherwise=written[last]), columns


def _kind(literal: str) -> str:
    """Dates and numbers may differ within one form of a rule; texts may not."""
    return "date" if literal.startswith("DATE") else literal if literal.startswith("'") else "number"

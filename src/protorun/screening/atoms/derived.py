"""Facts that follow from other facts by definition: the HER2 status from IHC and ISH."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from protorun.terms.reasons import Reason
from protorun.trial.facts import NO_DAY, Codes, Facts

HER2 = {
    ("3+", ""): "positive",
    ("3+", "positive"): "positive",
    ("3+", "negative"): "positive",
    ("2+", "positive"): "positive",
    ("2+", "negative"): "low",
    ("2+", ""): "positive|low",
    ("1+", ""): "low",
    ("1+", "negative"): "low",
    ("1+", "positive"): "positive|low",
    ("0", ""): "zero",
    ("0", "negative"): "zero",
    ("0", "positive"): "positive|zero",
    ("", "positive"): "positive",
}
"""ASCO/CAP 2023: positive is IHC 3+ or ISH positive, low is 1+ or 2+ with ISH negative; odd pairs stay open."""

DEFINED_BY = {"her2_status": ("her2_ihc", "her2_ish")}


def with_derived(facts: Facts) -> Facts:
    """The facts with a HER2 status wherever IHC and ISH define one. A recorded status that contradicts them is a
    CONFLICT."""
    ihc, ish = facts.columns.get("her2_ihc"), facts.columns.get("her2_ish")
    if not isinstance(ihc, Codes) and not isinstance(ish, Codes):
        return facts
    ihc_values, ihc_of = _texts(ihc, facts)
    ish_values, ish_of = _texts(ish, facts)
    names = tuple(dict.fromkeys(HER2.values()))
    table = np.full((len(ihc_values), len(ish_values)), -1, np.int16)
    for i, a in enumerate(ihc_values):
        for j, b in enumerate(ish_values):
            if (a, b) in HER2:
                table[i, j] = names.index(HER2[a, b])
    derived = table[ihc_of, ish_of]
    return replace(facts, columns={**facts.columns, "her2_status": _merged(facts, derived, names)})


def _texts(column: object, facts: Facts) -> tuple[tuple[str, ...], np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """The values with '' behind them, and each row's place among them; an index of -1 is the ''."""
    if not isinstance(column, Codes):
        return ("",), np.zeros(len(facts), np.intp)
    usable = (column.codes >= 0) & (column.day <= facts.screened_on)
    if column.reason is not None:
        usable = usable & (column.reason == 0)
    return (*column.values, ""), np.where(usable, column.codes, len(column.values)).astype(np.intp)


def _merged(
    facts: Facts, derived: np.ndarray[tuple[int], np.dtype[np.int16]], names: tuple[str, ...]
) -> Codes:
    given = facts.columns.get("her2_status")
    if not isinstance(given, Codes):
        return Codes(derived.astype(np.int16), names, np.full(len(facts), NO_DAY, np.int32))
    values = tuple(dict.fromkeys((*given.values, *names)))
    moved = np.array([*(values.index(n) for n in names), -1], np.int16)[derived]
    seen = given.day <= facts.screened_on
    own = np.where(seen, given.codes, -1)
    codes = np.where(own >= 0, own, moved).astype(np.int16)
    table = np.array([[not agree(g, d) for d in (*names, "")] for g in (*given.values, "")], bool)
    conflict = table[own, derived]
    reason = np.zeros(len(codes), np.uint8) if given.reason is None else given.reason
    reason = np.where(conflict, Reason.CONFLICT, np.where(seen, reason, 0)).astype(np.uint8)
    day = np.where(seen, given.day, NO_DAY).astype(np.int32)
    last = None if given.day_last is None else np.where(seen, given.day_last, NO_DAY).astype(np.int32)
    return replace(given, codes=codes, values=values, reason=reason, day=day, day_last=last)


def agree(given: str, derived: str) -> bool:
    """`negative` covers low, ultralow and zero; `zero` by IHC 0 covers ultralow."""
    wider = {"negative": {"low", "zero", "ultralow"}, "ultralow": {"zero"}}
    said = {w for one in given.split("|") for w in ({one} | wider.get(one, set()))}
    return not given or not derived or bool(said & set(derived.split("|")))

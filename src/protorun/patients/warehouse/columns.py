"""The long fact tables as columns for the array reader: the latest result, the conditions, the courses of each person.

Written apart from the SQL of `screening.sql`, so that the two readers can be held against each other.
"""

# ruff: noqa: S608 - the text is made of our own column names; all values are handed over as parameters

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.terms.reasons import Reason
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.terms.variables import canonical_unit
from protorun.trial.facts import NO_DAY, Codes, Column, DayArray, Flags, Numbers, Treatments

Rows = Mapping[str, NDArray[Any]]
_DAYS = "coalesce({0} - DATE '1970-01-01', -2147483648)::INTEGER AS {0}"
_UNUSABLE = {"implausible": Reason.IMPLAUSIBLE_VALUE, "no_unit": Reason.NO_UNIT}


def fetch(
    connection: Any, table: str, names: tuple[str, ...], days: tuple[str, ...], where: str = ""
) -> Rows:
    """Columns of a table as arrays; dates as day numbers (`NO_DAY` = NULL), texts with None, numbers with NaN."""
    listed = ", ".join((*names, *(_DAYS.format(d) for d in days)))
    found = connection.execute(f"SELECT {listed} FROM {table} {where}").fetchnumpy()
    return {k: _plain(v) for k, v in found.items()}


def _plain(values: Any) -> NDArray[Any]:
    """Masked values as NaN, None or False."""
    if not isinstance(values, np.ma.MaskedArray):
        return np.asarray(values)
    if values.dtype != object:
        return np.asarray(values.filled(np.nan if values.dtype.kind == "f" else 0))
    texts = values.data.copy()
    texts[np.ma.getmaskarray(values)] = None
    return np.asarray(texts)


def place(rows: Rows, persons: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The rows of these persons, with the position of the person as `at`; persons are sorted."""
    at = np.minimum(np.searchsorted(persons, rows["person_id"]), max(len(persons) - 1, 0))
    theirs = persons[at] == rows["person_id"] if len(persons) else np.zeros(len(at), bool)
    return pick({**rows, "at": at}, theirs)


def pick(rows: Rows, where: NDArray[np.bool_] | NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    """Some of the rows."""
    return {name: values[where] for name, values in rows.items()}


def by_concept(rows: Rows) -> dict[str, dict[str, NDArray[Any]]]:
    """The rows of each concept."""
    names, kinds = np.unique(rows["concept"].astype(str), return_inverse=True)
    order = np.argsort(kinds, kind="stable")
    bounds = np.searchsorted(kinds[order], np.arange(len(names) + 1))
    return {str(n): pick(rows, order[bounds[i] : bounds[i + 1]]) for i, n in enumerate(names)}


def latest(rows: Rows, n: int) -> dict[str, NDArray[Any]]:
    """The rows that may be the newest of each person: on one day the highest recency; with a partial date every row that
    does not surely lie before another. `newest` is the greatest first day of a person."""
    newest = _highest(rows["at"], rows["t_lo"], n)
    own = newest[rows["at"]]
    day = (rows["t_lo"] == rows["t_hi"]) & (rows["t_lo"] != NO_DAY)
    here = day & (rows["t_lo"] == own)
    top = np.full(n, -1, np.int64)
    np.maximum.at(top, rows["at"][here], rows["recency"][here])
    kept = (own == NO_DAY) | (rows["t_hi"] == NO_DAY) | (rows["t_hi"] >= own)
    kept &= ~day | (rows["recency"] >= top[rows["at"]])
    return {**pick(rows, kept), "newest": newest}


def _highest(at: NDArray[Any], days: NDArray[Any], n: int) -> DayArray:
    found = np.full(n, NO_DAY, np.int32)
    np.maximum.at(found, at, days)
    return found


def _until(at: NDArray[Any], days: NDArray[Any], n: int) -> DayArray:
    """The greatest last day; open when one of them is."""
    found = _highest(at, days, n)
    found[at[days == NO_DAY]] = NO_DAY
    return found


def _same(at: NDArray[Any], values: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """The value that all rows of a person share, else NaN."""
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    filled = np.where(np.isnan(values), -1.0, values)
    np.minimum.at(low, at, filled)
    np.maximum.at(high, at, filled)
    return np.where((low == high) & (low != -1.0), low, np.nan)


def column(name: str, rows: Rows, n: int) -> Column:
    """The latest results of one variable: numbers, or codes when one of them is coded."""
    found = latest(rows, n)
    dates = {"day": found["newest"], "day_last": _until(found["at"], found["t_hi"], n)}
    source = _sources(found, n)
    if any(code is not None for code in rows["code"]):
        return _codes(found, n, dates, source)
    return _numbers(name, found, n, dates, source)


def _sources(found: Rows, n: int) -> tuple[str, ...]:
    texts = np.full(n, "", object)
    texts[found["at"]] = found["source_ref"]
    return tuple(t or "" for t in texts)


def _numbers(name: str, found: Rows, n: int, dates: dict[str, DayArray], source: tuple[str, ...]) -> Numbers:
    at = found["at"]
    none = np.isnan(found["lo"]) & np.isnan(found["hi"])
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, at, np.where(np.isnan(found["lo"]), -np.inf, found["lo"]))
    np.maximum.at(high, at, np.where(np.isnan(found["hi"]), np.inf, found["hi"]))
    missing = np.ones(n, bool)
    missing[at] = False
    missing[at[none]] = True
    reason = np.zeros(n, np.uint8)
    why = [_UNUSABLE.get(str(q), Reason.NO_RECORD) for q in found["quality"][none]]
    reason[at[none]] = np.array(why, np.uint8)
    variable = name.partition("_except_")[0]
    return Numbers(
        np.where(missing, np.nan, low),
        np.where(missing, np.nan, high),
        canonical_unit(variable),
        uln=_same(at, found["ref_high"], n),
        lln=_same(at, found["ref_low"], n),
        baseline=_same(at, found["baseline"], n),
        reason=reason,
        source=source,
        **dates,
    )


def _codes(found: Rows, n: int, dates: dict[str, DayArray], source: tuple[str, ...]) -> Codes:
    """Codes of equal rank that differ leave it open."""
    at = found["at"]
    values = tuple(sorted({c for c in found["code"] if c is not None}))
    index = {c: i for i, c in enumerate(values)}
    codes = np.array([index.get(c, -1) for c in found["code"]], np.int16)
    low, high = np.full(n, 2**14, np.int16), np.full(n, -2, np.int16)
    np.minimum.at(low, at, codes)
    np.maximum.at(high, at, codes)
    seen, differ = high > -2, low != high
    reason = np.where(
        seen & differ, Reason.PARTIAL_DATE, np.where(seen & (high < 0), Reason.UNCERTAIN_CODE, 0)
    )
    return Codes(
        np.where(seen & ~differ, high, -1).astype(np.int16),
        values,
        source=source,
        reason=reason.astype(np.uint8),
        **dates,
    )


def flags(known: Rows, stated: Rows, n: int) -> Flags:
    """A yes-or-no fact from condition rows (`truth` 2 or 1) and the latest statements (2, 1 or 0)."""
    newest = _highest(stated["at"], stated["t_lo"], n)[stated["at"]]
    kept = (newest == NO_DAY) | (stated["t_hi"] == NO_DAY) | (stated["t_hi"] >= newest)
    late = pick(stated, kept)
    rows = {name: np.concatenate([known[name], late[name]]) for name in ("at", "truth", "t_lo", "t_hi")}
    yes, may, no = (_some(rows["at"][rows["truth"] == t], n) for t in (TRUE, UNKNOWN, FALSE))
    present = pick(rows, rows["truth"] == TRUE)
    truth = np.where(yes & ~no, TRUE, np.where(no & ~yes & ~may, FALSE, UNKNOWN))
    why = np.where(yes & no, Reason.CONFLICT, np.where(may & ~yes, Reason.UNCERTAIN_CODE, 0))
    return Flags(
        truth.astype(np.uint8),
        _highest(present["at"], present["t_lo"], n),
        (),
        _until(present["at"], present["t_hi"], n),
        why.astype(np.uint8),
    )


def _some(at: NDArray[Any], n: int) -> NDArray[np.bool_]:
    found = np.zeros(n, bool)
    found[at] = True
    return found


def treatments(rows: Rows) -> Treatments:
    """The courses, sorted by person."""
    rows = pick(rows, np.argsort(rows["at"], kind="stable"))
    words = {name: tuple(v or "" for v in rows[name]) for name in _WORDS}
    return Treatments(
        patient=rows["at"].astype(np.int32),
        drug=words["concept"],
        kind=words["kind"],
        start_low=rows["start_lo"],
        start_high=rows["start_hi"],
        end_low=rows["end_lo"],
        end_high=rows["end_hi"],
        half_life_days=rows["half_life_days"],
        half_life_known=rows["half_life_known"].astype(bool),
        source=words["source_ref"],
        dose_mg=rows["dose"],
        route=words["route"],
        purpose=words["intent"],
        ongoing=rows["ongoing"].astype(bool),
        evidence=words["evidence"],
    )


_WORDS = ("concept", "kind", "source_ref", "route", "intent", "evidence")

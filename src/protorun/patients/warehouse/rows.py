"""Facts in memory as rows of the long fact tables, one insertion per column of facts."""

# ruff: noqa: S608 - the text is made of our own column names; all values are handed over as arrays or parameters

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.terms.reasons import Reason
from protorun.terms.treatments import classes, recognize
from protorun.terms.truth import FALSE, TRUE
from protorun.trial.facts import NO_DAY, Codes, Facts, Flags, Numbers, Treatments

RANKS = 2**20
DAY_ZERO = 719_163  # 1970-01-01 as days from 0001-01-01, so that recency is never negative
_DOMAINS = {"conditions": "condition", "treatments": "treatment"}
_QUALITY = {int(Reason.IMPLAUSIBLE_VALUE): "implausible", int(Reason.NO_UNIT): "no_unit"}


def insert_facts(connection: Any, facts: Facts) -> None:
    """Fills empty fact tables of a DuckDB connection; `person_id` is the row of the patient."""
    _persons(connection, facts)
    for name, column in facts.columns.items():
        if isinstance(column, Numbers):
            _numbers(connection, name, column)
        elif isinstance(column, Flags):
            _flags(connection, name, column)
        elif name != "sex":
            _codes(connection, name, column)
    if facts.treatments is not None and len(facts.treatments.patient):
        _courses(connection, facts.treatments)
    for domain, listed in facts.documented.items():
        since = facts.documented_since.get(domain, np.full(len(facts), NO_DAY, np.int32))
        rows: dict[str, NDArray[Any]] = {"person_id": np.flatnonzero(listed), "t_lo": since[listed]}
        _insert(connection, "coverage", rows, domain=_DOMAINS.get(domain, domain))


def _insert(connection: Any, table: str, rows: Mapping[str, NDArray[Any]], **same: object) -> None:
    """Rows from arrays: `NO_DAY` becomes NULL and NaN or an infinity too; `same` holds values common to all rows."""
    connection.register(
        "arrays", {k: v for k, v in rows.items() if len(v)} or {"person_id": np.array([], int)}
    )
    if len(rows["person_id"]):
        columns = ", ".join((*rows, *same))
        values = ", ".join([*(_value(k, v) for k, v in rows.items()), *("?" for _ in same)])
        connection.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM arrays", [*same.values()])
    connection.unregister("arrays")


def _value(name: str, values: NDArray[Any]) -> str:
    if values.dtype == np.int32:
        day = f"CASE WHEN {name} = {int(NO_DAY)} THEN NULL ELSE "
        return f"{day}{name} END" if name.endswith("_day") else f"{day}DATE '1970-01-01' + {name} END"
    return f"CASE WHEN isfinite({name}) THEN {name} ELSE NULL END" if values.dtype == np.float64 else name


def _persons(connection: Any, facts: Facts) -> None:
    none = np.full(len(facts), NO_DAY, np.int32)
    first, last = facts.born or (none, none)
    rows: dict[str, NDArray[Any]] = {
        "person_id": np.arange(len(facts)),
        "birth_lo": first,
        "birth_hi": last,
        "sex": _sexes(facts),
        "source_ref": np.array(facts.patients, object),
    }
    _insert(connection, "person", rows)
    dates = {f"on_{anchor}": days.astype(np.int32) for anchor, days in facts.anchors.items()}
    _insert(
        connection, "screened", {"person_id": np.arange(len(facts)), "index_on": facts.screened_on, **dates}
    )


def _sexes(facts: Facts) -> NDArray[np.object_]:
    sex = facts.columns.get("sex")
    if not isinstance(sex, Codes):
        return np.full(len(facts), None, object)
    letters = np.array([{"female": "F", "male": "M"}.get(v) for v in sex.values] + [None], object)
    return letters[sex.codes]


def _dates(column: Numbers | Codes | Flags, rows: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    last = column.day if column.day_last is None else column.day_last
    return {"t_lo": column.day[rows], "t_hi": last[rows]}


def _recency(days: NDArray[Any]) -> NDArray[np.int64]:
    return np.where(days == NO_DAY, 0, (days.astype(np.int64) + DAY_ZERO) * RANKS)


def _reasons(column: Numbers | Codes | Flags, n: int) -> NDArray[np.uint8]:
    return np.zeros(n, np.uint8) if column.reason is None else column.reason


def _sources(column: Numbers | Codes | Flags, rows: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    return {"source_ref": np.array(column.source, object)[rows]} if column.source else {}


def _numbers(connection: Any, name: str, column: Numbers) -> None:
    reasons = _reasons(column, len(column.low))
    recorded = ~np.isnan(column.low) & ~np.isnan(column.high)
    rows = np.flatnonzero(recorded | (reasons > 0))
    usable = recorded[rows] & (reasons[rows] == 0)
    low, high = np.where(usable, column.low[rows], np.nan), np.where(usable, column.high[rows], np.nan)
    dates = _dates(column, rows)
    point = low == high
    _insert(
        connection,
        "measurement",
        {
            "person_id": rows,
            "value": np.where(point, low, np.nan),
            "value_lo": low,
            "value_hi": high,
            "ref_high": column.uln[rows],
            "ref_low": column.lln[rows],
            "baseline": column.baseline[rows],
            **dates,
            "exact": point & (dates["t_lo"] == dates["t_hi"]) & (dates["t_lo"] != NO_DAY),
            "recency": _recency(dates["t_hi"]),
            "quality": np.array(
                [_QUALITY.get(int(r), "preliminary" if r else "ok") for r in reasons[rows]], object
            ),
            **_sources(column, rows),
        },
        concept=name,
    )


def _codes(connection: Any, name: str, column: Codes) -> None:
    reasons = _reasons(column, len(column.codes))
    rows = np.flatnonzero((column.codes >= 0) | (reasons > 0))
    texts = np.array([*column.values, None], object)[column.codes[rows]]
    texts[reasons[rows] > 0] = None
    dates = _dates(column, rows)
    _insert(
        connection,
        "measurement",
        {
            "person_id": rows,
            "code": texts,
            **dates,
            "exact": (dates["t_lo"] == dates["t_hi"]) & (dates["t_lo"] != NO_DAY) & (reasons[rows] == 0),
            "recency": _recency(dates["t_hi"]),
            **_sources(column, rows),
        },
        concept=name,
        quality="ok",
    )


def _flags(connection: Any, name: str, column: Flags) -> None:
    """Present is a condition, absent an assertion; what is not sure is a condition that may be."""
    reasons = _reasons(column, len(column.truth))
    for where, certain in (((column.truth == TRUE) & (reasons == 0), True), (reasons > 0, False)):
        rows = np.flatnonzero(where)
        onset = {k.replace("t_", "onset_"): v for k, v in _dates(column, rows).items()}
        values = {"person_id": rows, **onset, **_sources(column, rows)}
        _insert(connection, "condition", values, concept=name, certain=certain)
    rows = np.flatnonzero((column.truth == FALSE) & (reasons == 0))
    values = {"person_id": rows, **_dates(column, rows), **_sources(column, rows)}
    _insert(connection, "assertion", values, concept=name, value=False)


def _courses(connection: Any, rows: Treatments) -> None:
    n = len(rows.patient)
    none = ("",) * n
    kinds = [_kind(d, k) for d, k in zip(rows.drug, rows.kind, strict=True)]
    _insert(
        connection,
        "treatment",
        {
            "person_id": rows.patient.astype(np.int64),
            "concept": np.array([c for c, _ in kinds], object),
            "kind": np.array([k for _, k in kinds], object),
            "evidence": np.array([e or None for e in rows.evidence or none], object),
            "route": np.array([r or None for r in rows.route or none], object),
            "dose": np.full(n, np.nan) if rows.dose_mg is None else rows.dose_mg,
            "intent": np.array([p or None for p in rows.purpose or none], object),
            "ongoing": np.zeros(n, bool) if rows.ongoing is None else rows.ongoing,
            **{name: getattr(rows, name.replace("_lo", "_low").replace("_hi", "_high")) for name in _ENDS},
            **{
                f"{name}_day": getattr(rows, name.replace("_lo", "_low").replace("_hi", "_high"))
                for name in _NUMBERED
            },
            "half_life_days": rows.half_life_days,
            "half_life_known": rows.half_life_known,
            **({"source_ref": np.array(rows.source, object)} if rows.source else {}),
        },
    )


_ENDS = ("start_lo", "start_hi", "end_lo", "end_hi")
_NUMBERED = ("start_lo", "end_lo", "end_hi")


def _kind(drug: str, kind: str) -> tuple[str | None, str | None]:
    """The drug or class, and the class beside it, as the dictionary names them."""
    named, beside = recognize(drug), recognize(kind)
    if beside is not None and beside not in classes():
        return named or beside, None
    return named, beside

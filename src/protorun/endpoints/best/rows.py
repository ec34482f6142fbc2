"""Best overall response, unconfirmed and confirmed, of all patients from flat rows: code, day and chosen row of each.

The rules are those of admiralonco (Apache-2.0), written anew from their description; policies change the switches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.best.confirmed import confirming_rows
from protorun.endpoints.best.order import (
    NO_ROW,
    Index,
    Rows,
    at_row,
    best_row,
    order_of,
    starts_of,
    up_to,
)
from protorun.endpoints.best.policy import Policy
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response
from protorun.trial.tables import CodeArray

CR, PR, MR, SD, NON, NED, PD, NE, ND = (
    Response.CR,
    Response.PR,
    Response.MR,
    Response.SD,
    Response.NON_CR_NON_PD,
    Response.NED,
    Response.PD,
    Response.NE,
    Response.ND,
)
_ORDER = (CR, PR, MR, SD, NON, NED, PD, NE, ND, Response.MISSING)
"""Best first. MR (RANO-BM by area) and NED (no disease at baseline) stand where ours puts them; admiral has neither."""
_RANK = {response: rank for rank, response in enumerate(_ORDER)}
_LASTING = (MR, SD, NON)
_CHOSEN = ("bor", "cbor", "response", "confirmed", "benefit", "confirmed_benefit", "confirming")
_DAYS, _NUMBERS = tuple(f"{name}_on" for name in _CHOSEN), tuple(f"{name}_row" for name in _CHOSEN)
_CODES = int(max(Response)) + 1
_PLAIN = np.arange(_CODES, dtype=np.int8)
_PLAIN[[Response.ICR, Response.IPR, Response.ISD, Response.NON_ICR_NON_IUPD, Response.ICPD]] = (
    CR,
    PR,
    SD,
    NON,
    PD,
)
"""Answers of iRECIST among the others: iUPD stays itself, ends a confirmation, and is no class of its own (NE)."""
_IS_LASTING = np.isin(np.arange(_CODES), _LASTING)


@dataclass(frozen=True)
class Best:
    """One entry per patient. A day is that of the earliest assessment of the class, `NO_DAY` where there is none; a
    `row` is the number of that assessment among the rows that came in, -1 where there is none.

    `bor` and `cbor` are the unconfirmed and the confirmed best overall response (codes); `response` and `confirmed` the
    first and the first confirmed response, `confirming` the assessment that confirms the latter; `benefit` and
    `confirmed_benefit` the first assessment that makes clinical benefit; `progression` the first PD; `last` the last
    assessment, NE and those after PD included.
    """

    bor: CodeArray
    bor_on: DayArray
    cbor: CodeArray
    cbor_on: DayArray
    response_on: DayArray
    confirmed_on: DayArray
    benefit_on: DayArray
    confirmed_benefit_on: DayArray
    bor_row: Index
    cbor_row: Index
    response_row: Index
    confirmed_row: Index
    benefit_row: Index
    confirmed_benefit_row: Index
    confirming_row: Index
    confirming_on: DayArray
    progression_row: Index
    progression_on: DayArray
    last_row: Index
    last_on: DayArray

    def __len__(self) -> int:
        return len(self.bor)


def best_of_rows(
    patient: NDArray[np.integer],
    day: NDArray[np.integer],
    overall: NDArray[np.integer],
    *,
    reference_on: DayArray,
    settings: Policy,
) -> Best:
    """Best responses of patients 0 to len(reference_on) - 1 from assessments in any order.

    `patient`, `day`, `overall` (codes of `Response`) have one entry per assessment, one assessment per patient and day;
    `reference_on` starts the minimum SD time. iCR to iCPD count as CR to PD; `best_immune_rows` gives the classes of
    iRECIST themselves. Raises NotStated when the policy leaves that time open.
    """
    settings = settings.complete()
    rows = _as_settled(_in_order(patient, day, overall, len(reference_on)), settings)
    last = np.full(rows.count, NO_ROW, np.int64)
    last[rows.patient[rows.starts]] = np.append(rows.starts[1:], len(rows.code))[: len(rows.starts)] - 1
    found = {"progression": rows.first(rows.code == PD), "last": last}
    ends = {f"{name}_on": rows.chosen(row)[0] for name, row in found.items()}
    numbers = {f"{name}_row": rows.chosen(row)[1] for name, row in found.items()}
    return _best(_counting(rows, settings), reference_on, settings, {**ends, **numbers})


def _in_order(
    patient: NDArray[np.integer], day: NDArray[np.integer], overall: NDArray[np.integer], count: int
) -> Rows:
    order = order_of(patient, day)
    known = overall[order] != Response.NONE
    order = order if known.all() else order[known]
    who, code = patient[order].astype(np.int32), overall[order].astype(np.int8)
    if len(code) and code.max() >= Response.ICR:
        code = _PLAIN[code]
    return Rows(who, day[order].astype(np.int32), code, order, starts_of(who), count)


def cr_then_pr(patient: NDArray[np.integer], day: NDArray[np.integer], overall: NDArray[np.integer]) -> Index:
    """Rows with PR right after a CR of the same patient: a signal to check the data, whatever the policy."""
    order = order_of(patient, day)
    who, code = patient[order], overall[order]
    hit = (code[1:] == PR) & (code[:-1] == CR) & (who[1:] == who[:-1])
    found: Index = np.sort(order[1:][hit])
    return found


def _as_settled(rows: Rows, settings: Policy) -> Rows:
    """The rows with CR before PR as PR, and PR or SD after CR as PD, where the policy says so."""
    if settings.amend_cr:
        rows = replace(rows, code=_amended(rows))
    if settings.lost_cr_is_pd:
        before = up_to(rows.first(rows.code == CR), rows.starts, rows.patient)
        lost = ~before & ((rows.code == PR) | (rows.code == SD))
        rows = replace(rows, code=np.where(lost, np.int8(PD), rows.code))
    return rows


def _counting(rows: Rows, settings: Policy) -> Rows:
    """The rows that count: nothing after the first PD where the policy says so."""
    if not settings.until_pd:
        return rows
    kept = up_to(rows.first(rows.code == PD), rows.starts, rows.patient)
    who = rows.patient[kept]
    return Rows(who, rows.day[kept], rows.code[kept], rows.row[kept], starts_of(who), rows.count)


def _amended(rows: Rows) -> NDArray[np.int8]:
    """CR that PR follows, with nothing but CR, NE and not done between them, is PR (RECIST 1.1 table 3, footnote)."""
    other = np.flatnonzero(~np.isin(rows.code, (CR, NE, ND)))
    after = np.append(other, len(rows.code))[np.searchsorted(other, np.arange(len(rows.code)))]
    same = np.append(rows.patient, -1)[after] == rows.patient
    was_pr = (rows.code == CR) & same & (np.append(rows.code, NE)[after] == PR)
    return np.where(was_pr, np.int8(PR), rows.code).astype(np.int8)


def _best(
    rows: Rows, reference_on: DayArray, settings: Policy, ends: Mapping[str, NDArray[np.integer]]
) -> Best:
    never = np.iinfo(np.int32).max
    start = np.where(reference_on == NO_DAY, never, reference_on.astype(np.int64) + settings.min_sd_days)
    late = rows.day >= np.minimum(start, never).astype(np.int32)[rows.patient]
    confirmed_by = confirming_rows(rows.code, rows.day, rows.patient, settings)
    sure = confirmed_by != NO_ROW
    either = (rows.code == CR) | (rows.code == PR)
    stable = _IS_LASTING[rows.code] & late
    place = late.astype(np.int8) * np.int8(_CODES) + rows.code
    # Ranks 0 and 1 are CR and PR: a confirmed response is ranked by its own code.
    rank = np.where(sure, rows.code == PR, _classes(settings, confirmed=True)[place]).astype(np.int8)
    bor, bor_row = _class(_classes(settings, confirmed=False)[place], rows, settings)
    cbor, cbor_row = _class(rank, rows, settings)
    picked = (either, sure, either | stable, sure | (either & late) | stable)
    firsts = [rows.first(which) for which in picked]
    confirming = np.where(firsts[1] == NO_ROW, NO_ROW, at_row(firsts[1], confirmed_by, NO_ROW))
    chosen = [rows.chosen(row) for row in (bor_row, cbor_row, *firsts, confirming)]
    days = dict(zip(_DAYS, (day for day, _ in chosen), strict=True))
    numbers = dict(zip(_NUMBERS, (number for _, number in chosen), strict=True))
    return Best(bor=bor, cbor=cbor, **days, **numbers, **ends)  # type: ignore[arg-type]


def _classes(settings: Policy, *, confirmed: bool) -> NDArray[np.int8]:
    """Rank of the class a row stands for, at `late * _CODES + code`. Confirmed responses are ranked elsewhere."""
    table = np.full((2, _CODES), _RANK[Response.MISSING], np.int8)
    for late in (0, 1):
        for code in (NED, PD, NE):
            table[late, code] = _RANK[code]
        table[late, Response.IUPD] = _RANK[NE]
        for code in _LASTING:
            table[late, code] = _RANK[code if late else NE]
        for code in (CR, PR):
            table[late, code] = _RANK[(SD if late else NE) if confirmed else code]
        if confirmed and settings.nd_is_class:
            table[late, ND] = _RANK[ND]
    return table.ravel()


def _class(rank: NDArray[np.int8], rows: Rows, settings: Policy) -> tuple[CodeArray, Index]:
    """The best class of each patient and the first row of it."""
    best, row = best_row(rank, rows.patient, rows.starts, rows.count)
    none = (best == NO_ROW) | (best == _RANK[Response.MISSING])
    missing = NE if settings.missing_as_ne else Response.MISSING
    codes = np.array(_ORDER, np.int8)
    return np.where(none, np.int8(missing), codes[best]).astype(np.int8), np.where(none, NO_ROW, row)

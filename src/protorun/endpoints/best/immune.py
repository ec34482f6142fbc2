"""Best response by iRECIST from the time-point responses: a progression counts once it is confirmed.

Seymour 2017, doi:10.1016/S1470-2045(17)30074-8; the order of the classes and the choice of rows as admiralonco derives
them (Apache-2.0), written anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.best.confirmed import confirming_rows
from protorun.endpoints.best.order import (
    NO_ROW,
    Bools,
    Index,
    Rows,
    at_row,
    best_row,
    first_row,
    last_row,
    starts_of,
)
from protorun.endpoints.best.policy import Policy
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response
from protorun.trial.tables import CodeArray

ICR, IPR, ISD = Response.ICR, Response.IPR, Response.ISD
NON, IUPD, ICPD, NE = Response.NON_ICR_NON_IUPD, Response.IUPD, Response.ICPD, Response.NE
_ORDER = (ICR, IPR, ISD, NON, ICPD, IUPD, NE, Response.MISSING)
_WORST_FIRST = (ICPD, IUPD, NON, ISD, IPR, ICR, NE)
_PLAIN = {ICR: Response.CR, IPR: Response.PR, ISD: Response.SD, NE: NE}
"""What a confirmation sees; everything else ends its stretch."""
_NEVER = np.int64(2**40)


@dataclass(frozen=True)
class ImmuneBest:
    """One entry per patient: codes of `Response`, days (`NO_DAY` = none), and the row chosen among those that came in (-1).

    `progression` is the iUPD whose confirmation came next, `confirming_progression` that iCPD; `pending` the last iUPD
    when nothing but iUPD and NE follow it. The other names are those of `Best`.
    """

    ibor: CodeArray
    ibor_on: DayArray
    ibor_row: Index
    icbor: CodeArray
    icbor_on: DayArray
    icbor_row: Index
    response_on: DayArray
    response_row: Index
    confirmed_on: DayArray
    confirmed_row: Index
    benefit_on: DayArray
    benefit_row: Index
    confirmed_benefit_on: DayArray
    confirmed_benefit_row: Index
    progression_on: DayArray
    progression_row: Index
    confirming_progression_row: Index
    pending_on: DayArray
    pending_row: Index

    def __len__(self) -> int:
        return len(self.ibor)


def best_immune_rows(
    patient: NDArray[np.integer],
    day: NDArray[np.integer],
    overall: NDArray[np.integer],
    *,
    reference_on: DayArray,
    settings: Policy,
) -> ImmuneBest:
    """Best responses by iRECIST of patients 0 to len(reference_on) - 1 from assessments in any order; on one day the
    worst comes first; nothing after the first iCPD counts. Raises NotStated for a minimum SD time nobody gave."""
    settings = settings.complete()
    rows = _counting(patient, day, overall, len(reference_on))
    start = np.where(reference_on == NO_DAY, _NEVER, reference_on.astype(np.int64) + settings.min_sd_days)
    late = rows.day >= start[rows.patient]
    plain = np.full(max(Response) + 1, Response.PD, np.int8)
    plain[list(_PLAIN)] = list(_PLAIN.values())
    sure = confirming_rows(plain[rows.code], rows.day, rows.patient, settings) != NO_ROW
    confirmed = _confirmed_progression(rows)
    either, stable = np.isin(rows.code, (ICR, IPR)), np.isin(rows.code, (ISD, NON))
    benefit = either | (stable & late), sure | ((either | stable) & late)
    classes = _unconfirmed(rows, late), _confirmed(rows, late, sure)
    return ImmuneBest(
        *_class(rows, classes[0], confirmed, settings),
        *_class(rows, classes[1], confirmed, settings),
        *rows.chosen(rows.first(either)),
        *rows.chosen(rows.first(sure)),
        *rows.chosen(rows.first(benefit[0])),
        *rows.chosen(rows.first(benefit[1])),
        *rows.chosen(confirmed),
        rows.chosen(np.where(confirmed == NO_ROW, NO_ROW, rows.first(rows.code == ICPD)))[1],
        *rows.chosen(_pending(rows)),
    )


def _counting(
    patient: NDArray[np.integer], day: NDArray[np.integer], overall: NDArray[np.integer], count: int
) -> Rows:
    """Rows in order of patient, day and worst first, up to and including the first iCPD."""
    rank = np.full(max(Response) + 1, len(_WORST_FIRST), np.int8)
    rank[list(_WORST_FIRST)] = range(len(_WORST_FIRST))
    order = np.lexsort((rank[overall], day, patient))
    order = order[rank[overall[order]] < len(_WORST_FIRST)]
    who, code = patient[order].astype(np.int64), overall[order].astype(np.int8)
    end = first_row(code == ICPD, who, count)[who]
    kept = (end == NO_ROW) | (np.arange(len(code)) <= end)
    who, on = who[kept], day[order][kept].astype(np.int64)
    return Rows(who, on, code[kept], order[kept], starts_of(who), count)


def _confirmed_progression(rows: Rows) -> Index:
    """The first iUPD of the stretch of iUPD and NE that ends in the iCPD."""
    end = rows.first(rows.code == ICPD)
    stretch = np.cumsum(~np.isin(rows.code, (IUPD, NE, ICPD)), dtype=np.int64)
    ends_in = at_row(end, stretch, NO_ROW)[rows.patient]
    return rows.first((rows.code == IUPD) & (stretch == ends_in))


def _pending(rows: Rows) -> Index:
    """The last iUPD, when only iUPD and NE follow it."""
    last = last_row(rows.code == IUPD, rows.patient, rows.count)
    other = last_row(~np.isin(rows.code, (IUPD, NE)), rows.patient, rows.count)
    return np.where(other > last, NO_ROW, last)


def _unconfirmed(rows: Rows, late: Bools) -> NDArray[np.int8]:
    stable = np.isin(rows.code, (ISD, NON))
    return np.where(stable & ~late, np.int8(NE), rows.code).astype(np.int8)


def _confirmed(rows: Rows, late: Bools, sure: Bools) -> NDArray[np.int8]:
    either, non = np.isin(rows.code, (ICR, IPR, ISD)), rows.code == NON
    cases = [sure, either & late, (either | non) & ~late]
    return np.select(cases, [rows.code, np.int8(ISD), np.int8(NE)], rows.code).astype(np.int8)


def _class(
    rows: Rows, classes: NDArray[np.int8], confirmed: Index, settings: Policy
) -> tuple[CodeArray, DayArray, Index]:
    """The best class, its day and row; a confirmed progression is dated to its iUPD."""
    rank = np.full(max(Response) + 1, len(_ORDER) - 1, np.int8)
    rank[list(_ORDER)] = range(len(_ORDER))
    ranks = rank[classes]
    ranks[rows.code == ICPD] = len(_ORDER) - 1
    ranks[confirmed[confirmed != NO_ROW]] = rank[ICPD]
    best, row = best_row(ranks, rows.patient, rows.starts, rows.count)
    none = (best == NO_ROW) | (best == len(_ORDER) - 1)
    missing = NE if settings.missing_as_ne else Response.MISSING
    code = np.where(none, np.int8(missing), np.array(_ORDER, np.int8)[best]).astype(np.int8)
    return code, *rows.chosen(np.where(none, NO_ROW, row))

"""Best overall response per patient, unconfirmed and confirmed, for all patients at once.

The rules are those of admiralonco (Apache-2.0), written anew from their description; policies change the switches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.policy import Policy
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response
from protorun.trial.tables import CodeArray

Bools = NDArray[np.bool_]
CR, PR, SD, NON, PD, NE, ND = (
    Response.CR,
    Response.PR,
    Response.SD,
    Response.NON_CR_NON_PD,
    Response.PD,
    Response.NE,
    Response.ND,
)
_NEVER = np.int64(2**40)


@dataclass(frozen=True)
class Course:
    """Overall responses as (patient, time point), in order of day; padded with NONE and `NO_DAY` at the end."""

    overall: CodeArray
    day: DayArray

    def __len__(self) -> int:
        return len(self.overall)


@dataclass(frozen=True)
class Best:
    """One row per patient. A day is the earliest assessment of the class, `NO_DAY` where there is none.

    `bor` and `cbor` are the unconfirmed and the confirmed best overall response (codes); `response_on` and
    `confirmed_on` the first and the first confirmed response; `benefit_on` and `confirmed_benefit_on` the first
    assessment that makes clinical benefit.
    """

    bor: CodeArray
    bor_on: DayArray
    cbor: CodeArray
    cbor_on: DayArray
    response_on: DayArray
    confirmed_on: DayArray
    benefit_on: DayArray
    confirmed_benefit_on: DayArray

    def __len__(self) -> int:
        return len(self.bor)


def best_response(course: Course, reference_on: DayArray, settings: Policy) -> Best:
    """Best overall response of every patient by a complete policy; `reference_on` starts the minimum SD time.

    Raises NotStated when the policy leaves the minimum SD time open and nobody stated it.
    """
    settings = settings.complete()
    code, day = _used(course, settings), course.day.astype(np.int64)
    known = reference_on != NO_DAY
    late = known[:, None] & (day >= reference_on[:, None].astype(np.int64) + settings.min_sd_days)
    sure_cr, sure_pr = _confirmed(code, day, settings)
    stable = np.isin(code, (SD, NON))
    lasting = np.isin(code, (CR, PR, SD, NON)) & late
    missing = NE if settings.missing_as_ne else Response.MISSING
    classes = [
        (CR, code == CR),
        (PR, code == PR),
        (SD, (code == SD) & late),
        (NON, (code == NON) & late),
        (PD, code == PD),
        (NE, (code == NE) | (stable & ~late)),
    ]
    confirmed = [
        (CR, sure_cr),
        (PR, sure_pr),
        (SD, np.isin(code, (CR, PR, SD)) & late),
        (NON, (code == NON) & late),
        (PD, code == PD),
        (NE, (code == NE) | (np.isin(code, (CR, PR, SD, NON)) & ~late)),
        *([(ND, code == ND)] if settings.nd_is_class else []),
    ]
    either = (code == CR) | (code == PR)
    sure = sure_cr | sure_pr
    return Best(
        *_first_class(classes, day, missing),
        *_first_class(confirmed, day, missing),
        _first_day(either, day),
        _first_day(sure, day),
        _first_day(either | (stable & late), day),
        _first_day(sure | lasting, day),
    )


def _used(course: Course, settings: Policy) -> CodeArray:
    """The responses that count: PR or SD after CR as PD where the policy says so, and nothing after the first PD."""
    code = course.overall.copy()
    if settings.lost_cr_is_pd:
        had_cr = np.cumsum(code == CR, axis=1) > 0
        code[had_cr & ((code == PR) | (code == SD))] = PD
    if settings.until_pd:
        ended = np.cumsum(code == PD, axis=1) - (code == PD) > 0
        code[ended] = Response.NONE
    return code


def _confirmed(code: CodeArray, day: NDArray[np.int64], settings: Policy) -> tuple[Bools, Bools]:
    """Which CR and which PR a later response confirms, walking forward from each time point."""
    sure_cr, sure_pr = np.zeros(code.shape, np.bool_), np.zeros(code.shape, np.bool_)
    for at in range(code.shape[1] - 1):
        sure_cr[:, at] = _cr_holds(code, day, at, settings)
        sure_pr[:, at] = _pr_holds(code, day, at, settings)
    return sure_cr, sure_pr


def _cr_holds(code: CodeArray, day: NDArray[np.int64], at: int, settings: Policy) -> Bools:
    """From CR on only CR, and NE up to the limit, until a CR that is late enough."""
    open_ = code[:, at] == CR
    due = day[:, at] + settings.confirm_days
    found, ne = np.zeros(len(code), np.bool_), np.zeros(len(code), np.int16)
    for next_ in range(at + 1, code.shape[1]):
        if not open_.any():
            break
        now = code[:, next_]
        hit = open_ & (now == CR) & (day[:, next_] >= due)
        found |= hit
        ne += now == NE
        open_ &= ~hit & ((now == CR) | ((now == NE) & _within(ne, settings)))
    return found


def _pr_holds(code: CodeArray, day: NDArray[np.int64], at: int, settings: Policy) -> Bools:
    """From PR on only CR, PR, NE up to the limit and SD where accepted, no PR after CR, until a response late enough."""
    open_ = code[:, at] == PR
    due = day[:, at] + settings.confirm_days
    found, ne, sd = (
        np.zeros(len(code), np.bool_),
        np.zeros(len(code), np.int16),
        np.zeros(len(code), np.int16),
    )
    had_cr = np.zeros(len(code), np.bool_)
    for next_ in range(at + 1, code.shape[1]):
        if not open_.any():
            break
        now = code[:, next_]
        response = (now == CR) | ((now == PR) & ~had_cr)
        had_cr |= now == CR
        hit = open_ & response & (day[:, next_] >= due)
        found |= hit
        ne += now == NE
        sd += now == SD
        between = (
            response | ((now == NE) & _within(ne, settings)) | ((now == SD) & (sd <= settings.accept_sd))
        )
        open_ &= ~hit & between
    return found


def _within(ne: NDArray[np.int16], settings: Policy) -> Bools:
    return np.asarray((ne <= settings.max_ne) | (settings.max_ne < 0))


def _first_class(
    classes: list[tuple[Response, Bools]], day: NDArray[np.int64], missing: Response
) -> tuple[CodeArray, DayArray]:
    """The first class that has a row, and the day of its earliest row."""
    count = len(day)
    code, on = np.full(count, missing, np.int8), np.full(count, NO_DAY, np.int32)
    open_ = np.ones(count, np.bool_)
    for response, rows in classes:
        hit = open_ & rows.any(axis=1)
        code[hit], on[hit] = response, _first_day(rows, day)[hit]
        open_ &= ~hit
    return code, on


def _first_day(rows: Bools, day: NDArray[np.int64]) -> DayArray:
    first = np.where(rows, day, _NEVER).min(axis=1, initial=_NEVER)
    return np.where(first == _NEVER, NO_DAY, first).astype(np.int32)

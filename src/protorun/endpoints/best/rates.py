"""Who responded, whose disease was controlled, who benefited, and how long a response took, from one kernel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.best.order import NO_ROW, Bools, Index
from protorun.endpoints.best.policy import Policy
from protorun.endpoints.best.rows import Best, best_of_rows
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response
from protorun.trial.tables import CodeArray, IntArray

_RESPONSES = (Response.CR, Response.PR)
_CONTROLLED = (*_RESPONSES, Response.MR, Response.SD, Response.NON_CR_NON_PD)


@dataclass(frozen=True)
class Rate:
    """One entry per patient, everybody in the denominator: success, the best response, and day and row of what decided."""

    says: str
    success: Bools
    best: CodeArray
    on: DayArray
    row: Index

    @property
    def share(self) -> tuple[int, int]:
        """Successes and patients."""
        return int(self.success.sum()), len(self.success)


def response_rates(
    patient: NDArray[np.integer],
    day: NDArray[np.integer],
    overall: NDArray[np.integer],
    *,
    reference_on: DayArray,
    settings: Policy,
    benefit_days: int,
    confirmed: bool,
) -> dict[str, Rate]:
    """Objective response, disease control and clinical benefit of all patients, from the time points of one compartment.

    `settings` holds the minimum SD time of disease control, `benefit_days` that of clinical benefit: conventions differ
    (4 weeks, 42 days, 24 weeks), so neither has a default. Raises NotStated when the policy leaves its time open.
    """
    rows = (patient, day, overall)
    best = best_of_rows(*rows, reference_on=reference_on, settings=settings)
    lasting = best_of_rows(
        *rows, reference_on=reference_on, settings=settings.stated(min_sd_days=benefit_days)
    )
    how = "confirmed" if confirmed else "unconfirmed"
    code, on, row = (
        (best.cbor, best.cbor_on, best.cbor_row) if confirmed else (best.bor, best.bor_on, best.bor_row)
    )
    benefit_row = lasting.confirmed_benefit_row if confirmed else lasting.benefit_row
    benefit_on = lasting.confirmed_benefit_on if confirmed else lasting.benefit_on
    control = f"{how} CR or PR, or stable disease for {settings.min_sd_days} days"
    benefit = f"{how} CR or PR, or stable disease for {benefit_days} days"
    return {
        "objective_response": Rate(f"{how} CR or PR", np.isin(code, _RESPONSES), code, on, row),
        "disease_control": Rate(control, np.isin(code, _CONTROLLED), code, on, row),
        "clinical_benefit": Rate(benefit, benefit_row != NO_ROW, code, benefit_on, benefit_row),
    }


@dataclass(frozen=True)
class ResponseTime:
    """Time to response per patient: `days` count the start as day 1, 0 where nothing is known; `event` tells responders,
    everybody else is censored at the last assessment."""

    days: IntArray
    event: Bools
    end_on: DayArray
    row: Index


def time_to_response(best: Best, reference_on: DayArray, *, confirmed: bool) -> ResponseTime:
    """Time from the reference day to the response that counts: the first of the two confirming ones, or the first one.

    A response is never carried past its day, whatever assessments follow (admiralonco#288).
    """
    on, row = (best.confirmed_on, best.confirmed_row) if confirmed else (best.response_on, best.response_row)
    event = row != NO_ROW
    end = np.where(event, on, best.last_on)
    known = (end != NO_DAY) & (reference_on != NO_DAY)
    end = np.where(known, np.maximum(end, reference_on), NO_DAY)
    days = np.where(known, end.astype(np.int64) - reference_on + 1, 0)
    return ResponseTime(
        days.astype(np.int32), event, end.astype(np.int32), np.where(event, row, best.last_row)
    )

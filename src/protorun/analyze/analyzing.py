"""Estimate every endpoint of a study from the tables of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from protorun.analyze.derivation import DerivedEndpoint
from protorun.analyze.deriving import derive
from protorun.analyze.estimating import compare, padded, rates, times
from protorun.analyze.results import EndpointResult, Results
from protorun.endpoints import CensoringPolicy
from protorun.patients.recorded import Recorded
from protorun.study.study import Study
from protorun.trial.tables import Tables
from protorun.trial.trial import Trial

_MEASURE = {
    "response_rate": "share of patients, exact 95 % limits (Clopper-Pearson)",
    "safety": "share of patients with such an event, exact 95 % limits (Clopper-Pearson)",
    "time_to_event": "median in days (day 1 = origin), 95 % limits from the log transformation, as R's default",
    "duration": "median in days (day 1 = first response), 95 % limits from the log transformation, as R's default",
}


def analyze(
    study: Study,
    data: Tables | Recorded | Trial,
    *,
    cutoff: date | int | None = None,
    policies: Mapping[str, str] | None = None,
    landmarks: Sequence[float] = (),
    censoring: CensoringPolicy | str | None = None,
    calendar: bool | None = None,
) -> Results:
    """Every endpoint of the study: estimates with intervals, counts by deciding rule, curves, and a log-rank test
    between arms; as known at the cutoff (a date, or a day of the trial for a conducted one). `landmarks` are months at
    which survival is estimated.

    `policies` are those of response criteria, and single switches of them under `criteria.switch`; `censoring` names the
    policy (such as `fda_2007_a`) that fills the censoring rules a record leaves silent. Without one `treatment_policy` is assumed: events count, whatever came before.

    `calendar` False says that days count from the start of the trial; None = they do so for a conducted trial alone.

    Endpoints the record leaves too open, or of a kind the tables do not answer, are listed in `skipped` with the reason.
    Raises PatientDataError for tables that contradict themselves, UsageError for a trial of several copies and for a
    policy that does not exist.
    """
    found = derive(study, data, cutoff=cutoff, policies=policies, censoring=censoring, calendar=calendar)
    arms = found.tables.patients.arms if len(found.tables.patients.arms) > 1 else ("all",)
    done = tuple(_analyzed(one, arms, tuple(landmarks)) for one in found.endpoints)
    return Results(
        study.key,
        found.cutoff_day,
        done,
        found.skipped,
        found.assumptions,
        found.warnings,
        found.tables,
        calendar=found.calendar,
    )


def _analyzed(one: DerivedEndpoint, arms: tuple[str, ...], landmarks: tuple[float, ...]) -> EndpointResult:
    endpoint, rows = one.endpoint, one.rows
    side_by_side = padded(rows, 1, len(arms))
    timed = endpoint.kind not in ("response_rate", "safety")
    return EndpointResult(
        id=endpoint.id,
        name=endpoint.name.value or endpoint.id,
        kind=endpoint.kind,
        measure=one.measure or _MEASURE[endpoint.kind],
        arms=times(rows, side_by_side, arms, landmarks) if timed else rates(rows, arms),
        rows=rows,
        assumptions=one.assumptions,
        comparison=compare(side_by_side, arms) if timed else None,
    )

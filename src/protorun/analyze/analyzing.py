"""Derive and estimate every endpoint of a study from the tables of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from protorun.analyze.estimating import compare, padded, rates, times
from protorun.analyze.gathering import tables_of, with_events, with_time_points
from protorun.analyze.results import EndpointResult, Results, Skipped
from protorun.endpoints import CensoringPolicy, censoring_policy, derive
from protorun.errors import NothingRecorded, NotStated, PluginNotFound, UsageError
from protorun.patients.recorded import Recorded
from protorun.response import settings_for
from protorun.study.endpoint import Endpoint
from protorun.study.study import Study
from protorun.terms.plugins import names
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response
from protorun.trial.tables import Tables
from protorun.trial.trial import Trial

_EPOCH = date(1970, 1, 1)
_NOT_SEEN = (Response.NE, Response.MISSING, Response.NONE)
_MEASURE = {
    "response_rate": "share of patients, exact 95 % limits (Clopper-Pearson)",
    "time_to_event": "median in days (day 1 = origin), 95 % limits from the log transformation, as R's default",
    "duration": "median in days (day 1 = first response), 95 % limits from the log transformation, as R's default",
}
_ASSUMED = "treatment_policy"


def analyze(
    study: Study,
    data: Tables | Recorded | Trial,
    *,
    cutoff: date | int | None = None,
    policies: Mapping[str, str] | None = None,
    landmarks: Sequence[float] = (),
    censoring: CensoringPolicy | str | None = None,
) -> Results:
    """Every endpoint of the study: estimates with intervals, counts by deciding rule, curves, and a log-rank test
    between arms; as known at the cutoff (a date, or a day of the trial for a conducted one). `landmarks` are months at
    which survival is estimated.

    `policies` are those of response criteria; `censoring` names the policy (such as `fda_2007_a`) that fills the
    censoring rules a record leaves silent. Without one `treatment_policy` is assumed: events count, whatever came before.

    Endpoints the record leaves too open, or of a kind the tables do not answer, are listed in `skipped` with the reason.
    Raises PatientDataError for tables that contradict themselves, UsageError for a trial of several copies and for a
    policy that does not exist.
    """
    _check_policies(policies or {})
    censoring = None if censoring is None else censoring_policy(censoring)
    day = (cutoff - _EPOCH).days if isinstance(cutoff, date) else cutoff
    tables = _tables(data, day)
    people = tables.patients
    if len(people) and int(people.copy.max()) > 0:
        raise UsageError("analyze takes one trial; for many copies use simulate, which counts over them")
    entered = _entered(tables)
    done: list[EndpointResult] = []
    skipped: list[Skipped] = []
    warnings: list[str] = []
    for endpoint in study.endpoints:
        try:
            tables, notes, doubts = with_time_points(tables, endpoint, policies or {})
            result = _analyzed(
                endpoint, tables, entered, day, notes=notes, landmarks=tuple(landmarks), censoring=censoring
            )
            done.append(result)
            warnings += doubts
        except NotStated as lack:
            skipped.append(Skipped(endpoint.id, str(lack), lack.path))
        except (PluginNotFound, NothingRecorded) as lack:
            skipped.append(Skipped(endpoint.id, str(lack)))
    warnings += _doubts(done, int((~entered).sum()))
    return Results(
        study.key,
        day,
        tuple(done),
        tuple(skipped),
        _named(study, done, data),
        tuple(dict.fromkeys(warnings)),
        tables,
        calendar=not isinstance(data, Trial),
    )


def _check_policies(policies: Mapping[str, str]) -> None:
    """Raises PluginNotFound for criteria or a policy that does not exist: a misspelled one would change nothing."""
    for criteria, policy in policies.items():
        if criteria not in names("response"):
            raise PluginNotFound("response criterion", criteria, names("response"))
        settings_for(criteria, policy)


def _doubts(done: list[EndpointResult], screened: int) -> list[str]:
    """What a reader of the table should know about who is in it."""
    found = []
    for result in done:
        unseen = int(np.isin(result.rows.response, _NOT_SEEN).sum())
        if result.kind == "response_rate" and unseen:
            count = (
                f"{unseen} of {len(result.rows)} patients could not be evaluated and count as not responding"
            )
            found.append(f"{result.id}: {count}")
    if done and not any(len(result.rows) for result in done):
        found.append("nobody had entered the trial by the cutoff")
    if screened:
        found.append(f"{screened} patients in the table never entered the trial and are in no analysis")
    return found


def _entered(tables: Tables) -> NDArray[np.bool_]:
    """Patients with a day of enrollment, randomization or first dose; the others were screened at most."""
    people = tables.patients
    days = (people.enrolled_on, people.randomized_on, people.first_dose_on)
    return np.asarray(np.logical_or.reduce([day != NO_DAY for day in days]), np.bool_)


def _named(study: Study, done: list[EndpointResult], data: Tables | Recorded | Trial) -> tuple[str, ...]:
    """The study's assumptions, the choices of the run, and what every endpoint assumed, each once."""
    given = [f"{a.path} = {a.value!r} ({a.reason})" for a in study.assumptions]
    if isinstance(data, Trial):
        given += data.notes
        if data.day_one is None:
            given.append(
                "virtual patients: the baseline assessment is complete, every scan is adequate (ours)"
            )
    return tuple(dict.fromkeys([*given, *(note for result in done for note in result.assumptions)]))


def _tables(data: Tables | Recorded | Trial, cutoff: int | None) -> Tables:
    """The tables; of events only those known by the cutoff."""
    if isinstance(data, Trial):
        return tables_of(data if cutoff is None else data.cut(cutoff))
    return with_events(data, known_by=cutoff) if isinstance(data, Recorded) else data


def _analyzed(
    endpoint: Endpoint,
    tables: Tables,
    entered: NDArray[np.bool_],
    cutoff: int | None,
    *,
    notes: tuple[str, ...],
    landmarks: tuple[float, ...],
    censoring: CensoringPolicy | str | None,
) -> EndpointResult:
    assume = None if censoring else _ASSUMED
    rows = derive(endpoint, tables, cutoff_day=cutoff, policy=censoring, assume=assume)
    rows = rows.where(entered[rows.row])
    arms = tables.patients.arms if len(tables.patients.arms) > 1 else ("all",)
    side_by_side = padded(rows, 1, len(arms))
    timed = endpoint.kind != "response_rate"
    return EndpointResult(
        id=endpoint.id,
        name=endpoint.name.value or endpoint.id,
        kind=endpoint.kind,
        measure=_MEASURE[endpoint.kind],
        arms=times(rows, side_by_side, arms, landmarks) if timed else rates(rows, arms),
        rows=rows,
        assumptions=(*rows.assumptions, *notes),
        comparison=compare(side_by_side, arms) if timed else None,
    )

"""Derive every endpoint of a study: one row per patient, with the rule, the words and the source row that decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from protorun import endpoints as chapter
from protorun.analyze.derivation import Derivation, DerivedEndpoint, Skipped
from protorun.analyze.dose_limiting import MEASURE, asks_for_dlt, derive_dlt
from protorun.analyze.gathering import response_settings, tables_of, with_events, with_time_points
from protorun.endpoints import CensoringPolicy, censoring_policy
from protorun.errors import NothingRecorded, NotStated, PluginNotFound, UsageError
from protorun.patients.recorded import Recorded
from protorun.study.endpoint import Endpoint
from protorun.study.study import Study
from protorun.terms.plugins import names
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response
from protorun.trial.tables import Tables
from protorun.trial.trial import Trial

_EPOCH = date(1970, 1, 1)
_NOT_SEEN = (Response.NE, Response.MISSING, Response.NONE)
_ASSUMED = "treatment_policy"


def derive(
    study: Study,
    data: Tables | Recorded | Trial,
    *,
    cutoff: date | int | None = None,
    policies: Mapping[str, str] | None = None,
    censoring: CensoringPolicy | str | None = None,
    calendar: bool | None = None,
) -> Derivation:
    """Every endpoint of the study, one row per patient who entered, as known at the cutoff; `analyze` estimates from it.

    Arguments, and what is left out and raised, are those of `analyze`.
    """
    _check_policies(policies or {})
    censoring = None if censoring is None else censoring_policy(censoring)
    day = (cutoff - _EPOCH).days if isinstance(cutoff, date) else cutoff
    tables = _tables(data, day)
    people = tables.patients
    if len(people) and int(people.copy.max()) > 0:
        raise UsageError("analyze takes one trial; for many copies use simulate, which counts over them")
    entered = _entered(tables)
    done: list[DerivedEndpoint] = []
    skipped: list[Skipped] = []
    warnings: list[str] = []
    dated = not isinstance(data, Trial) if calendar is None else calendar
    known = _Known(study, day, policies or {}, censoring, dated)
    for endpoint in study.endpoints:
        try:
            tables, rows, notes, doubts = _one(endpoint, tables, known)
            rows = rows.where(entered[rows.row])
            measure = MEASURE if asks_for_dlt(endpoint) else ""
            done.append(DerivedEndpoint(endpoint, rows, (*rows.assumptions, *notes), measure))
            warnings += doubts
        except NotStated as lack:
            skipped.append(Skipped(endpoint.id, str(lack), lack.path))
        except (PluginNotFound, NothingRecorded) as lack:
            skipped.append(Skipped(endpoint.id, str(lack)))
    warnings += [*_conflicts(study), *_doubts(done, int((~entered).sum()))]
    return Derivation(
        study.key,
        day,
        tuple(done),
        tuple(skipped),
        _named(study, done, data),
        tuple(dict.fromkeys(warnings)),
        tables,
        calendar=dated,
    )


@dataclass(frozen=True)
class _Known:
    """What holds for every endpoint of one derivation."""

    study: Study
    day: int | None
    policies: Mapping[str, str]
    censoring: CensoringPolicy | None
    calendar: bool


def _one(
    endpoint: Endpoint, tables: Tables, known: _Known
) -> tuple[Tables, chapter.Derived, tuple[str, ...], tuple[str, ...]]:
    """The rows of one endpoint, the tables with the time points they needed, what was assumed, and doubts."""
    if asks_for_dlt(endpoint):
        found = derive_dlt(known.study, endpoint, tables, cutoff_day=known.day, calendar=known.calendar)
        return tables, found[0], (), found[1]
    tables, notes, doubts = with_time_points(tables, endpoint, known.policies)
    assume = None if known.censoring else _ASSUMED
    rows = chapter.derive(endpoint, tables, cutoff_day=known.day, policy=known.censoring, assume=assume)
    return tables, rows, notes, doubts


def _check_policies(policies: Mapping[str, str]) -> None:
    """Raises PluginNotFound for criteria or a policy that does not exist: a misspelled one would change nothing."""
    for key in policies:
        criteria = key.partition(".")[0]
        if criteria not in names("response"):
            raise PluginNotFound("response criterion", criteria, names("response"))
        response_settings(criteria, policies)


def _conflicts(study: Study) -> list[str]:
    """What the record says twice and differently about an endpoint, and which of the two was taken."""
    names = [endpoint.name.value for endpoint in study.endpoints if endpoint.name.value]
    about = [c for c in study.conflicts if any(c.says.startswith(name) for name in names)]
    return [f"{conflict.says}; taken: {conflict.taken}" for conflict in about]


def _doubts(done: list[DerivedEndpoint], screened: int) -> list[str]:
    """What a reader of the table should know about who is in it, and by which criteria nobody stated."""
    found = []
    for result in done:
        criteria = result.endpoint.criteria
        if criteria.basis == "assumed" and "[recalled]" in criteria.note:
            found.append(
                f"{result.endpoint.id}: the record names no criteria; {criteria.value} is an assumption ({criteria.note})"
            )
        unseen = int(np.isin(result.rows.response, _NOT_SEEN).sum())
        if result.endpoint.kind == "response_rate" and unseen:
            count = (
                f"{unseen} of {len(result.rows)} patients could not be evaluated and count as not responding"
            )
            found.append(f"{result.endpoint.id}: {count}")
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


def _named(study: Study, done: list[DerivedEndpoint], data: Tables | Recorded | Trial) -> tuple[str, ...]:
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

"""Events -> yes or no, or time and event, each row with the rule and the sentence that decided it."""

from __future__ import annotations

from protorun.endpoints.best import (
    PARAMETERS,
    Best,
    ImmuneBest,
    Rate,
    ResponseTime,
    best_immune_rows,
    best_of_rows,
    cr_then_pr,
    explain_best,
    parameter,
    response_rates,
    time_to_response,
)
from protorun.endpoints.best.policy import Policy, policies, policy
from protorun.endpoints.best_response import Course, best_response
from protorun.endpoints.censoring import CensoringPolicy, censoring_policies, censoring_policy
from protorun.endpoints.course import course_of
from protorun.endpoints.derived import Derived, Reason
from protorun.endpoints.response_rate import derive_rate
from protorun.endpoints.safety import derive_safety
from protorun.endpoints.times.first_event import Dated, FirstEvent, first_event
from protorun.endpoints.times.time_to_event import derive_time
from protorun.errors import NotStated
from protorun.study.endpoint import Endpoint
from protorun.trial.tables import Tables

__all__ = [
    "PARAMETERS",
    "Best",
    "CensoringPolicy",
    "Course",
    "Dated",
    "Derived",
    "FirstEvent",
    "ImmuneBest",
    "Policy",
    "Rate",
    "Reason",
    "ResponseTime",
    "best_immune_rows",
    "best_of_rows",
    "best_response",
    "censoring_policies",
    "censoring_policy",
    "course_of",
    "cr_then_pr",
    "derive",
    "derive_rate",
    "derive_safety",
    "derive_time",
    "explain_best",
    "first_event",
    "parameter",
    "policies",
    "policy",
    "response_rates",
    "time_to_response",
]

_TIMED = ("time_to_event", "duration")


def derive(
    endpoint: Endpoint,
    tables: Tables,
    *,
    cutoff_day: int | None = None,
    policy: CensoringPolicy | str | None = None,
    assume: CensoringPolicy | str | None = None,
) -> Derived:
    """Rows of an endpoint as known at the cutoff, each with the rule and the words of the record that decided it.

    `policy` (a choice) or `assume` (a guess, said so in `assumptions`) fills the censoring rules that the record leaves
    silent; response rates have none. Raises PolicyRequired when such rules are silent and neither is given, NotStated
    when the record leaves open what the derivation needs, or describes an endpoint of a kind that is not derived from
    tables; NothingRecorded when the tables lack the assessments.
    """
    if endpoint.kind in _TIMED:
        return derive_time(endpoint, tables, cutoff_day=cutoff_day, policy=policy, assume=assume)
    if endpoint.kind == "response_rate":
        return derive_rate(endpoint, tables, cutoff_day=cutoff_day)
    if endpoint.kind == "safety":
        return derive_safety(endpoint, tables, cutoff_day=cutoff_day)
    raise NotStated(
        f"an endpoint of a kind that tables of patients and lesions answer: {endpoint.id} is {endpoint.kind}"
    )

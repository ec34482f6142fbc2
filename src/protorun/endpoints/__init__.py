"""Events -> yes or no, or time and event, each row with the rule and the sentence that decided it."""

from __future__ import annotations

from protorun.endpoints.best import (
    PARAMETERS,
    Best,
    ImmuneBest,
    best_immune_rows,
    best_of_rows,
    cr_then_pr,
    explain_best,
    parameter,
)
from protorun.endpoints.best_response import Course, best_response
from protorun.endpoints.course import course_of
from protorun.endpoints.derived import Derived, Reason
from protorun.endpoints.policy import Policy, policies, policy
from protorun.endpoints.response_rate import derive_rate
from protorun.endpoints.time_to_event import derive_time
from protorun.errors import NotStated
from protorun.study.endpoint import Endpoint
from protorun.trial.tables import Tables

__all__ = [
    "PARAMETERS",
    "Best",
    "Course",
    "Derived",
    "ImmuneBest",
    "Policy",
    "Reason",
    "best_immune_rows",
    "best_of_rows",
    "best_response",
    "course_of",
    "cr_then_pr",
    "derive",
    "derive_rate",
    "derive_time",
    "explain_best",
    "parameter",
    "policies",
    "policy",
]

_DERIVE = {"time_to_event": derive_time, "response_rate": derive_rate}


def derive(endpoint: Endpoint, tables: Tables, *, cutoff_day: int | None = None) -> Derived:
    """Rows of an endpoint as known at the cutoff, each with the rule and the words of the record that decided it.

    Raises NotStated when the record leaves open what the derivation needs, or describes an endpoint of a kind that is
    not derived from tables; NothingRecorded when the tables lack the assessments.
    """
    if endpoint.kind not in _DERIVE:
        raise NotStated(
            f"an endpoint of a kind that tables of patients and lesions answer: {endpoint.id} is {endpoint.kind}"
        )
    return _DERIVE[endpoint.kind](endpoint, tables, cutoff_day=cutoff_day)

"""Censoring: named policies, and the assessments that censoring goes back to."""

from protorun.endpoints.censoring.assessments import NEVER, Assessments, Days, assessments
from protorun.endpoints.censoring.policy import CensoringPolicy, censoring_policies, censoring_policy

__all__ = [
    "NEVER",
    "Assessments",
    "CensoringPolicy",
    "Days",
    "assessments",
    "censoring_policies",
    "censoring_policy",
]

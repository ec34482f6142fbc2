"""Screening: criteria x facts -> truth and why, for one patient or a million."""

from protorun.screening.attrition import attrition, relaxed
from protorun.screening.consort import consort, log
from protorun.screening.evaluate import Policy
from protorun.screening.explain import Explanation, explain
from protorun.screening.masks import Masks, masks
from protorun.screening.obtain import to_obtain
from protorun.screening.screening import Screening, Verdict, registry_criteria, screen
from protorun.screening.template import template

__all__ = [
    "Explanation",
    "Masks",
    "Policy",
    "Screening",
    "Verdict",
    "attrition",
    "consort",
    "explain",
    "log",
    "masks",
    "registry_criteria",
    "relaxed",
    "screen",
    "template",
    "to_obtain",
]

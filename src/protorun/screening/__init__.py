"""Screening: criteria x facts -> truth and why, for one patient or a million."""

from protorun.screening.consort import consort, log
from protorun.screening.evaluate import Policy
from protorun.screening.explain import Explanation, explain
from protorun.screening.screening import Screening, Verdict, screen
from protorun.screening.template import template

__all__ = ["Explanation", "Policy", "Screening", "Verdict", "consort", "explain", "log", "screen", "template"]

"""The best of many responses, over flat rows sorted by patient and day: kernels that know the row they chose."""

from __future__ import annotations

from protorun.endpoints.best.immune import ImmuneBest, best_immune_rows
from protorun.endpoints.best.rates import Rate, ResponseTime, response_rates, time_to_response
from protorun.endpoints.best.rows import Best, best_of_rows, cr_then_pr
from protorun.endpoints.best.words import PARAMETERS, explain_best, parameter

__all__ = [
    "PARAMETERS",
    "Best",
    "ImmuneBest",
    "Rate",
    "ResponseTime",
    "best_immune_rows",
    "best_of_rows",
    "cr_then_pr",
    "explain_best",
    "parameter",
    "response_rates",
    "time_to_response",
]

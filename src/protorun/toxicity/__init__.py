"""Toxicity: laboratory grades, adverse events and their tables, dose-limiting toxicities by the study's own words."""

from protorun.toxicity.agreement import disagreements
from protorun.toxicity.definition import Clause, clauses
from protorun.toxicity.dlt import Judged, JudgedPatients, dlt_window, judge, judge_patients

__all__ = [
    "Clause",
    "Judged",
    "JudgedPatients",
    "clauses",
    "disagreements",
    "dlt_window",
    "judge",
    "judge_patients",
]

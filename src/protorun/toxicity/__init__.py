"""Toxicity: laboratory grades, adverse events and their tables, dose-limiting toxicities by the study's own words."""

from protorun.toxicity.definition import Clause, clauses
from protorun.toxicity.dlt import Judged, JudgedPatients, judge, judge_patients

__all__ = ["Clause", "Judged", "JudgedPatients", "clauses", "judge", "judge_patients"]

"""Adverse events -> dose-limiting toxicities by the study's own words."""

from protorun.toxicity.definition import Clause, clauses
from protorun.toxicity.dlt import Judged, judge

__all__ = ["Clause", "Judged", "clauses", "judge"]

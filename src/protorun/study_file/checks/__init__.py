"""Checks of a study: what does not hold together, what waits for an answer, what was read with a doubt."""

from __future__ import annotations

from protorun.study.study import Study
from protorun.study_file.checks.contradictions import contradictions
from protorun.study_file.checks.dose_rule import dose_rule_findings
from protorun.study_file.checks.finding import Finding
from protorun.study_file.checks.open_points import open_points
from protorun.study_file.checks.quotes import against_record
from protorun.study_file.checks.references import references

__all__ = ["Finding", "against_record", "check"]


def check(study: Study) -> tuple[Finding, ...]:
    """Every finding of a study: errors first, then open questions, then doubts. An empty tuple means clean."""
    found = (*references(study), *contradictions(study), *dose_rule_findings(study), *open_points(study))
    return tuple(sorted(found, key=lambda f: ("error", "open", "review").index(f.kind)))

"""The eligibility criteria: the record's words, what is executed, how far it covers them, and doubts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from protorun.report.parts import Parts
from protorun.study.criterion import Criterion
from protorun.study.criterion_text import asked, write

ORDER, TITLE = 30, "Eligibility criteria"


def build(parts: Parts) -> dict[str, Any] | None:
    """One row per criterion; None for a record without any."""
    study = parts.study
    if not study.eligibility:
        return None
    lists = {name: fact for name, fact in study.eligibility_sections.items() if not fact.value}
    return {
        "rows": [_row(c) for c in study.eligibility],
        "counts": Counter(c.klass for c in study.eligibility),
        "missing": [(name, fact.note) for name, fact in lists.items()],
        "numbers": parts.numbers,
    }


def _row(criterion: Criterion) -> dict[str, Any]:
    return {
        "criterion": criterion,
        "runs_as": write(criterion.expr),
        "lost": [s.quote for s in criterion.residual],
        "asked": asked(criterion) if criterion.klass == "computable" else (),
    }

"""What the report rests on beside the record: assumptions, open questions, conflicts, ambiguities, unread passages."""

from __future__ import annotations

from typing import Any

from protorun.report.parts import Parts
from protorun.study.assume import unanswered

ORDER, TITLE = 15, "Assumptions, open questions, doubts"


def build(parts: Parts) -> dict[str, Any]:
    """The questions that no assumption answers yet; everything else is drawn from the study."""
    return {"open": unanswered(parts.study), "numbers": parts.numbers}

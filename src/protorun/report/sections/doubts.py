"""What the report rests on beside the record: assumptions, open questions, conflicts, ambiguities, unread passages."""

from __future__ import annotations

from typing import Any

from protorun.report.parts import Parts

ORDER, TITLE = 15, "Assumptions, open questions, doubts"


def build(parts: Parts) -> dict[str, Any]:
    """The questions that no assumption answers yet; everything else is drawn from the study."""
    answered = {a.path for a in parts.study.assumptions}
    return {
        "open": [q for q in parts.study.open_questions if not q.path or q.path not in answered],
        "numbers": parts.numbers,
    }

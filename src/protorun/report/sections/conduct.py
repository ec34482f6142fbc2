"""A recorded trial under its dose rule: where it stands, what the rule says next, and deviations."""

from __future__ import annotations

from typing import Any

from protorun.report.parts import Parts

ORDER, TITLE = 65, "The trial as recorded"


def build(parts: Parts) -> dict[str, Any] | None:
    """Rows of the status; None when no recorded trial is under a dose rule."""
    if parts.status is None:
        return None
    return {"about": parts.results_of, "status": parts.status}

"""Endpoints with their events and ordered censoring rules, each with the words that state it."""

from __future__ import annotations

from typing import Any

from protorun.report.parts import Parts

ORDER, TITLE = 70, "Endpoints"


def build(parts: Parts) -> dict[str, Any]:
    """Line numbers for the quotes; the endpoints themselves are drawn from the study."""
    return {"numbers": parts.numbers}

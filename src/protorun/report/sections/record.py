"""The record as published beside its reading."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from protorun.report.facts import cited_sources, fact_rows
from protorun.report.lines import marked_lines
from protorun.report.parts import Parts

ORDER, TITLE = 20, "The record and its reading"


def build(parts: Parts) -> dict[str, Any]:
    """Lines of the record, the facts with links to them, and the names of the facts it does not give."""
    rows = fact_rows(parts.study)
    shown = [row for row in rows if row.basis != "absent"]
    absent = [f"{row.path} ({row.note})" if row.note else row.path for row in rows if row.basis == "absent"]
    return {
        "record": marked_lines(parts.numbers, cited_sources(parts.study)) if parts.numbers else None,
        "facts": shown,
        "absent": absent,
        "numbers": parts.numbers,
        "left_over": _left_over(parts),
    }


def _left_over(parts: Parts) -> Markup | None:
    if parts.record is None or not parts.record.shares:
        return None
    shares = ", ".join(f"{name} {share:.0%}" for name, share in parts.record.shares.items() if share >= 0.005)
    return Markup("<span class='note'>Share of characters: {}.</span>").format(escape(shares))

"""The record as published beside its reading."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from protorun.report.facts import fact_rows, line_numbers
from protorun.report.parts import Parts
from protorun.study.record import Record

ORDER, TITLE = 20, "The record and its reading"
_LONGEST_LINE = 4000  # a page must stay readable; longer lines are shown up to here and say so


def build(parts: Parts) -> dict[str, Any]:
    """Lines of the record, the facts with links to them, and the names of the facts it does not give."""
    rows = fact_rows(parts.study)
    shown = [row for row in rows if row.basis != "absent"]
    absent = [f"{row.path} ({row.note})" if row.note else row.path for row in rows if row.basis == "absent"]
    numbers = line_numbers(parts.record.texts) if parts.record else None
    cited = {numbers.line(s) for row in shown for s in row.sources} if numbers else set()
    return {
        "record": _lines(parts.record, cited) if parts.record else None,
        "facts": shown,
        "absent": absent,
        "numbers": numbers,
        "left_over": _left_over(parts),
    }


def _lines(record: Record, cited: set[int | None]) -> list[dict[str, Any]]:
    lines = [line for text in record.texts.values() for line in text.split("\n")]
    return [
        {
            "number": i,
            "text": line
            if len(line) <= _LONGEST_LINE
            else line[:_LONGEST_LINE] + " … (line cut for display)",
            "cited": i in cited,
        }
        for i, line in enumerate((line.rstrip("\r") for line in lines), 1)
    ]


def _left_over(parts: Parts) -> Markup | None:
    if parts.record is None or not parts.record.shares:
        return None
    shares = ", ".join(f"{name} {share:.0%}" for name, share in parts.record.shares.items() if share >= 0.005)
    return Markup("<span class='note'>Share of characters: {}.</span>").format(escape(shares))

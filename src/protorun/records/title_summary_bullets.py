"""A mirror page without labels: the official title, the summary, and the criteria as a list of bullets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from protorun.records.files.document import Document, Line
from protorun.records.pages.doubts import is_title
from protorun.records.pages.labeled import label_of
from protorun.records.passages.ledger import Ledger
from protorun.study.record import Record
from protorun.terms.fields import labels

# The glyph follows the indentation and number width of the registry's own list, not the meaning.
_BULLET = re.compile(r"[•⁃‣∙◦▪●○■]")
_CARRIES = ("title.official", "summary.brief", "eligibility.criteria")


def score(document: Document) -> float:
    """High when a few lines of text are followed by bullets to the end, and no line has a label."""
    lines = document.lines
    first = _first_bullet(lines)
    if first is None or not 1 <= first <= 40:
        return 0.0
    below = lines[first:]
    bullets = sum(bool(_BULLET.match(line_.text)) for line_ in below) / len(below)
    labeled = sum(label_of(line_, labels()) is not None for line_ in lines)
    return max(0.0, 0.9 * bullets - 0.15 * labeled - 0.01 * max(0, first - 4))


def read(document: Document) -> tuple[Record, ...]:
    """The record of the page."""
    ledger = Ledger("title_summary_bullets", document)
    lines = document.page()
    first = _first_bullet(lines) or len(lines)
    if first:
        whole = is_title(lines[0].text)
        ledger.value("title.official", lines[0].start, lines[0].end, sure=whole)
    if first > 1:
        ledger.value("summary.brief", lines[1].start, lines[first - 1].end, sure=whole)
    else:
        ledger.empty("summary.brief")
    if first < len(lines):
        ledger.value("eligibility.criteria", lines[first].start, lines[-1].end)
    return (ledger.record(carries=_CARRIES),)


def _first_bullet(lines: Sequence[Line]) -> int | None:
    return next((i for i, line_ in enumerate(lines) if _BULLET.match(line_.text)), None)

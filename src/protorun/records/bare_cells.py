"""The cells of a registry export printed one per line without labels: title, summary, conditions, interventions,
outcomes, description. The line `TYPE: name` is the anchor."""

from __future__ import annotations

import re
from collections.abc import Sequence

from protorun.errors import RecordError
from protorun.records.ctgov_csv import claim_treatments
from protorun.records.files.document import Document, Line
from protorun.records.pages.doubts import doubt_all, doubt_last, is_title
from protorun.records.pages.labeled import label_of
from protorun.records.passages.ledger import Ledger
from protorun.records.passages.outcomes import claim_outcomes, ends_with_time_frame
from protorun.records.passages.values import pieces
from protorun.study.record import Record
from protorun.terms.fields import labels

_TYPES = "DRUG|BIOLOGICAL|DEVICE|PROCEDURE|RADIATION|BEHAVIORAL|GENETIC|DIETARY_SUPPLEMENT|COMBINATION_PRODUCT|DIAGNOSTIC_TEST|OTHER"
_ANCHOR = re.compile(rf"(?:{_TYPES}):[ \t\u00a0]\S")
_LEVELS = ("primary", "secondary", "other")
_CARRIES = ("title.brief", "summary", "condition", "intervention.type", "intervention.name", "outcome")


def score(document: Document) -> float:
    """High when one line holds typed interventions in capitals between unlabeled lines and outcomes follow."""
    lines = document.lines
    at = _anchor(lines)
    if at is None or at < 2:
        return 0.0
    if any(ends_with_time_frame(line_.text) for line_ in lines[at + 1 : at + 2]):
        return 0.9
    labeled = sum(label_of(line_, labels()) is not None for line_ in lines)
    cells = any(ends_with_time_frame(line_.text) for line_ in lines[at + 1 : at + 20])
    return max(0.0, 0.6 + 0.2 * cells - 0.15 * labeled)


def read(document: Document) -> tuple[Record, ...]:
    """The record of the page."""
    ledger = Ledger("bare_cells", document)
    lines = document.page()
    at = _anchor(lines)
    if at is None or at < 2:
        raise RecordError("no line names typed interventions below a title", where=document.where(0))
    ledger.value("title.brief", lines[0].start, lines[0].end)
    whole = is_title(lines[0].text)
    if at > 2:
        ledger.value("summary.brief", lines[1].start, lines[at - 2].end)
    _conditions(ledger, lines[at - 1])
    claim_treatments(ledger, lines[at].text, lines[at].start)
    end = _outcomes(ledger, lines, at + 1)
    if end < len(lines):
        ledger.value("summary.detailed", lines[end].start, lines[-1].end)
    if not whole or sum(bool(_ANCHOR.match(line_.text)) for line_ in lines) > 1:
        ledger.warn("this page is not whole, or holds more than one record; what its cells are is inferred")
        doubt_all(ledger)
    elif not lines[-1].text.endswith((".", "!", "?", ")", "]", ":")):
        doubt_last(ledger)
    return (ledger.record(carries=_CARRIES),)


def _anchor(lines: Sequence[Line]) -> int | None:
    return next((i for i, line_ in enumerate(lines) if _ANCHOR.match(line_.text)), None)


def _conditions(ledger: Ledger, line_: Line) -> None:
    ledger.mark("label", line_.start, line_.end)
    for start, end in pieces(line_.text, "|", line_.start):
        ledger.value("condition", start, end)


def _outcomes(ledger: Ledger, lines: Sequence[Line], at: int) -> int:
    """Up to three cells, one after the other; a cell may run over lines. Returns the line after them."""
    for level in _LEVELS:
        last = _cell_end(lines, at, first=level == "primary")
        if last is None:
            return at
        start, end = lines[at].start, lines[last].end
        claim_outcomes(ledger, level, ledger.texts[""][start:end], start)
        at = last + 1
    return at


def _cell_end(lines: Sequence[Line], at: int, *, first: bool) -> int | None:
    """The last line of the outcome cell that begins here, or None when none begins.

    A cell ends with a time frame. One that runs over lines has bars or brackets left open in it; the first cell after
    the interventions may also be a short line without a time frame, as old records have it.
    """
    if at >= len(lines):
        return None
    line_ = lines[at]
    whole = ends_with_time_frame(line_.text) or _one_outcome(line_.text)
    if whole or (first and "|" not in line_.text and _last_is_frame(line_.text)):
        return at
    for last in range(at + 1, min(at + 60, len(lines))):
        if ends_with_time_frame(lines[last].text):
            text = "\n".join(part.text for part in lines[at : last + 1])
            return last if "|" in text else None
    if "|" in line_.text or (first and (len(line_.text) <= 250 or _last_is_frame(line_.text))):
        return at
    return None


def _one_outcome(text: str) -> bool:
    """A short line of one outcome whose time frame has a full stop behind it: no sentence of a description."""
    frame = text[text.rfind(", ") + 2 :]
    return len(text) <= 250 and ". " not in text and frame[:1].isupper() and _last_is_frame(text)


def _last_is_frame(text: str) -> bool:
    return ends_with_time_frame(text.rstrip(".")) and len(text) - text.rfind(", ") <= 100

"""The detail page of a mirror: a status in the heading, `Administrative data`, `Study information`, then long texts."""

from __future__ import annotations

import re

from protorun.records.files.document import Document
from protorun.records.labels import read_blocks
from protorun.records.pages.blocks import CLOSED
from protorun.records.passages.detect import Marker, line
from protorun.records.passages.detect import score as score_by
from protorun.records.passages.ledger import Ledger
from protorun.records.passages.values import fits
from protorun.study.record import Record
from protorun.terms.fields import kinds

_MARKERS = (
    line("Administrative data", 3, required=True),
    line("Study information", 2),
    Marker(re.compile(r"^[ \t]*Clinical Trial Details[ \t]*[-–—]+[ \t]*Status:", re.MULTILINE), 2),
    line("Est. completion date", 2, opens=True),
    line("Verified date", 1, opens=True),
    line("NCT number", 1, opens=True),
)
_HEAD = re.compile(
    r"^[ \t]*Clinical Trial Details[ \t]*[-–—]+[ \t]*Status:[ \t]*([^\r\n]{1,60})", re.MULTILINE
)
_LOOSE = frozenset(
    {"sponsor.lead", "contact.name", "contact.phone", "contact.email", "identifier.organization", "allocation",
     "intervention_model", "masking", "purpose", "identifier.secondary", "country"}
    | {field for field, kind in kinds().items() if kind in CLOSED}
)  # fmt: skip


def score(document: Document) -> float:
    """Share of the layout's headings and keys."""
    return score_by(document.text, _MARKERS)


def read(document: Document) -> tuple[Record, ...]:
    """The record of the page."""
    ledger = Ledger("administrative_details", document)
    lines = document.page()
    head = _HEAD.search(document.text)
    if head:
        ledger.mark("label", head.start(), head.start(1))
        if fits("status", head[1]):
            ledger.value("status.overall", *head.span(1), label="Status")
        lines = tuple(line_ for line_ in lines if not (head.start() <= line_.start < head.end()))
    for line_ in lines:
        if line_.text == "Clinical Trials Logo":
            ledger.mark("chrome", line_.start, line_.end)
    read_blocks(ledger, tuple(line_ for line_ in lines if line_.text != "Clinical Trials Logo"), loose=_LOOSE)
    return (ledger.record(),)

"""The fallback for pages of no known layout: whatever a known label names is read, the rest is left over.

A value of a closed kind (date, phase, status ...) is taken only when it is one; a label inside a text is not a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.records.files.document import Document, Line
from protorun.records.pages.blocks import CRITERIA_LISTS, Block, bare_label, blocks, is_heading
from protorun.records.pages.doubts import settle
from protorun.records.pages.headed import claim_headed
from protorun.records.pages.help_text import recognize_help
from protorun.records.pages.labeled import Label, claim
from protorun.records.pages.listed_outcomes import claim_listed_outcomes
from protorun.records.passages.ledger import Ledger
from protorun.records.passages.values import CHECKED, pieces, related_row
from protorun.study.record import Record
from protorun.terms.fields import kinds, plain, values

_ALIGNED = 8
"""Values in a column of their own begin at least so far to the right."""

_NO_TITLE = re.compile(
    r"skip to|cookie|sign in|log ?in|menu|search|subscribe|javascript|browser|copyright|home\b|[/>|›»]| summary",
    re.IGNORECASE,
)


def score(document: Document) -> float:
    """A tenth for every field some label names, never as much as a layout that is known."""
    found = {block.label.field for block in blocks(document.lines)}
    return min(0.6, 0.1 * len(found))


def read(document: Document) -> tuple[Record, ...]:
    """The record of the page, with the warning that it is a fallback reading."""
    ledger = Ledger("labels", document)
    ledger.warn("no known layout: only what labels name was read (fallback)")
    read_blocks(ledger, document.page())
    _title(ledger, document.lines)
    settle(ledger)
    return (ledger.record(),)


def read_blocks(ledger: Ledger, lines: Sequence[Line], *, loose: frozenset[str] = frozenset()) -> None:
    """Read every label with its value; `loose` fields may have their value behind a mere blank."""
    kept = [line_ for line_ in lines if not _is_help(ledger, line_)]
    for line_, below in zip(kept, [*kept[1:], None], strict=False):
        label, after = bare_label(line_), bare_label(below) if below else None
        if is_heading(line_) or (label and after and label.field == after.field):
            ledger.mark("label", line_.start, line_.end)
    for block in blocks(kept, loose=loose):
        _read(ledger, block)


def _is_help(ledger: Ledger, line_: Line) -> bool:
    known = recognize_help(line_.text) == "known"
    if known:
        ledger.mark("help", line_.start, line_.end)
    return known


def _read(ledger: Ledger, block: Block) -> None:
    label, head = block.label, block.head
    kind = kinds()[label.field]
    if kind == "prose":
        return _prose(ledger, block)
    ledger.mark("label", label.start, min(label.value, head.end))
    body = _joined(ledger.texts[""], block)
    if not body or plain(body[0].text) in values("nothing"):
        return ledger.empty(label.field)
    if kind == "outcomes":
        return claim_listed_outcomes(ledger, label.field.partition(".")[2], body, label.printed)
    if kind == "treatments":
        own = plain(label.printed) in values("treatment")
        return _treatments(ledger, label, (head, *block.body) if own else body)
    if kind == "rows":
        return _rows(ledger, label, body)
    several = kind in ("list", "places")
    # Lines nobody understood below a single value: it may go on there.
    sure = several or len(body) == 1 or kind in CHECKED
    for line_ in body if several else body[:1]:
        lead = len(line_.text) - len(line_.text.lstrip("-*•·– \u00a0\t"))
        ledger.mark("label", line_.start, line_.start + lead)
        claim(ledger, label.field, line_.start + lead, line_.end, label=label.printed, sure=sure)
    return None


def _joined(text: str, block: Block) -> tuple[Line, ...]:
    """The lines of a value; lines that begin in the column of the value on the label's line continue it."""
    label, head, body = block.label, block.head, block.body
    end = label.value + len(text[label.value : head.end].rstrip(" |\t"))
    if not text[label.value : end].strip():
        return body
    start = label.value + len(text[label.value : end]) - len(text[label.value : end].lstrip())
    column, at = _column(text, start), 0
    while at < len(body) and column >= _ALIGNED and _column(text, body[at].start) == column:
        end = body[at].end
        at += 1
    return Line(start, end, text[start:end]), *body[at:]


def _column(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at) - 1


def _prose(ledger: Ledger, block: Block) -> None:
    label, head = block.label, block.head
    start = label.value
    if CRITERIA_LISTS.fullmatch(label.printed):
        start = label.start
    else:
        ledger.mark("label", label.start, min(label.value, head.end))
    end = block.body[-1].end if block.body else head.end
    nothing = plain(ledger.texts[""][start : min(end, start + 60)]) in values("nothing")
    # A line with nothing but the label's own words has no value.
    if (
        nothing
        or (start == label.start and not block.body and label.value >= head.end)
        or not ledger.value(label.field, start, end, label=label.printed)
    ):
        ledger.empty(label.field)


def _treatments(ledger: Ledger, label: Label, body: Sequence[Line]) -> None:
    types = values("treatment")
    typed = [line_ for line_ in body if plain(line_.text.partition(":")[0]) in types and ":" in line_.text]
    if typed:
        return claim_headed(ledger, body, types, "intervention", "intervention.name")
    headed = [line_ for line_ in body if line_.text.startswith("#")]
    for number, (start, end) in enumerate(span for line_ in headed or body for span in _names(line_)):
        group = f"intervention/{number}"
        ledger.value("intervention.name", start, end, group=group, label=label.printed)
    return None


def _names(line_: Line) -> Iterator[tuple[int, int]]:
    """The treatments a line names; a sentence names none."""
    bare = line_.text.lstrip("#*-•· \u00a0\t")
    for start, end in pieces(bare, ";", line_.end - len(bare)):
        if end - start <= 200 and not bare.endswith((".", ":")):
            yield start, end


def _rows(ledger: Ledger, label: Label, body: Sequence[Line]) -> None:
    if label.field == "arm.label":
        return claim_headed(ledger, body, values("arm"), "arm", "arm.label")
    rows = [row for line_ in body if (row := related_row(line_.text, line_.start))]
    for number, row in enumerate(rows):
        for part, span in row.items():
            ledger.value(f"related.{part}", *span, group=f"related/{number}")
    return None


def _title(ledger: Ledger, lines: Sequence[Line]) -> None:
    """Without a labeled title the first long line above all labels is it."""
    if any(p.field == "title.brief" for p in ledger.passages):
        return
    found = blocks(lines)
    first = found[0].head.start if found else 0
    for line_ in lines[:20]:
        long = len(line_.text.split()) >= 5 and not line_.text.endswith((".", "?", "!", ":"))
        if line_.start < first and long and not _NO_TITLE.search(line_.text):
            ledger.value("title.brief", line_.start, line_.end, sure=False)
            return

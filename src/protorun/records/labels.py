"""The fallback for pages of no known layout: whatever a known label names is read, the rest is left over.

A value of a closed kind (date, phase, status ...) is taken only when it is one; a label inside a text is not a label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from protorun.records.document import Document, Line
from protorun.records.headed import claim_headed
from protorun.records.help_text import recognize_help
from protorun.records.labeled import Label, claim, label_of
from protorun.records.ledger import Ledger
from protorun.records.values import fits, related_row
from protorun.study.record import Record
from protorun.terms.fields import headings, kinds, labels, plain, values

CLOSED = frozenset({"nct", "date", "phase", "status", "type", "count", "sex", "ages", "age", "yesno"})
_OPEN_ENDED = frozenset({"prose", "treatments", "rows"})
_OF_DESIGN = frozenset({"allocation", "masking", "intervention_model", "purpose"})
# One word before a colon is often a heading of a text ("Treatment: ..."); these are not.
_STRONG = frozenset(
    plain(w)
    for w in ("Sponsor", "Condition", "Conditions", "Collaborators", "Keywords", "Interventions", "Countries")
)
_WITH_LABEL = re.compile(
    r"(?:key )?(?:inclusion|exclusion)(?: exclusion| and exclusion)? criteria", re.IGNORECASE
)
_LISTED = re.compile(r"[-*•⁃‣∙◦▪●○■·]|\(?\d{1,3}[.)]|[a-z][.)]\s", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """A label, the line it stands on, and the lines below that belong to it."""

    label: Label
    head: Line
    body: tuple[Line, ...]


def score(document: Document) -> float:
    """A tenth for every field some label names, never as much as a layout that is known."""
    found = {block.label.field for block in blocks(document.lines, loose=frozenset())}
    return min(0.6, 0.1 * len(found))


def read(document: Document) -> tuple[Record, ...]:
    """The record of the page, with the warning that it is a fallback reading."""
    ledger = Ledger("labels", document)
    ledger.warn("no known layout: only what labels name was read (fallback)")
    read_blocks(ledger, document.page())
    _title(ledger, document.lines)
    return (ledger.record(),)


def read_blocks(ledger: Ledger, lines: Sequence[Line], *, loose: frozenset[str] = frozenset()) -> None:
    """Read every label with its value; `loose` fields may have their value behind a mere blank."""
    kept = [line_ for line_ in lines if not _is_help(ledger, line_)]
    for line_ in kept:
        if plain(line_.text[:80]) in headings():
            ledger.mark("label", line_.start, line_.end)
    for block in blocks(kept, loose=loose):
        _read(ledger, block)


def blocks(lines: Sequence[Line], *, loose: frozenset[str]) -> list[Block]:
    """The page cut at its labels and headings."""
    marks: list[tuple[int, Label | None]] = []
    inside = ""
    for i, line_ in enumerate(lines):
        label = _label(lines, i, inside, loose)
        if label is not None and not (label.field == inside and kinds()[inside] in _OPEN_ENDED):
            marks.append((i, label))
            inside = label.field
        elif label is None and plain(line_.text[:80]) in headings():
            marks.append((i, None))
            inside = ""
    ends = [at for at, _ in marks[1:]] + [len(lines)]
    return [
        Block(label, lines[at], tuple(lines[at + 1 : end]))
        for (at, label), end in zip(marks, ends, strict=False)
        if label is not None
    ]


def _label(lines: Sequence[Line], at: int, inside: str, loose: frozenset[str]) -> Label | None:
    line_ = lines[at]
    in_text = bool(inside) and kinds()[inside] == "prose"
    if in_text and _LISTED.match(line_.text):
        return None
    label = label_of(line_, labels()) or (_loose(line_, loose) if loose and not in_text else None)
    if label is None:
        return None
    kind, value = kinds()[label.field], line_.text[label.value - line_.start :].strip(" |\t")
    if kind in CLOSED and not fits(kind, value or (lines[at + 1].text if at + 1 < len(lines) else "")):
        return None
    if in_text and value and not _ends_text(label, kind, inside) and not _in_a_run(lines, at, inside):
        return None
    return label


def _in_a_run(lines: Sequence[Line], at: int, inside: str) -> bool:
    """A closed value among criteria is one of the page when the page goes on with another label, or ends."""
    here = label_of(lines[at], labels())
    if inside != "eligibility.criteria" or here is None or kinds()[here.field] not in CLOSED:
        return False
    if at + 1 >= len(lines) or plain(lines[at + 1].text[:80]) in headings():
        return True
    after = label_of(lines[at + 1], labels())
    return after is not None and after.field != "eligibility.criteria"


def _loose(line_: Line, fields: frozenset[str]) -> Label | None:
    label = label_of(line_, labels(), loose=True)
    return label if label and label.field in fields else None


def _ends_text(label: Label, kind: str, inside: str) -> bool:
    """Whether a label with its value on the same line ends a text: not an age or sex among criteria, nor one word."""
    if inside == "design.text" and label.field in _OF_DESIGN:
        return True
    if kind in CLOSED:
        return not (inside == "eligibility.criteria" and kind in ("sex", "ages", "age", "count", "yesno"))
    return " " in label.printed.strip() or plain(label.printed) in _STRONG


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
    body = block.body
    if label.value < head.end:
        end = label.value + len(ledger.texts[""][label.value : head.end].rstrip(" |\t"))
        body = (Line(label.value, end, ledger.texts[""][label.value : end].strip()), *body)
        body = tuple(line_ for line_ in body if line_.text)
    if not body:
        return ledger.empty(label.field)
    if kind == "outcomes":
        return _outcomes(ledger, label, body)
    if kind == "treatments":
        own = plain(label.printed) in values("treatment")
        return _treatments(ledger, label, (head, *block.body) if own else body)
    if kind == "rows":
        return _rows(ledger, label, body)
    for line_ in body if kind == "list" else body[:1]:
        lead = len(line_.text) - len(line_.text.lstrip("-*•·– \u00a0\t"))
        ledger.mark("label", line_.start, line_.start + lead)
        claim(ledger, label.field, line_.start + lead, line_.end, label=label.printed)
    return None


def _prose(ledger: Ledger, block: Block) -> None:
    label, head = block.label, block.head
    start = label.value
    if _WITH_LABEL.fullmatch(label.printed):
        start = label.start
    else:
        ledger.mark("label", label.start, min(label.value, head.end))
    end = block.body[-1].end if block.body else head.end
    # A line with nothing but the label's own words has no value.
    if (start == label.start and not block.body and label.value >= head.end) or not ledger.value(
        label.field, start, end, label=label.printed
    ):
        ledger.empty(label.field)


def _outcomes(ledger: Ledger, label: Label, body: Sequence[Line]) -> None:
    """`measure [ Time Frame: ... ]`, one per line; a line without the bracket is a measure, or the description of the
    outcome above when that had a bracket."""
    level = label.field.partition(".")[2]
    number = len({p.group for p in ledger.passages if p.group.startswith("outcome/")})
    framed = False
    for line_ in body:
        at = re.search(r"[\[(]?[ \u00a0]?Time Frame:", line_.text, re.IGNORECASE)
        if at is None and framed:
            ledger.value(
                f"outcome.{level}.description", line_.start, line_.end, group=f"outcome/{number - 1}"
            )
            framed = False
            continue
        group, end = f"outcome/{number}", line_.end
        if at is not None:
            frame = line_.text[at.end() :].rstrip(" ])\u00a0")
            ledger.mark("label", line_.start, line_.end)
            start = line_.start + at.end()
            ledger.value(f"outcome.{level}.time_frame", start, start + len(frame), group=group)
            end = line_.start + at.start()
        framed = at is not None
        ledger.value(f"outcome.{level}.measure", line_.start, end, group=group, label=label.printed)
        number += 1


def _treatments(ledger: Ledger, label: Label, body: Sequence[Line]) -> None:
    types = values("treatment")
    typed = [line_ for line_ in body if plain(line_.text.partition(":")[0]) in types and ":" in line_.text]
    if typed:
        return claim_headed(ledger, body, types, "intervention", "intervention.name")
    for number, line_ in enumerate(body):
        if len(line_.text) <= 200:
            group = f"intervention/{number}"
            ledger.value("intervention.name", line_.start, line_.end, group=group, label=label.printed)
    return None


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
    if any(p.field.startswith("title.") for p in ledger.passages):
        return
    found = blocks(lines, loose=frozenset())
    first = found[0].head.start if found else 0
    for line_ in lines[:20]:
        if line_.start < first and len(line_.text.split()) >= 5 and not line_.text.endswith("."):
            ledger.value("title.brief", line_.start, line_.end)
            return

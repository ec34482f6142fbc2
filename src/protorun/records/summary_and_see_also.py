"""A mirror page with summary, description, a block of `Key value` lines and a `See also` list of related trials."""

from __future__ import annotations

import re
from collections.abc import Mapping

from protorun.records.files.document import Document, Line
from protorun.records.pages.doubts import doubt_texts
from protorun.records.pages.labeled import claim, in_order, label_of
from protorun.records.pages.several import read_each, starts_of
from protorun.records.passages.detect import line
from protorun.records.passages.detect import score as score_by
from protorun.records.passages.ledger import Ledger
from protorun.records.passages.values import related_row
from protorun.study.record import Record
from protorun.terms.fields import plain

_MARKERS = (
    line("Clinical Trial Summary", 2, required=True),
    line("Clinical Trial Description"),
    line("Related Conditions & MeSH terms", 2),
    line("NCT number", 2, opens=True),
    line("Study type", opens=True),
    line("See also"),
    line("Clinical Trials Logo"),
)
_PARTS = (
    "clinical trial summary",
    "clinical trial description",
    "study design",
    "related conditions and mesh terms",
    "nct number",
    "see also",
)
_KEYS = {
    "nct number": "identifier.nct",
    "study type": "study_type",
    "source": "sponsor.lead",
    "contact": "contact.name",
    "phone": "contact.phone",
    "email": "contact.email",
    "status": "status.overall",
    "phase": "phase",
    "start date": "date.start",
    "completion date": "date.completion",
}
_NUMBER = re.compile(r"NCT number[:\s]+NCT", re.IGNORECASE)
_CHROME = frozenset({"clinical trials logo", "status clinical trial phase"})
_CARRIES = (
    "identifier.nct", "study_type", "sponsor.lead", "contact.name", "contact.phone", "contact.email",
    "status.overall", "phase", "date.start", "date.completion", "summary", "condition", "design.text", "related",
)  # fmt: skip


def score(document: Document) -> float:
    """Share of the layout's headings and keys."""
    return score_by(document.text, _MARKERS)


def read(document: Document) -> tuple[Record, ...]:
    """The records of the page, one or several below each other."""
    starts = starts_of(
        document.page(),
        lambda line_: plain(line_.text) == _PARTS[0],
        lambda line_: bool(_NUMBER.match(line_.text)),
    )
    return read_each(document, starts, _record)


def _record(document: Document) -> Record:
    ledger = Ledger("summary_and_see_also", document)
    parts = _parts(document.page())
    disordered, cut_off = _disordered(document.page(), parts), "nct number" not in parts
    before = parts.pop("", ())
    for line_ in before:
        if plain(line_.text) in _CHROME:
            ledger.mark("chrome", line_.start, line_.end)
    _prose(ledger, "summary.brief", parts.pop(_PARTS[0], None))
    _prose(ledger, "summary.detailed", parts.pop(_PARTS[1], None))
    _prose(ledger, "design.text", parts.pop(_PARTS[2], None))
    _conditions(ledger, parts.pop(_PARTS[3], None))
    _keys(ledger, parts.pop(_PARTS[4], ()))
    _related(ledger, parts.pop(_PARTS[5], ()))
    if disordered or cut_off:
        why = "its parts stand in another order" if disordered else "it ends before its last part"
        ledger.warn(f"this page is not whole: {why}; where its texts end is inferred")
        doubt_texts(ledger)
    return ledger.record(carries=_CARRIES)


def _disordered(lines: tuple[Line, ...], parts: Mapping[str, object]) -> bool:
    """Whether a heading of the layout stands where its order has no place for it."""
    return any(name not in parts and _is_head(line_, name) for line_ in lines for name in _PARTS)


def _is_head(line_: Line, name: str) -> bool:
    return bool(_NUMBER.match(line_.text)) if name == "nct number" else plain(line_.text[:60]) == name


def _parts(lines: tuple[Line, ...]) -> dict[str, tuple[Line, ...]]:
    """The lines of each part, its heading first; the key lines count as a part that `NCT number` opens."""
    ranks = {name: i for i, name in enumerate(_PARTS)}
    found = []
    for i, line_ in enumerate(lines):
        found += [(i, rank) for name, rank in ranks.items() if _is_head(line_, name)]
    # A description may have a heading "Study Design" of its own; the site's stands last.
    chain = [found[i] for i in in_order([rank for _, rank in found], last=True)]
    parts = {"": lines[: chain[0][0]] if chain else lines}
    for (at, rank), following in zip(chain, [*chain[1:], (len(lines), -1)], strict=False):
        parts[_PARTS[rank]] = lines[at : following[0]]
    return parts


def _prose(ledger: Ledger, field: str, lines: tuple[Line, ...] | None) -> None:
    if not lines:
        return
    head, body = lines[0], lines[1:]
    ledger.mark("label", head.start, head.end)
    if body and body[-1].text.endswith(";") and field == "summary.detailed":
        # The site closes the description with a lone semicolon, also where there is no description.
        end = body[-1].end - 1
        ledger.mark("chrome", end, end + 1)
    else:
        end = body[-1].end if body else head.end
    if body and _repeats(ledger, body[0].start, end):
        ledger.mark("chrome", body[0].start, end)
        ledger.empty(field)
    elif not body or not ledger.value(field, body[0].start, end, label=head.text):
        ledger.empty(field)


def _repeats(ledger: Ledger, start: int, end: int) -> bool:
    """Without a description of its own the site prints the summary again."""
    text = ledger.texts[""][start:end].strip()
    return any(p.field == "summary.brief" and p.text == text for p in ledger.passages)


def _conditions(ledger: Ledger, lines: tuple[Line, ...] | None) -> None:
    if not lines:
        return
    ledger.mark("label", lines[0].start, lines[0].end)
    for line_ in lines[1:]:
        bare = line_.text.lstrip("*•-– \u00a0\t")
        if bare == line_.text and label_of(line_, _KEYS, loose=True):
            _keys(ledger, (line_,))
            continue
        ledger.value("condition", line_.end - len(bare), line_.end, label=lines[0].text)
    if len(lines) == 1:
        ledger.empty("condition", "mesh_term")


def _keys(ledger: Ledger, lines: tuple[Line, ...]) -> None:
    for line_ in lines:
        label = label_of(line_, _KEYS, loose=True)
        if label is None:
            continue
        if label.value >= line_.end:
            ledger.mark("label", line_.start, line_.end)
            ledger.empty(label.field)
        elif claim(ledger, label.field, label.value, line_.end, label=label.printed):
            ledger.mark("label", line_.start, label.value)
        else:
            ledger.leave(line_.start, line_.end, f"what stands behind {label.printed!r} is no such value")


def _related(ledger: Ledger, lines: tuple[Line, ...]) -> None:
    number = 0
    for line_ in lines:
        if plain(line_.text) in _CHROME or plain(line_.text) == "see also":
            ledger.mark("label", line_.start, line_.end)
            continue
        row = related_row(line_.text, line_.start)
        if row is None:
            ledger.leave(line_.start, line_.end, "no row of a list of related trials")
            continue
        ledger.mark("label", line_.start, line_.end)
        for part in ("status", "nct", "title", "phase"):
            if part in row:
                ledger.value(f"related.{part}", *row[part], group=f"related/{number}")
        number += 1

"""Labels at the start of lines: which field a line names, and where the value behind the label begins."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from protorun.records.files.document import Line
from protorun.records.passages.ledger import Ledger
from protorun.records.passages.values import count, date_span, fits, phases, pieces, places
from protorun.terms.fields import kinds, plain

MAX_LABEL = 70

# Signs of lists and headings, and the number of a section ("A.3.1").
_ORNAMENT = re.compile(r"[#*>|•⁃▪◦·_\s-]{0,12}(?:[A-Z](?:\.\d{1,2}){1,4}\.?\s+)?")
_SEPARATOR = re.compile(r"[*_]{0,2}(?::[*_]{0,2}|\t+|[ \u00a0]{2,}|[ ]?\|[ ]?|\Z)")


@dataclass(frozen=True)
class Label:
    """A label found at the start of a line; `value` is where the rest of the line begins (its end: nothing there)."""

    field: str
    start: int
    end: int
    value: int
    printed: str
    printed_colon: bool = False


def label_of(line: Line, names: Mapping[str, str], *, loose: bool = False) -> Label | None:
    """The label a line starts with. A colon, tab, gap, bar or the line's end closes it; `loose` takes a blank too."""
    text = line.text
    start = _ORNAMENT.match(text)
    begin = start.end() if start else 0
    for match in _SEPARATOR.finditer(text, begin, min(len(text), begin + MAX_LABEL)):
        if match.end() == match.start() < len(text):
            break
        if found := _named(line, names, begin, match.start(), match.end()):
            return found
        if match[0].strip("*_ ").startswith(":"):
            break
    return _loose(line, names, begin) if loose else None


def _named(line: Line, names: Mapping[str, str], begin: int, end: int, value: int) -> Label | None:
    printed = line.text[begin:end].strip(" \u00a0?*_")
    field = names.get(plain(printed))
    if field is None:
        return None
    colon = ":" in line.text[end:value]
    return Label(field, line.start + begin, line.start + value, line.start + value, printed, colon)


def _loose(line: Line, names: Mapping[str, str], begin: int) -> Label | None:
    head = line.text[begin : begin + MAX_LABEL]
    ends = [m.start() for m in re.finditer(r"[ \u00a0]|\Z", head)]
    for end in reversed(ends[:8]):
        if found := _named(line, names, begin, begin + end, begin + end):
            return found
    return None


def in_order(ranks_found: Sequence[int], *, last: bool = False) -> list[int]:
    """Indices of a longest run of rising ranks; how labels of a fixed order are told from the same words inside a
    text. Where a label stands twice the first place counts, or the `last`. Patience sorting, n log n."""
    tails: list[int] = []
    ranks: list[int] = []
    before: list[int] = []
    for i, rank in enumerate(ranks_found):
        at = bisect_left(ranks, rank)
        before.append(tails[at - 1] if at else -1)
        if at == len(ranks):
            tails.append(i)
            ranks.append(rank)
        elif ranks[at] != rank or last:
            tails[at], ranks[at] = i, rank
    chain: list[int] = []
    i = tails[-1] if tails else -1
    while i >= 0:
        chain.append(i)
        i = before[i]
    return chain[::-1]


def claim(
    ledger: Ledger, field: str, start: int, end: int, *, label: str = "", group: str = "", sure: bool = True
) -> bool:
    """Claim a printed value in the way of its field's kind; False (and nothing claimed) when it does not fit."""
    text = ledger.texts[""][start:end]
    kind = kinds()[field]
    if not fits(kind, text):
        return False
    lead = start + len(text) - len(text.lstrip())
    spans = list(_spans(kind, text.strip(), lead))
    for low, high in spans:
        ledger.value(field, low, high, label=label, group=group, sure=sure)
    ledger.mark("label", start, end)
    return bool(spans)


def _spans(kind: str, text: str, offset: int) -> Iterator[tuple[int, int]]:
    if kind == "phase":
        yield from phases(text, offset)
    elif kind == "places":
        for start, end in pieces(text, next((s for s in "|;\t" if s in text), "\n"), 0):
            yield from places(text[start:end], offset + start)
    elif kind == "count" and (span := count(text)):
        yield offset + span[0], offset + span[1]
    elif kind == "date":
        low, high = date_span(text)
        yield offset + low, offset + high
    elif kind == "list" and (sign := next((s for s in "|;\t" if s in text), "")):
        yield from pieces(text, sign, offset)
    else:
        yield offset, offset + len(text)


def only(names: Mapping[str, str], fields: Collection[str]) -> dict[str, str]:
    """The part of a vocabulary that names these fields."""
    return {name: field for name, field in names.items() if field in fields}

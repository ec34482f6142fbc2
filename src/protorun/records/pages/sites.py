"""The blocks of a list of sites: a line with facility and place, then `Status`, `Address`, `Site Contact`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from protorun.records.files.document import Line
from protorun.records.passages.ledger import Ledger
from protorun.records.passages.values import Span, fits, pieces, places
from protorun.terms.fields import headings, plain

_KEYS = frozenset({"status", "address", "site contact"})
# Places of one mirror carry a number of the GeoNames database, which is no postal code.
_GEONAMES = re.compile(r"[ \u00a0]\d{5,8}\Z")
_MASKED = re.compile(r"\[email[\s\u00a0]?protected\]", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}\.[A-Za-z]{2,24}")
_PHONE = re.compile(r"\+?[\d(][\d\s().+#/xext-]{5,40}", re.IGNORECASE)


def read_sites(ledger: Ledger, lines: Sequence[Line]) -> None:
    """Every site becomes a group; a line between sites that names a region or opens the list is a label."""
    starts = list(_starts(lines))
    for line_ in lines[: starts[0]] if starts else lines:
        if plain(line_.text) in headings() or starts:
            ledger.mark("label", line_.start, line_.end)
    for number, (at, following) in enumerate(pairwise([*starts, len(lines)])):
        region = _region(lines[following].text) if following < len(lines) else ""
        _site(ledger, f"site/{number}", lines[at:following], region)


def _starts(lines: Sequence[Line]) -> Iterator[int]:
    """A site opens on the line before its `Status`, or before its `Address` when it prints no status."""
    has_status = False
    for i, line_ in enumerate(lines):
        key = plain(line_.text[:20])
        if i and key == "status":
            has_status = True
            yield i - 1
        elif i and key == "address":
            if not has_status:
                yield i - 1
            has_status = False


def _site(ledger: Ledger, group: str, lines: Sequence[Line], next_region: str) -> None:
    head, parts = lines[0], _parts(lines[1:])
    ledger.mark("label", head.start, head.end)
    for line_ in lines[1:]:
        if plain(line_.text[:20]) in _KEYS:
            ledger.mark("label", line_.start, line_.end)
    address = parts.get("address", [])
    facility = address[0] if address and head.text.startswith(address[0].text) else None
    if facility is None:
        ledger.leave(head.start, head.end, "facility and place cannot be told apart")
    else:
        ledger.value("site.facility", facility.start, facility.end, group=group)
        _place(ledger, group, head, len(facility.text), address[1:])
    for line_ in parts.get("status", []):
        if fits("status", line_.text):
            ledger.value("site.status", line_.start, line_.end, group=group, label="Status")
    _contact(ledger, group, parts.get("site contact", []), next_region)


def _parts(lines: Sequence[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    key = ""
    for line_ in lines:
        name = plain(line_.text[:20])
        if name in _KEYS and name not in found:
            key = name
            found[key] = []
        else:
            found.setdefault(key, []).append(line_)
    return found


def _place(ledger: Ledger, group: str, head: Line, skip: int, below: Sequence[Line]) -> None:
    """City and state from the address line, as many as the first line names; what follows them is the postal code."""
    named = list(places(head.text[skip:], head.start + skip))
    text = ledger.texts[""]
    if named:
        ledger.value("site.country", *named[-1], group=group)
    address = [span for line_ in below[:1] for span in pieces(line_.text, ",", line_.start)]
    fields = {0: (), 1: ("site.city",), 2: ("site.city", "site.state")}.get(len(named) - 1)
    if fields is None or [text[a:b] for a, b in address[: len(fields)]] != [text[a:b] for a, b in named[:-1]]:
        return
    for line_ in below[:1]:
        ledger.mark("label", line_.start, line_.end)
    for field, span in zip(fields, address, strict=False):
        ledger.value(field, *_without_number(text, span), group=group)
    if rest := address[len(fields) :]:
        ledger.value("site.postal_code", rest[0][0], rest[-1][1], group=group)


def _without_number(text: str, span: Span) -> Span:
    match = _GEONAMES.search(text[span[0] : span[1]])
    return (span[0], span[0] + match.start()) if match else span


def _region(head: str) -> str:
    parts = [head[a:b] for a, b in places(head)]
    return parts[-2] if len(parts) > 2 else ""


def _contact(ledger: Ledger, group: str, lines: Sequence[Line], next_region: str) -> None:
    named = False
    for i, line_ in enumerate(lines):
        if _MASKED.fullmatch(line_.text):
            ledger.mark("chrome", line_.start, line_.end)
        elif _EMAIL.fullmatch(line_.text):
            ledger.value("site.contact_email", line_.start, line_.end, group=group)
        elif _PHONE.fullmatch(line_.text):
            ledger.value("site.contact_phone", line_.start, line_.end, group=group)
        elif i == len(lines) - 1 and (line_.text == next_region or plain(line_.text) in headings()):
            ledger.mark("label", line_.start, line_.end)
        elif not named and len(line_.text) <= 120:
            named = ledger.value("site.contact_name", line_.start, line_.end, group=group)

"""Arms and interventions as `Type: name` lines with a description below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from protorun.records.files.document import Line
from protorun.records.passages.ledger import Ledger
from protorun.terms.fields import plain

_HEADED = re.compile(
    r"(?P<type>[A-Z][A-Za-z/ -]{1,40}):[ \u00a0]*(?:-[ \u00a0])?[ \u00a0]*(?P<name>\S[^\r\n]*)?"
)


def claim_headed(
    ledger: Ledger, body: Sequence[Line], types: Mapping[str, str], kind: str, named: str
) -> None:
    """`Experimental: name` or `Drug: - name` lines, each with the lines of its description below."""
    number = -1
    for line_ in body:
        match = _HEADED.fullmatch(line_.text)
        if match and plain(match["type"]) in types:
            number += 1
            group = f"{kind}/{number}"
            ledger.mark("label", line_.start, line_.end)
            ledger.value(f"{kind}.type", line_.start, line_.start + match.end("type"), group=group)
            if match["name"]:
                ledger.value(named, line_.start + match.start("name"), line_.end, group=group)
        elif number < 0:
            ledger.leave(line_.start, line_.end, f"no line that names an {kind} stands before it")
        else:
            _describe(ledger, f"{kind}.description", f"{kind}/{number}", line_)


def _describe(ledger: Ledger, field: str, group: str, line_: Line) -> None:
    """The description of a group grows by one line; it stays one passage."""
    last = ledger.passages[-1]
    if last.field == field and last.group == group:
        ledger.passages.pop()
        ledger.value(field, last.source.start, line_.end, group=group)
    else:
        ledger.value(field, line_.start, line_.end, group=group)

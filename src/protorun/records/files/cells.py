"""A CSV table: rows of cells by the rules of RFC 4180, with the line where they break them."""

from __future__ import annotations

import re

from protorun.errors import RecordError
from protorun.records.files.document import MAX_LINE, Document

MAX_ROWS = 20_000
MAX_COLUMNS = 200
_CELL = re.compile(r'"(?P<quoted>[^"]*(?:""[^"]*)*)"(?=[,\r\n]|\Z)|(?P<plain>(?!")[^,\r\n]*)')


def rows(document: Document) -> list[list[str]]:
    """Every row that is not blank. Raises RecordError with line and column."""
    text, at, found, row = document.text, 0, [], list[str]()
    while at <= len(text):
        match = _CELL.match(text, at)
        if match is None:
            raise RecordError("a quoted cell does not end", where=document.where(at))
        quoted = match["quoted"]
        row.append(match["plain"] if quoted is None else quoted.replace('""', '"'))
        if len(row[-1]) > MAX_LINE or len(row) > MAX_COLUMNS:
            what = f"a cell of {len(row[-1]):,} characters" if len(row) <= MAX_COLUMNS else "too many columns"
            raise RecordError(what, where=document.where(at))
        at = match.end()
        if text[at : at + 1] == ",":
            at += 1
            continue
        if any(cell.strip() for cell in row):
            found.append(row)
        row = []
        at += 2 if text.startswith("\r\n", at) else 1
        if len(found) > MAX_ROWS:
            raise RecordError(f"more than {MAX_ROWS:,} rows", where=document.where(at))
    return found

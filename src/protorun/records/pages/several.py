"""Several records in one page, one after the other: each is read as a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from protorun.records.files.document import Document, Line
from protorun.study.record import Record

Read = Callable[[Document], Record]


def read_each(document: Document, starts: Sequence[int], read: Read) -> tuple[Record, ...]:
    """The records that begin at these lines; the first one begins with the page, whatever stands above it.

    Each record has the text of its own part, so that its sources count from there.
    """
    if len(starts) < 2:
        return (read(document),)
    lines = document.page()
    cuts = [0, *(lines[at].start for at in starts[1:]), len(document.text)]
    parts = [document.text[a:b] for a, b in pairwise(cuts)]
    return tuple(
        read(Document(part.encode(), f"{document.name}#{number}", document.max_bytes))
        for number, part in enumerate(parts, 1)
    )


def starts_of(
    lines: Sequence[Line], opens: Callable[[Line], bool], closes: Callable[[Line], bool]
) -> list[int]:
    """Lines that open a record, the next one only after a line that closes the one before."""
    found: list[int] = []
    closed = True
    for at, line_ in enumerate(lines):
        if closed and opens(line_):
            found.append(at)
            closed = False
        closed = closed or closes(line_)
    return found

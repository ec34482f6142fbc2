"""From a file to records: the format is recognized by its markers, and every value keeps the characters it came from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from protorun.errors import RecordError
from protorun.records.files.document import MAX_BYTES, Document
from protorun.study.record import Record
from protorun.terms.plugins import load, names

NOT_PLUGINS = frozenset({"fetch"})

ENOUGH = 0.3
"""A lower score is no recognition; the markers found could stand in any text."""
CLOSE = 0.15
"""Two formats nearer than this are a close race, which the record warns of."""

__all__ = ["MAX_BYTES", "open_records", "recognize"]


def open_records(path: Path, *, max_bytes: int = MAX_BYTES) -> tuple[Record, ...]:
    """The records of a file, one or many. Raises RecordError, which names the place, for anything else."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise RecordError(f"cannot be opened: {error.strerror}", where=str(path)) from error
    return recognize(data, path.name, max_bytes=max_bytes)


def recognize(data: bytes, name: str = "", *, max_bytes: int = MAX_BYTES) -> tuple[Record, ...]:
    """The records in these bytes, read by the format whose markers fit best; all scores are kept in the record.

    Raises RecordError when no format fits, or the best one finds the text damaged.
    """
    document = Document(data, name, max_bytes)
    scores = {format: round(load("records", format).score(document), 3) for format in names("records")}
    ranked = sorted(scores, key=lambda format: -scores[format])
    best, second = ranked[0], ranked[1]
    if scores[best] < ENOUGH:
        raise RecordError(
            "this is no form of a trial record we know", where=document.where(0), hint=_hint(document, scores)
        )
    doubt = f"close race of formats: {best} {scores[best]:.2f}, {second} {scores[second]:.2f}"
    close = (doubt,) if scores[best] - scores[second] < CLOSE else ()
    found = load("records", best).read(document)
    return tuple(
        replace(record, scores=MappingProxyType(scores), warnings=(*record.warnings, *close))
        for record in found
    )


def _hint(document: Document, scores: dict[str, float]) -> str:
    """What to do about a text no format recognizes."""
    text = document.text
    if '"usdmVersion"' in text:
        return "it looks like a USDM study, which protorun does not read yet"
    if "<html" in text[:5000].lower():
        return "it looks like a web page; save it as text, or get the record with `protorun fetch`"
    nearest = max(scores, key=lambda format: scores[format])
    return f"known forms: {', '.join(sorted(scores))}; the nearest is {nearest} with {scores[nearest]:.2f}"

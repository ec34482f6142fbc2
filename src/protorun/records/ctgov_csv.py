"""The registry's CSV export, 30 columns or fewer, one study a row; locators are `row/column`, rows from 1."""

from __future__ import annotations

import hashlib
import re

from protorun.errors import RecordError
from protorun.records.files.cells import rows
from protorun.records.files.document import Document
from protorun.records.passages.detect import Marker
from protorun.records.passages.detect import score as score_by
from protorun.records.passages.ledger import Ledger
from protorun.records.passages.outcomes import claim_outcomes
from protorun.records.passages.values import phases, pieces, places
from protorun.study.record import Record
from protorun.terms.fields import plain, values

_MARKERS = (
    Marker(re.compile(r"^\ufeff?\"?NCT Number\"?,", re.MULTILINE), 3, required=True),
    Marker(re.compile(r"\bStudy Title\b")),
    Marker(re.compile(r"\bStudy Status\b")),
    Marker(re.compile(r"\bConditions\b")),
    Marker(re.compile(r"^NCT\d{8},|^\"NCT\d{8}\",", re.MULTILINE), 2),
)
_COLUMNS = {
    "nct number": "identifier.nct",
    "study title": "title.brief",
    "title": "title.brief",
    "acronym": "title.acronym",
    "study status": "status.overall",
    "status": "status.overall",
    "brief summary": "summary.brief",
    "sponsor": "sponsor.lead",
    "sex": "eligibility.sex",
    "gender": "eligibility.sex",
    "enrollment": "enrollment",
    "funder type": "sponsor.class",
    "study type": "study_type",
    "start date": "date.start",
    "primary completion date": "date.primary_completion",
    "completion date": "date.completion",
    "first posted": "date.first_posted",
    "last update posted": "date.last_update",
}
_LISTS = {"conditions": "condition", "collaborators": "sponsor.collaborator", "sponsor collaborators": ""}
_OUTCOMES = {
    "primary outcome measures": "primary",
    "secondary outcome measures": "secondary",
    "other outcome measures": "other",
}
_DESIGN = {
    "allocation": "allocation",
    "intervention model": "intervention_model",
    "masking": "masking",
    "primary purpose": "purpose",
}
_NOT_CARRIED = {
    "age": "a class of ages, not a limit",
    "study url": "the address of the record",
    "study results": "protorun does not read results",
    "results first posted": "protorun does not read results",
    "study documents": "protorun does not read documents",
}
_CARRIES = (
    *_COLUMNS.values(), "condition", "sponsor.collaborator", "intervention.type", "intervention.name", "outcome",
    *_DESIGN.values(), "phase", "identifier", "site.country", "site.facility", "site.city", "country",
)  # fmt: skip


def score(document: Document) -> float:
    """How much of the export's header is there."""
    return score_by(document.text, _MARKERS)


def read(document: Document) -> tuple[Record, ...]:
    """One record per row. Raises RecordError with line and column."""
    table = rows(document)
    at = next((i for i, row in enumerate(table) if plain(row[0]) == "nct number"), None)
    if at is None or len(table) <= at + 1:
        raise RecordError("there is a header and no study below it", where=document.where(len(document.text)))
    header = table[at]
    return tuple(_row(document, header, row, number) for number, row in enumerate(table[at + 1 :], at + 2))


def _row(document: Document, header: list[str], row: list[str], number: int) -> Record:
    if len(row) > len(header):
        raise RecordError(
            f"{len(row)} cells under {len(header)} columns",
            where=f"{document.name or 'the record'}, row {number}",
        )
    ledger = Ledger("ctgov_csv", document, {})
    for column, cell in zip(header, row, strict=False):
        if not cell.strip():
            continue
        at = f"{number}/{column}"
        if at in ledger.texts:
            raise RecordError(f"the column {column!r} is there twice", where=f"{document.name}, row {number}")
        ledger.texts[at] = cell
        _cell(ledger, plain(column), column, cell, at)
    nct = next((p.text for p in ledger.passages if p.field == "identifier.nct"), f"row {number}")
    digest = hashlib.sha256("\x1f".join(row).encode()).hexdigest()
    return ledger.record(name=f"{document.name}#{nct}", carries=_CARRIES, digest=digest)


def _cell(ledger: Ledger, name: str, column: str, cell: str, at: str) -> None:
    if field := _COLUMNS.get(name):
        ledger.value(field, 0, len(cell), at=at, label=column)
    elif field := _LISTS.get(name):
        for start, end in pieces(cell, "|"):
            ledger.value(field, start, end, at=at, label=column)
        ledger.mark("label", 0, len(cell), at=at)
    elif level := _OUTCOMES.get(name):
        claim_outcomes(ledger, level, cell, 0, at=at, label=column)
    elif name in _SPECIAL:
        _SPECIAL[name](ledger, column, cell, at)
    else:
        ledger.leave(0, len(cell), _NOT_CARRIED.get(name, "no canonical field takes this column"), at=at)


def _phases(ledger: Ledger, column: str, cell: str, at: str) -> None:
    for start, end in phases(cell):
        ledger.value("phase", start, end, at=at, label=column)
        ledger.mark("label", 0, len(cell), at=at)


def _interventions(ledger: Ledger, column: str, cell: str, at: str) -> None:
    claim_treatments(ledger, cell, 0, at=at, label=column)


def claim_treatments(ledger: Ledger, cell: str, offset: int, *, at: str = "", label: str = "") -> None:
    """`DRUG: name|BIOLOGICAL: name`; a bar inside a name is no end when no type follows it."""
    starts = [m for m in _TREATMENT.finditer(cell) if plain(m["type"]) in values("treatment")]
    for number, match in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(cell)
        group = f"intervention/{number}"
        ledger.value(
            "intervention.type", offset + match.start("type"), offset + match.end("type"), group=group, at=at
        )
        ledger.value("intervention.name", offset + match.end(), offset + end, group=group, at=at, label=label)
    if starts:
        ledger.mark("label", offset + starts[0].start(), offset + len(cell), at=at)


_TREATMENT = re.compile(r"(?:\A|\|)[ ]?(?P<type>[A-Za-z][A-Za-z_ /]{2,25}):[ \t\u00a0]?")


def _design(ledger: Ledger, column: str, cell: str, at: str) -> None:
    for start, end in pieces(cell, "|"):
        name, _, value = cell[start:end].partition(":")
        field = _DESIGN.get(plain(name))
        if field and value.strip():
            ledger.value(field, end - len(value), end, at=at, label=name)
            ledger.mark("label", start, min(end + 1, len(cell)), at=at)
    if ":" not in cell:
        ledger.value("design.text", 0, len(cell), at=at, label=column)


def _identifiers(ledger: Ledger, column: str, cell: str, at: str) -> None:
    """The first of `Other IDs` is the sponsor's own number."""
    for i, (start, end) in enumerate(pieces(cell, "|")):
        ledger.value(
            "identifier.secondary" if i else "identifier.organization", start, end, at=at, label=column
        )
    ledger.mark("label", 0, len(cell), at=at)


def _locations(ledger: Ledger, column: str, cell: str, at: str) -> None:
    """`facility, city, state, postal code, country`, any of which may be missing or hold commas: the country is sure,
    and of three parts the facility and the city."""
    countries: set[str] = set()
    ledger.mark("label", 0, len(cell), at=at)
    for number, (start, end) in enumerate(pieces(cell, "|")):
        parts = list(places(cell[start:end], start))
        group, country = f"site/{number}", cell[parts[-1][0] : parts[-1][1]]
        ledger.value("site.country", *parts[-1], group=group, at=at, label=column)
        if country not in countries:
            countries.add(country)
            ledger.value("country", *parts[-1], at=at, label=column)
        inner = parts[:-1]
        if inner and re.search(r"\d", cell[inner[-1][0] : inner[-1][1]]) and len(inner) == 3:
            ledger.value("site.postal_code", *inner.pop(), group=group, at=at)
        if len(inner) == 2:
            ledger.value("site.facility", *inner[0], group=group, at=at)
            ledger.value("site.city", *inner[1], group=group, at=at)
        elif inner:
            reason = "commas do not tell facility, city and state apart"
            ledger.leave(inner[0][0], inner[-1][1], reason, at=at)


_SPECIAL = {
    "phases": _phases,
    "phase": _phases,
    "interventions": _interventions,
    "study design": _design,
    "study designs": _design,
    "other ids": _identifiers,
    "locations": _locations,
}

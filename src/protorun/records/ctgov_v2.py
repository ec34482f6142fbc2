"""ClinicalTrials.gov API v2 JSON: one study, a list of studies, or an answer with `studies`."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from protorun.errors import RecordError
from protorun.records.files.document import Document
from protorun.records.files.json_text import leaves
from protorun.records.passages.detect import Marker
from protorun.records.passages.detect import score as score_by
from protorun.records.passages.ledger import Ledger
from protorun.records.passages.tree import Leaf, read_leaves, table
from protorun.study.record import Record

_READ = frozenset({"protocolSection", "derivedSection"})
_MARKERS = (
    Marker(re.compile(r'"protocolSection"\s*:\s*\{'), 3, required=True),
    Marker(re.compile(r'"identificationModule"\s*:\s*\{')),
    Marker(re.compile(r'"nctId"\s*:')),
    Marker(re.compile(r'"statusModule"\s*:')),
)


def score(document: Document) -> float:
    """How much of the API's shape is there."""
    return score_by(document.text, _MARKERS)


def read(document: Document) -> tuple[Record, ...]:
    """Every study of the file; locators are JSON pointers. Raises RecordError with line and column."""
    return tuple(_study(document, study, pointer) for study, pointer in _studies(document))


def _studies(document: Document) -> list[tuple[dict[str, Any], str]]:
    found = document.json
    if isinstance(found, dict) and isinstance(found.get("studies"), list):
        found, prefix = found["studies"], "/studies"
    elif isinstance(found, list):
        prefix = ""
    else:
        found, prefix = [found], None
    studies = [
        (study, "" if prefix is None else f"{prefix}/{i}")
        for i, study in enumerate(found)
        if isinstance(study, dict) and isinstance(study.get("protocolSection"), dict)
    ]
    if not studies:
        at = document.text.find('"protocolSection"')
        raise RecordError("`protocolSection` is not where a study has it", where=document.where(max(at, 0)))
    return studies


def _study(document: Document, study: dict[str, Any], pointer: str) -> Record:
    ledger = Ledger("ctgov_v2", document, {})
    read_leaves(ledger, _leaves(study, pointer), table("ctgov_v2"))
    _countries(ledger)
    for section in study.keys() - _READ:
        _unread_section(ledger, section, study[section], pointer)
    nct = next((p.text for p in ledger.passages if p.field == "identifier.nct"), "")
    if not pointer:
        return ledger.record()
    digest = hashlib.sha256(json.dumps(study, sort_keys=True).encode()).hexdigest()
    return ledger.record(name=f"{document.name}#{nct or pointer}", digest=digest)


def _leaves(study: dict[str, Any], pointer: str) -> list[Leaf]:
    found: list[Leaf] = []
    for section in ("protocolSection", "derivedSection"):
        for steps, text in leaves(study.get(section), section):
            general = tuple("#" if step.isdecimal() else step for step in steps)
            if section == "protocolSection" or general in table("ctgov_v2"):
                found.append((general, f"{pointer}/{'/'.join(steps)}", text))
    return found


def _countries(ledger: Ledger) -> None:
    """The country of the first site of each country, as a country of the trial."""
    seen: set[str] = set()
    for p in tuple(ledger.passages):
        if p.field == "site.country" and p.text not in seen:
            seen.add(p.text)
            ledger.value("country", p.source.start, p.source.end, at=p.source.locator)


def _unread_section(ledger: Ledger, section: str, content: Any, pointer: str) -> None:
    """Results, documents and annotations are named with their size; their thousands of cells are not listed."""
    text = json.dumps(content, ensure_ascii=False)
    locator = f"{pointer}/{section}"
    shown = text if len(text) <= 60 else text[:60]
    ledger.texts[locator] = shown
    ledger.leave(0, len(shown), f"protorun does not read {section} ({len(text):,} characters)", at=locator)

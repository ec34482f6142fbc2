"""The legacy ClinicalTrials.gov XML; its hard-wrapped texts stay as they are, `terms.normalize` unwraps them."""

from __future__ import annotations

import re

from protorun.errors import RecordError
from protorun.records.files.document import Document
from protorun.records.files.xml_text import leaves
from protorun.records.passages.detect import Marker
from protorun.records.passages.detect import score as score_by
from protorun.records.passages.ledger import Ledger
from protorun.records.passages.tree import read_leaves, table
from protorun.study.record import Record

_MARKERS = (
    Marker(re.compile(r"<clinical_study[\s/>]"), 3, required=True),
    Marker(re.compile(r"<id_info>")),
    Marker(re.compile(r"<nct_id>")),
    Marker(re.compile(r"<sponsors>|<overall_status>")),
)
_UNREAD = (
    "clinical_results",
    "required_header",
    "provided_document_section",
    "patient_data",
    "pending_results",
)


def score(document: Document) -> float:
    """How much of the legacy schema is there."""
    return score_by(document.text, _MARKERS)


def read(document: Document) -> tuple[Record, ...]:
    """The one study of the file; locators are XPaths. Raises RecordError with line and column."""
    root = document.xml
    if root.tag != "clinical_study":
        raise RecordError(
            f"the root is <{str(root.tag)[:40]}>, not <clinical_study>", where=document.where(0)
        )
    ledger = Ledger("ctgov_xml", document, {})
    rows = table("ctgov_xml")
    repeated = {path[:i] for path in rows for i, step in enumerate(path) if step == "#"}
    for name in _UNREAD:
        for section in root.findall(name):
            _unread_section(ledger, name, "".join(section.itertext()))
            root.remove(section)
    read_leaves(ledger, leaves(root, repeated), rows)
    return (ledger.record(),)


def _unread_section(ledger: Ledger, section: str, text: str) -> None:
    text = text.strip()
    locator = f"/clinical_study/{section}"
    ledger.texts[locator] = text[:60]
    ledger.leave(
        0, min(len(text), 60), f"protorun does not read {section} ({len(text):,} characters)", at=locator
    )

"""What a page of no known layout leaves in doubt: fields printed twice with two values, and where texts end."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

from protorun.records.passages.ledger import Ledger
from protorun.study.record import Passage
from protorun.terms.fields import kinds, plain

_ONE_OF_A_KIND = frozenset(
    {"nct", "status", "type", "count", "sex", "ages", "age", "yesno", "date", "acronym", "class", "line"}
    | {"allocation", "model", "masking", "purpose"}
)
"""Kinds of which a record has one value per field; another value belongs to something else on the page."""

_LONGEST_TITLE = 600
"""The registry's own bound."""

_SEVERAL = frozenset({"identifier.secondary", "contact.role", "contact.affiliation", "site.facility"})
_ENDLESS = frozenset({"prose", "list", "places", "outcomes", "treatments", "rows", "person"})
"""Kinds whose end no label marks; on a page we do not know it is inferred."""


def is_title(text: str) -> bool:
    """Whether a line can be the title of a record; one of sentences is what was left of a page."""
    return (
        len(text) <= _LONGEST_TITLE and not re.search(r"\.\Z|[a-z)]\. [A-Z]", text) and not text[0].islower()
    )


def settle(ledger: Ledger) -> None:
    """Drop single values that the page gives twice and differently, and mark what was cut by inference."""
    found: dict[str, list[Passage]] = defaultdict(list)
    for passage in ledger.passages:
        if kinds()[passage.field] in _ONE_OF_A_KIND and passage.field not in _SEVERAL and not passage.group:
            found[passage.field].append(passage)
    for field, passages in [*found.items(), *_phases(ledger)]:
        if len({plain(p.text) for p in passages}) > 1:
            ledger.retract(field, f"the page gives several values of {field}")
            ledger.warn(f"several values of {field} stand on this page; none of them is taken")
    doubt_texts(ledger)


def doubt_texts(ledger: Ledger) -> None:
    """Mark every text and list as cut by inference."""
    ledger.passages = [_doubted(p) for p in ledger.passages]


def doubt_all(ledger: Ledger) -> None:
    """Mark everything but numbers of the registry as cut by inference."""
    ledger.passages = [p if p.field == "identifier.nct" else replace(p, sure=False) for p in ledger.passages]


def doubt_last(ledger: Ledger) -> None:
    """Mark the values on the last line of the page, which may have been longer."""
    end = max((p.source.end for p in ledger.passages), default=0)
    ledger.passages = [replace(p, sure=False) if p.source.end == end else p for p in ledger.passages]


def _phases(ledger: Ledger) -> list[tuple[str, list[Passage]]]:
    """The phases, when they stand behind more than one label; one label may print two of them."""
    phases = [p for p in ledger.passages if p.field == "phase"]
    text = ledger.texts[""]
    apart = any("\n" in text[a.source.end : b.source.start] for a, b in pairwise(phases))
    return [("phase", phases)] if apart else []


def _doubted(passage: Passage) -> Passage:
    field = passage.field if passage.field in kinds() else ""
    level = field.rpartition(".")[0]
    inferred = kinds()[field] in _ENDLESS or level.startswith(("outcome", "arm", "intervention"))
    return replace(passage, sure=False) if inferred else passage

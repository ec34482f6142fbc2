"""Entries that deny or count what stands below them: `None of the following:`, `At least two of the following:`.

What stands below is read as on an exclusion list, where each of it excludes, and then denied."""

from __future__ import annotations

import re
from dataclasses import replace

from protorun.reading.eligibility.cutting.items import Item
from protorun.study.criterion import Criterion, Not

_WHO = r"(?:the|all|patients?|subjects?|participants?|individuals?|persons?|those|who|that|must|should|shall|may|will|can|do|does|did|has|have|had|are|is|be|currently)"
_DENIES = re.compile(
    rf"\W*(?:{_WHO} )*?(?:(?:show|with) )?(?:no\b|none\b|not\b|without\b|absence\b|free (?:of|from)\b|(?:can|must|should)not\b)(?! (?:more|less|later|longer|limited|only)\b)(?: (?:any )?(?:known |prior |previous |past )(?=history\b))?",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?:if|unless|except|but|other than|or no|and no|exception|must|should|only|excluded)\b|[.;:] *\S",
    re.IGNORECASE,
)
_DANGLES = re.compile(
    r"\b(?:of|with|without|taken|received|like|such as|including|from|following(?: [a-z-]{1,20}){0,3})\W*$",
    re.IGNORECASE,
)

_COUNTED = re.compile(
    r"(?<!all )(?<!these )\b(?:two|three|four|five|six|(?<!grade )(?<!stage )(?<!class )[2-6]|more than (?:one|1)|(?:at most|a maximum of|only) (?:one|1))\b(?: ?\([^()]{1,12}\))?(?: or (?:more|greater|fewer|less))?"
    r" (?:of )?(?:(?:the|these|those) )?(?:[a-z-]{1,20} )?(?:following|criteria|conditions|symptoms|signs|risk factors)\b"
)
"""`At least two of the following:`, `no more than one of these conditions:`."""


def counted(item: Item) -> bool:
    """So many of the entries below it are asked for, which no tree says."""
    return item.leads and _COUNTED.search(item.text.text.lower()) is not None


def denied_below(item: Item) -> Item | None:
    """The entry as one of an exclusion list, without its denial; None where it denies nothing below it."""
    if item.polarity != "inclusion" or not item.children:
        return None
    text = item.text.text
    found = _DENIES.match(text)
    if found is None or not (item.leads or _DANGLES.search(text)) or _MORE.search(text, found.end()):
        return None
    start = found.end() + len(text[found.end() :]) - len(text[found.end() :].lstrip())
    begins = item.begins if item.begins >= 0 else item.text.span(0, 1)[0]
    return excluding(replace(item, text=item.text.cut(start, len(text)), begins=begins))


def dangling(item: Item) -> bool:
    """`No following treatment of` with nothing below it: what it denies stands behind it."""
    if item.polarity != "inclusion" or item.children or not _DANGLES.search(item.text.text):
        return False
    return _DENIES.match(item.text.text) is not None


def gathered_denials(items: list[Item]) -> list[Item]:
    """Such an entry takes the short entries of its level behind it."""
    if not any(dangling(item) for item in items):
        return items
    found: list[Item] = []
    head: Item | None = None
    for item in items:
        if head is not None and _below(head, item):
            found[-1] = replace(found[-1], children=(*found[-1].children, item))
            continue
        head = item if dangling(item) else None
        found.append(item)
    return found


_OWN = re.compile(r"[≥≤<>=]|\b(?:must|no|not|age|aged|willing|able|written|consent|years?)\b", re.IGNORECASE)
_MOST_LETTERS = 80


def _below(head: Item, item: Item) -> bool:
    alike = (item.polarity, item.scope, item.level, item.marker[:1].isdigit()) == (
        head.polarity,
        head.scope,
        head.level,
        head.marker[:1].isdigit(),
    )
    return alike and len(item.text.text) <= _MOST_LETTERS and _OWN.search(item.text.text) is None


def excluding(item: Item) -> Item:
    """The entry and those below it as on an exclusion list."""
    return replace(item, polarity="exclusion", children=tuple(map(excluding, item.children)))


def denied(criterion: Criterion) -> Criterion:
    """Nothing of it may be so."""
    return criterion.model_copy(update={"polarity": "inclusion", "expr": Not(part=criterion.expr)})

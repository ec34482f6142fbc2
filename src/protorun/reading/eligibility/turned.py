"""Entries of an exclusion list under which stand requirements or allowances: nobody is excluded for meeting those."""

from __future__ import annotations

import re
from dataclasses import replace

from protorun.reading.eligibility.cutting.items import Item
from protorun.reading.eligibility.parents import takes_out
from protorun.study.criterion import All, Criterion, Unparsed
from protorun.study.source import Source

_ASKS = re.compile(
    r"\b(?:must|(?:to|may|can|will|should) be (?:still )?(?:eligible|included|enrolled|considered)|(?:are|is|remain) (?:still )?(?:eligible|allowed|permitted|acceptable))\b"
)
_DENIES = re.compile(r"\b(?:not|no|none|never|cannot|ineligible|excluded|neither|except|if any)\b")
_ALLOWS = re.compile(
    r"\b(?:(?:are|is|be|remain) (?:still )?(?:eligible|allowed|permitted|acceptable|not excluded|exempt)|may be (?:included|enrolled|allowed))\b"
)
_NOT_ALLOWED = re.compile(r"\b(?:not|no|unless|must|ineligible|excluded)\b")
_MILD = re.compile(r"\b(?:only|stable|controlled|must|resolved|cured|low-dose|topical|premedication)\b")
_SENTENCE = re.compile(r"[.;] +(?=[A-Z])")


def turned_round(item: Item) -> bool:
    """True where the entries below say who may take part, and not who may not."""
    if item.polarity != "exclusion" or not item.leads or takes_out(item):
        return False
    last = _last_sentence(item).lower()
    if _ASKS.search(last) and not _DENIES.search(last):
        return True
    return all(_allows(child) for child in item.children)


def _last_sentence(item: Item) -> str:
    return _SENTENCE.split(item.text.text)[-1]


def _allows(child: Item) -> bool:
    text = child.text.text.lower()
    return bool(_ALLOWS.search(text)) and not _NOT_ALLOWED.search(text)


def gathered(items: list[Item]) -> list[Item]:
    """`..., with the following exceptions:` takes the entries behind it that are exceptions, where none stand below it."""
    if not any(_takes_flat(item) for item in items):
        return items
    found: list[Item] = []
    for item in items:
        head = found[-1] if found else None
        if head is not None and _takes_flat(head) and _is_exception(head, item):
            found[-1] = replace(head, children=(*head.children, item))
        else:
            found.append(item)
    return found


def _takes_flat(item: Item) -> bool:
    if item.polarity != "exclusion" or not item.text.text.rstrip().endswith(":") or not takes_out(item):
        return False
    return all(child.level == item.level for child in item.children)


def _is_exception(head: Item, item: Item) -> bool:
    """The first entry behind the announcement, and those that begin as it does or allow something themselves."""
    if (item.polarity, item.scope, item.level) != (head.polarity, head.scope, head.level):
        return False
    if not head.children:
        return item.marker == head.marker
    first, text = head.children[0].text.text, item.text.text
    if item.marker != head.children[0].marker or re.search(r"\bexception\W*$", head.text.text):
        return False
    if first[:1].islower():
        return text[:1].islower()
    mild = text.split()[:1] == first.split()[:1] and _MILD.search(text) is not None
    return mild or _allows(item)


def alone(item: Item) -> Item | None:
    """The entry without those below it and without the sentence that announces them; None where nothing else is said."""
    asks = _ASKS.search(_last_sentence(item).lower()) is not None
    if not asks:
        return replace(item, text=item.text.cut(0, len(item.text.text.rstrip(" :"))), children=())
    ends = [m.end() for m in _SENTENCE.finditer(item.text.text)]
    return replace(item, text=item.text.cut(0, ends[-1]), children=()) if ends else None


def with_unread(read: Criterion | None, item: Item, whole: Source, below: Source) -> Criterion:
    """What the entry excludes, held back by the entries below it, which nobody read."""
    unread = Unparsed.model_construct(text=below.quote, source=below)
    expr = All(parts=(read.expr, unread)) if read is not None else unread
    return Criterion(
        id="?",
        polarity=item.polarity,
        text=whole.quote,
        sources=(whole,),
        expr=expr,
        klass="unparsed" if read is None or read.klass == "unparsed" else "partial",
        residual=(*(read.residual if read is not None else ()), below),
        scope=item.scope,
        doubts=read.doubts if read is not None else (),
    )

"""How far a scope reaches: from a title to the entries below it, from a label to its entry and its children."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from protorun.reading.eligibility.cutting.items import Item
from protorun.reading.eligibility.cutting.labels import disease_label, part_prefix, part_suffix
from protorun.reading.eligibility.cutting.scopes import both, rivals
from protorun.reading.eligibility.cutting.titles import Kind
from protorun.terms.offsets import Mapped


@dataclass(frozen=True)
class _Open:
    """A title and the first entry below it."""

    head: Item
    first: Item

    def ends_at(self, item: Item, *, heads: bool) -> bool:
        """True where an entry, or a title that `heads` others, no longer stands below this one."""
        head, first = self.head, self.first
        if (item.polarity, item.scope) != (head.polarity, head.scope):
            return True
        if first.level > head.level:
            return item.level <= head.level
        if item.level < min(head.level, first.level):
            return True
        told = head.title is not None and head.title.kind == "told"
        if told and not head.marker and not first.marker and item.marker:
            return True
        if heads and item.marker == head.marker:
            return item.level <= head.level or not head.marker
        return bool(head.marker) and head.marker != first.marker and item.marker == head.marker


def spread(items: list[Item]) -> list[Item]:
    """Entries with the scope of the titles above them; a title with nothing below it is an entry."""
    if all(item.title is None for item in items):
        return items
    kinds = Counter(item.title.kind for item in items if item.title is not None)
    return list(_spread(items, kinds))


def _spread(items: list[Item], kinds: Counter[Kind]) -> Iterator[Item]:
    above: list[_Open] = []
    for at, item in enumerate(items):
        below = _first_below(items, at, several=kinds[item.title.kind] > 1 if item.title else False)
        ended = (n for n, opened in enumerate(above) if opened.ends_at(item, heads=below is not None))
        del above[next(ended, len(above)) :]
        if below is not None and item.title is not None:
            named = item.title.scope
            above = [o for o in above if o.head.title is None or not rivals(o.head.title.scope, named)]
            above.append(_Open(item, below))
            continue
        scope = item.scope
        for opened in above:
            scope = both(scope, opened.head.title.scope if opened.head.title else "")
        yield replace(item, scope=scope, title=None)


def _first_below(items: list[Item], at: int, *, several: bool) -> Item | None:
    """The first entry below a title, or None where the line is an entry itself."""
    item = items[at]
    after = items[at + 1] if at + 1 < len(items) else None
    if item.title is None or after is None:
        return None
    if (after.polarity, after.scope) != (item.polarity, item.scope):
        return None
    deeper = after.level > item.level
    flat = not deeper and after.marker != item.marker and item.marker in ("", "number", "letter")
    return after if _heads(item, after, deeper=deeper, flat=flat, several=several) else None


def _heads(item: Item, after: Item, *, deeper: bool, flat: bool, several: bool) -> bool:
    if item.title is None:
        return False
    text = item.text.text.lower()
    if item.title.kind == "part":
        colon = text.rstrip().endswith(":")
        return deeper or flat or (after.title is None and (colon or not item.marker))
    if item.title.kind == "told":
        return deeper or flat or not (item.marker or after.marker)
    if item.title.kind == "group":
        bare = item.title.scope in ("patients", "subjects", "participants", "individuals", "persons", "cases")
        return several or (not bare and (deeper or flat))
    if text.startswith(("for ", "in ", "among ")):
        return flat and not item.marker
    return several and (deeper or flat)


def limited(item: Item) -> Item:
    """`Cohort A only: ...`, `... (Part 2 only)`: the part is the scope of the entry and of those below it."""
    found = part_prefix(item.text.text.lower())
    if found is not None:
        item = _cut(item, *found)
    if "(" in item.text.text[-110:] and not item.children:
        behind = part_suffix(item.text.text.lower())
        if behind is not None and behind[1] > 0:
            scope, at = behind
            ends = item.text.ends[-1]
            item = replace(item, text=item.text.cut(0, at), scope=both(item.scope, scope), ends=ends)
    return item


def _cut(item: Item, scope: str, at: int) -> Item:
    """The entry without the words before `at`, which say whom it is for."""
    text: Mapped = item.text.cut(at, len(item.text.text))
    scope = both(item.scope, scope)
    begins = item.begins if item.begins >= 0 else item.text.starts[0]
    children = tuple(_scoped(c, scope) for c in item.children)
    return replace(item, text=text, scope=scope, children=children, begins=begins)


def _scoped(item: Item, scope: str) -> Item:
    return replace(item, scope=scope, children=tuple(_scoped(c, scope) for c in item.children))


def labeled(items: list[Item]) -> list[Item]:
    """Neighbors that begin with a disease each (`Melanoma: ...`, `NSCLC: ...`) are for those who have it."""
    if sum(":" in item.text.text for item in items) < 2:
        return items
    found: list[Item] = []
    named = ((item, _label_of(item)) for item in items)
    for is_labeled, run in groupby(named, key=lambda pair: pair[1] is not None):
        pairs = list(run)
        if not is_labeled or len(pairs) < 2:
            found += [item for item, _ in pairs]
            continue
        found += [_cut(item, *label) for item, label in pairs if label is not None]
    return found


def _label_of(item: Item) -> tuple[str, int] | None:
    if item.polarity != "inclusion" or ":" not in item.text.text:
        return None
    return disease_label(item.text.text.lower())

"""Criteria text into items with polarity: headings, markers, nesting, collapsed lines, continuation lines, amendments."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from protorun.reading.eligibility.cutting.headings import heading
from protorun.reading.eligibility.cutting.items import Item
from protorun.reading.eligibility.cutting.scopes import both
from protorun.reading.eligibility.cutting.spread import labeled, limited, spread
from protorun.reading.eligibility.cutting.titles import is_group, title
from protorun.study.record import Passage
from protorun.terms.normalize import normalize
from protorun.terms.offsets import Mapped, identity

_MARK = re.compile(
    r"\s*(?:(?P<glyph>[*•·⁃‣▪●○◦–—+-]+|o(?=\s)|§|➢|✓|□)|(?P<number>\(?\d{1,2}(?:[.)]+|\s*\\?[.)]))(?!\d)|(?P<letter>\(?[a-z][.)]+)(?=\s)|(?P<roman>\(?(?:i{1,3}|iv|v|vi{1,3}|ix|x)[.)]+)(?=\s))\s*",
    re.IGNORECASE,
)
_COLLAPSED = re.compile(r"(?:^|(?<=[;.:,)])\s+|(?<=\s))\(?(?P<n>\d{1,2})[.)]\s+(?=[A-Za-z≥≤<>(])")
_ENUMERATED = re.compile(r"\b(?:and|or|and/or|unless|except)[ ,:]*$")
_CLOSING = re.compile(
    r"^(?:other|additional)? ?protocol[- ](?:defined|specified) (?:inclusion|exclusion)|^note\b|^other protocol"
)
_NUMBERED = re.compile(r"\d[.)]\s")
_DETAIL_START = re.compile(r"^(?:note|notes|nb|please note|for example|e\.g\.)\b")


@dataclass
class Segmented:
    """The items of a record's criteria, and which lists it has."""

    items: list[Item] = field(default_factory=list)
    headed: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    """Polarity -> original range and locator of its heading."""


_Place = tuple[str, int, str]  # locator, indentation, marker


@dataclass
class _State:
    polarity: Literal["inclusion", "exclusion"] = "inclusion"
    scope: str = ""
    around: str = ""
    """The part of the trial whose lists follow (`Part B:` above `Inclusion Criteria:`)."""
    open: Item | None = None
    after_blank: bool = False


def segment(passages: Iterable[Passage]) -> Segmented:
    """All items of all criteria passages, in order."""
    found = Segmented()
    state = _State()
    for passage in passages:
        _label(passage, state, found)
        text = normalize(identity(passage.source.quote, passage.source.start))
        for line in _lines(text.text):
            _line(text, line, passage.source.locator, state, found)
        state.open = None
    nested = _nested(spread(found.items))
    found.items = [limited(item) for item in labeled(nested)]
    return found


def _label(passage: Passage, state: _State, found: Segmented) -> None:
    named = heading(passage.label.lower()) if passage.label else None
    if named and named.polarity:
        state.polarity = "exclusion" if named.polarity == "exclusion" else "inclusion"
        source = passage.source
        found.headed.setdefault(state.polarity, (source.start, source.end, source.locator))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Where each line begins, and what it holds."""
    at = 0
    for raw in text.splitlines(keepends=True):
        yield at, raw.rstrip("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
        at += len(raw)


def _line(text: Mapped, at_line: tuple[int, str], locator: str, state: _State, found: Segmented) -> None:
    start, line = at_line
    end = len(line.rstrip())
    if not end:
        state.after_blank = True
        return
    indent, marker, at = _unmarked(line)
    if at >= end:
        return
    body = text.cut(start + at, start + end)
    if _is_heading(body, (locator, indent, marker), state, found):
        return
    for number, piece in _collapsed(body):
        _add(piece, (locator, indent, number or marker), state, found)
    state.after_blank = False


def _unmarked(text: str) -> tuple[int, str, int]:
    """Indentation, the last of its markers, and where the text behind them begins."""
    indent = len(text) - len(text.lstrip())
    marker, at = "", 0
    for _ in range(3):
        match = _MARK.match(text, at)
        if not match or match.end() == at:
            break
        kind = match.lastgroup or ""
        if (
            kind == "glyph"
            and match["glyph"] in ("-", "+")
            and text[match.end() : match.end() + 1].isdigit()
            and match.end() == match.end("glyph")
        ):
            break
        marker = kind
        at = match.end()
    return indent, marker, len(text) - len(text[at:].lstrip())


def _stripped(text: Mapped) -> Mapped:
    start = len(text.text) - len(text.text.lstrip())
    return text.cut(start, len(text.text.rstrip()))


def _is_heading(body: Mapped, place: _Place, state: _State, found: Segmented) -> bool:
    locator = place[0]
    named = heading(body.text.lower())
    marked = bool(place[2])
    if named is None or (marked and (named.some or (named.rest and named.scope))):
        return _is_title(body, place, state, found)
    goes_on = named.sentence and not named.scope and named.polarity == state.polarity
    if named.polarity:
        state.polarity = "exclusion" if named.polarity == "exclusion" else "inclusion"
        end = named.rest or len(body.text)
        start, stop = body.span(0, end)
        found.headed.setdefault(state.polarity, (start, stop, locator))
    entered = _go_into(state, found)
    state.scope = state.scope if goes_on and not entered else both(state.around, named.scope)
    state.open = None
    rest = body.text[named.rest :].strip().lower() if named.rest else ""
    if rest and is_group(rest):
        state.scope = both(state.scope, rest)
    elif rest:
        for number, piece in _collapsed(_stripped(body.cut(named.rest, len(body.text)))):
            _add(piece, (locator, 0, number), state, found)
    return True


_WRAPPED = 60
"""A shorter line does not go on below; its list simply has no full stops."""


def _go_into(state: _State, found: Segmented) -> bool:
    """A title of a part right above the heading of a list is the scope of that list and of those behind it."""
    last = found.items[-1] if found.items else None
    if last is None or last.title is None or last.marker or last.title.kind not in ("part", "group"):
        return False
    if len(found.items) > 1 and found.items[-2].title is not None:
        return False
    found.items.pop()
    state.around = last.title.scope
    return True


def _is_title(body: Mapped, place: _Place, state: _State, found: Segmented) -> bool:
    """A title inside a list: of a topic (`DISEASE CHARACTERISTICS:`), or of those the entries below it are for."""
    locator, indent, marker = place
    colon = body.text.endswith(":")
    previous = state.open
    wrapped = previous is not None and len(previous.text.text) > _WRAPPED and not state.after_blank
    if wrapped and not colon and not marker and previous is not None and _continues(previous, body):
        return False
    named = title(body.text, state.polarity)
    if named is None:
        topic = colon and len(body.text) <= 70 and body.text.isupper() and len(body.text.split()) <= 6
        state.open = None if topic else previous
        return topic
    found.items.append(Item(state.polarity, body, locator, indent, marker, state.scope, title=named))
    state.open, state.after_blank = None, False
    return True


def _collapsed(body: Mapped) -> list[tuple[str, Mapped]]:
    """`1. a; 2. b; 3. c` on one line as separate entries; the numbers must count up by one."""
    if len(_NUMBERED.findall(body.text)) < 2:
        return [("", body)]
    cuts: list[tuple[int, int]] = []
    expected: int | None = None
    for match in _COLLAPSED.finditer(body.text):
        number = int(match["n"])
        if expected is None and number not in (1, 2):
            continue
        if expected is not None and number != expected:
            continue
        cuts.append((match.start(), match.end()))
        expected = number + 1
    inside = any(_ENUMERATED.search(body.text, max(0, c[0] - 12), c[0]) for c in cuts[1:])
    if (
        inside
        or len(cuts) < 2
        or (cuts[0][0] > 0 and body.text[: cuts[0][0]].count("(") > body.text[: cuts[0][0]].count(")"))
    ):
        return [("", body)]
    edges = [(0, 0)] if cuts[0][0] > 0 else []
    edges += cuts
    pieces = []
    for index, (_, start) in enumerate(edges):
        end = edges[index + 1][0] if index + 1 < len(edges) else len(body.text)
        piece = _stripped(body.cut(start, end))
        if piece.text:
            pieces.append(("number" if start else "", piece))
    return pieces


def _add(piece: Mapped, place: _Place, state: _State, found: Segmented) -> None:
    locator, indent, marker = place
    if _CLOSING.match(piece.text.lower()) and not marker:
        state.open = None
        return
    previous = state.open
    if previous is not None and not marker and previous.marker and not state.after_blank:
        if _continues(previous, piece):
            found.items[-1] = state.open = replace(previous, text=_joined(previous.text, piece))
            return
        found.items.append(Item(state.polarity, piece, locator, previous.level, "", state.scope, amends=True))
        state.open = None
        return
    item = Item(state.polarity, piece, locator, indent, marker, state.scope)
    found.items.append(item)
    state.open = item


def _continues(previous: Item, piece: Mapped) -> bool:
    """A line without a marker goes on with the sentence before it, unless that one had ended."""
    ended = previous.text.text.rstrip()[-1:] in ".;:。"
    starts_small = piece.text[:1].islower() or piece.text[:1] in "(≥≤<>,"
    return starts_small or not ended


def _joined(first: Mapped, second: Mapped) -> Mapped:
    gap = (first.ends[-1], second.starts[0])
    return Mapped(
        f"{first.text} {second.text}",
        array("i", (*first.starts, gap[0], *second.starts)),
        array("i", (*first.ends, gap[1], *second.ends)),
    )


def joined(parts: Iterable[Mapped], between: str = " ") -> Mapped:
    """Several texts as one, in order, with words of ours between them that point at the gap."""
    whole: Mapped | None = None
    for part in parts:
        if whole is None:
            whole = part
            continue
        at = (
            (whole.ends[-1], part.starts[0])
            if whole.ends[-1] <= part.starts[0]
            else (part.starts[0], part.starts[0])
        )
        whole = Mapped(
            f"{whole.text}{between}{part.text}",
            array("i", (*whole.starts, *(at[0],) * len(between), *part.starts)),
            array("i", (*whole.ends, *(at[1],) * len(between), *part.ends)),
        )
    return whole or Mapped("", (), ())


def _nested(items: list[Item]) -> list[Item]:
    """Entries deeper than one that leads (or shows other markers below it) become its children."""
    top: list[Item] = []
    at = 0
    while at < len(items):
        item, at = _with_children(items, at)
        top.append(item)
    return top


def _with_children(items: list[Item], at: int) -> tuple[Item, int]:
    parent = items[at]
    at += 1
    children: list[Item] = []
    while at < len(items) and _below(parent, items[at]):
        child, at = _with_children(items, at)
        children.append(child)
    return replace(parent, children=tuple(children)) if children else parent, at


def _below(parent: Item, item: Item) -> bool:
    if item.polarity != parent.polarity or item.scope != parent.scope or item.amends:
        return False
    if item.level > parent.level:
        return True
    return parent.leads and item.level == parent.level and _finer(parent.marker, item.marker)


def _finer(parent: str, child: str) -> bool:
    order = {"number": 0, "letter": 1, "roman": 2, "glyph": 3}
    return parent in order and child in order and order[child] > order[parent]

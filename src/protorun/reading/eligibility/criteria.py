"""Items become criteria: one by one, or several together where a parent says `one of the following`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from protorun.reading.eligibility.atoms.treatments.tense import still_open
from protorun.reading.eligibility.cutting.items import Item
from protorun.reading.eligibility.cutting.segment import joined
from protorun.reading.eligibility.cutting.spread import limited
from protorun.reading.eligibility.denials import counted, denied, denied_below, gathered_denials
from protorun.reading.eligibility.logic.classed.classes import classify
from protorun.reading.eligibility.parents import lead_of, takes_out, under, unended, within
from protorun.reading.eligibility.pieces import parent_window
from protorun.reading.eligibility.sentence import read_line
from protorun.reading.eligibility.statements import statement
from protorun.reading.eligibility.trees.walks import leaves, replaced
from protorun.reading.eligibility.turned import alone, gathered, turned_round, with_unread
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import (
    All,
    Alternative,
    Any,
    Criterion,
    Expr,
    Flag,
    Klass,
    Treated,
    Unparsed,
    Washout,
    Window,
)
from protorun.study.source import Source, source_at
from protorun.terms.concepts import concepts
from protorun.terms.offsets import Mapped

Texts = Mapping[str, str]
_ONE_OF = re.compile(
    r"\b(?:one|any|either|at least one|any one|1)\b(?: or more| \(or more\))? of(?: the| these)?|\beither\b|at least (?:one|1)\b|one or more"
)
_KINDS = re.compile(
    r"\b(?:[a-z]{0,20}(?:lymphoma|leuk[ae]+mia|cancer|carcinoma|sarcoma|tumou?r|malignanc)[a-z]{0,4})\b[^.:;]{0,60}\binclud[a-z]{1,3} (?:(?:all|any) (?:of )?)?the following\W*$"
    r"|\bthe following (?:[a-z-]{1,20} ){0,3}(?:participants|patients|subjects|cancers|tumou?rs?|types|malignancies|histologies|diagnoses|diseases)(?: types)? (?:are|is|will be|may be|can be) (?:allowed|eligible|permitted|included|enrolled|acceptable)\W*$"
    r"|\bin (?:one of )?the following (?:disease |tumou?r )?(?:cohorts|types)\W*$"
)
"""`Lymphoma includes all of the following:`: any of the kinds will do."""
_ALL_OF = re.compile(r"\b(?:all|each|both)\b(?: of)?(?: the)?")
_CONDITION = re.compile(
    r"\b(?:if|for|unless|when|who|whose|subjects? with|patients? with|males?|females?|women|men)\b"
)
_PLAIN_PARENT = re.compile(
    r"function|laborator|criteria|following|requirements?|values?|parameters|defined|as follows|history|conditions?|must|diseases?|diagnos"
)


def criteria(items: list[Item], texts: Texts) -> Iterator[tuple[Item, Criterion]]:
    """Each criterion with the item it came from; ids are given later."""
    items = gathered_denials(gathered(items))
    at = 0
    while at < len(items):
        run = at
        while _goes_on(items, run):
            run += 1
        if run > at:
            yield items[at], _either(items[at : run + 1], texts)
        else:
            yield from _of(items[at], texts)
        at = run + 1


_TRAILING_OR = re.compile(r"\b(?:or|and/or)[\s,;:.]*$", re.IGNORECASE)
_MOST_SIGNS = 24


def _goes_on(items: list[Item], at: int) -> bool:
    """`Measurable disease OR` at the end of an entry: the next entry is the other choice."""
    if at + 1 >= len(items) or items[at].children or items[at + 1].children:
        return False
    here, after = items[at], items[at + 1]
    same = (here.polarity, here.scope, here.level) == (after.polarity, after.scope, after.level)
    end = len(here.text.text)
    return same and bool(_TRAILING_OR.search(here.text.text, max(0, end - _MOST_SIGNS)))


def _either(items: list[Item], texts: Texts) -> Criterion:
    parts = [read_item(i, i.text, texts) for i in items]
    return _together(items[0], parts, tuple(s for p in parts for s in p.sources), texts)


def _together(item: Item, parts: list[Criterion], sources: tuple[Source, ...], texts: Texts) -> Criterion:
    expr: Expr = Any(parts=tuple(p.expr for p in parts))
    lost = tuple(s for p in parts for s in p.residual)
    return Criterion(
        id="?",
        polarity=item.polarity,
        text=texts[item.locator][sources[0].start : sources[-1].end],
        sources=sources,
        expr=expr,
        klass=classify(expr, [(0, 0)] if lost else []),
        residual=lost,
        scope=item.scope,
        doubts=tuple(dict.fromkeys(d for p in parts for d in p.doubts)),
    )


def _of(item: Item, texts: Texts) -> Iterator[tuple[Item, Criterion]]:
    if not item.children:
        yield item, _in_one_line(item, texts) or read_item(item, item.text, texts)
        return
    if turned_round(item):
        yield item, _turned(item, texts)
        return
    if counted(item):
        yield item, _any_of(item, texts, undecided=True)
        return
    if (other := denied_below(item)) is not None:
        yield from ((item, denied(c)) for _, c in _children(other, texts))
        return
    parent = item.text.text.lower()
    alternatives = bool(_ONE_OF.search(parent) or ("following" in parent and _KINDS.search(parent)))
    fires_alone = item.polarity == "exclusion" and not re.search(
        r"\ball of\b|\beach of\b|\bboth of\b", parent
    )
    if not item.leads:
        yield item, _whole(item, texts)
    elif item.polarity == "inclusion" and alternatives:
        yield item, _any_of(item, texts)
    elif (item.polarity == "inclusion" and not _CONDITION.search(parent)) or (
        fires_alone and not re.search(r"\b(?:if|unless|except)\b", parent) and not takes_out(item)
    ):
        yield from _children(item, texts)
    else:
        yield item, _whole(item, texts)


def _turned(item: Item, texts: Texts) -> Criterion:
    """An exclusion with the allowances below it."""
    flat = joined(_flat(item))
    end = len(flat.text)
    whole = _with_prefix(_cite(flat, item.locator, texts)(0, end), item, texts[item.locator])
    own = alone(item)
    read = read_item(own, own.text, texts) if own is not None else None
    rest = flat.text[len(own.text.text) if own is not None else 0 :]
    below = _cite(flat, item.locator, texts)(end - len(rest.lstrip(" :;")), end)
    return with_unread(read, item, whole, below)


_ANNOUNCES = re.compile(r"[^.;:]{0,120}\bfollowing\b[^.;:]{0,90}:(?=\s+\S)", re.IGNORECASE)


def _in_one_line(item: Item, texts: Texts) -> Criterion | None:
    """`Any of the following within 6 months: a, b, or c` on one line is a parent and its child."""
    announced = item.polarity == "exclusion" and ":" in item.text.text
    found = _ANNOUNCES.match(item.text.text) if announced else None
    if found is None or ":" in item.text.text[found.end() :]:
        return None
    length = len(item.text.text)
    child = replace(item, text=item.text.cut(found.end(), length), begins=-1, ends=-1)
    parent = replace(item, text=item.text.cut(0, found.end()), children=(child,))
    if takes_out(parent) or re.search(r"\b(?:if|unless|except|not|no|without)\b", parent.text.text.lower()):
        return None
    read = [c for _, c in _children(parent, texts)]
    whole = _with_prefix(_cite(item.text, item.locator, texts)(0, length), item, texts[item.locator])
    return read[0].model_copy(update={"text": whole.quote, "sources": (whole,)}) if len(read) == 1 else None


def _children(item: Item, texts: Texts) -> Iterator[tuple[Item, Criterion]]:
    """The parent is a heading; what it says beside that goes for each child on an exclusion list."""
    source = _cite(item.text, item.locator, texts)(0, len(item.text.text))
    window = parent_window(item.text.text.lower())
    children = [limited(child) for child in item.children]
    if (asked := _asked_above(item, texts)) is not None:
        yield replace(item, children=()), asked
    for entry, criterion in criteria(children, texts):
        dated = within(criterion, window) if window else criterion
        if item.polarity == "exclusion":
            alone = any(entry is child for child in children) and len(criterion.sources) == 1
            led = partial(_led, item, entry, window, texts) if alone else lambda: None
            dated = under(dated, item, source, led)
        yield entry, dated


_DEFINES = re.compile(
    r"\b(?:defined|definition|criteria|requirements?|functions?|including|includes?|as follows)\b"
)


_DISEASES = re.compile(r"cancer|carcinoma|lymphoma|leuk[ae]+mia|melanoma|sarcoma|myeloma|glioma|blastoma")


def _asked_above(item: Item, texts: Texts) -> Criterion | None:
    """`Recurrent cervical cancer, and:` above the entries of an inclusion list asks for the cancer as well."""
    text = unended(item.text)
    if item.polarity != "inclusion" or not text.text or _DEFINES.search(text.text.lower()):
        return None
    read = read_item(replace(item, children=(), text=text), text, texts)
    known = [leaf for leaf in leaves(read.expr) if isinstance(leaf, Flag)]
    named = any(f.variable in concepts() and concepts()[f.variable].domain == "diagnosis" for f in known)
    named = named or _DISEASES.search(text.text.lower()) is not None
    return read if named and read.klass not in ("attestation", "judgment") else None


def _led(parent: Item, child: Item, window: Window | None, texts: Texts) -> Criterion | None:
    """`Treatment with any of the following:` and `warfarin` as one sentence."""
    lead = None if child.children else lead_of(parent)
    if lead is None:
        return None
    whole = read_item(child, joined([lead, child.text]), texts)
    return within(whole, window) if window else whole


def _any_of(item: Item, texts: Texts, *, undecided: bool = False) -> Criterion:
    """`one of the following`: any child will do; `undecided` where so many of them are counted."""
    parts = [c for child in item.children for _, c in _of(child, texts)]
    parent = _cite(item.text, item.locator, texts)(0, len(item.text.text))
    expr: Expr = Any(parts=tuple(p.expr for p in parts)) if len(parts) > 1 else parts[0].expr
    lost = tuple(s for p in parts for s in p.residual)
    doubts = tuple(dict.fromkeys(d for p in parts for d in p.doubts))
    if (
        undecided
        or _CONDITION.search(item.text.text.lower())
        or re.search(
            r"\b(?:two|2|three|3)\b|\bincludes? (?:all |any )?(?:of )?the following", item.text.text.lower()
        )
    ):
        said = Unparsed.model_construct(text=parent.quote, source=parent)
        expr, lost = Any(parts=(All(parts=(expr, said)), said)), (*lost, parent)
    return Criterion(
        id="?",
        polarity=item.polarity,
        text=texts[item.locator][parent.start : parts[-1].sources[-1].end],
        sources=(parent, *(s for p in parts for s in p.sources)),
        expr=expr,
        klass=classify(expr, [(0, 0)] if lost else []),
        residual=lost,
        scope=item.scope,
        doubts=doubts,
    )


def _whole(item: Item, texts: Texts) -> Criterion:
    """Parent and children read as one text: sentence by sentence, or as a list where they are exceptions or allowances."""
    if takes_out(item):
        return read_item(item, joined((unended(t) for t in _flat(item)), " , "), texts)
    return read_item(item, joined(_flat(item), " ; "), texts)


def _flat(item: Item) -> Iterator[Mapped]:
    yield item.text
    for child in item.children:
        yield from _flat(child)


def read_item(item: Item, text: Mapped, texts: Texts) -> Criterion:
    """One text as one criterion."""
    cite = _cite(text, item.locator, texts)
    original = texts[item.locator]
    line = Line(text.text.lower(), item.polarity, cite, lambda a, b: original[slice(*text.span(a, b))])
    if len(line.text) != len(text.text):  # a few letters change length in lower case (İ)
        line.text = "".join(c.lower() if len(c.lower()) == 1 else c for c in text.text)
    expr, lost = read_line(line)
    line.doubts = [d for d in line.doubts if not d.startswith("NO_TIME") or not _timed(d, expr)]
    whole = _with_prefix(cite(0, len(text.text)), item, original)
    if not line.doubts and classify(expr, lost) == "unparsed":
        asked = statement(line.text, whole, line.polarity)
        expr, lost = (expr, lost) if asked is None else (asked, [])
    if line.doubts:
        line.doubts = [d for d in line.doubts if still_open(d, expr)]
    if item.leads and not item.children and text.text.rstrip().endswith(":"):
        expr = _announced(expr, whole, text, lost)
    return Criterion.model_construct(
        id="?",
        polarity=item.polarity,
        text=whole.quote,
        sources=(whole,),
        expr=expr,
        klass=_class(expr, lost, line),
        residual=tuple(cite(a, b) for a, b in lost if b > a),
        scope=item.scope,
        doubts=tuple(line.doubts),
        alternatives=_alternatives(expr, line),
    )


def _timed(doubt: str, expr: Expr) -> bool:
    """The treatment of a doubt about its time has got one, that of its list."""
    given = [leaf for leaf in leaves(expr) if isinstance(leaf, (Treated, Washout)) and leaf.source]
    return any(_dated(g) and _quoted(doubt) in g.source.quote for g in given if g.source)


def _quoted(doubt: str) -> str:
    return doubt.removeprefix("NO_TIME: ").partition(": given now")[0].strip("'\"")


def _dated(given: Treated | Washout) -> bool:
    return isinstance(given, Washout) or given.window is not None


def _with_prefix(source: Source, item: Item, original: str) -> Source:
    """The source of an entry from its first word to its last, also where those only name the part of the trial."""
    start = item.begins if 0 <= item.begins < source.start else source.start
    end = max(source.end, item.ends)
    if (start, end) == (source.start, source.end):
        return source
    return source.model_copy(update={"start": start, "end": end, "quote": original[start:end]})


def _announced(expr: Expr, whole: Source, text: Mapped, lost: list[tuple[int, int]]) -> Expr:
    """A line that ends in a colon says something that its own words do not hold; a line for some decides nothing."""
    lost.append((0, len(text.text)))
    said = Unparsed.model_construct(text=whole.quote, source=whole)
    if re.match(
        r"\s*(?:for|in|if|among|when)\b|.*\b(?:patients|subjects|participants):\s*$", text.text.lower()
    ):
        return said
    return All(parts=(expr, said))


def _class(expr: Expr, lost: list[tuple[int, int]], line: Line) -> Klass:
    """A limit without comparator or with a unit that cannot be compared is understood in part only."""
    found = classify(expr, lost)
    damaged = any(d.startswith(("NO_UNIT", "NO_COMPARATOR", "DIRECTION", "NO_TIME")) for d in line.doubts)
    return "partial" if damaged and found == "computable" else found


def _alternatives(expr: Expr, line: Line) -> tuple[Alternative, ...]:
    found = []
    for says, old, new in line.readings:
        other = replaced(expr, old, new)
        if other != expr:
            found.append(Alternative(says=says, expr=other))
    return tuple(found)


def _cite(text: Mapped, locator: str, texts: Texts) -> Callable[[int, int], Source]:
    original = texts[locator]

    def cite(start: int, end: int) -> Source:
        low, high = text.span(start, end)
        return source_at(low, high, original[low:high], locator)

    return cite

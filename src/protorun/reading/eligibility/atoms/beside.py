"""Words beside a finished atom that say nothing more, or what little they add: `minimum weight ≥ 30 kg`, `serum sodium`,
`(100 x 10^9/L)` behind the same limit in another unit, `bone marrow or stem cell transplant`."""

from __future__ import annotations

import re
from typing import Any as Anything

from protorun.reading.eligibility.atoms.limits.moments import at_visits, of_a_scale
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk, holds, printed, stem, trie, words
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import Quantity, Span
from protorun.study.criterion import All, Any, Flag, Number, Treated
from protorun.terms.variables import factor, variables

_SAME = 0.02
"""Two prints of one limit: 1.5 mg/dL of bilirubin are 25.65 umol/L, printed as 25.7."""
_CODE = re.compile(
    r" of (?:the )?(?:study (?:drug|treatment) )?(?=[a-z-]{0,12} ?\d)[a-z0-9]{1,12}(?:-[ ]?[a-z0-9]{1,12}){0,3}\b"
)
_REFERENCE = re.compile(
    r"\(?(?:please )?(?:see|refer to|as per|per|cf\.?) (?:the )?(?:appendix|appendices|section|table|attachment|annex)(?: [a-z]\b|[ ]?[\d.]{1,8}| i{1,3}\b)?\)?"
)
_NEED = Guarded(
    r"(?:(?:the )?(?:anticipation|expectation) of (?:the )?(?:need|requirement)|(?:an )?(?:anticipated|expected) (?:need|requirement)) for (?:an? |any |the )?$"
)
_JUDGED = re.compile(r"(?:or|and/or) (?:clinically )?significant $")


def settled(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks without the words that are settled by the atom beside them."""
    if not holds(chunks, "A"):
        return chunks
    found: list[Chunk] = []
    at = 0
    while at < len(chunks):
        chunk = chunks[at]
        if chunk.kind == "(" and (end := _in_brackets(chunks, at, found, line)) is not None:
            at = end
            continue
        if chunk.kind == "A":
            _take_before(found, chunk, line)
            found.append(chunk)
            at = at_visits(chunks, _take_behind(chunks, at + 1, chunk, line), found, line)
            continue
        found.append(chunk)
        at += 1
    return found


def _in_brackets(chunks: list[Chunk], at: int, found: list[Chunk], line: Line) -> int | None:
    """Behind a bracket that gives the limit before it in another unit, or only refers to another text."""
    if not found or found[-1].kind != "A":
        return None
    close = next((i for i in range(at + 1, min(at + 5, len(chunks))) if chunks[i].kind == ")"), None)
    if close is None:
        return None
    text = line.text[chunks[at].start : chunks[close].end]
    if _REFERENCE.fullmatch(text):
        line.doubt("REFERENCE", f"{line.quote(chunks[at].start, chunks[close].end)!r} refers to another text")
        return close + 1
    limit, again = found[-1].value, chunks[at + 1]
    if close == at + 2 and again.kind in "nr" and isinstance(limit, Number) and _same(limit, again.value):
        return close + 1
    return None


def _same(limit: Number, again: Quantity | Span) -> bool:
    """The same bounds in another unit."""
    pairs = (
        [(limit.low or limit.high, again)]
        if isinstance(again, Quantity)
        else [(limit.low, again.low), (limit.high, again.high)]
    )
    if isinstance(again, Quantity) and limit.low is not None and limit.high is not None:
        return False
    return all(bound is not None and _equal(limit, bound.value, bound.times, q, again) for bound, q in pairs)


def _equal(limit: Number, value: float, times: str, again: Quantity, whole: Quantity | Span) -> bool:
    unit = again.unit or (whole.high.unit if isinstance(whole, Span) else "")
    one, other = factor(limit.variable, limit.unit), factor(limit.variable, unit)
    if times or again.times or not unit or one is None or other is None or limit.variable not in variables():
        return False
    return abs(value * one - again.value * other) <= _SAME * abs(value * one)


def _take_before(found: list[Chunk], atom: Chunk, line: Line) -> None:
    value = atom.value
    if isinstance(value, (Flag, Treated)):
        _needed(found, atom, line)
        _share_transplant(found, atom, line)
        _uncontrolled_or_significant(found, atom, line)
    if found and _needs_given(found[-1], atom, line):
        atom.start = found.pop().start
    of_a_scale(found, atom, line)
    edge = atom.start
    while found and found[-1].kind in "zc" and _says_nothing(found[-1], atom, edge, line):
        edge = found.pop().start


def _says_nothing(chunk: Chunk, atom: Chunk, edge: int, line: Line) -> bool:
    """A word directly before an atom that repeats it."""
    if line.text[chunk.end : edge].strip() not in ("", "of", "the", "a", "an", "level of", "levels of"):
        return False
    value, table = atom.value, words()["beside"]
    found = list(value.parts) if isinstance(value, (All, Any)) else [value]
    numbers = [n for n in found if isinstance(n, Number)]
    if numbers and len(numbers) == len(found):
        if chunk.kind == "c":
            return _names_side(chunk, numbers, line)
        lab = all(n.variable in variables() and variables()[n.variable].kind == "lab" for n in numbers)
        return (lab and chunk.value in table["specimens"]) or _of_age(str(chunk.value), numbers)
    return chunk.kind == "z" and isinstance(value, Treated) and chunk.value in table["given"]


_OF = re.compile(r" (?:for|of) (?:(?:an?|any|the) )?$")


def _needs_given(chunk: Chunk, atom: Chunk, line: Line) -> bool:
    """`requirement for steroids within 14 days`: they were given in that time."""
    named = chunk.kind == "z" and chunk.value in words()["beside"]["needed"]
    dated = isinstance(atom.value, Treated) and atom.value.window is not None
    return named and dated and _OF.fullmatch(line.text, chunk.end, atom.start) is not None


def _names_side(chunk: Chunk, numbers: list[Number], line: Line) -> bool:
    """`minimum weight ≥ 30 kg`: the comparator before the name says the side again."""
    if not line.text.startswith(("minimum", "maximum"), chunk.start):
        return False
    side = (chunk.value == "≥", chunk.value == "≤")
    return all((n.low is not None, n.high is not None) == side for n in numbers)


def _of_age(word: str, numbers: list[Number]) -> bool:
    """`children 6 to 16 years`: the limits lie inside what the word means."""
    known = words()["ages"].get(word)
    if known is None or any(n.variable != "age" for n in numbers):
        return False
    years = [b.value * (factor("age", n.unit) or 1.0) for n in numbers for b in (n.low, n.high) if b]
    return bool(years) and all(known[0] <= y <= known[1] for y in years)


def _take_behind(chunks: list[Chunk], at: int, atom: Chunk, line: Line) -> int:
    """The index behind the words that say again what the atom says."""
    value = atom.value
    if any(
        w is not None and w.anchor == "first_dose"
        for w in (getattr(x, "window", None) for x in leaves(value))
    ):
        code = _CODE.match(line.text, atom.end)
        while code and at < len(chunks) and chunks[at].end <= code.end():
            at += 1
    if isinstance(value, Treated) and value.ongoing and at < len(chunks) and chunks[at].value == "now":
        at += 1
    at = _scale_again(chunks, at, atom, line)
    spo2 = isinstance(value, Number) and value.variable == "spo2"
    if spo2 and [c.value for c in chunks[at : at + 2]] == ["room", "air"]:
        atom.value, atom.end = value.model_copy(update={"note": "room air"}), chunks[at + 1].end
        at += 2
    return at


_BY_SCALE = re.compile(r",? (?:on|by|using|per|according to|as per|based on|in) (?:the )?$")


def _scale_again(chunks: list[Chunk], at: int, atom: Chunk, line: Line) -> int:
    """`0 or 1 on the ECOG performance scale` behind a limit on that scale."""
    value, end = atom.value, at
    if not isinstance(value, Number) or at >= len(chunks) or chunks[at].kind != "v":
        return at
    if _BY_SCALE.fullmatch(line.text, atom.end, chunks[at].start) is None:
        return at
    while end < len(chunks) and chunks[end].kind in "v()":
        if chunks[end].kind == "v" and chunks[end].value != value.variable:
            return at
        end += 1
    kinds = [c.kind for c in chunks[at:end]]
    return end if kinds.count("(") == kinds.count(")") else at


def _needed(found: list[Chunk], atom: Chunk, line: Line) -> None:
    """`anticipation of need for major surgery` is a condition of its own: nothing was given yet."""
    value = atom.value
    if not isinstance(value, Treated) or len(value.classes) != 1 or value.dose or value.exempt_classes:
        return
    said = _NEED.search(line.text, max(0, atom.start - 60), atom.start)
    if said is None or value.window is not None:
        return
    while found and found[-1].start >= said.start():
        found.pop()
    atom.start = said.start()
    source = line.cite(atom.start, atom.end)
    name = f"anticipated_need_for_{value.classes[0]}"
    atom.value = Flag.model_construct(variable=name, qualifiers=(), window=None, source=source)


def _share_transplant(found: list[Chunk], atom: Chunk, line: Line) -> None:
    """`allogeneic tissue/solid organ transplant`: the member before it lends the word."""
    value = atom.value
    if not isinstance(value, Treated) or not value.classes[0].endswith("transplant") or len(found) < 2:
        return
    if found[-1].kind not in "|/" or found[-2].kind != "z":
        return
    first = len(found) - 2
    while first and found[first - 1].kind == "z":
        first -= 1
    text = line.text[found[first].start : found[-1].start].strip()
    if not all(w in words()["beside"]["grafts"] for w in re.split(r"[ -]+", text)):
        return
    name = _treatment(f"{text} transplant") or re.sub(r"[ -]+", "_", f"{text} transplant")
    atom.start = found[first].start
    del found[first:]
    classes = tuple(dict.fromkeys((name, *value.classes)))
    source = line.cite(atom.start, atom.end)
    atom.value = value.model_copy(update={"classes": classes, "source": source})


def _treatment(text: str) -> str:
    """The name of a treatment of the tables that the words are."""
    node: Anything = trie()
    for word, _, _ in printed(text):
        node = node.get(stem(word))
        if node is None:
            return ""
    kind, name = node.get("", ("", ""))
    return str(name) if kind == "y" else ""


def _uncontrolled_or_significant(found: list[Chunk], atom: Chunk, line: Line) -> None:
    """`uncontrolled or significant heart disease`: the lone qualifier goes for the condition behind it."""
    value = atom.value
    at = len(found) - 1
    while at >= 0 and found[at].kind == "z":
        at -= 1
    if not isinstance(value, Flag) or at < 1 or found[at].kind != "|" or found[at - 1].kind != "q":
        return
    if not _JUDGED.search(line.text[found[at].start : atom.start]) or not found[at - 1].value:
        return
    lone = found[at - 1]
    narrowed = value.model_copy(
        update={"qualifiers": (str(lone.value),), "source": line.cite(lone.start, lone.end)}
    )
    found[at - 1] = Chunk("A", lone.start, lone.end, narrowed, own=True)

"""Conditions of a grade: `≥ grade 2 neuropathy`, `bleeding (CTCAE grade 3 or higher)`. The grade of a condition is a quantity
under the name of the condition; whom nobody graded it for, it is unknown of."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.kinds import tells_what
from protorun.reading.eligibility.atoms.conditions.open_conditions import is_name, open_flag
from protorun.reading.eligibility.atoms.limits.bounds import Bounds, range_of, side_of
from protorun.reading.eligibility.atoms.limits.number_atoms import number_atom
from protorun.reading.eligibility.trees.nodes import bound
from protorun.reading.eligibility.words.lexicon import Chunk, modal, reversing
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import Quantity
from protorun.terms.concepts import concepts

_BY = r"(?:(?:nci|ctcae|nci[- ]ctcae|ctc|toxicity)[ :]{1,2}(?:v(?:ersion)? ?)?(?:\d\.\d )?)?"
_BEFORE_NUMBER = re.compile(rf" ?{_BY}grades? ?(?:of |is )?")
_BEFORE_SIGN = re.compile(rf"{_BY}grades? ?(?:of |is )?$")
_BEHIND_NAME = re.compile(
    rf"(?: events?| episodes?)?,?(?: ?\(| of(?: an?)?| with(?: an?)?)? ?{_BY}(?:grades? ?(?:of |is )?)?"
)
_BEHIND_NUMBER = re.compile(
    r"(?:,? ?(?:\(|by |per |according to |as per )?(?:the )?(?:nci[- ]?)?ctcae,?(?: ?(?:version|v)\.? ?)?(?: ?\d(?:\.\d{1,2})?)?\)?)? "
)
_EVENT = frozenset({"event", "episode"})
_UNWANTED = re.compile(r"\b(?:adverse|immune|infusion)[a-z -]{0,20} (?:event|reaction|toxicit(?:y|ie))s?$")
_HIGHEST = 5


def mark_grades(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every condition of a grade as a finished limit."""
    if "grade" not in line.text:
        return chunks
    found: list[Chunk] = []
    at = 0
    while at < len(chunks):
        grade = _grade(chunks, at, line) if chunks[at].kind in "cnRr" else None
        made = grade and (_named_behind(chunks, at, grade, line) or _named_before(chunks, at, grade, line))
        if not made:
            found.append(chunks[at])
            at += 1
            continue
        chunk, at = made
        while found and found[-1].start >= chunk.start:
            found.pop()
        found.append(chunk)
    return found


def _grade(chunks: list[Chunk], at: int, line: Line) -> tuple[Bounds, int] | None:
    """The grades that begin at a chunk and the chunk behind them: `≥ grade 2`, `grade ≥ 2`, `grade 3 or 4`."""
    first = at + (chunks[at].kind == "c")
    if first == len(chunks) or chunks[first].kind not in "nRr":
        return None
    said = line.text[chunks[at].end : chunks[first].start] if first > at else ""
    if not (_BEFORE_NUMBER.fullmatch(said) or _BEFORE_SIGN.search(line.text, 0, chunks[at].start)):
        return None
    kinds = "".join([c.kind for c in chunks[first : first + 3]])
    if first > at:
        side, behind = side_of(chunks[at], chunks[first]), first + 1
    elif kinds[0] == "r":
        side, behind = range_of(chunks[at].value), at + 1
    elif kinds[1:2] == "P":
        side, behind = side_of(chunks[at + 1], chunks[at]), at + 2
    elif re.match(r"[nR]\|[nR]", kinds):
        side, behind = _both(chunks[at].value, chunks[at + 2].value), at + 3
    else:
        side, behind = _both(chunks[at].value, chunks[at].value), at + 1
    if side is None or side[2] or any(b and (b.times or b.value > _HIGHEST) for b in side[:2]):
        return None
    return side, behind


def _both(low: Quantity, high: Quantity) -> Bounds | None:
    if low.unit or high.unit or high.value - low.value not in (0, 1):
        return None
    return bound(low.value), bound(high.value), "", ""


def _named_behind(
    chunks: list[Chunk], at: int, grade: tuple[Bounds, int], line: Line
) -> tuple[Chunk, int] | None:
    side, first = grade
    if first < len(chunks) and not _BEHIND_NUMBER.fullmatch(
        line.text, chunks[first - 1].end, chunks[first].start
    ):
        return None
    end = _name_end(chunks, first)
    if end == first or not _alone(chunks, end, line):
        return None
    made = _made(chunks[first:end], side, line, (chunks[at].start, chunks[end - 1].end))
    return (made, end) if made else None


def _named_before(
    chunks: list[Chunk], at: int, grade: tuple[Bounds, int], line: Line
) -> tuple[Chunk, int] | None:
    side, behind = grade
    last = at
    while last and (chunks[last - 1].kind == "(" or chunks[last - 1].value in ("ctcae", "nci", "toxicity")):
        last -= 1
    first = last
    while first and chunks[first - 1].kind == "z":
        first -= 1
    first -= first == last and bool(first) and chunks[first - 1].kind == "k"
    if first == last or (first and chunks[first - 1].kind in ",|&/"):
        return None
    if not _BEHIND_NAME.fullmatch(line.text, chunks[last - 1].end, chunks[at].start):
        return None
    closes = "(" in line.text[chunks[last - 1].end : chunks[at].start]
    if closes and (behind >= len(chunks) or chunks[behind].kind != ")"):
        return None
    behind += closes
    if not _alone(chunks, behind, line):
        return None
    made = _made(chunks[first:last], side, line, (chunks[first].start, chunks[behind - 1].end))
    return (made, behind) if made else None


def _name_end(chunks: list[Chunk], at: int) -> int:
    """Behind a condition of the tables, or a run of unknown words that may name one."""
    end = at
    while end < len(chunks) and chunks[end].kind == "z":
        end += 1
    if end < len(chunks) and chunks[end].kind == "k":
        end += 1
    while end < len(chunks) and chunks[end].value in _EVENT:
        end += 1
    return end


def _alone(chunks: list[Chunk], end: int, line: Line) -> bool:
    """Nothing behind the name that the grade might go for as well; what has a grade or a qualifier of its own has not."""
    if end >= len(chunks) or chunks[end].kind in ".;)Wew":
        return True
    step = end
    while step < len(chunks) and chunks[step].kind in ",|&/":
        step += 1
    if step == end or step >= len(chunks):
        return False
    own = chunks[step].kind == "q" and bool(chunks[step].value)
    return own or (chunks[step].kind in "cnRr" and _grade(chunks, step, line) is not None)


def _made(named: list[Chunk], side: Bounds, line: Line, covered: tuple[int, int]) -> Chunk | None:
    words = named
    if any(c.kind == "k" for c in named):  # "bleeding event"
        words = [c for c in named if c.value not in _EVENT]
    if not words or any(c.value in modal() or c.value in reversing() for c in words):
        return None
    text = line.text[words[0].start : words[-1].end]
    if [c.kind for c in words] == ["k"]:
        name = str(words[0].value)
        known = concepts().get(name)
        if known is None or known.domain != "condition":
            return None
    elif is_name(text) and (tells_what(text) or _UNWANTED.search(text)):
        name = open_flag(text, (), line.cite(*covered)).variable
    else:
        return None
    return Chunk("A", *covered, number_atom(f"{name}_grade", side, line, *covered))

"""Treatments with their time: `no chemotherapy within 2 weeks`, wash-outs in half-lives, steroid doses and exemptions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from protorun.reading.eligibility.atoms.treatments.exemptions import exempt_classes, exempt_routes, spared
from protorun.reading.eligibility.atoms.treatments.not_given import free_of, not_given
from protorun.reading.eligibility.atoms.treatments.tense import by_default, lasts, lead, now, timeless, used
from protorun.reading.eligibility.trees import nodes
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import Quantity
from protorun.study.criterion import All, Any, Bound, Expr, Not, Treated, Washout, Window
from protorun.study.source import Source
from protorun.terms.treatments import wider


@dataclass(frozen=True)
class Time:
    """What a stretch of text says about when a treatment was given."""

    window: Window | None = None
    half_lives: float | None = None
    which: str = "fixed"
    at_least: bool = False


STEROID = "corticosteroid"
_DOSE = re.compile(
    r"[(]?[ ]?(?:at )?(?:a )?(?:doses? |daily doses? )?(?:of )?(?:equivalent to )?"
    r"(?P<sign>>|≥|greater than or equal to|more than|greater than|exceeding|at least|above|in excess of)[ ]?"
    r"(?P<mg>\d+(?:\.\d+)?)[ ]?mg(?:[ ]?/[ ]?(?:day|d)\b|[ ](?:daily|per day|a day|once daily|of))*"
    r"(?:[ ,]*(?:of |oral |or )*(?:prednisone|prednisolone)(?:[ ]?/[ ]?(?:day|d)\b| daily| per day)?(?: or)?(?: an| its)?"
    r"(?:[ -]?equivalents?)?(?: dose)?(?: daily| per day|/day)?)(?: or equivalent)?[ ]?(?:doses? )?[)]?"
)


def find_doses(text: str) -> list[Chunk]:
    """Limits in prednisone equivalents: `(>10 mg/day prednisone equivalent)`."""
    found: list[Chunk] = []
    if "predniso" not in text:
        return found
    for match in _DOSE.finditer(text):
        inclusive = match["sign"] in ("≥", "at least", "greater than or equal to")
        start = match.start() + (len(match[0]) - len(match[0].lstrip()))
        end = (
            match.end()
            if match[0].rstrip().endswith(")") == match[0].lstrip().startswith("(")
            else match.end() - 1
        )
        if match[0].lstrip().startswith("(") and not match[0].rstrip().endswith(")"):
            start, end = start + 1, match.end()
        bound = Bound(value=float(match["mg"]), inclusive=inclusive)
        found.append(Chunk("Z", start, end, bound))
    return found


def mark_half_lives(chunks: list[Chunk]) -> list[Chunk]:
    """The chunks with each `2 weeks ... or 5 half-lives ..., whichever is shorter` as one H chunk."""
    for at, chunk in enumerate(chunks):
        if chunk.kind == "n" and isinstance(chunk.value, Quantity) and chunk.value.unit == "half-lives":
            found = _half_lives(chunks, at)
            if found:
                first, behind, time = found
                merged = Chunk("H", chunks[first].start, chunks[behind - 1].end, time)
                return mark_half_lives([*chunks[:first], merged, *chunks[behind:]])
    return chunks


def _half_lives(chunks: list[Chunk], at: int) -> tuple[int, int, Time] | None:
    which = next((i for i in range(at + 1, min(at + 14, len(chunks))) if chunks[i].kind == "K"), None)
    if which is None:
        return None
    near = [i for i in range(max(0, at - 7), min(which, at + 9)) if chunks[i].kind in "WLt"]
    if not near:
        return None
    first = min(near[0] if near[0] < at else at, at)
    while first and chunks[first - 1].kind in "cw(" and near[0] != first:
        first -= 1
    if first and chunks[first - 1].kind in "cw":
        first -= 1
    fixed = chunks[near[0]]
    window = fixed.value
    if isinstance(window, Quantity):
        window = nodes.window(window.value, window.unit)
    at_least = fixed.kind == "L" or any(c.kind == "c" and c.value in ("≥", ">") for c in chunks[first:which])
    behind = which + 1
    opened = sum(c.kind == "(" for c in chunks[first:behind]) - sum(
        c.kind == ")" for c in chunks[first:behind]
    )
    while opened > 0 and behind < len(chunks) and chunks[behind].kind in "),b":
        opened -= chunks[behind].kind == ")"
        behind += 1
    anchor = ""
    step = behind
    while step < len(chunks) and chunks[step].kind in ",ba":
        if chunks[step].kind == "a":
            anchor = anchor or str(chunks[step].value)
            behind = step + 1
        step += 1
    anchored = [c.value for c in chunks[first:which] if c.kind == "a"]
    anchor = anchor or (str(anchored[0]) if anchored else "")
    if anchor and window.anchor == "screening":
        window = window.model_copy(update={"anchor": anchor})
    time = Time(window, chunks[at].value.value, str(chunks[which].value), at_least)
    return first, behind, time


def mark_treatments(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with each list of treatments and what belongs to it as one finished atom."""
    found: list[Chunk] = []
    at = 0
    if not holds(chunks, "y"):
        return chunks
    while at < len(chunks):
        if chunks[at].kind == "y" and not_given(chunks, at, line):
            found.append(Chunk("z", chunks[at].start, chunks[at].end, "treatment"))
            at += 1
        elif chunks[at].kind == "y":
            atom, at = _treatment(chunks, at, found, line)
            found.append(atom)
        else:
            found.append(chunks[at])
            at += 1
    return found


def _treatment(chunks: list[Chunk], at: int, before: list[Chunk], line: Line) -> tuple[Chunk, int]:
    first = chunks[at].start
    while before and before[-1].kind == "q" and not before[-1].value:
        before.pop()
    names, at = _list(chunks, at, line)
    exempt = exempt_classes(chunks, at, names)
    at = exempt.behind
    first_time = before.pop() if before and before[-1].kind in "WHL" and _leads(before) else None
    ever, cued = lead(before, line)
    current = _said_current(before, line)
    begin = first_time.start if first_time else first
    begin = before.pop().start if current else min(begin, cued) if cued is not None else begin
    marks, at = _marks(chunks, at)
    if not exempt.classes:
        exempt = exempt_classes(chunks, at, names)
        at = exempt.behind
    if _of_condition(before) and _WITH.search(line.text, max(0, first - 90), first):
        return Chunk("z", begin, chunks[at - 1].end, "therapy"), at  # of a condition named before
    time = _time(first_time) or next((t for m in marks if (t := _time(m))), Time())
    time, at = _freed(time, chunks, at, before, line)
    tense = False if ever else now(line, begin)
    if time == Time() and tense is None:
        tense = _tense_around(before, line, begin, chunks[at - 1].end)
    begin = _recent(before, begin) if time.window is not None else begin
    current = current or (time == Time() and tense is True)
    dose = next((m.value for m in marks if m.kind == "Z"), None)
    purpose = next((str(m.value) for m in marks if m.kind == "U"), "")
    routes, at = exempt_routes(chunks, at, names)
    source = line.cite(begin, chunks[at - 1].end)
    steroids = tuple(n for n in names if STEROID in wider(n))
    if (dose or purpose or routes) and steroids:
        others = tuple(n for n in names if n not in steroids)
        parts: list[Expr] = [_given(others, time, current, source)] if others else []
        parts.append(_dosed(_given(steroids, time, current, source), dose, purpose, routes))
        expr: Expr = parts[0] if len(parts) == 1 else Any(parts=tuple(parts))
    else:
        expr = _received(_given(tuple(names), time, current, source), line, first)
    instead = _anchored(_time(exempt.time), time, exempt.time, line)
    expr = spared(expr, exempt, _given(exempt.classes, instead, current, source), line)
    head = bool(before) and before[-1].kind == "I"  # an example takes the time of its head
    if time == Time() and not current and tense is None and not head and any(lasts(n) for n in names):
        expr = (by_default if _alone(before, chunks[at:], line) else timeless)(
            expr, line, begin, chunks[at - 1].end
        )
    return Chunk("A", begin, chunks[at - 1].end, expr), at


_RECEIVED = re.compile(
    r"(?:patients?|subjects?|participants?)?(?: ?who)? ?(?:must )?(?:has|have|had|having)? ?received (?:prior |previous )?$"
)


def _freed(time: Time, chunks: list[Chunk], at: int, before: list[Chunk], line: Line) -> tuple[Time, int]:
    """The time in which a treatment that is denied was not given."""
    simple = time in (Time(), Time(time.window, at_least=True))
    if not simple or not before or before[-1].kind != "g":
        return time, at
    within, at = free_of(chunks, at, before[-1], line, window=time.window)
    return (Time(within) if within is not None else time), at


def _received(given: Expr, line: Line, at: int) -> Expr:
    """`Received X at least 2 months before the first dose`: X was given, not only stopped in time."""
    if not isinstance(given, Washout) or line.polarity == "exclusion" or not _RECEIVED.match(line.text[:at]):
        return given
    source = given.source or line.cite(at, len(line.text))
    return All(parts=(nodes.treated(given.classes, None, source), given))


def _dosed(given: Expr, dose: object, purpose: str, routes: tuple[str, ...]) -> Expr:
    """A steroid with its dose, purpose and exempt routes."""
    if not isinstance(given, Treated):
        return given
    unit = "mg/day prednisone" if dose else ""
    return given.model_copy(
        update={"dose": dose, "dose_unit": unit, "purpose": purpose, "exempt_routes": routes}
    )


def _recent(before: list[Chunk], begin: int) -> int:
    """`recent use of A (within 3 months)`: the time says how recent."""
    said = bool(before) and (before[-1].kind, before[-1].value) == ("q", "recent")
    return min(begin, before.pop().start) if said else begin


def _tense_around(before: list[Chunk], line: Line, begin: int, end: int) -> bool | None:
    """The tense of what it is taken out of, or of the noun behind it."""
    of_head = _of_head(before) if before and before[-1].kind == "e" else None
    return True if of_head is None and used(line, begin, end) else of_head


def _of_head(before: list[Chunk]) -> bool | None:
    """What is taken out of a treatment was given when that was: `current use of anticoagulants, except antiplatelets`."""
    head = next((c.value for c in reversed(before) if c.kind == "A"), None)
    return head.ongoing if isinstance(head, Treated) and head.window is None else None


def _said_current(before: list[Chunk], line: Line) -> bool:
    """`current use of A`, not `completed current treatment`."""
    said = bool(before) and before[-1].kind == "q" and before[-1].value in ("current", "active")
    return said and "complet" not in line.text[max(0, before[-1].start - 20) : before[-1].start]


def _alone(before: list[Chunk], behind: list[Chunk], line: Line) -> bool:
    """The whole of a sentence, or one of the things that exclude."""
    whole = (not before or before[-1].kind in ";.") and (not behind or behind[0].kind in ";.")
    return whole or _member(before, behind, line)


def _member(before: list[Chunk], behind: list[Chunk], line: Line) -> bool:
    """One of the things that exclude, in a list of conditions: `coronary disease, or antiarrhythmic drugs`."""
    if line.polarity != "exclusion" or len(before) < 2 or before[-1].kind not in ",|&":
        return False
    step = len(before) - 1
    while step and before[step].kind in ",|&":
        step -= 1
    condition = before[step].kind == "k"
    last = not behind or behind[0].kind in ";."
    return condition and last and not _OF_OTHERS.search(line.text, 0, before[-1].start)


_OF_OTHERS = re.compile(
    r"\b(?:allerg|hypersensitiv|intoleran|reaction|contraindicat|sensitiv|anaphyla|resistan|refractory|toxicit|due|secondary|induced|related|caused|"
    r"risk|requir|need|plan|expect|anticipat|schedul|candidat|unable|inability|unwilling|refus|willing|respon|fail|benefit|indicat)"
)


def _anchored(own: Time | None, head: Time, chunk: Chunk | None, line: Line) -> Time:
    """A time that names no anchor counts back from where the one before it does."""
    if own is None or chunk is None:
        return head
    named = _NAMED_ANCHOR.search(line.text, chunk.start, chunk.end)
    if named or own.window is None or head.window is None:
        return own
    return replace(own, window=own.window.model_copy(update={"anchor": head.window.anchor}))


_NAMED_ANCHOR = re.compile(r"before|prior to|\bof\b")


def _of_condition(before: list[Chunk]) -> bool:
    """A condition stands before in the same phrase."""
    for chunk in reversed(before):
        if chunk.kind in ";.(" or chunk.kind == "A":
            return False
        if chunk.kind == "k":
            return True
    return False


_WITH = re.compile(
    r"(?:requir\w+|treated (?:for [^.;]{0,60} )?with|necessitating|needing|managed with|controlled (?:with|by|on)|despite|refractory to|responsive to|dependent on)"
    r"(?: (?:the |use of |of |treatment with |any |chronic |oral |iv |intravenous |systemic |high dose |daily |ongoing |concurrent |concomitant ){0,4}|[^.;()]{0,50}(?:/|\bor\b|\band\b|,)\s*)$"
)


def _leads(before: list[Chunk]) -> bool:
    return len(before) < 2 or before[-2].kind in "g(,;.|&"


def _given(names: tuple[str, ...], time: Time, ongoing: bool, source: Source) -> Expr:
    if time.half_lives is not None:
        washed = nodes.washout(names, time.window, source, half_lives=time.half_lives, which=time.which)
        return washed if time.at_least else Not(part=washed)
    if time.at_least:
        return nodes.washout(names, time.window, source)
    return nodes.treated(names, time.window, source, ongoing=ongoing)


def _time(chunk: Chunk | None) -> Time | None:
    if chunk is None or chunk.kind not in "WHL":
        return None
    if isinstance(chunk.value, Time):
        return chunk.value
    return Time(window=chunk.value, at_least=chunk.kind == "L")


def _list(chunks: list[Chunk], at: int, line: Line) -> tuple[list[str], int]:
    """`a, b, or c` as one list; one shared abbreviation or example in brackets is passed over."""
    names = [str(chunks[at].value)]
    at += 1
    while True:
        at = _generic(chunks, _abbreviation(chunks, at, names), line)
        step = at
        while step < len(chunks) and chunks[step].kind in ",|/&":
            step += 1
        joined = chunks[at:step]
        another = step < len(chunks) and chunks[step].kind == "y" and (joined or chunks[step].value in names)
        both = holds(joined, "&") and not holds(joined, "|,")
        if not another or (both and line.polarity == "inclusion"):
            return names, at
        if both:
            line.doubt(
                "AND_ON_EXCLUSION", "`and` joins things that exclude; read as: any one of them excludes"
            )
        names += [n for n in [str(chunks[step].value)] if n not in names]
        at = step + 1


_GENERIC = frozenset(
    {
        "therapy",
        "treatment",
        "agent",
        "drug",
        "medication",
        "regimen",
        "product",
        "use",
        "intake",
        "exposure",
        "procedure",
        "antibody",
    }
)


def _generic(chunks: list[Chunk], at: int, line: Line) -> int:
    """`bevacizumab therapy` is bevacizumab, also where the word is the beginning of a trial elsewhere (`treatment`)."""
    while at < len(chunks) and _is_generic(chunks[at], line):
        at += 1
    return at


def _is_generic(chunk: Chunk, line: Line) -> bool:
    word = (
        chunk.value if chunk.kind == "z" else line.text[chunk.start : chunk.end] if chunk.kind == "a" else ""
    )
    return word in _GENERIC


def _abbreviation(chunks: list[Chunk], at: int, names: list[str]) -> int:
    kinds = "".join(c.kind for c in chunks[at : at + 3])
    if kinds == "(y)" and str(chunks[at + 1].value) in names:
        return at + 3
    return at


def _marks(chunks: list[Chunk], at: int) -> tuple[list[Chunk], int]:
    found: list[Chunk] = []
    while at < len(chunks):
        if chunks[at].kind in "WHLZU":
            found.append(chunks[at])
            at += 1
        elif chunks[at].kind == "," and at + 1 < len(chunks) and chunks[at + 1].kind in "WHL":
            at += 1
        elif chunks[at].kind == "(" and "".join(c.kind for c in chunks[at : at + 3]) in (
            "(W)",
            "(H)",
            "(Z)",
            "(L)",
        ):
            found.append(chunks[at + 1])
            at += 3
        elif chunks[at].kind == "b" and at + 1 < len(chunks) and chunks[at + 1].kind in "aWHL":
            at += 1
        else:
            break
    return found, at

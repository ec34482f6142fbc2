"""Limits on numbers: variables, comparators and quantities in any order become `Number` atoms. No comparator is ever
guessed: a number behind a laboratory value without one stays a residue, with the doubt named."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.limits.bounds import (
    Bounds,
    between,
    range_of,
    read_bounds,
    said_once,
    side_of,
)
from protorun.reading.eligibility.atoms.limits.number_atoms import number_atom
from protorun.reading.eligibility.atoms.limits.open_measures import open_measure
from protorun.reading.eligibility.atoms.limits.sexes import of_sex
from protorun.reading.eligibility.atoms.limits.suggestions import suggest
from protorun.reading.eligibility.atoms.limits.unnamed_limits import age_limit, unnamed_limit
from protorun.reading.eligibility.atoms.limits.worded_measures import worded_measure
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.measure_names import OF_SCALES
from protorun.reading.eligibility.words.quantities import TIME
from protorun.study.criterion import All, Any, Expr, If, Number
from protorun.terms.variables import factor, variables


def mark_limits(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every limit as one finished atom."""
    chunks = said_once(chunks)
    if not holds(chunks, "vXcntrB"):
        return chunks
    found: list[Chunk] = []
    at = 0
    names: list[str] = []
    earlier: list[str] = []
    while at < len(chunks):
        limit = None
        if chunks[at].kind in ".;":
            earlier, names = names, []
        if chunks[at].kind == "n":
            _no_sign(chunks, at, line)
        if chunks[at].kind == "v":
            limit = _named(chunks, at, line)
            if limit is None and (sexed := _before_sexes(chunks, at)):
                names, at = sexed
                continue
        elif chunks[at].kind == "X":
            limit = _of_sex(chunks, at, names or _measured_alike(chunks, at, earlier), line)
        elif chunks[at].kind in "cntrB":
            limit = (
                _named_between(chunks, at, line)
                or unnamed_limit(chunks, at, line)
                or age_limit(chunks, at, line)
                or _again(chunks, at, names or _permitted(chunks, at, earlier), line)
                or worded_measure(chunks, at, line)
            )
            if limit is None and (opened := open_measure(chunks, at, found, line)):
                del found[len(found) - opened[2] :]
                limit = opened[:2]
        if limit:
            names = _variables(limit[0].value)
            found.append(limit[0])
            at = limit[1]
        else:
            names = [] if chunks[at].kind == "c" else names  # the limit of something that was not understood
            found.append(chunks[at])
            at += 1
    return found


def _no_sign(chunks: list[Chunk], at: int, line: Line) -> None:
    """`1.5 times the ULN of creatinine`, `80 x 10^9/L platelets`: a value before its name, without a comparator."""
    value = chunks[at].value
    if at + 1 == len(chunks) or chunks[at + 1].kind != "v" or (at and chunks[at - 1].kind not in ",;.:|("):
        return
    name = str(chunks[at + 1].value)
    if value.times or (value.unit and name in variables() and factor(name, value.unit) is not None):
        quote = line.quote(chunks[at].start, chunks[at].end)
        line.doubt("NO_COMPARATOR", f"{quote!r} has no comparator; none is assumed")
        suggest(name, chunks[at], line)


def _before_sexes(chunks: list[Chunk], at: int) -> tuple[list[str], int] | None:
    """`hemoglobin: males ≥ 13, females ≥ 12`: the name goes for the limits of both sexes."""
    found, behind, _ = _names(chunks, at)
    step = _skip(chunks, behind)
    step += step < len(chunks) and chunks[step].kind == "("
    return (found, step) if re.match("Xc[nt]", "".join(c.kind for c in chunks[step : step + 3])) else None


def _of_sex(chunks: list[Chunk], at: int, names: list[str], line: Line) -> tuple[Chunk, int] | None:
    if not names or "".join(c.kind for c in chunks[at : at + 3]) not in ("Xcn", "Xct"):
        return None
    side = side_of(chunks[at + 1], chunks[at + 2])
    if side is None:
        return None
    start, end = chunks[at].start, chunks[at + 2].end
    parts = tuple(number_atom(name, side, line, start, end) for name in names)
    return Chunk("A", start, end, of_sex(_shared(parts, False, line), chunks[at], line)), at + 3


def _measured_alike(chunks: list[Chunk], at: int, earlier: list[str]) -> list[str]:
    """`QTcF: males < 450 ms; females < 470 ms`: the name of the sentence before, where the unit is one of it."""
    if at + 2 >= len(chunks) or chunks[at + 2].kind != "n" or not chunks[at + 2].value.unit:
        return []
    fits = all(n in variables() and factor(n, chunks[at + 2].value.unit) is not None for n in earlier)
    return earlier if fits else []


_SIGN_NAME = re.compile(r"cv:?[nt]|Bv:?(?:r|[nt]&[nt])")


def _named_between(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """A comparator before the name: `minimum age: 18 years`, `over the age of 18`, `between the ages of 18 and 55`."""
    if at + 1 >= len(chunks) or chunks[at + 1].kind != "v":
        return None
    kinds = "".join([c.kind for c in chunks[at : at + 7]])
    match = _SIGN_NAME.match(kinds)
    if not match or "+" in str(chunks[at + 1].value):
        return None
    name, first = str(chunks[at + 1].value), at + 2 + (kinds[2] == ":")
    if kinds[0] == "c":
        side = side_of(chunks[at], chunks[first])
    elif chunks[first].kind == "r":
        side = range_of(chunks[first].value)
    else:
        both = between(chunks, first)
        side = both[0][0] if both else None
    if side is None or (factor(name, side[2]) is None):
        return None
    behind = at + match.end()
    start, end = chunks[at].start, chunks[behind - 1].end
    return Chunk("A", start, end, number_atom(name, side, line, start, end)), behind


def _named(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """Variables, then their limit: `ALT and AST ≤ 3 x ULN`, `ECOG of 0 or 1`."""
    names, behind, joined_or = _names(chunks, at)
    if not names:
        return None
    if (changed := _CHANGED.search(line.text, max(0, chunks[at].start - 30), chunks[at].start)) is not None:
        names = [f"change_in_{n}" for n in names]
    behind = _skip(chunks, behind)
    if (
        behind < len(chunks)
        and chunks[behind].kind in "az"
        and _VISIT.match(line.text, chunks[behind - 1].end)
    ):
        behind = next(
            (i for i in range(behind, min(behind + 4, len(chunks))) if chunks[i].kind in "cnr"), behind
        )
    inside = behind < len(chunks) and chunks[behind].kind == "("
    bounds = read_bounds(chunks, behind + inside, names[0], line)
    if bounds is None or (inside and not (bounds[1] < len(chunks) and chunks[bounds[1]].kind == ")")):
        return None
    limits, behind = bounds[0], bounds[1] + inside
    if _of_another(names[0], limits, line):
        return None
    start, end = chunks[at].start if changed is None else changed.start(), chunks[behind - 1].end
    parts = []
    for name in names:
        each = tuple(_limit(name, limit, line, start, end) for limit in limits)
        parts.append(each[0] if len(each) == 1 else Any.model_construct(parts=each))
    return Chunk("A", start, end, _shared(tuple(parts), joined_or, line)), behind


def _limit(name: str, limit: Bounds, line: Line, start: int, end: int) -> Expr:
    """The atom of a limit; the two limits of normal are two."""
    low, high, unit, doubt = limit
    if low is None or high is None or low.times == high.times:
        return number_atom(name, limit, line, start, end)
    sides: tuple[Bounds, Bounds] = (low, None, unit, doubt), (None, high, unit, doubt)
    return All.model_construct(parts=tuple(number_atom(name, side, line, start, end) for side in sides))


def _of_another(name: str, limits: list[Bounds], line: Line) -> bool:
    """A limit that cannot be on this variable: years beside a scale (`Lansky (< 16 years)`), values no score has."""
    known = variables().get(name)
    if known is None:
        return False
    if any(b[2] in TIME for b in limits) and factor(name, limits[0][2]) is None and known.unit != "s":
        return True
    values = [b.value for limit in limits for b in limit[:2] if b is not None]
    outside = [v for v in values if not known.low <= v <= known.high] if known.kind == "score" else []
    if outside and not limits[0][2]:
        line.doubt(
            "IMPLAUSIBLE_LIMIT",
            f"{outside[0]:g} is no value of {known.label.lower()}, which goes from {known.low:g} to {known.high:g}",
        )
    return bool(outside) and not limits[0][2]


def _shared(parts: tuple[Expr, ...], joined_or: bool, line: Line) -> Expr:
    """Variables that share a limit. On an exclusion list each of them excludes: "ALT and AST > 5 x ULN"."""
    if len(parts) == 1:
        return parts[0]
    if line.polarity == "exclusion" or joined_or:
        if not joined_or:
            line.doubt(
                "SHARED_LIMIT",
                "the variables share one limit on the exclusion list; any one of them excludes",
            )
        elif line.polarity == "inclusion":
            line.doubt(
                "SHARED_LIMIT", "`or` between variables with one limit; read as: one of them has to meet it"
            )
        return Any.model_construct(parts=parts)
    return All.model_construct(parts=parts)


_CHANGED = re.compile(
    r"\b(?:change|loss|gain|decrease|increase|reduction|drop|fall|rise|variation|fluctuation|difference|reversibility|improvement|variability)s? (?:in|of|from) (?:the |their )?$"
)
_VISIT = re.compile(r"\s*(?:,|\()?\s*(?:on|at|during|in|by|measured|determined|assessed|as)\b")
_MOST_NAMES = 12


def _names(chunks: list[Chunk], at: int) -> tuple[list[str], int, bool]:
    names: list[str] = []
    joined_or = False
    last = min(len(chunks), at + 4 * _MOST_NAMES)
    while at < last and chunks[at].kind == "v":
        names += [n for n in str(chunks[at].value).split("+") if n not in names]
        at += 1
        step = at
        if at < len(chunks) and chunks[at].kind == "(" and _closes(chunks, at):
            step = at = at + 2 + (chunks[at + 1].kind in "vz")
        while step < len(chunks) and chunks[step].kind in "&|,/":
            step += 1
        if step > at and step < len(chunks) and chunks[step].kind == "v":
            joined_or = joined_or or holds(chunks[at:step], "|")
            at = step
        elif (
            step < len(chunks)
            and chunks[step].kind == "v"
            and step == at
            and str(chunks[step].value) in names
        ):
            continue
        else:
            break
    return names, at, joined_or


def _closes(chunks: list[Chunk], at: int) -> bool:
    """`( )` or `( name )` with a name of the same variable or one unknown abbreviation."""
    kinds = "".join(c.kind for c in chunks[at : at + 3])
    return kinds.startswith("()") or kinds in ("(v)", "(z)")


def _skip(chunks: list[Chunk], at: int) -> int:
    while at < len(chunks) and (
        chunks[at].kind in "M:-" or (chunks[at].kind == "z" and chunks[at].value in OF_SCALES)
    ):
        at += 1
    return at


def _variables(expr: Expr) -> list[str]:
    if isinstance(expr, If):
        expr = expr.then
    parts = expr.parts if isinstance(expr, (All, Any)) else (expr,)
    return list(dict.fromkeys(p.variable for p in parts if isinstance(p, Number)))


def _again(chunks: list[Chunk], at: int, names: list[str], line: Line) -> tuple[Chunk, int] | None:
    """A second limit without a name goes for the variables of the one before: `≤ 1.5 x ULN (≤ 3 x ULN if ...)`."""
    if not names or chunks[at].kind != "c" or not at:
        return None
    if chunks[at - 1].kind not in "(|,&M" and not _about_some(chunks, at):
        return None
    ages = (
        names == ["age"]
        and line.polarity == "inclusion"
        and at > 1
        and "".join(c.kind for c in chunks[at - 2 : at]) == "t&"
    )
    if at + 1 >= len(chunks) or chunks[at + 1].kind not in ("nt" if ages else "n"):
        return None
    side = side_of(chunks[at], chunks[at + 1])
    if (
        side is None
        or (not side[2] and not chunks[at + 1].value.times)
        or any(factor(n, side[2]) is None and not chunks[at + 1].value.times for n in names)
    ):
        return None
    start, end = chunks[at].start, chunks[at + 1].end
    parts = tuple(number_atom(name, side, line, start, end) for name in names)
    return Chunk("A", start, end, _shared(parts, False, line)), at + 2


def _about_some(chunks: list[Chunk], at: int) -> bool:
    """`in patients with C ≤ 3 x ULN`, `(patients with C: ≤ 3 x ULN)`."""
    kinds = "".join(c.kind for c in chunks[max(0, at - 4) : at])
    return (kinds.endswith("k") and _for_some(chunks, at)) or (kinds.endswith("k:") and "(" in kinds)


def _for_some(chunks: list[Chunk], at: int) -> bool:
    """A condition stands right before: `in patients with C ≤ 3 x ULN`."""
    return holds(chunks[max(0, at - 4) : at], "CiepX")


def _permitted(chunks: list[Chunk], at: int, earlier: list[str]) -> list[str]:
    """The names of the sentence before, where this one begins with a condition and permits another limit."""
    if at + 2 >= len(chunks) or chunks[at + 2].kind != "p":
        return []
    start = at
    while start and chunks[start - 1].kind not in ".;":
        start -= 1
    leads = "".join(c.kind for c in chunks[start:at])
    return earlier if re.fullmatch(r"[Ci][qk]{1,3},?", leads) else []

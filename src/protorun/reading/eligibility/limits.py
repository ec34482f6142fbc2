"""Limits on numbers: variables, comparators and quantities in any order become `Number` atoms. No comparator is ever
guessed: a number behind a laboratory value without one stays a residue, with the doubt named."""

from __future__ import annotations

import re
from itertools import pairwise

from protorun.reading.eligibility.lexicon import Chunk, modal, reversing
from protorun.reading.eligibility.line import Line
from protorun.reading.eligibility.nodes import bound
from protorun.reading.eligibility.quantities import Quantity, Span
from protorun.study.criterion import All, Any, Bound, Expr, Number
from protorun.terms.variables import factor, factors, variables

_MARKED_AGE = re.compile(r"\bage|\bold\b|\baged\b")
_SETS = frozenset({"score", "count"})


def mark_limits(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every limit as one finished atom."""
    found: list[Chunk] = []
    at = 0
    names: list[str] = []
    while at < len(chunks):
        limit = None
        if chunks[at].kind in ".;":
            names = []
        if chunks[at].kind == "v":
            limit = _named(chunks, at, line)
        elif chunks[at].kind == "z":
            limit = _open_measure(chunks, at, line)
        elif chunks[at].kind in "cntrB":
            limit = _unnamed(chunks, at, line) or _age(chunks, at, line) or _again(chunks, at, names, line)
        if limit:
            names = _variables(limit[0].value)
            found.append(limit[0])
            at = limit[1]
        else:
            found.append(chunks[at])
            at += 1
    return found


Bounds = tuple[Bound | None, Bound | None, str, str]  # low, high, unit, doubt


def _named(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """Variables, then their limit: `ALT and AST ≤ 3 x ULN`, `ECOG of 0 or 1`."""
    names, behind, joined_or = _names(chunks, at)
    if not names:
        return None
    behind = _skip(chunks, behind)
    bounds = _bounds(chunks, behind, names[0], line)
    if bounds is None:
        return None
    limits, behind = bounds
    parts = tuple(
        _number(name, limit, line, chunks[at].start, chunks[behind - 1].end)
        for name in names
        for limit in limits[:1]
    )
    parts = tuple(
        _either(p, name, limits, line, chunks[at].start, chunks[behind - 1].end)
        for p, name in zip(parts, names, strict=True)
    )
    return Chunk("A", chunks[at].start, chunks[behind - 1].end, _shared(parts, joined_or, line)), behind


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
        return Any(parts=parts)
    return All(parts=parts)


def _either(first: Expr, name: str, limits: list[Bounds], line: Line, start: int, end: int) -> Expr:
    if len(limits) == 1:
        return first
    return Any(parts=(first, *(_number(name, limit, line, start, end) for limit in limits[1:])))


def _names(chunks: list[Chunk], at: int) -> tuple[list[str], int, bool]:
    names: list[str] = []
    joined_or = False
    while at < len(chunks) and chunks[at].kind == "v":
        names += [n for n in str(chunks[at].value).split("+") if n not in names]
        at += 1
        step = at
        if at < len(chunks) and chunks[at].kind == "(" and _closes(chunks, at):
            step = at = at + 2 + (chunks[at + 1].kind in "vz")
        while step < len(chunks) and chunks[step].kind in "&|,/":
            step += 1
        if step > at and step < len(chunks) and chunks[step].kind == "v":
            joined_or = joined_or or any(c.kind == "|" for c in chunks[at:step])
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
    while at < len(chunks) and chunks[at].kind in "M:X-":
        at += 1
    return at


def _bounds(chunks: list[Chunk], at: int, name: str, line: Line) -> tuple[list[Bounds], int] | None:
    kinds = "".join(c.kind for c in chunks[at : at + 8])
    number = "[ntR]"
    if re.match(rf"c{number}&?c{number}", kinds) and not kinds.startswith("cn&cnP"):
        second = at + 2 + (kinds[2] == "&")
        low, high = _side(chunks[at], chunks[at + 1]), _side(chunks[second], chunks[second + 1])
        both = _meet(low, high)
        if both:
            return [both], second + 2
    if re.match("crP?", kinds) and isinstance(chunks[at + 1].value, Span):
        return (
            ([_range(chunks[at + 1].value)], at + 2)
            if chunks[at].value in ("=", "≥", "≤") and _set_like(name)
            else None
        )
    if re.match(rf"c{number}", kinds):
        first = _side(chunks[at], chunks[at + 1])
        if chunks[at].value == "=":
            return _equal(chunks, at, name, line)
        return None if first is None else ([first], at + 2)
    if re.match(rf"{number}P", kinds):
        side = _side(chunks[at + 1], chunks[at])
        return ([side], at + 2) if side else None
    if kinds.startswith("r"):
        return [_range(chunks[at].value)], at + 1
    if re.match(rf"{number}", kinds) and _set_like(name):
        return _listed(chunks, at, name)
    if re.match(rf"B?{number}&{number}", kinds) and "B" in (kinds[0], _before(chunks, at)):
        return _between(chunks, at + (kinds[0] == "B"))
    if kinds.startswith("Br"):
        return [_range(chunks[at + 1].value)], at + 2
    if re.match(rf"{number}", kinds):
        line.doubt(
            "NO_COMPARATOR",
            f"{line.quote(chunks[at].start, chunks[at].end)!r} has no comparator; none is assumed",
        )
    return None


def _before(chunks: list[Chunk], at: int) -> str:
    return chunks[at - 1].kind if at else ""


def _between(chunks: list[Chunk], at: int) -> tuple[list[Bounds], int] | None:
    """`between 18 and 75 years`: both ends belong to it."""
    low, high = chunks[at].value, chunks[at + 2].value
    if low.value > high.value:
        return None
    return [_range(Span(low, Quantity(high.value, high.unit or low.unit, high.times or low.times)))], at + 3


def _equal(chunks: list[Chunk], at: int, name: str, line: Line) -> tuple[list[Bounds], int] | None:
    """A bare `=` is a sign that lost a stroke, except before the values of a score."""
    if _set_like(name):
        return _listed(chunks, at + 1, name)
    line.doubt("NO_COMPARATOR", "`=` before a limit is taken for a damaged sign; no side is assumed")
    return None


def _set_like(name: str) -> bool:
    return name in variables() and variables()[name].kind in _SETS


def _listed(chunks: list[Chunk], at: int, name: str) -> tuple[list[Bounds], int] | None:
    """`0, 1 or 2` and `0 or 1`: whole numbers in a row; other lists stay several limits."""
    values: list[float] = []
    while (
        at < len(chunks)
        and chunks[at].kind in "nR"
        and not chunks[at].value.unit
        and not chunks[at].value.times
    ):
        values.append(chunks[at].value.value)
        at += 1
        step = at
        while step < len(chunks) and chunks[step].kind in ",|&/-":
            step += 1
        if step == at or step >= len(chunks) or chunks[step].kind not in "nR":
            break
        at = step
    if not values:
        return None
    ordered = sorted(set(values))
    if all(b - a == 1 for a, b in pairwise(ordered)):
        return [(bound(ordered[0]), bound(ordered[-1]), "", "")], at
    return [(bound(v), bound(v), "", "") for v in ordered], at


def _side(comparator: Chunk, number: Chunk) -> Bounds | None:
    quantity = number.value
    if not isinstance(quantity, Quantity):
        return None
    limit = bound(quantity.value, quantity.times, inclusive=comparator.value in ("≥", "≤"))
    if comparator.value in ("≥", ">"):
        return limit, None, quantity.unit, ""
    if comparator.value in ("≤", "<"):
        return None, limit, quantity.unit, ""
    return None


def _meet(one: Bounds | None, two: Bounds | None) -> Bounds | None:
    """Two sides of one interval, such as `≥ 18 and ≤ 75 years`."""
    if one is None or two is None or (one[0] is None) == (two[0] is None):
        return None
    low, high = one[0] or two[0], one[1] or two[1]
    if low and high and low.value > high.value and one[2] == two[2]:
        return None
    unit = one[2] or two[2]
    return (low, high, unit, "") if {one[2], two[2]} <= {"", unit} else None


def _range(found: Span) -> Bounds:
    times = found.low.times or found.high.times
    return bound(found.low.value, times), bound(found.high.value, times), found.high.unit, ""


def _unnamed(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """The limit first, then what is counted: `at least one measurable lesion`, `≥ 18 years of age`."""
    kinds = "".join(c.kind for c in chunks[at : at + 6])
    if match := re.match(r"c[nt]P?v", kinds):
        side = _side(chunks[at], chunks[at + 1])
    elif match := re.match(r"[nt]Pv", kinds):
        side = _side(chunks[at + 1], chunks[at])
    elif match := re.match(r"[nt]P?v", kinds):
        side = None
    elif match := re.match(r"B[nt]&[nt]v", kinds):
        between = _between(chunks, at + 1)
        side = between[0][0] if between else None
    elif match := re.match(r"rv", kinds):
        side = _range(chunks[at].value)
    else:
        return None
    behind = at + match.end()
    name = str(chunks[behind - 1].value)
    if side is None or "+" in name or not _fits(name, side[2]):
        return None
    end = chunks[behind - 1].end
    if name == "age" and behind < len(chunks) and chunks[behind].kind == "P":
        return None
    return Chunk("A", chunks[at].start, end, _number(name, side, line, chunks[at].start, end)), behind


_OPEN_NAME = re.compile(r"[a-z][a-z0-9 ()/'-]{2,59}")
_NO_NAME = re.compile(
    r"\b(?:no|not|without|never|or|if|unless|except|than|any|grade|dose|patients?|subjects?|who|received|receiving|treated|history|prior|use|requiring)\b"
)


def _open_measure(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """A quantity nobody has in a table is named by the words left of its comparator: `FeNO ≥ 25 ppb`."""
    if at and (chunks[at - 1].kind not in ",;&|(.:A" or (at > 1 and chunks[at - 2].kind == "z")):
        return None
    step = at
    while step < len(chunks) and chunks[step].kind in "zkfM":
        step += 1
    if "".join(c.kind for c in chunks[step : step + 2]) != "cn" or step - at > 5 or chunks[step].value == "=":
        return None
    if any(c.kind == "z" and (c.value in modal() or c.value in reversing()) for c in chunks[at:step]):
        return None
    words = line.text[chunks[at].start : chunks[step].start].strip(" :,-")
    words = re.sub(
        r"\b(?:must be|should be|is|of|was|are|the|a|an|has|have|with|be|must|should)\b", " ", words
    )
    name = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
    if not _OPEN_NAME.fullmatch(words.strip()) or _NO_NAME.search(words) or not name or len(name) < 2:
        return None
    side = _side(chunks[step], chunks[step + 1])
    if side is None or side[2] == "half-lives":
        return None
    end = chunks[step + 1].end
    return Chunk("A", chunks[at].start, end, _number(name, side, line, chunks[at].start, end)), step + 2


def _variables(expr: Expr) -> list[str]:
    parts = expr.parts if isinstance(expr, (All, Any)) else (expr,)
    return list(dict.fromkeys(p.variable for p in parts if isinstance(p, Number)))


def _again(chunks: list[Chunk], at: int, names: list[str], line: Line) -> tuple[Chunk, int] | None:
    """A second limit without a name goes for the variables of the one before: `≤ 1.5 x ULN (≤ 3 x ULN if ...)`."""
    if not names or chunks[at].kind != "c" or not at or chunks[at - 1].kind not in "(|,":
        return None
    if at + 1 >= len(chunks) or chunks[at + 1].kind != "n":
        return None
    side = _side(chunks[at], chunks[at + 1])
    if (
        side is None
        or (not side[2] and not chunks[at + 1].value.times)
        or any(factor(n, side[2]) is None and not chunks[at + 1].value.times for n in names)
    ):
        return None
    start, end = chunks[at].start, chunks[at + 1].end
    parts = tuple(_number(name, side, line, start, end) for name in names)
    return Chunk("A", start, end, _shared(parts, False, line)), at + 2


def _fits(name: str, unit: str) -> bool:
    known = variables().get(name)
    if known is None or known.kind not in ("age", "count", "time"):
        return False
    return not unit or factor(name, unit) is not None


def _age(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """Years that say they are an age without naming it: `18 years or older`, `women, 50 years and above`."""
    kinds = "".join(c.kind for c in chunks[at : at + 6])
    match = re.match(r"t(P)v?|(c)t(?=[^b]|$)|r(?=v|$)", kinds)
    if not match:
        return None
    behind = at + match.end()
    text = line.text[chunks[at].start : chunks[behind - 1].end]
    words = re.search(r"older|younger|elder|\bold\b|of age", text)
    if not words:
        return None
    side = _side(chunks[at + 1], chunks[at]) if match[1] else _side(chunks[at], chunks[at + 1])
    if side is None or not _fits("age", side[2]) or not side[2]:
        return None
    end = chunks[behind - 1].end
    return Chunk("A", chunks[at].start, end, _number("age", side, line, chunks[at].start, end)), behind


def _number(name: str, bounds: Bounds, line: Line, start: int, end: int) -> Expr:
    low, high, unit, _ = bounds
    source = line.cite(start, end)
    suggested = ""
    known = variables().get(name)
    times = next((b.times for b in (low, high) if b), "")
    if known and not times:
        ratio = factor(name, unit)
        if ratio is None:
            what = f"{unit!r} is no unit of {known.label.lower()}" if unit else "it has no unit"
            line.doubt("NO_UNIT", f"the limit on {known.label.lower()}: {what}; it cannot be compared")
        else:
            suggested = _suggest(name, unit, [b.value for b in (low, high) if b], ratio, line)
    return Number.model_construct(
        variable=name,
        low=low,
        high=high,
        unit=unit,
        suggested_unit=suggested,
        source=source,
        note=_formula(name, line),
    )


_FORMULAS = {
    "Cockcroft-Gault": r"cockcroft",
    "CKD-EPI": r"ckd-?epi",
    "MDRD": r"mdrd|modification of diet",
    "Fridericia": r"fridericia|qtcf",
    "Bazett": r"bazett|qtcb",
}


def _formula(name: str, line: Line) -> str:
    """Clearance and QTc depend on the formula the record names; it stays with the limit."""
    if name not in ("creatinine_clearance", "egfr_rate", "qtc"):
        return ""
    return ", ".join(formula for formula, pattern in _FORMULAS.items() if re.search(pattern, line.text))


def _suggest(name: str, unit: str, values: list[float], ratio: float, line: Line) -> str:
    """A unit in which an implausible limit would be plausible; zero is a limit of its own kind."""
    known = variables()[name]
    outside = [v for v in values if v and not known.low <= v * ratio <= known.high]
    if not outside or known.kind in ("age", "count", "time"):
        return ""
    others = [
        other
        for other, by in factors(name).items()
        if all(known.low <= v * by <= known.high for v in outside)
    ]
    hint = f"; {outside[0]:g} {others[0]} suggested" if others else ""
    line.doubt(
        "IMPLAUSIBLE_LIMIT",
        f"{known.label.lower()} {outside[0]:g} {unit} lies outside {known.low:g} to {known.high:g} {known.unit}{hint}",
    )
    return others[0] if others else unit

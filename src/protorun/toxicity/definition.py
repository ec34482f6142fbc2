"""A DLT definition in words -> clauses of grade, group and qualifiers; nothing is applied unless every word is understood."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from protorun.errors import NotStated
from protorun.toxicity.qualifiers import Asks, read

_GRADE = re.compile(
    r"(?:any |other |an? )*(?:(?:nci[- ])?ctcae(?: ?v(?:ersion)?\.? ?\d(?:\.\d)?)? )?(?:toxicit(?:y|ies)|adverse events?|events?)?(?: of)? ?"
    r"(?P<before>>=|≥)? ?grade ?(?P<sign>>=|≥)? ?(?P<low>[1-5])"
    r"(?: ?(?:-|–|to|or) ?(?:grade )?(?P<high>[1-5]))?(?P<worse> or (?:higher|worse|greater|above|more)| and (?:higher|above))?",
    re.IGNORECASE,
)
_GRADES = re.compile(r"grade ?([1-5])(?: |,)*(?:or|and|/|-|to) ?grade ?([1-5])", re.IGNORECASE)
_GRADE_BEHIND = re.compile(
    r"(?:(?:nci[- ])?ctcae(?: ?v(?:ersion)?\.? ?\d(?:\.\d)?)? )?(?P<group>[\w-]+(?: toxicit(?:y|ies))?) of "
    r"(?P<grade>(?:>=|≥)? ?grade ?(?:>=|≥)? ?[1-5](?: or (?:higher|worse|greater|above|more)| and (?:higher|above))?)(?P<rest>.*)",
    re.IGNORECASE,
)  # `hepatic toxicity of grade 3 or more`
_NO_GRADE = re.compile(r"(?:any )?(febrile neutropenia|neutropenic fever)", re.IGNORECASE)
_MISSED = re.compile(
    r"(?:missed|missing|omission of|failure to receive|inability to receive)(?: of)? ?(?P<sign>>=|>|≥|at least|more than)? ?(?P<percent>\d+(?:\.\d+)?) ?%(?: or more)?"
    r" of (?:the )?(?:planned |scheduled |intended )?(?:doses?|treatment|infusions?|therapy)"
    r"(?: (?:due to|because of|for) (?:drug-related |treatment-related )?(?:toxicit(?:y|ies)|adverse events?))?",
    re.IGNORECASE,
)
_START = r"(?:or |and )?(?:(?:any|other) )*(?:(?:>=|≥) ?grade|grade|ctcae|(?:toxicity|adverse event) of|[\w-]+ toxicity of|\w+toxicity of|missed|missing|omission|failure to receive|inability to|febrile neutropenia|neutropenic fever|toxicities of)"
_SPLIT = re.compile(
    rf"[;\n•]+|,(?![^()]*\))(?=\s*{_START})|\s+(?:and|or)\s+(?![^()]*\))(?={_START})", re.IGNORECASE
)
_EXCEPT = re.compile(
    r",? ?\b(?:with the exceptions? of|except(?:ing|ions?)?(?: for)?|excluding|other than|not including)\b:? ?",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\s*(?:a |the )?(?:DLTs?|dose[- ]limiting toxicit(?:y|ies))(?: \(DLTs?\))? (?:is|are|was|were|will be) defined as(?: (?:one|any)(?: or more)? of the following)?:?\s*",
    re.IGNORECASE,
)
_ANY = (
    "",
    "any",
    "toxicity",
    "toxicities",
    "event",
    "events",
    "adverse event",
    "adverse events",
    "any toxicity",
    "any event",
)
_QUALIFIER = re.compile(
    r"\b(?:that|which|last|persist|for|of any|regardless|not |with|without|requir|despite|during|in |within|occurr|observed|"
    r"considered|judged|assessed|at least|possibly|probably|definitely|related|due|accompanied|associated|clinically|"
    r"symptomatic|asymptomatic|unrelated|leading|resulting|drug-related|treatment-related|>|≥|more than|longer|over |\d+ ?(?:day|hour|week))",
    re.IGNORECASE,
)  # fmt: skip
PATH = "dose_rule.dlt_definition"


@dataclass(frozen=True)
class Clause:
    """Grades from `low` to `high` of these terms (lower case); no terms = every term; `others` = every term but these.

    `asks` are the conditions beside the grade, `excepts` what is no DLT all the same. With `missed_percent` the clause is
    about doses missed for toxicity (more than that share, or at least it with `missed_reached`), and no event meets it.
    """

    says: str
    low: int
    high: int
    terms: tuple[str, ...]
    others: bool = False
    asks: Asks = field(default_factory=Asks)
    excepts: tuple[Clause, ...] = ()
    missed_percent: float | None = None
    missed_reached: bool = False


@cache
def groups() -> dict[str, tuple[str, ...]]:
    """The terms behind each word for a group of adverse events."""
    text = files("protorun.toxicity").joinpath("groups.toml").read_text(encoding="utf-8")
    return {word: tuple(g["terms"]) for g in tomllib.loads(text).values() for word in g["words"]}


def clauses(definition: str) -> tuple[Clause, ...]:
    """The clauses of a definition such as `grade >= 3 non-hematologic except alopecia; grade 4 neutropenia lasting > 7
    days; febrile neutropenia`. Raises NotStated, naming the piece, when one is not understood: a DLT definition is applied
    whole or not at all."""
    text = _GRADES.sub(r"grade \1 or \2", _LEAD.sub("", definition.replace("\\", "")))
    found: list[Clause] = []
    for part in re.split(r"[;\n•]|\.\s+(?=[A-Z])", text):
        head, exceptions = _apart(part)
        named = tuple(c for piece in exceptions for c in _excepted(piece))
        pieces = [p.strip(" .") for p in _SPLIT.split(head)]
        found += [_clause(piece, named) for piece in pieces if piece]
    if not found:
        raise NotStated(f"the DLT in words protorun understands ({definition!r} is not)", path=PATH)
    return tuple(found)


def _apart(part: str) -> tuple[str, list[str]]:
    """The words before an exception outside brackets, and the exceptions."""
    flat = re.sub(r"\([^()]*\)", lambda m: "_" * len(m[0]), part)
    match = _EXCEPT.search(flat)
    if match is None:
        return part, []
    behind = part[match.end() :]
    if re.search(rf",\s*{_START}", behind, re.IGNORECASE) and not re.match(r"\s*(?:for )?grade", behind):
        raise _not_understood(
            behind.strip(" ."), "an exception and a new clause: put a semicolon between them"
        )
    return part[: match.start()], [behind]


def _excepted(text: str) -> list[Clause]:
    """What an exception names: terms or groups, each with or without a grade and qualifiers."""
    pieces = [
        p.strip(" .")
        for p in re.split(r",|;|\bor\b(?! (?:more|longer|higher|less))|\band\b", text)
        if p.strip(" .")
    ]
    low, high, found = 1, 5, []
    if not pieces:
        raise _not_understood(text, "what the exception is")
    for piece in pieces:
        if match := _GRADE.match(piece):
            low, high = _range(match)
            piece = piece[match.end() :].strip()
        found.append(_rest(piece, text, low=low, high=high))
    return found


def _clause(piece: str, excepts: tuple[Clause, ...]) -> Clause:
    bare = re.sub(r"^(?:and|or)\s+", "", piece)
    if match := _MISSED.fullmatch(bare):
        reached = (match["sign"] or "") in (">=", "≥", "at least") or " or more" in bare
        percent = float(match["percent"])
        return Clause(piece, 0, 0, (), missed_percent=percent, missed_reached=reached)
    low, high = 1, 5
    if (behind := _GRADE_BEHIND.fullmatch(bare)) and behind["group"].lower() not in _ANY:
        bare = f"{behind['grade']} {behind['group']}{behind['rest']}"
    if match := _GRADE.match(bare):
        low, high = _range(match)
        bare = bare[match.end() :].strip()
    elif not _NO_GRADE.match(bare):
        raise _not_understood(piece)
    return _rest(bare, piece, low=low, high=high, excepts=excepts)


def _range(match: re.Match[str]) -> tuple[int, int]:
    low = int(match["low"])
    if match["sign"] or match["worse"] or match["before"]:
        return low, 5
    high = int(match["high"] or low)
    if high < low or (high > low + 1 and re.search(r"[1-5] ?or (?:grade )?[1-5]", match[0], re.IGNORECASE)):
        raise _not_understood(match[0].strip(), "an unbroken range of grades")
    return low, high


def _rest(text: str, piece: str, *, low: int, high: int, excepts: tuple[Clause, ...] = ()) -> Clause:
    """The group, its list in brackets and the qualifiers behind the grade."""
    inside = re.findall(r"\(([^()]*)\)", text)
    flat = " ".join(re.sub(r"\([^()]*\)", " ", text).split())
    if "(" in flat or ")" in flat:
        raise _not_understood(piece)
    start = _QUALIFIER.search(flat)
    group, words = (flat[: start.start()], flat[start.start() :]) if start else (flat, "")
    listed: list[str] = []
    for inner in inside:
        if match := _EXCEPT.match(inner):
            excepts = (*excepts, *_excepted(inner[match.end() :]))
        elif _QUALIFIER.match(inner):
            words = f"{words} {inner}"
        elif inner.strip().lower() not in groups() or group.strip(" ,").lower() in _ANY:
            listed.append(inner)
    asks, left = read(words)
    if left or any(re.search(r"\d|\b(?:if|unless|not|no)\b", inner, re.IGNORECASE) for inner in listed):
        raise _not_understood(left or ", ".join(listed), f"in {piece!r}")
    terms, others = _terms(group.strip(" ,").lower(), listed, piece)
    return Clause(piece, low, high, terms, others, asks, excepts)


def _terms(group: str, listed: list[str], piece: str) -> tuple[tuple[str, ...], bool]:
    named = tuple(
        t.strip().lower() for inner in listed for t in re.split(r",|\bor\b|\band\b", inner) if t.strip()
    )
    group = re.sub(r"^(?:other|any) ", "", group)
    if group in _ANY:
        return tuple(dict.fromkeys(t for name in named for t in groups().get(name, (name,)))), False
    found: list[str] = []
    positive = re.sub(r"^non[- ]?", "", group)
    for word in [group] if group in groups() else re.split(r" or |/| and |, ", positive):
        known = groups().get(word) or groups().get(
            re.sub(r" (?:toxicit(?:y|ies)|adverse events?|events?)$", "", word)
        )
        if known is None:
            raise _not_understood(group, f"in {piece!r}")
        found += known
    if positive != group:
        if re.search(r" or |/| and |, ", positive) and positive not in groups():
            raise _not_understood(group, "which of them are meant by `non`")
        return tuple(dict.fromkeys(found)), True
    # A list in brackets names examples of the group and adds what the group's table lacks.
    return tuple(dict.fromkeys((*found, *named))), False


def _not_understood(words: str, more: str = "") -> NotStated:
    return NotStated(
        f"the DLT in words protorun understands ({words!r} {more + ' ' if more else ''}is not)", path=PATH
    )

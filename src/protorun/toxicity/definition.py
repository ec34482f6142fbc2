"""A DLT definition in words -> clauses of grade and group; nothing is applied unless every word of it is understood."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from protorun.errors import NotStated

_CLAUSE = re.compile(
    r"(?:any\s+)?(?:CTCAE\s+(?:v\.?\s?\d\s+)?)?grade\s*(?P<sign>>=|≥)?\s*(?P<low>[1-5])"
    r"(?:\s*(?:-|to|or)\s*(?P<high>[1-5]))?(?P<worse>\s+or\s+(?:higher|worse|greater|above))?\s*(?P<group>[^()]*?)\s*(?:\((?P<list>[^()]*)\))?",
    re.IGNORECASE,
)
_NO_LIST = re.compile(
    r"\d|\b(?:exclud|except|other|unless|not?|without|lasting|despite|if|more|longer)", re.IGNORECASE
)
_ANY = ("", "any", "toxicity", "event", "adverse event", "any toxicity", "any event")
PATH = "dose_rule.dlt_definition"


@dataclass(frozen=True)
class Clause:
    """Grades from `low` to `high` of these terms (lower case); no terms = every term."""

    says: str
    low: int
    high: int
    terms: tuple[str, ...]


@cache
def groups() -> dict[str, tuple[str, ...]]:
    """The terms behind each word for a group of adverse events."""
    text = files("protorun.toxicity").joinpath("groups.toml").read_text(encoding="utf-8")
    return {word: tuple(g["terms"]) for g in tomllib.loads(text).values() for word in g["words"]}


def clauses(definition: str) -> tuple[Clause, ...]:
    """The clauses of a definition such as `grade >= 3 hepatic, grade 4 hematological, any grade 5`. Raises NotStated,
    naming the piece, when one is not understood: a DLT definition is applied whole or not at all."""
    pieces = [p.strip(" .") for p in re.split(r"[;,](?![^()]*\))|\s+and\s+(?![^()]*\))", definition)]
    return tuple(_clause(piece) for piece in pieces if piece)


def _clause(piece: str) -> Clause:
    match = _CLAUSE.fullmatch(piece)
    if match is None:
        raise NotStated(f"the DLT in words protorun understands ({piece!r} is not)", path=PATH)
    low = int(match["low"])
    open_ended = match["sign"] or match["worse"]
    high = 5 if open_ended else int(match["high"] or low)
    return Clause(piece, low, high, _terms(match["group"].strip().lower(), match["list"], piece))


def _terms(group: str, listed: str | None, piece: str) -> tuple[str, ...]:
    if listed and _NO_LIST.search(listed):
        raise NotStated(f"the DLT in words protorun understands ({listed!r} in {piece!r} is not)", path=PATH)
    named = tuple(t.strip().lower() for t in re.split(r",|\bor\b|\band\b", listed or "") if t.strip())
    if group in _ANY:
        return named
    if group not in groups():
        raise NotStated(f"the DLT in words protorun understands ({group!r} in {piece!r} is not)", path=PATH)
    # A list in brackets names examples of the group and adds what the group's table lacks.
    return tuple(dict.fromkeys((*groups()[group], *named)))

"""Words into chunks: every phrase the vocabulary knows gets a kind (one letter) and a value; the rest stays a residue."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from protorun.terms.concepts import concepts
from protorun.terms.treatments import classes, drugs
from protorun.terms.variables import variables


@dataclass(slots=True)
class Chunk:
    """A stretch of a line with its kind: v variable, n quantity, r range, c comparator, P comparator behind its number,
    k concept, f stage, y treatment, q qualifier, W window, A finished atom, & | g e i D , ; ( ) connectives,
    j judgment, s statement, z a word nobody knows ... (`words.toml` has the rest)."""

    kind: str
    start: int
    end: int
    value: Any = None
    own: bool = False
    """A condition with a qualifier of its own, even one that adds nothing (`known HIV`)."""


@dataclass(frozen=True, slots=True)
class Token:
    stem: str
    start: int
    end: int


_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)*|[a-zµα-ω°é]+\d*(?:'s?(?![a-z]))?|\S")
_ODD = {
    "metastases": "metastasis",
    "diagnoses": "diagnosis",
    "diagnosis": "diagnosis",
    "prostheses": "prosthesis",
    "neoplasias": "neoplasia",
    "has": "has",
    "was": "was",
    "does": "does",
    "gas": "gas",
    "his": "his",
    "hers": "her",
    "whose": "whose",
    "as": "as",
    "pancreas": "pancreas",
    "herpes": "herpes",
    "diabetes": "diabetes",
    "aids": "aids",
    "rabies": "rabies",
    "series": "series",
}


_SPELLED = (
    ("haem", "hem"), ("anaem", "anem"), ("aemia", "emia"), ("oedem", "edem"), ("umour", "umor"), ("oesoph", "esoph"),
    ("paediatr", "pediatr"), ("oestr", "estr"), ("ischaem", "ischem"), ("diarrhoea", "diarrhea"), ("isation", "ization"),
)  # fmt: skip


@cache
def stem(word: str) -> str:
    """The word in American spelling, without its plural."""
    for british, american in _SPELLED:
        if british in word:
            word = word.replace(british, american)
    if word in _ODD:
        return _ODD[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def tokens(text: str) -> list[Token]:
    """Words, numbers and signs; a hyphen that joins a word to something is no token."""
    found = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if match[0] == "-" and _joins(text, start, end):
            continue
        found.append(Token(stem(match[0]), start, end))
    return found


def _joins(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return before.isalnum() and after.isalnum() and (before.isalpha() or after.isalpha())


Trie = dict[str, Any]
_END = ""


@cache
def words() -> dict[str, Any]:
    """`words.toml`."""
    with files("protorun.reading.eligibility.words").joinpath("words.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def filler() -> frozenset[str]:
    """Stems that carry no condition of their own."""
    return frozenset(stem(w) for w in words()["filler"]["words"].split())


@cache
def modal() -> frozenset[str]:
    """Stems that keep what stands behind them from being asserted: `risk of`, `failed`."""
    return frozenset(stem(w) for w in words()["filler"]["modal"].split())


@cache
def reversing() -> frozenset[str]:
    """Stems that turn round what stands beside them: `TKI naive`."""
    return frozenset(stem(w) for w in words()["filler"]["reversing"].split())


@cache
def trie() -> Trie:
    """All phrases of the vocabulary by stems; the entry of a phrase is (kind, value)."""
    root: Trie = {}
    for kind, value, phrases in _entries():
        for phrase in phrases:
            node = root
            for token in tokens(phrase.lower()):
                node = node.setdefault(token.stem, {})
            if node is not root:
                node.setdefault(_END, (kind, value))
    return root


_SECTIONS = {
    "comparators": "c",
    "behind": "P",
    "sex": "X",
    "anchors": "a",
    "which": "K",
    "routes": "o",
    "purposes": "U",
    "confirmed": "h",
    "ruled_out": "u",
    "between": "B",
}


def _entries() -> Iterator[tuple[str, Any, Iterable[str]]]:
    table = words()
    for section, kind in _SECTIONS.items():
        yield from ((kind, value, phrases) for value, phrases in table[section].items())
    for section in ("connect", "time"):
        yield from ((kind, phrases[0], phrases) for kind, phrases in table[section].items())
    yield from (("v", v.name, v.aliases) for v in variables().values())
    yield from (("y", t.name, t.aliases) for t in classes().values())
    yield from (("y", d.name, (d.name, *d.aliases)) for d in drugs().values())
    for concept in concepts().values():
        yield ("f" if concept.domain == "stage" else "k", concept.name, concept.aliases)
    yield from (("q", name, phrases) for name, phrases in table["qualifiers"].items())


def longest(found: list[Token], at: int) -> tuple[int, tuple[str, Any]] | None:
    """The longest phrase that begins at a token: (index behind it, (kind, value))."""
    node: Trie | None = trie()
    best = None
    for index in range(at, len(found)):
        node = node.get(found[index].stem) if node else None
        if node is None:
            break
        if _END in node:
            best = (index + 1, node[_END])
    return best

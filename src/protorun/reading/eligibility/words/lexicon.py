"""Words into chunks: every phrase the vocabulary knows gets a kind (one letter) and a value; the rest stays a residue."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import attrgetter
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


def holds(chunks: Iterable[Chunk], kinds: str) -> bool:
    """True when a chunk is of one of these kinds."""
    return not _LETTERS[kinds].isdisjoint(map(_kind, chunks))


def kinds_of(chunks: Iterable[Chunk]) -> set[str]:
    """The kinds of all chunks."""
    return set(map(_kind, chunks))


class _Letters(dict[str, frozenset[str]]):
    """The letters of each string of kinds."""

    def __missing__(self, kinds: str) -> frozenset[str]:
        self[kinds] = frozenset(kinds)
        return self[kinds]


_LETTERS = _Letters()
_kind = attrgetter("kind")


class Word:
    """What is known of a printed word wherever it stands: its stem, the phrases it begins, and what it may be."""

    __slots__ = ("alone", "begins", "dropped", "number", "plain", "roman", "sign", "silent", "stem", "trie")

    def __init__(self, printed: str) -> None:
        self.stem = stem(printed)
        self.trie: Trie | None = trie().get(self.stem)
        self.number = printed[0].isdigit() or NUMBER_WORD.match(printed) is not None
        self.roman = ROMAN.get(self.stem)
        self.sign = SIGNS.get(self.stem)
        self.silent = self.stem in filler() or self.stem in _SILENT
        self.alone: tuple[str, Any] | None = (self.trie or {}).get(_END)
        """What it means by itself."""
        known = bool(self.trie is not None or self.number or self.sign or self.roman)
        self.dropped = self.silent and not known
        marked = bool(self.number or self.sign or self.roman)
        self.begins = (
            self.trie is not None and self.stem not in ALSO_WORDS and (self.alone is not None or not marked)
        )
        """A phrase may begin with it; where none does, it is no more than itself."""
        self.plain = not self.silent and not known
        """A word nobody knows."""


ALSO_WORDS = frozenset({"all", "got"})
"""Short names that are also words of another meaning are left to the residue."""
Token = tuple[Word, int, int]
"""A word with where it starts and ends."""

SIGNS = {
    ",": ",",
    ";": ";",
    "(": "(",
    ")": ")",
    "[": "(",
    "]": ")",
    "/": "/",
    ".": ".",
    ":": ":",
    "-": "-",
    "+": "+",
}
NUMBER_WORD = re.compile(
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|eighteen|twenty|thirty)\b"
)
ROMAN = {
    "i": 1.0,
    "ii": 2.0,
    "iii": 3.0,
    "iv": 4.0,
    "v": 5.0,
    "ⅰ": 1.0,
    "ⅱ": 2.0,
    "ⅲ": 3.0,
    "ⅳ": 4.0,
    "ⅴ": 5.0,
}
_SILENT = frozenset({'"', "'", "*", "•", "·", "`", "#", "“", "”", "_", "?", "!", "®", "™"})
_LONGEST_WORD, _MOST_WORDS = 40, 50_000


class _Words(dict[str, Word]):
    """Words seen before; of a text of nothing but new words no more than some are kept."""

    def __missing__(self, printed: str) -> Word:
        word = Word(printed)
        if len(printed) <= _LONGEST_WORD:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[printed] = word
        return word


_WORDS = _Words()


_TOKEN = re.compile(r"[a-zµα-ω°é]++\d*+(?:'s?(?![a-z]))?|\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)*|\S")
_ODD = {
    "metastases": "metastasis",
    "diatheses": "diathesis",
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


def printed(text: str) -> list[tuple[str, int, int]]:
    """Words, numbers and signs as they are printed; a hyphen that joins a word to something is none of them."""
    found = []
    end = 0
    for word in _TOKEN.findall(text):  # nothing but blanks between two of them
        start = text.find(word, end)
        end = start + len(word)
        if word != "-" or not _joins(text, start, end):
            found.append((word, start, end))
    return found


def tokens(text: str) -> list[Token]:
    """The words of a text, each with what is known of it."""
    known, found = _WORDS, []
    end = 0
    for word in _TOKEN.findall(text):  # nothing but blanks between two of them
        start = text.find(word, end)
        end = start + len(word)
        if word != "-" or not _joins(text, start, end):
            found.append((known[word], start, end))
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
def headed() -> frozenset[str]:
    """Nouns before which a condition only says what they are about: `asthma medication`."""
    return frozenset(words()["filler"]["headed"].split())


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
            for word, _, _ in printed(phrase.lower()):
                node = node.setdefault(stem(word), {})
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
    "either_way": "z",
    "other_senses": "z",
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
    node = found[at][0].trie
    best = None
    while node is not None:
        at += 1
        if _END in node:
            best = (at, node[_END])
        node = node.get(found[at][0].stem) if at < len(found) else None
    return best

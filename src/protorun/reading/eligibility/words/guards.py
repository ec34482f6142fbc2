"""Patterns of many words that are looked for only where one of their words stands: most lines hold none of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache, lru_cache, reduce
from importlib import import_module
from operator import or_
from typing import Any as Anything

# The parser every pattern goes through anyway; it has no public name.
_parser: Anything = import_module("re._parser")
_constants: Anything = import_module("re._constants")

_LONGEST_WORD, _MOST_WORDS = 40, 50_000
_FEW = 24
_TELLING, _MOST_SETS = 3, 3


class Guarded:
    """A pattern whose matches all hold one of each of some sets of pieces of words; other texts are not searched."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled = re.compile(pattern)
        sets = pieces(pattern)
        self.words = sets[0]
        self._guard = guard(*sets)

    def search(self, text: str, at: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        return self._compiled.search(text, at, end) if not self._guard & ~woken(text) else None

    def inside(self, text: str, whole: str) -> re.Match[str] | None:
        """As `search`, for a part of a text that was asked about before: its words need no second look."""
        return self._compiled.search(text) if not self._guard & ~woken(whole) else None

    def fills(self, text: str, whole: str) -> re.Match[str] | None:
        """As `re.Pattern.fullmatch`, for a part of a text that was asked about before."""
        return self._compiled.fullmatch(text) if not self._guard & ~woken(whole) else None

    def finditer(self, text: str) -> Iterable[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return self._compiled.finditer(text) if not self._guard & ~woken(text) else ()


class Choices:
    """A choice of many patterns; of each text only those are searched for of which a word stands in it."""

    def __init__(self, *patterns: str) -> None:
        self.patterns = patterns
        self._each = {guard(pieces(p)[0]): re.compile(p) for p in patterns}
        self._guard = reduce(or_, self._each)

    def search(self, text: str) -> bool:
        """True when one of them stands in the text."""
        return self.inside(text, text)

    def inside(self, text: str, whole: str) -> bool:
        """As `search`, for a part of a text that was asked about before: its words need no second look."""
        own = woken(whole) & self._guard
        while own:
            lowest = own & -own
            if self._each[lowest].search(text):
                return True
            own ^= lowest
        return False


class _Words(dict[str, int]):
    """Which of the guards a word wakes, one bit for each."""

    def __init__(self) -> None:
        self.guards: list[frozenset[str]] = []

    def __missing__(self, word: str) -> int:
        bits = 0
        if _any_piece().search(word):
            bits = sum(1 << i for i, own in enumerate(self.guards) if any(piece in word for piece in own))
        if len(word) <= _LONGEST_WORD:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[word] = bits
        return bits


@cache
def _any_piece() -> re.Pattern[str]:
    return re.compile("|".join(sorted({re.escape(p) for own in _KNOWN.guards for p in own})))


def guard(*sets: Iterable[str]) -> int:
    """Bits of their own for sets of pieces of words, none with a blank; a text wakes all of them or it holds no match."""
    first = len(_KNOWN.guards)
    _KNOWN.guards += map(frozenset, sets)
    _KNOWN.clear()
    _any_piece.cache_clear()
    woken.cache_clear()
    return (1 << len(_KNOWN.guards)) - (1 << first)


@lru_cache(maxsize=64)
def woken(text: str) -> int:
    """The guards that the words of a text wake; a line is asked about many times in a row."""
    known, found = _KNOWN, 0
    for word in text.split():
        if bits := known[word]:
            found |= bits
    return found


_KNOWN = _Words()


def pieces(pattern: str) -> list[frozenset[str]]:
    """Sets of pieces of words, the rarest first: of each one stands in every match. Nothing can be said by the empty one."""
    parsed = _parser.parse(pattern)
    found = [] if parsed.state.flags & re.IGNORECASE else _parts(parsed)
    useful = dict.fromkeys(_shortest(one) for one in found if min(map(len, one)) >= _TELLING)
    return sorted(useful, key=_rarity, reverse=True)[:_MOST_SETS] or [_better(found) or frozenset([""])]


def _shortest(kept: frozenset[str]) -> frozenset[str]:
    """Without the pieces that hold another one."""
    return frozenset(p for p in kept if not any(q in p for q in kept if q != p))


def _parts(sequence: Anything) -> list[frozenset[str]]:
    """What each part of a sequence needs; letters in a row, with a choice behind them, are one part."""
    found: list[frozenset[str]] = []
    runs = frozenset([""])
    for op, argument in sequence:
        own = _inside(op, argument)
        choices = _spelled(op, argument)
        longer = frozenset(a + b for a in runs for b in choices) if choices else frozenset()
        if choices and len(longer) <= _FEW:
            runs = longer
        else:
            found.append(runs)
            runs = frozenset([""])
        found += own
    return [one for one in (*found, runs) if one and "" not in one]


def _spelled(op: Anything, argument: Anything) -> frozenset[str]:
    """The words a part may be, when it is nothing but letters; empty otherwise. A blank parts words."""
    if op is _constants.LITERAL:
        return frozenset() if chr(argument).isspace() else frozenset([chr(argument)])
    if op is _constants.SUBPATTERN and not argument[1]:
        return _row(argument[3])
    if op is _constants.BRANCH:
        each = [_row(choice) for choice in argument[1]]
        return frozenset().union(*each) if all(each) else frozenset()
    return frozenset()


def _row(sequence: Anything) -> frozenset[str]:
    runs = frozenset([""])
    for op, argument in sequence:
        choices = _spelled(op, argument)
        runs = frozenset(a + b for a in runs for b in choices)
    return runs if len(runs) <= _FEW else frozenset()


def _inside(op: Anything, argument: Anything) -> list[frozenset[str]]:
    """What a group, a choice or a repetition needs."""
    if op is _constants.SUBPATTERN:
        return _parts(argument[3]) if not argument[1] else []
    if op is _constants.BRANCH:
        return _of_choices([sorted(_parts(choice), key=_rarity, reverse=True) for choice in argument[1]])
    if op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and argument[0]:
        return _parts(argument[2])
    return []


def _of_choices(each: list[list[frozenset[str]]]) -> list[frozenset[str]]:
    """The rarest sets of all choices together, then those that come second; one that has no second lends its rarest."""
    if not all(each):
        return []
    ranks = range(min(_MOST_SETS, max(map(len, each))))
    return [frozenset().union(*(sets[min(rank, len(sets) - 1)] for sets in each)) for rank in ranks]


def _better(found: list[frozenset[str]]) -> frozenset[str]:
    """The one of these sets that is the rarest; empty where there is none."""
    return max(found, key=_rarity, default=frozenset())


def _rarity(pieces: frozenset[str]) -> tuple[int, int]:
    """The longer the shortest piece of a set is, and the fewer it has, the fewer words hold one of them."""
    return min(map(len, pieces), default=0), -len(pieces)

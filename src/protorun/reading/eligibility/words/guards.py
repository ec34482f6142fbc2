"""Patterns of many words that are looked for only where one of their words stands: most lines hold none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache, reduce
from importlib import import_module
from operator import or_
from typing import Any as Anything

# The parser every pattern goes through anyway; it has no public name.
_parser: Anything = import_module("re._parser")
_constants: Anything = import_module("re._constants")

_LONGEST_WORD, _MOST_WORDS = 40, 50_000
_FEW = 24


class Guarded:
    """A pattern whose matches all hold one of some pieces of words; a text without such a word is not searched."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled = re.compile(pattern)
        self._bit = _KNOWN.guard(pieces(pattern))

    def search(self, text: str, at: int = 0) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        return self._compiled.search(text, at) if _found(text) & self._bit else None

    def inside(self, text: str, whole: str) -> re.Match[str] | None:
        """As `search`, for a part of a text that was asked about before: its words need no second look."""
        return self._compiled.search(text) if _found(whole) & self._bit else None

    def fills(self, text: str, whole: str) -> re.Match[str] | None:
        """As `re.Pattern.fullmatch`, for a part of a text that was asked about before."""
        return self._compiled.fullmatch(text) if _found(whole) & self._bit else None

    def finditer(self, text: str) -> Iterable[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return self._compiled.finditer(text) if _found(text) & self._bit else ()


class _Words(dict[str, int]):
    """Which of the guards a word wakes, one bit for each."""

    def __init__(self) -> None:
        self.guards: list[frozenset[str]] = []
        self.any = re.compile("$.")

    def guard(self, pieces: frozenset[str]) -> int:
        self.guards.append(pieces)
        self.any = re.compile("|".join(sorted({re.escape(p) for own in self.guards for p in own})))
        self.clear()
        _found.cache_clear()
        return 1 << len(self.guards) - 1

    def __missing__(self, word: str) -> int:
        bits = 0
        if self.any.search(word):
            bits = sum(1 << i for i, own in enumerate(self.guards) if any(piece in word for piece in own))
        if len(word) <= _LONGEST_WORD:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[word] = bits
        return bits


@lru_cache(maxsize=64)
def _found(text: str) -> int:
    """The guards that the words of a text wake; a line is asked about many times in a row."""
    return reduce(or_, map(_KNOWN.__getitem__, text.split()), 0)


_KNOWN = _Words()


def pieces(pattern: str) -> frozenset[str]:
    """Pieces of words one of which stands in every match; the empty one where nothing can be said."""
    parsed = _parser.parse(pattern)
    found = None if parsed.state.flags & re.IGNORECASE else _needed(parsed)
    kept = found or frozenset([""])
    return frozenset(p for p in kept if not any(q in p for q in kept if q != p))


def _needed(sequence: Anything) -> frozenset[str] | None:
    """The best of what each part of a sequence needs; letters in a row, with a choice behind them, are one part."""
    best: frozenset[str] | None = None
    runs = frozenset([""])
    for op, argument in sequence:
        own = _inside(op, argument)
        choices = _spelled(op, argument)
        longer = frozenset(a + b for a in runs for b in choices) if choices else frozenset()
        if choices and len(longer) <= _FEW:
            runs = longer
        else:
            best, runs = _better(best, runs), frozenset([""])
        best = _better(best, own)
    return _better(best, runs)


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


def _inside(op: Anything, argument: Anything) -> frozenset[str] | None:
    """What a group, a choice or a repetition needs."""
    if op is _constants.SUBPATTERN:
        return _needed(argument[3]) if not argument[1] else None
    if op is _constants.BRANCH:
        each = [_needed(choice) for choice in argument[1]]
        return None if None in each else frozenset().union(*each)  # type: ignore[arg-type]
    if op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and argument[0]:
        return _needed(argument[2])
    return None


def _better(one: frozenset[str] | None, two: frozenset[str] | None) -> frozenset[str] | None:
    """The set whose shortest piece is longer: fewer words hold it."""
    if one is None or two is None:
        return one or two
    return max(one, two, key=lambda pieces: min(map(len, pieces), default=0)) or None

"""Patterns of many words that are looked for only where one of their words stands: most lines hold none of them."""

from __future__ import annotations

import re
from re import _constants, _parser
from typing import Any as Anything

_LONGEST_WORD, _MOST_WORDS = 40, 50_000
_FEW = 24


class Guarded:
    """A pattern whose matches all hold one of some pieces of words; a text without such a word is not searched."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled = re.compile(pattern)
        self._known = _Words(pieces(pattern))

    def search(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        return self._compiled.search(text) if any(map(self._known.__getitem__, text.split())) else None


class _Words(dict[str, bool]):
    """Whether a word holds one of the pieces, by word."""

    def __init__(self, pieces: frozenset[str]) -> None:
        self.pieces = pieces

    def __missing__(self, word: str) -> bool:
        found = any(piece in word for piece in self.pieces)
        if len(word) <= _LONGEST_WORD:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[word] = found
        return found


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

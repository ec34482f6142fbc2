"""Which laboratory result is graded by which term of the criteria."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from protorun.toxicity.grading._columns import codes
from protorun.toxicity.grading.analytes import analyte
from protorun.toxicity.grading.rules import Rule

if TYPE_CHECKING:
    import polars as pl

Named = tuple[str | None, str | None]
"""The terms for low and for high values; None = not graded in that direction."""


@dataclass(frozen=True)
class Questions:
    """Row of the table and term of each question; `unknown` are terms without a rule, each with its reason."""

    row: NDArray[np.int32]
    term: NDArray[np.int32]
    terms: tuple[tuple[str, str], ...]
    unknown: dict[int, str]


def questions(frame: pl.DataFrame, version: str, by: Sequence[Rule]) -> Questions:
    """One question per result and direction that its term or its test is graded in, in the order of the rows; a result
    that nothing grades is one question with the reason why."""
    if {"term_low", "term_high"} & set(frame.columns):
        low, lows = codes(frame, "term_low")
        high, highs = codes(frame, "term_high")
        pairs: list[Named] = [(a or None, b or None) for a in lows for b in highs]
        return _ask(low * len(highs) + high, pairs, lambda _: "no term is named")
    if "term" in frame.columns:
        return _by_term(frame, version, by)
    code, tests = codes(frame, "test")
    return _ask(
        code,
        [_of_test(test, version, by) for test in tests],
        lambda i: _no_test(tests[i], version),
    )


def _by_term(frame: pl.DataFrame, version: str, by: Sequence[Rule]) -> Questions:
    code, terms = codes(frame, "term")
    side, sides = codes(frame, "direction")
    known = {(rule.term.casefold(), rule.direction) for rule in by}

    def named(term: str, said: str) -> Named:
        asked = {"L": "low", "LOW": "low", "H": "high", "HIGH": "high"}.get(said.upper())
        low, high = (
            term if d == asked or (not said and (term.casefold(), d) in known) else None
            for d in ("low", "high")
        )
        return low, high

    def why(pair: int) -> str:
        term, said = terms[pair // len(sides)], sides[pair % len(sides)]
        if said:
            return f"the direction {said!r} is neither L (low) nor H (high)"
        return f"{version} has no laboratory rule for {term!r}" if term else "no term is named"

    return _ask(code * len(sides) + side, [named(t, s) for t in terms for s in sides], why)


def _of_test(test: str, version: str, by: Sequence[Rule]) -> Named:
    known = {(rule.term, rule.direction) for rule in by}
    found = analyte(test)
    if found is None:
        return None, None
    low, high = (
        next((term for term in found.terms(version, d) if (term, d) in known), None) for d in ("low", "high")
    )
    return low, high


def _no_test(test: str, version: str) -> str:
    if not test:
        return "no test is named"
    if analyte(test) is None:
        return f"no laboratory test called {test!r} is known"
    return f"{version} has no laboratory rule for {test!r}"


def _ask(code: NDArray[np.int32], named: Sequence[Named], why: Callable[[int], str]) -> Questions:
    place: dict[tuple[str, str], int] = {}
    unknown: dict[int, str] = {}
    slots = np.full((3, len(named)), -1, np.int32)
    for i in np.unique(code):
        low, high = named[i]
        if low is not None:
            slots[0, i] = place.setdefault((low, "low"), len(place))
        if high is not None:
            slots[1, i] = place.setdefault((high, "high"), len(place))
        if low is None and high is None:
            slots[2, i] = place.setdefault((why(int(i)), ""), len(place))
            unknown[int(slots[2, i])] = why(int(i))
    terms = slots[:, code]
    row, slot = np.nonzero(terms.T >= 0)
    asked = tuple((("" if i in unknown else name), d) for i, (name, d) in enumerate(place))
    return Questions(row.astype(np.int32), terms[slot, row], asked, unknown)

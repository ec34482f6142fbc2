"""Whom an arm takes, and which arms take the same patients."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from typing import Any

from protorun.reading.sentences import Sentence, whole
from protorun.reading.values import table
from protorun.study.arm import Arm, Population
from protorun.study.record import Passage
from protorun.study.source import Sourced
from protorun.study.study import Conflict
from protorun.terms import drugs

Values = Mapping[str, tuple[str, ...]]


def population(description: Passage | None) -> Population:
    """The conditions an arm description puts on its patients; empty when it names none we know."""
    if description is None:
        return Population()
    text = whole(description)
    require: dict[str, tuple[str, ...]] = {}
    any_of: tuple[dict[str, tuple[str, ...]], ...] = ()
    spans: list[tuple[int, int]] = []
    for found, span in (*_conditions(text), *_prior_treatment(text)):
        alternatives = found.get("any_of", ())
        if (any_of and alternatives) or any(n in require for n in found.get("require", {})):
            continue
        require |= {name: tuple(values) for name, values in found.get("require", {}).items()}
        any_of = any_of or tuple({n: tuple(v) for n, v in one.items()} for one in alternatives)
        spans.append(span)
    if not spans:
        return Population()
    words = text.source(min(a for a, _ in spans), max(b for _, b in spans))
    return Population(
        text=Sourced[str](value=words.quote, basis="stated", sources=(words,)), require=require, any_of=any_of
    )


def admits(arm: Population, patient: Values) -> bool:
    """Whether a patient described by `patient` (possible values per variable) certainly belongs to the population."""
    alternatives = arm.any_of or ({},)
    return _holds(arm.require, patient) and any(_holds(one, patient) for one in alternatives)


def overlaps(arms: Sequence[Arm]) -> tuple[Conflict, ...]:
    """Pairs of arms of one part where one takes every patient of the other, with the arm that gets them."""
    return tuple(_conflict(narrow, wide) for a, b in _pairs(arms) for narrow, wide in _nested(a, b))


def same_patients(arms: Sequence[Arm]) -> tuple[tuple[Arm, Arm], ...]:
    """Pairs of arms of one part whose descriptions take the very same patients."""
    return tuple((a, b) for a, b in _pairs(arms) if _within(a, b) and _within(b, a))


def _pairs(arms: Sequence[Arm]) -> Iterator[tuple[Arm, Arm]]:
    for a, b in combinations(arms, 2):
        if a.part == b.part and a.population.require and b.population.require:
            yield a, b


def _nested(a: Arm, b: Arm) -> Iterator[tuple[Arm, Arm]]:
    if _within(a, b) != _within(b, a):
        yield (a, b) if _within(a, b) else (b, a)


def _within(a: Arm, b: Arm) -> bool:
    """Whether every kind of patient of `a` certainly fits `b`."""
    return all(admits(b.population, kind) for kind in _kinds(a.population))


@cache
def _table() -> tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]:
    return tuple(
        (re.compile(c["pattern"], re.IGNORECASE), {k: v for k, v in c.items() if k != "pattern"})
        for c in table("populations")["condition"]
    )


def _conditions(text: Sentence) -> Iterator[tuple[Mapping[str, Any], tuple[int, int]]]:
    taken: list[tuple[int, int]] = []
    for pattern, found in _table():
        match = pattern.search(text.text)
        if match and not any(a < match.end() and match.start() < b for a, b in taken):
            taken.append(match.span())
            yield found, match.span()


def _prior_treatment(text: Sentence) -> Iterator[tuple[Mapping[str, Any], tuple[int, int]]]:
    for naive in _naive().finditer(text.text):
        yield _prior(naive["drug"], "no"), naive.span()
    for drug in drugs.pattern().finditer(text.text):
        before = text.text[max(0, drug.start() - 60) : drug.start()]
        for value, pattern in _before():
            if match := pattern.search(before):
                yield _prior(drug[0], value), (drug.start() - len(before) + match.start(), drug.end())
                break


def _prior(drug: str, value: str) -> Mapping[str, Any]:
    return {"require": {f"prior_treatment:{drugs.canonical(drug)}": (value,)}}


@cache
def _naive() -> re.Pattern[str]:
    names = "|".join(re.escape(n) for n in sorted(drugs.known_names(), key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?P<drug>{names}){table('populations')['words']['naive']}", re.IGNORECASE)


@cache
def _before() -> tuple[tuple[str, re.Pattern[str]], ...]:
    words = table("populations")["words"]
    return tuple(
        (value, re.compile(rf"(?:{words[key]})\s*$", re.IGNORECASE))
        for value, key in (("no", "not_before"), ("yes", "before"))
    )


def _holds(required: Values, patient: Values) -> bool:
    return all(name in patient and set(patient[name]) <= set(values) for name, values in required.items())


def _kinds(population: Population) -> Iterable[dict[str, tuple[str, ...]]]:
    """The kinds of patients a population names: its requirements with each alternative in turn."""
    for one in population.any_of or ({},):
        yield {**population.require, **one}


def _conflict(narrow: Arm, wide: Arm) -> Conflict:
    return Conflict(
        says=f"every patient of {narrow.label.value} also fits {wide.label.value}",
        sources=(*narrow.population.text.sources, *wide.population.text.sources),
        taken=f"the more specific arm: {narrow.label.value}",
    )

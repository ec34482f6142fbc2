"""Names of designs, DLT windows, definitions, target rates and lists of dose levels, as records print them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from protorun.reading.sentences import Sentence
from protorun.reading.treatment.words import number
from protorun.reading.values import table
from protorun.study.dose_rule import Level
from protorun.study.source import Sourced, absent, derived, stated
from protorun.study.treatment import Dose

_DLT = re.compile(r"\bDLTs?\b|dose[- ]limiting toxicit", re.I)
_N = r"(?<!\d)(?:\d{1,4}(?!\d)|one|two|three|four|five|six|eight|twelve)"
_SPAN = rf"(?P<n>{_N})[ -]?(?P<unit>days?|weeks?)"
_WINDOW = (
    rf"\b(?:within|during|for|in) (?:the )?(?:first )?{_SPAN}\b",
    rf"\bfirst {_SPAN}\b",
    rf"\b{_SPAN} (?:DLT|dose[- ]limiting)",
    rf"DLTs? (?:observation |evaluation |assessment )?(?:period|window)\W{{1,3}}(?:of |is |was |will be |lasts |will last for )?{_SPAN}\b",
    rf"(?:observation|evaluation|assessment) (?:period|window) of DLTs?[^.]{{0,20}}?{_SPAN}\b",
    rf"\b{_SPAN} after the first (?:dose|administration|infusion)",
)
_CYCLES = re.compile(
    rf"\bfirst (?P<n>{_N} )?(?:treatment )?cycles?\b|\bcycles? (?P<one>1|one)(?P<to> ?(?:-|and|to) ?(?P<m>\d))?(?!\d| day)", re.I
)  # fmt: skip
_FRAME = re.compile(
    rf"^(?:up to |approximately |at |~)*(?:{_SPAN}|day 1 (?:to|through|-) day (?P<to>\d+)|day (?P<at>\d+)|cycle 1 \((?P<c>\d+) days\))(?: \(cycle 1\)| of cycle 1)?\.?$",
    re.I,
)
_DEFINED = re.compile(rf"(?:{_DLT.pattern})[^.]{{0,30}}?\b(?:is|are|was|were|will be) defined as\b", re.I)
_TARGET = re.compile(
    r"target (?:DLT|toxicity|dose[- ]limiting toxicity)(?: rate| probability)?[^.%]{0,40}?(?P<n>\d+(?:\.\d+)?) ?%",
    re.I,
)
_UNIT = r"(?:mg|µg|ug|mcg|g)(?:/(?:kg|m2))?"
_NUM = r"(?<!\d)\d{1,9}(?:\.\d{1,9})?"
_LIST = re.compile(
    rf"(?:(?P<count>{_N}) (?:\w+ )?dose levels?\W*(?:of |: ?|\()?\s*)?(?P<list>{_NUM} ?(?:{_UNIT})?(?:(?: ?[,/;] ?| and | ?, ?and ){_NUM} ?(?:{_UNIT})?){{2,}})(?![\d/])",
    re.I,
)


def design(lines: Sequence[Sentence]) -> Sourced[str]:
    """The plug-in name of the design a record names; unread when it names two, or a form that is not the plain one."""
    names = table("dose_rule")["designs"]
    unsure = re.compile(table("dose_rule")["unsure"]["forms"], re.I)
    hits = [
        (name, line.matched(m), line) for line in lines for name, p in names.items() if (m := _find(p, line))
    ]
    if not hits:
        return absent()
    sources = tuple(source for _, source, _ in hits)
    if len({name for name, _, _ in hits}) > 1 or any(unsure.search(line.text) for _, _, line in hits):
        return Sourced[str](basis="unread", sources=sources, note="no plain design of one name")
    return stated(hits[0][0], *sources[:1])


def _find(pattern: str, line: Sentence) -> re.Match[str] | None:
    return re.search(pattern, line.text, re.I)


def window(lines: Sequence[Sentence]) -> tuple[Sourced[int], Sourced[int]]:
    """DLT window in days and in cycles; two different lengths leave it unread."""
    about = [line for line in lines if _DLT.search(line.text)]
    days = [hit for line in about for hit in _days(line)]
    cycles = [hit for line in about for hit in _cycles(line)]
    return _one(days), _one(cycles)


def time_frame_window(measures: Sequence[tuple[Sentence, Sentence]]) -> Sourced[int]:
    """The window from the time frame of an outcome that counts DLTs, such as `28 days`."""
    hits = []
    for measure, frame in measures:
        match = _FRAME.match(frame.text.strip()) if _DLT.search(measure.text) else None
        if match:
            days = number(match["to"] or match["at"] or match["c"] or "0") or _length(match)
            if days <= 84:
                hits.append((days, frame.source()))
    found = _one(hits)
    if found.value is None:
        return absent()
    return derived(found.value, *found.sources, note="time frame of the outcome that counts DLTs")


def _days(line: Sentence) -> Iterator[tuple[int, Any]]:
    for pattern in _WINDOW:
        for match in re.finditer(pattern, line.text, re.I):
            if not re.search(
                r"improve|resolv|recover|persist|grade|lasting|lasts? (?:more|longer)",
                line.text[max(0, match.start() - 60) : match.end() + 20],
                re.I,
            ):
                yield _length(match), line.matched(match)


def _cycles(line: Sentence) -> Iterator[tuple[int, Any]]:
    for match in _CYCLES.finditer(line.text):
        count = number(match["n"].strip()) if match["n"] else number(match["m"] or "1")
        yield count, line.matched(match)


def _length(match: re.Match[str]) -> int:
    return number(match["n"]) * (7 if match["unit"].lower().startswith("w") else 1)


def _one(hits: Sequence[tuple[Any, Any]]) -> Sourced[Any]:
    if not hits:
        return absent()
    hits = [hit for hit in hits if hit[0] <= 1000]  # no window is longer, no rate above one
    if not hits:
        return absent()
    if len({value for value, _ in hits}) > 1:
        return Sourced[Any](
            basis="unread", sources=tuple(s for _, s in hits), note="more than one length is printed"
        )
    return stated(hits[0][0], hits[0][1])


def definition(lines: Sequence[Sentence]) -> Sourced[str]:
    """The sentence that defines a DLT, in the record's own words."""
    for line in lines:
        if _DEFINED.search(line.text):
            return stated(line.text, line.source())
    return absent()


def target_rate(lines: Sequence[Sentence]) -> Sourced[float]:
    """The target DLT rate as a fraction."""
    return _one(
        [(float(m["n"]) / 100, line.matched(m)) for line in lines if (m := _TARGET.search(line.text))]
    )


def levels(lines: Sequence[Sentence]) -> tuple[Level, ...]:
    """Dose levels listed in one sentence about escalation, lowest first; none when lists differ or do not rise."""
    wanted: Callable[[Sentence], bool] = lambda s: bool(re.search(r"dose levels?|escalat", s.text, re.I))  # noqa: E731
    lists = [
        found
        for line in lines
        if wanted(line)
        for match in _LIST.finditer(line.text)
        if (found := _levels(line, match))
    ]
    if not lists or any([v.dose.value for v in x] != [v.dose.value for v in lists[0]] for x in lists):
        return ()
    return lists[0]


def _levels(line: Sentence, match: re.Match[str]) -> tuple[Level, ...]:
    base = match.start("list")
    items = [(m, float(m[1]), m[2]) for m in re.finditer(rf"({_NUM}) ?({_UNIT})?", match["list"], re.I)]
    units = {unit.lower() for _, _, unit in items if unit}
    amounts = [amount for _, amount, _ in items]
    if not all(0 < amount < 1e7 for amount in amounts):
        return ()
    counted = match["count"] is None or number(match["count"]) == len(items)
    if len(units) != 1 or amounts != sorted(set(amounts)) or not counted or not items[-1][2]:
        return ()
    unit = items[-1][2].lower().replace("µg", "ug").replace("mcg", "ug")
    return tuple(
        Level(
            label=f"{amount:g} {unit}",
            dose=stated(Dose(amount=amount, unit=unit), line.source(base + m.start(), base + m.end())),
        )
        for m, amount, _ in items
    )

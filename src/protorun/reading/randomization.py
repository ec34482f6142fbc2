"""How patients get their arm by chance: ratio, method, blocks, strata and concealment, as far as the text says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from protorun.reading.found import Found
from protorun.reading.sentences import Sentence, sentences
from protorun.reading.values import table
from protorun.study.randomization import Randomization
from protorun.study.record import Record
from protorun.study.source import Source, Sourced, stated
from protorun.study.study import Ambiguity, Study

_FIELDS = ("summary.brief", "summary.detailed", "design.text", "title.official", "arm.description")


def read_randomization(record: Record, study: Study) -> Found:
    """`randomization` for a randomized study; what the text leaves open stays absent."""
    if study.design.allocation.value != "randomized":
        return Found()
    lines = tuple(s for s in sentences(record, *_FIELDS) if _pattern("about").search(s.text))
    found = Randomization(
        arms=tuple(a.id for a in study.arms),
        ratio=_ratio(lines, len(study.arms)),
        method=_coded(lines, "method"),
        block_sizes=_block_sizes(lines),
        strata=_strata(lines),
        concealment=_coded(lines, "concealment"),
        sources=study.design.allocation.sources,
    )
    return Found({"randomization": found}, ambiguities=tuple(_order(found)))


def _order(found: Randomization) -> Iterator[Ambiguity]:
    """An unequal ratio does not say which of its numbers belongs to which arm."""
    ratio = found.ratio.value
    if ratio and len(set(ratio)) > 1:
        written = ":".join(map(str, ratio))
        yield Ambiguity(
            says=f"{written} does not say which number belongs to which arm",
            sources=found.ratio.sources,
            readings=("in the order in which the record lists the arms", "in another order"),
        )


@cache
def _pattern(name: str, inner: str = "") -> re.Pattern[str]:
    entry = table("randomization")[name]
    return re.compile(entry[inner] if inner else entry, re.IGNORECASE)


def _ratio(lines: Sequence[Sentence], arms: int) -> Sourced[tuple[int, ...]]:
    """The one ratio the text gives; several different ones (one per part, say) settle nothing."""
    found: dict[tuple[int, ...], Source] = {}
    for sentence in lines:
        for match in _pattern("ratio").finditer(sentence.text):
            ratio = _numbers(match, arms)
            near = sentence.text[max(0, match.start() - 120) : match.end() + 60]
            mixed = _pattern("mixed").search(sentence.text[max(0, match.start() - 60) : match.start()])
            if ratio and not mixed and re.search(r"random|ratio|allocat|assign", near, re.IGNORECASE):
                found.setdefault(ratio, sentence.matched(match))
    if len(found) > 1:
        note = "several ratios: " + ", ".join(":".join(map(str, r)) for r in found)
        return Sourced[tuple[int, ...]](basis="unread", sources=tuple(found.values()), note=note)
    for ratio, source in found.items():
        if arms and len(ratio) != arms:
            note = f"a ratio of {len(ratio)} numbers for {arms} arms"
            return Sourced[tuple[int, ...]](basis="unread", sources=(source,), note=note)
        return stated(ratio, source)
    return Sourced[tuple[int, ...]]()


def _numbers(match: re.Match[str], arms: int) -> tuple[int, ...]:
    if match["equal"]:
        return (1,) * arms
    if match["one"] or match["two"]:
        return (1, 1) if match["one"] else (2, 1)
    ratio = tuple(int(n) for n in re.findall(r"\d+", match["ratio"] or match["to"]))
    return ratio if all(1 <= n <= 20 for n in ratio) else ()


def _coded(lines: Sequence[Sentence], kind: str) -> Sourced[str]:
    for value in table("randomization")[kind]:
        for sentence in lines:
            if match := _pattern(kind, value).search(sentence.text):
                return stated(value, sentence.matched(match))
    return Sourced[str]()


def _block_sizes(lines: Sequence[Sentence]) -> Sourced[tuple[int, ...]]:
    for sentence in lines:
        match = _pattern("blocks").search(sentence.text)
        if match and "random" in sentence.text.lower():
            if re.search(r"\d\s*(?:-|to)\s*\d", match["sizes"]):
                note = "a range of block sizes"
                return Sourced[tuple[int, ...]](basis="unread", sources=(sentence.source(),), note=note)
            sizes = tuple(int(n) for n in re.findall(r"\d+", match["sizes"]))
            return stated(sizes, sentence.matched(match)) if all(sizes) else Sourced[tuple[int, ...]]()
    return Sourced[tuple[int, ...]]()


def _strata(lines: Sequence[Sentence]) -> Sourced[tuple[str, ...]]:
    for sentence in lines:
        match = _pattern("strata", "words").search(sentence.text)
        if match is None or _pattern("strata", "never").search(sentence.text):
            continue
        if "categories" in match["list"] or "(2)" in match["list"]:
            return Sourced[tuple[str, ...]](
                basis="unread", sources=(sentence.source(),), note="a list of lists"
            )
        words = match["list"]
        if end := _pattern("strata", "ends").search(words):
            words = words[: end.start()]
        words = _factors_only(words)
        factors = tuple(f.strip(" :") for f in _pattern("strata", "split").split(words) if f.strip(" :"))
        if any(f.count("(") != f.count(")") for f in factors):
            note = "a factor ends inside its brackets"
            return Sourced[tuple[str, ...]](basis="unread", sources=(sentence.source(),), note=note)
        if factors and all(len(f) < 120 for f in factors):
            at = match.start("list")
            return stated(factors, sentence.source(match.start(), at + len(words)))
    return Sourced[tuple[str, ...]]()


def _factors_only(words: str) -> str:
    """The list up to the first piece that is the beginning of another clause."""
    start = 0
    for cut in (*_pattern("strata", "split").finditer(words), None):
        piece = words[start : cut.start() if cut else len(words)]
        if start and _pattern("strata", "clause").search(piece.strip()):
            return words[:start].rstrip(" ,")
        start = cut.end() if cut else start
    return words

"""Events with their time: `major trauma or surgery within 4 weeks`, `hospitalization (< 2 months)`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.kinds import can_be_dated
from protorun.reading.eligibility.atoms.conditions.tested import said_positive
from protorun.reading.eligibility.trees.nodes import bound, window
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.measure_names import name_start, open_name
from protorun.reading.eligibility.words.personal import JUDGMENT
from protorun.study.criterion import Flag, Number, Treated

_MOST_WORDS = 5
_EVENT = re.compile(
    r"covid|influenza|trauma|injur|fracture|infarct|attack|event|hemorrhag|bleed|surger|episode|transfus|procedure|infection|exacerbation|stroke|sprain|concussion|onset|ischemi|thrombo|embol|hospital|biops|donation|accident"
)


def is_event(name: str) -> bool:
    """Something that happens at a time: `trauma`, `stroke`."""
    return bool(_EVENT.search(name))


def mark_events(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every time window that is left joined to what it dates: `surgery on the knee within 6 months`,
    `systematic exercise within 3 months`."""
    found: list[Chunk] = []
    for chunk in _recent(_happened(chunks)):
        if chunk.kind == "L" and found and (known := _known_since(found, chunk, line)) is not None:
            found[-1] = known
            continue
        if chunk.kind == "W" and found and not _dated(chunk, found, line):
            first = name_start(found, chunk, line)
            name = open_name(found[first:], line) if first is not None else None
            name = re.sub(r"_(?:occurr(?:ed|ing)|performed|used|experienced)$", "", name) if name else None
            if first is not None and name and name != "etc" and _is_event(name, found[first:], chunk, line):
                source = line.cite(found[first].start, chunk.end)
                name = f"positive_{name}" if said_positive(line.text, found[first].start) else name
                flag = Flag.model_construct(variable=name, qualifiers=(), window=chunk.value, source=source)
                found[first:] = [Chunk("A", found[first].start, chunk.end, flag)]
                continue
        if chunk.kind != "W" or not found or not _dated(chunk, found, line):
            found.append(chunk)
    return found


_DIAGNOSED = re.compile(r"\bdiagnos(?:is|ed)\b[^.;,()]{0,40}$")
_THEN = re.compile(
    r"(?: \([a-z]{2,8}\))?(?: (?P<behind>(?:(?:was|were|has been|have been|that was) )?(?:first |initially )?(?:diagnosed|confirmed)))? "
)


_MORE = re.compile(r">|more than|longer than|over")


def _known_since(found: list[Chunk], since: Chunk, line: Line) -> Chunk | None:
    """`diagnosis of asthma at least 6 months before screening`: how long ago the diagnosis was made."""
    if len(found) > 1 and found[-1].kind == "q" and not found[-1].value:
        found.pop()  # "asthma diagnosed"
    illness = found[-1]
    flag = illness.value
    if illness.kind != "A" or not isinstance(flag, Flag) or flag.window or flag.qualifiers:
        return None
    said = _THEN.fullmatch(line.text, illness.end, since.start)
    led = _DIAGNOSED.search(line.text, max(0, illness.start - 60), illness.start)
    if said is None or not (said["behind"] or led):
        return None
    source = line.cite(illness.start, since.end)
    number = Number.model_construct(
        variable=f"time_since_diagnosis_of_{flag.variable}",
        low=bound(since.value.amount, inclusive=not _MORE.match(line.text, since.start)),
        high=None,
        unit=since.value.unit,
        source=source,
    )
    return Chunk("A", illness.start, since.end, number)


_HAPPENED = frozenset({"occurred", "occurring", "occured", "happened", "happening"})


def _happened(chunks: list[Chunk]) -> list[Chunk]:
    """`stroke that occurred within 6 months`: the verb says nothing that the time does not."""
    if not holds(chunks, "W"):
        return chunks
    said = [
        a.kind == "A" and b.kind == "z" and b.value in _HAPPENED and c.kind == "W"
        for a, b, c in zip(chunks, chunks[1:], chunks[2:], strict=False)
    ]
    return [c for at, c in enumerate(chunks) if not (at and at <= len(said) and said[at - 1])]


def _recent(chunks: list[Chunk]) -> list[Chunk]:
    """`Epileptic seizure < 2 years`, `hospitalization (< 2 months)`: less than that long ago."""
    found: list[Chunk] = []
    at = 0
    if not holds(chunks, "t"):
        return chunks
    while at < len(chunks):
        kinds = "".join([c.kind for c in chunks[at : at + 4]]) if chunks[at].kind in "(c" else ""
        inside = kinds.startswith("(ct)")
        first = at + inside
        event = bool(found) and found[-1].kind in "zA" and (inside or kinds.startswith("ct"))
        if event and chunks[first].value in ("<", "≤") and first + 1 < len(chunks):
            quantity = chunks[first + 1].value
            end = first + 2 + inside
            made = window(quantity.value, quantity.unit)
            name = getattr(found[-1].value, "variable", "")
            if found[-1].kind == "z":
                name = " ".join(str(c.value) for c in found[-3:] if c.kind == "z")
            known = isinstance(found[-1].value, Treated) or _EVENT.search(str(name)) or name == "seizure"
            if known and quantity.unit in _SPANS:
                found.append(Chunk("W", chunks[at].start, chunks[end - 1].end, made))
                at = end
                continue
        found.append(chunks[at])
        at += 1
    return found


_SPANS = frozenset({"days", "weeks", "months", "years", "hours"})


def _is_event(name: str, words: list[Chunk], window: Chunk, line: Line) -> bool:
    gap = line.text[words[-1].end : window.start]
    plain = not re.search(
        r"[a-z]",
        re.sub(
            r"\b(?:of|has|have|been|was|were|that|which|did|disease|infection|the|occurred|performed|obtained)\b",
            "",
            gap,
        ),
    )
    text = line.text[words[0].start : window.start]
    return (
        plain
        and can_be_dated(name, words[0].start, window.end, line)
        and not holds(words, "M")
        and words[-1].kind != "v"
        and not _NOT_TIMED.search(name)
        and not JUDGMENT.search(text)
    )


def _of_study(chunk: Chunk, line: Line) -> bool:
    """`the study eye`: no beginning of the study."""
    return chunk.kind == "a" and line.text[chunk.start : chunk.end] in ("study", "the study")


_NOT_TIMED = re.compile(
    r"(?:^|_)(?:plan\w*|will|inten[dt]\w*|willing|able|expected|anticipated|diagnosed?|test|stable|dose|doses|age|born|other|another|new|screening|visit|adequate|out|significant\w*|abnormality|function|requir\w*)(?:_|$)"
)


def _dated(window: Chunk, found: list[Chunk], line: Line) -> bool:
    """`surgery on the ipsilateral knee within 6 months`: the window dates the treatment before it."""
    at = len(found)
    while (
        at
        and (found[at - 1].kind in "zk" or _of_study(found[at - 1], line))
        and len(found) - at < _MOST_WORDS
    ):
        at -= 1
    if at == len(found) or not at or not isinstance(found[at - 1].value, (Treated, Flag)):
        return False
    last = found[at - 1]
    if last.value.window is not None or re.search(
        r"\b(?:and|or|but|except)\b|[,;]", line.text[last.end : window.start]
    ):
        return False
    last.value = last.value.model_copy(update={"window": window.value})
    return True

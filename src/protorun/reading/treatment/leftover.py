"""Words of a treatment sentence that no block uses: a part of a sentence that nobody understood is unread as well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.sentences import Sentence
from protorun.reading.treatment.agents import Vocabulary
from protorun.reading.treatment.placed import Placed
from protorun.reading.treatment.statement import Statement
from protorun.reading.treatment.words import Word
from protorun.reading.values import table
from protorun.study.source import Source, Sourced
from protorun.study.study import Unread
from protorun.study.treatment import Block

_MATTERS = re.compile(
    r"\d|\b(?:daily|weekly|monthly|hourly|cycles?|courses?|until|then|thereafter|followed|escalat\w*|taper\w*|titrat\w*|increas\w*"
    r"|decreas\w*|reduc\w*|if|unless|may|can|or|loading|bolus|maximum|minimum|up to|alternat\w*|rest|break|before|after|prior"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|twelve|doses|dosage|dosing|once|twice|first|second|last|optional\w*|continu\w*|discontinu\w*|stopp\w*|ending|months?|years?|level)\b",
    re.I,
)
_REASON = "part of a treatment sentence that no block uses"
_FACT_OF = {
    "conditions": ("condition",), "n_cycles": ("count", "to_cycle", "weeks"), "for_days": ("count", "days"),
    "single": ("count",), "total_in_fractions": ("total",), "per_fraction": ("dose",), "fractions": ("count",),
    "start_after": ("start",), "every_days": ("every_days", "cycle_days"), "per_day": ("per_day", "every_days", "days"),
    "per_week": ("per_week", "days"), "weeks": ("weeks", "days", "per_week"),
}  # fmt: skip
_NAMES = frozenset({"phases", "general", "radiotherapy", "cycles"})
"""Words that a block keeps without a place: its phase, its cycles, the general name of what is given."""


def leftovers(rows: Sequence[Placed], vocabulary: Vocabulary) -> tuple[Unread, ...]:
    """Stretches of the blocks' sentences that say something of the treatment and stand in no fact."""
    agents = {row.block.agent.value for row in rows}
    used: dict[Sentence, list[tuple[int, int]]] = {}
    for row in rows:
        for statement in row.draft.statements if row.draft else ():
            spans = used.setdefault(statement.sentence, [])
            spans += [(w.start, w.end) for w in _used(statement, row.block)]
    found: list[Unread] = []
    for sentence, spans in used.items():
        named = [(a.start, a.end) for a in vocabulary.mentions(sentence.text) if a.name in agents]
        found += [Unread(source=s, reason=_REASON) for s in _gaps(sentence, sorted([*spans, *named]))]
    found += [Unread(source=s, reason="an end of treatment without a code") for s in _unknown_ends(rows)]
    return tuple(found)


def _unknown_ends(rows: Sequence[Placed]) -> Iterator[Source]:
    """Parts of "until A, B or C" for which there is no code."""
    seen = {
        (s.sentence, w)
        for row in rows
        if row.draft
        for s in row.draft.statements
        for w in s.slots.get("until", ())
    }
    for sentence, word in seen:
        at = word.start
        for cut in (*_ENDS_CUT.finditer(sentence.text, word.start, word.end), None):
            end = cut.start() if cut else word.end
            part = sentence.text[at:end]
            if len(part.split()) > 1 and not _KNOWN_END.search(part):
                yield sentence.source(*_trimmed(sentence.text, at, end))
            at = cut.end() if cut else end


_ENDS_CUT = re.compile(r",\s*(?:or|and)?|;|\bor\b|\(?\d\)")
_KNOWN_END = re.compile(
    "|".join(
        [
            *table("treatment")["until"].values(),
            r"whichever|as (?:determined|assessed|judged|specified|defined)|according to|per protocol",
        ]
    ),
    re.I,
)


def _used(statement: Statement, block: Block) -> Iterator[Word]:
    for kind, words in statement.slots.items():
        if kind in _NAMES or (kind not in statement.unclear and kind != "shared" and _kept(kind, block)):
            yield from (w for w in words if not _differs(w, block))


def _differs(word: Word, block: Block) -> bool:
    """Another value than the block's own, from a text that gave way to a firmer one."""
    fact = getattr(block, word.kind, None)
    if (
        not isinstance(fact, Sourced)
        or not fact.known
        or word.kind == "routes"
        or block.kind == "radiotherapy"
    ):
        return False
    return bool(fact.value != word.value)


def _kept(kind: str, block: Block) -> bool:
    if kind == "dose" and block.kind == "radiotherapy":
        return block.dose.known or block.total.known
    facts = [getattr(block, name, None) for name in _FACT_OF.get(kind, (kind,))]
    return any(isinstance(f, int) or (f is not None and f.known) for f in facts)


def _gaps(sentence: Sentence, used: Sequence[tuple[int, int]]) -> Iterator[Source]:
    at = 0
    for start, end in (*used, (len(sentence.text), len(sentence.text))):
        if start > at and _MATTERS.search(sentence.text, at, start):
            low, high = _trimmed(sentence.text, at, start)
            yield sentence.source(low, high)
        at = max(at, end)


def _trimmed(text: str, low: int, high: int) -> tuple[int, int]:
    while low < high and not text[low].isalnum():
        low += 1
    while high > low and not text[high - 1].isalnum() and text[high - 1] not in "%)":
        high -= 1
    return low, high

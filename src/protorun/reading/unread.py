"""What nobody read: sentences of running text that no fact, question or conflict points at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from protorun.reading.sentences import NARRATIVE, Sentence, split
from protorun.study.arm import Population
from protorun.study.record import Passage, Record
from protorun.study.source import Source, Sourced
from protorun.study.study import Study, Unread

_WHOLE_TEXTS = frozenset({"description", "summary", "unread", "open_questions", "related", "sites", "titles"})
"""Fields that carry text as it stands, or that say nothing about running text: pointing at it is not reading it."""


def unread(record: Record, study: Study, claimed: Iterable[Source]) -> tuple[Unread, ...]:
    """Each sentence of the narrative passages and outcome descriptions without a reading, and the parts of sentences
    that the chapters could not use, in the order of the record."""
    read = _Spans((*claimed, *_sources(study)))
    order = {locator: n for n, locator in enumerate(record.texts)}
    whole = (
        Unread(source=source, reason="no fact was read from it")
        for passage in record.passages
        if _is_narrative(passage)
        for sentence in split(passage)
        if not read.touch(source := _of(sentence))
    )
    return tuple(
        sorted((*study.unread, *whole), key=lambda u: (order.get(u.source.locator, 0), u.source.start))
    )


def _is_narrative(passage: Passage) -> bool:
    return passage.field in NARRATIVE or (
        passage.field.startswith("outcome.") and passage.field.endswith(".description")
    )


def _of(sentence: Sentence) -> Source:
    return sentence.source()


class _Spans:
    """Stretches by place, asked whether any of them touches another."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._by_place: dict[str, list[tuple[int, int]]] = {}
        for s in sources:
            self._by_place.setdefault(s.locator, []).append((s.start, s.end))

    def touch(self, source: Source) -> bool:
        return any(a < source.end and source.start < b for a, b in self._by_place.get(source.locator, ()))


def _sources(node: Any) -> Iterator[Source]:
    """Every source inside a noun, except those of fields that only carry text."""
    if isinstance(node, Source):
        yield node
    elif isinstance(node, Sourced):
        if node.basis != "unread":
            yield from node.sources
    elif isinstance(node, Population):
        if node.require or node.any_of:
            yield from node.text.sources
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            if name not in _WHOLE_TEXTS:
                yield from _sources(getattr(node, name))
    elif isinstance(node, (tuple, list)):
        for item in node:
            yield from _sources(item)

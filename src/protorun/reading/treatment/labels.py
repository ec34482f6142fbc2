"""Doses that the label of an arm prints: a text that gives another dose for that arm is not believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protorun.reading.sentences import whole
from protorun.reading.treatment.agents import Vocabulary
from protorun.reading.treatment.placed import Placed
from protorun.reading.treatment.statements import statements
from protorun.study.record import Passage
from protorun.study.source import Source, Sourced
from protorun.study.study import Study
from protorun.study.treatment import Dose


def against_labels(rows: Sequence[Placed], study: Study, words: Vocabulary) -> list[Placed]:
    """The rows, each dose unread that differs from what the label of one of its arms prints for the same drug."""
    return [_checked(row, study, words) for row in rows]


def _checked(row: Placed, study: Study, words: Vocabulary) -> Placed:
    dose = row.block.dose
    if dose.value is None:
        return row
    printed = [(d, s) for arm in row.arms for d, s in _printed(arm, row, study, words)]
    others = [s for d, s in printed if d.unit == dose.value.unit and d.amount != dose.value.amount]
    if not others:
        return row
    unread = Sourced[Dose](
        basis="unread", sources=(*dose.sources, *others), note="the arm's label prints another dose"
    )
    return Placed(row.block.model_copy(update={"dose": unread}), row.arms, row.draft)


def _printed(arm: str, row: Placed, study: Study, words: Vocabulary) -> Iterator[tuple[Dose, Source]]:
    label = next(a.label for a in study.arms if a.id == arm)
    for source in label.sources[:1]:
        for statement in statements(whole(Passage(field="arm.label", source=source)), words, ()):
            if statement.agent is None or statement.agent.name == row.block.agent.value:
                yield from (
                    (w.value, statement.sentence.source(w.start, w.end))
                    for w in statement.slots.get("dose", ())
                )

"""Outcomes on lines of their own, with the time frame in brackets behind the measure or on a line below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.records.files.document import Line
from protorun.records.passages.ledger import Ledger

_FRAME = re.compile(r"[\[(]?[ \u00a0]?Time ?frame[ \u00a0]?:[ \u00a0]?", re.IGNORECASE)
_BULLET = re.compile(r"(?:[-*•⁃‣∙◦]|\d{1,3}[.)])[ \u00a0]+")


def claim_listed_outcomes(ledger: Ledger, level: str, lines: Sequence[Line], label: str) -> None:
    """Claim the outcomes of a block of lines; groups go on counting over the levels.

    Without any time frame nothing tells a measure from its description: bulleted or short lines are measures, else the
    block is left over.
    """
    number = ledger.next_number("outcome")
    for measure, frame, below in _outcomes(lines):
        group = f"outcome/{number}"
        bullet = _BULLET.match(measure.text)
        start = measure.start + (bullet.end() if bullet else 0)
        ledger.mark("label", measure.start, start)
        end = measure.end
        if frame:
            found = _FRAME.search(frame.text)
            at = frame.start + (found.end() if found else 0)
            ledger.mark("label", at - len(found[0]) if found else at, frame.end)
            text = frame.text[at - frame.start :].rstrip(" \u00a0")
            closed = (
                text[:-1]
                if text.endswith(("]", ")")) and text.count("(") + text.count("[") < 1
                else text.rstrip("]")
            )
            ledger.value(f"outcome.{level}.time_frame", at, at + len(closed), group=group)
            end = at - len(found[0]) if found and frame is measure else end
        ledger.value(f"outcome.{level}.measure", start, end, group=group, label=label)
        if below:
            ledger.value(f"outcome.{level}.description", below[0].start, below[-1].end, group=group)
        number += 1
    if not number and lines:
        ledger.leave(lines[0].start, lines[-1].end, "nothing tells the outcomes of this block apart")


def _outcomes(lines: Sequence[Line]) -> Iterator[tuple[Line, Line | None, Sequence[Line]]]:
    """Measure, time frame (which may be the line of the measure), description."""
    framed = [(i, m) for i, line_ in enumerate(lines) if (m := _FRAME.search(line_.text))]
    if framed and all(m.start() == 0 for _, m in framed):
        yield from _frames_below(lines, [i for i, _ in framed])
    elif framed:
        heads = [i for i, m in framed if m.start()]
        for at, following in zip(heads, [*heads[1:], len(lines)], strict=True):
            yield lines[at], lines[at], lines[at + 1 : following]
    elif all(
        _BULLET.match(line_.text) or (len(line_.text) <= 120 and line_.text[-1] not in ".:")
        for line_ in lines
    ):
        for line_ in lines:
            yield line_, None, ()


def _frames_below(
    lines: Sequence[Line], frames: Sequence[int]
) -> Iterator[tuple[Line, Line, Sequence[Line]]]:
    at = 0
    for frame in frames:
        if frame > at:
            yield lines[at], lines[frame], lines[at + 1 : frame]
        at = frame + 1

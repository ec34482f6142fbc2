"""Limits against the gold: precision and recall, with variable and unit checked and by the peers' looser rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from eligibility_scoring.lct import Document, Gold, GoldStretch
from eligibility_scoring.limits import Limit, Stretch, same_name, same_unit


@dataclass
class Score:
    """Counts of one rule, and what went wrong in words."""

    found: int = 0
    gold: int = 0
    right: int = 0
    read: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.read if self.read else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.gold if self.gold else 1.0


def compare_limits(
    document: Document,
    read: Sequence[Limit],
    score: Score,
    *,
    checked: bool,
    gold_errors: frozenset[tuple[str, tuple[int, int]]] = frozenset(),
) -> None:
    """One document. Recall: gold limits all of whose sides were read. Precision: limits read on lines with gold, all of
    whose sides the gold has. `checked` asks for the variable and (where the gold gives one) the unit too."""
    wrong = [place for nct, place in gold_errors if nct == document.nct]
    gold = [g for g in document.numeric if not g.reason and not _covers(wrong, g.at)]
    for line, (start, end) in document.lines.items():
        wanted = [g for g in gold if g.line == line]
        if not wanted:
            continue
        here = [r for r in read if r.start < end and start < r.end]
        unclear = [g for g in document.numeric if g.line == line and g not in wanted]
        for g in wanted:
            score.gold += 1
            met = all(any(s in r.sides and _is(r, g, checked) for r in here) for s in g.sides)
            score.found += met
            if not met:
                score.errors.append(_error(document, line, "miss", g, "; ".join(map(str, here))))
        for r in here:
            if _set_aside(r, unclear, document.counts.get(line, ())):
                continue
            score.read += 1
            right = all(any(s in g.sides and _is(r, g, checked) for g in wanted) for s in r.sides)
            if not right and _covers(wrong, (r.start, r.end)):
                score.read -= 1
                continue
            score.right += right
            if not right:
                score.errors.append(_error(document, line, "false", None, str(r), wanted))


def _covers(places: Iterable[tuple[int, int]], at: tuple[int, int]) -> bool:
    return any(at[0] < end and start < at[1] for start, end in places)


def _is(read: Limit, gold: Gold, checked: bool) -> bool:
    if not checked:
        return True
    name = (
        read.variable == "age"
        if gold.age and read.variable == "age"
        else same_name(read.variable, gold.target)
    )
    return name and same_unit(read.unit, read.variable, gold.unit)


def _set_aside(read: Limit, unclear: Iterable[Gold], counts: Iterable[float]) -> bool:
    """A limit on what the gold marks otherwise (a count, a duration) or marks without bounds is neither right nor wrong."""
    values = {s.value for s in read.sides}
    if values <= set(counts):
        return True
    return any(_overlap(read, g) for g in unclear)


def _overlap(read: Limit, gold: Gold) -> bool:
    return read.start < gold.at[1] and gold.at[0] < read.end and (
        same_name(read.variable, gold.target) or read.variable == "age"
    )  # fmt: skip


def compare_stretches(document: Document, read: Sequence[Stretch], score: Score, *, checked: bool) -> None:
    """Temporal limits of one document: amount, unit and side exact; `checked` asks for the thing that is timed too."""
    for line, (start, end) in document.lines.items():
        wanted = [g for g in document.temporal if g.line == line]
        if not wanted:
            continue
        here = [r for r in read if r.start < end and start < r.end]
        numeric = {s.value for g in document.numeric if g.line == line for s in g.sides}
        for g in wanted:
            score.gold += 1
            met = any(_same_stretch(r, g) and (not checked or _of(r, g)) for r in here)
            score.found += met
            if not met:
                score.errors.append(_error(document, line, "miss", g, "; ".join(map(str, here))))
        for r in here:
            if r.amount in numeric and not any(_same_stretch(r, g) for g in wanted):
                continue
            score.read += 1
            right = any(_same_stretch(r, g) for g in wanted)
            score.right += right
            if not right:
                score.errors.append(_error(document, line, "false", None, str(r), wanted))


def _same_stretch(read: Stretch, gold: GoldStretch) -> bool:
    if read.amount != gold.amount or read.unit != gold.unit:
        return False
    return read.side == "either" or read.side == gold.side


def _of(read: Stretch, gold: GoldStretch) -> bool:
    return read.start < gold.target_at[1] and gold.target_at[0] < read.end


def _error(
    document: Document,
    line: int,
    kind: str,
    gold: Gold | GoldStretch | None,
    read: str,
    wanted: Sequence[Any] = (),
) -> dict[str, Any]:
    start, end = document.lines[line]
    return {
        "kind": kind,
        "nct": document.nct,
        "line": line,
        "text": document.text[start:end],
        "gold": f"{gold.target!r}: {gold.text!r}"
        if gold
        else "; ".join(f"{g.target!r}: {g.text!r}" for g in wanted),
        "gold_at": list(gold.at) if isinstance(gold, Gold) else None,
        "read": read,
    }

"""What a schedule needs and the record does not say, with the defaults that can be offered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from protorun.reading.treatment.placed import Placed
from protorun.reading.treatment.statement import family
from protorun.reading.values import table
from protorun.study.record import Record
from protorun.study.study import OpenQuestion, Proposal, Study
from protorun.study.treatment import Block
from protorun.terms.drugs import canonical

LATER = ("consolidation", "concomitant", "maintenance")
_WEEK_PATTERNS = {2: [1, 4], 3: [1, 3, 5], 4: [1, 2, 4, 5], 5: [1, 2, 3, 4, 5]}
_CLASSES = tuple(table("treatment")["general"])
_MODIFIED = re.compile(r"dose (?:reduc|modif|adjust|delay|interrupt)", re.I)
_SUPPORT = re.compile(r"premedicat|folic acid|vitamin b|dexamethasone|antiemetic", re.I)
_FIELDS = re.compile(r"target volume|\bPTV\b|\bCTV\b|\bfields? (?:of|include|cover)", re.I)


def questions(rows: Sequence[Placed], study: Study, record: Record) -> tuple[OpenQuestion, ...]:
    """Every open question of the treatment, block by block, then those about the treatment as a whole."""
    asked = [q for row in rows for q in _about(row, rows)]
    return (*asked, *_whole(rows, study, record))


def proposals(need: str, block: Block, **names: str) -> tuple[Proposal, ...]:
    """Defaults of the table for one need of a block; names in braces become block ids."""
    ways = {family(route) for route in block.routes.value or ()}
    agent = canonical(block.agent.value or "")
    return tuple(
        Proposal(value=_filled(row["value"], names), note=row["note"])
        for row in table("proposals")["proposal"]
        if row["need"] == need and row["agent"].lower() == agent.lower()
        and ("way" not in row or row["way"] in ways) and _can_fill(row["value"], names)
    )  # fmt: skip


def _filled(value: Any, names: dict[str, str]) -> Any:
    return value.format(**names) if isinstance(value, str) else value


def _can_fill(value: Any, names: dict[str, str]) -> bool:
    return not isinstance(value, str) or all(n in names for n in re.findall(r"\{(\w+)\}", value))


def _about(row: Placed, rows: Sequence[Placed]) -> Iterator[OpenQuestion]:
    block = row.block
    if not block.dose.known and not block.dose_by_rule and block.dose.basis != "unread":
        yield _ask(block, "dose", f"dose of {_name(block)}", proposals("dose", block))
    yield from _timing(block)
    if block.start.basis == "unread" or (block.phase in LATER and not block.start.known):
        yield _ask(block, "start", f"when {_name(block)} starts", _starts(row, rows))
    elif block.kind == "radiotherapy" and not block.start.known and len(rows) > 1:
        yield _ask(block, "start", f"when {_name(block)} starts", proposals("start", block))
    if block.condition.known:
        ways = (
            "CR or PR by RANO-LM (ours)",
            "CR, PR, or stable disease with clinical benefit by RANO-LM (ours)",
        )
        offered = tuple(Proposal(value=w.removesuffix(" (ours)"), note="(ours)") for w in ways)
        yield _open(f"{block.id}_condition", f"definition of {block.condition.value!r}", offered)
    if block.agent.value in _CLASSES:
        yield _open(f"{block.id}_drug", f"which drug {block.agent.value} is", proposals("drug", block))


def _timing(block: Block) -> Iterator[OpenQuestion]:
    timed = any(getattr(block, k).known for k in ("days", "per_week", "every_days"))
    unread = any(
        getattr(block, k).basis == "unread" for k in ("days", "per_week", "every_days", "cycle_days")
    )
    if block.every_months.known and not block.every_days.known:
        months = block.every_months.value or 1
        offered = tuple(Proposal(value=n * months, note=f"(ours) a month is {n} days") for n in (28, 30))
        yield _ask(block, "every_days", f"length of a month for {_name(block)}", offered)
    elif not timed and not unread and block.kind == "drug":
        yield _ask(block, "days", f"days on which {_name(block)} is given", proposals("days", block))
    in_cycles = block.days.known or not timed
    if in_cycles and not unread and block.kind == "drug" and _lacks_cycle(block):
        yield _ask(
            block, "cycle_days", f"length of the cycle of {_name(block)}", proposals("cycle_days", block)
        )
    if (block.per_week.value or 0) in _WEEK_PATTERNS and not block.week_days.known and block.kind == "drug":
        days = _WEEK_PATTERNS[block.per_week.value or 0]
        offered = (Proposal(value=days, note=f"(ours) days {', '.join(map(str, days))} of each week"),)
        yield _ask(block, "week_days", f"days of the week of {_name(block)}", offered)
        window = (Proposal(value=1, note="(ours) one day before or after"),)
        yield _ask(block, "window_days", f"tolerance around the days of {_name(block)}", window)


def _lacks_cycle(block: Block) -> bool:
    return not (block.cycle_days.known or block.count.known or block.every_months.known)


def _starts(row: Placed, rows: Sequence[Placed]) -> tuple[Proposal, ...]:
    """After what a later phase may begin: with its partner, or a week after the last week of the phase before."""
    block = row.block
    same = [r.block for r in rows if set(r.arms) & set(row.arms) and r.block.id != block.id]
    if block.kind == "radiotherapy":
        partner = next((b for b in same if b.phase == block.phase and b.kind == "drug"), None)
        induction = next((b for b in same if b.phase == "induction"), None)
        first = (
            [Proposal(value=f"block:{partner.id}", note=f"(ours) together with {_name(partner)}")]
            if partner
            else []
        )
        return (*first, *proposals("start", block, **({"induction": induction.id} if induction else {})))
    before = [
        r.block
        for r in rows[: rows.index(row)]
        if r.block in same and r.block.agent.value == block.agent.value
    ]
    return _after(block, before[-1]) if before else ()


def _after(block: Block, before: Block) -> tuple[Proposal, ...]:
    if block.phase == "maintenance":
        days = block.every_days.value or 28 * (block.every_months.value or 1)
        note = f"(ours) one interval after the last dose of {_name(before)}"
        return (Proposal(value=f"end of block:{before.id} + {days} days", note=note),)
    if before.weeks.value is not None:
        note = f"(ours) one week after the start of the last week of {_name(before)}"
        return (Proposal(value=f"block:{before.id} + {7 * before.weeks.value} days", note=note),)
    return ()


def _whole(rows: Sequence[Placed], study: Study, record: Record) -> Iterator[OpenQuestion]:
    text = " ".join(p.text for p in record.passages if not p.field.startswith("eligibility"))
    drugs = [r.block for r in rows if r.block.kind == "drug"]
    if drugs and not _SUPPORT.search(text):
        yield _open("premedication", "premedication, vitamins, dexamethasone", _offers("support", drugs))
    if drugs and not _MODIFIED.search(text):
        offered = _offers("modification", drugs)
        yield _open(
            "dose_modification",
            "dose modification and delays for toxicity",
            offered,
            path="published_modifications" if offered else "",
        )
    if any(r.block.kind == "radiotherapy" for r in rows) and not _FIELDS.search(text):
        yield _open("radiotherapy_fields", "fields or target volume of radiotherapy")
    phases = {r.block.phase for r in rows}
    if {"consolidation", "concomitant"} & phases and "maintenance" not in phases:
        yield _open("maintenance", "whether treatment goes on after consolidation")
    bare = [a.label.value or a.id for a in study.arms if not any(a.id in r.arms for r in rows)]
    if bare:
        yield _open("regimen", f"regimen of {', '.join(bare)}")


def _offers(need: str, blocks: Sequence[Block]) -> tuple[Proposal, ...]:
    return tuple({str(p.value): p for b in blocks for p in proposals(need, b)}.values())


def _name(block: Block) -> str:
    routes = block.routes.value or ()
    ways = {family(route) for route in routes}
    way = (
        f"{next(iter(ways))} "
        if ways == {"intrathecal"} and "intrathecal" not in (block.agent.value or "")
        else ""
    )
    cycles = "" if block.from_cycle == 1 and block.to_cycle is None else f", cycle {block.from_cycle}"
    more = "" if block.to_cycle is not None or not cycles else " and later"
    return " ".join(f"{block.phase} {way}{block.agent.value}".split()) + cycles + more


def _ask(block: Block, fact: str, asks: str, offered: tuple[Proposal, ...] = ()) -> OpenQuestion:
    return OpenQuestion(
        id=f"{block.id}_{fact}",
        asks=asks,
        path=f"blocks[{block.id}].{fact}",
        needed_for=("schedule",),
        proposals=offered,
    )


def _open(id: str, asks: str, offered: tuple[Proposal, ...] = (), *, path: str = "") -> OpenQuestion:
    return OpenQuestion(id=id, asks=asks, path=path, needed_for=("schedule",), proposals=offered)

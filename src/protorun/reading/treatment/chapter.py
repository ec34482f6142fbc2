"""Treatment: from prose to blocks, and which arm gets which. What cannot be tied to a drug stays unread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from protorun.reading.found import Found
from protorun.reading.sentences import whole
from protorun.reading.treatment.agents import Vocabulary, vocabulary
from protorun.reading.treatment.drafts import Draft, drafts, told
from protorun.reading.treatment.facts import facts_of, first_day
from protorun.reading.treatment.labels import against_labels
from protorun.reading.treatment.leftover import leftovers
from protorun.reading.treatment.placed import Placed, under_rule
from protorun.reading.treatment.questions import questions
from protorun.reading.treatment.statement import Statement, family
from protorun.reading.treatment.statements import statements
from protorun.study.arm import Arm
from protorun.study.record import Passage, Record
from protorun.study.source import Source, Sourced, derived, stated
from protorun.study.study import Ambiguity, Study
from protorun.study.treatment import Block, Start

_SLUG = re.compile(r"[^a-z0-9]+")


def read_treatment(record: Record, study: Study) -> Found:
    """Blocks, arms with their block ids, and what the schedule still needs. Sources are exact slices."""
    words = vocabulary(record, study)
    what = told(record, study, words)
    rows = against_labels(_placed(drafts(what)), study, words)
    rows = _named([*rows, *_bare(rows, study, words)], study)
    rows = [_update(r, dose_by_rule=under_rule(r, study)) for r in rows]
    rows = _started(_inherited(rows))
    arms = tuple(_with_blocks(a, rows) for a in study.arms)
    orphans = [r.block.id for r in rows if not r.arms]
    return Found(
        fields={
            "blocks": tuple(r.block for r in rows),
            "arms": arms,
            "unread": (*study.unread, *leftovers(rows, words)),
        },
        open_questions=questions(rows, study.model_copy(update={"arms": arms}), record),
        ambiguities=tuple(_start_doubts(rows)),
        warnings=tuple(f"the record does not say which arm gets {id}" for id in orphans),
        claimed=_claimed(what.about, rows),
    )


def _placed(rows: Sequence[Draft]) -> list[Placed]:
    blocks = [(Block(id="?", phase=draft.phase or "", **facts_of(draft)), draft) for draft in rows]
    return [Placed(block, draft.arms, draft) for block, draft in blocks if _says_something(block)]


def _says_something(block: Block) -> bool:
    """A block needs more than a drug's name: a dose, a day, an end, or the cycles it belongs to."""
    kinds = (
        "dose",
        "days",
        "every_days",
        "every_months",
        "per_week",
        "count",
        "until",
        "total",
        "per_day",
        "weeks",
    )
    cycles = block.from_cycle > 1 or block.to_cycle is not None
    return cycles or any(getattr(block, kind).basis != "absent" for kind in kinds)


def _bare(rows: Sequence[Placed], study: Study, words: Vocabulary) -> list[Placed]:
    """Drugs that an arm lists and about which nothing more is said: known to be given, the rest absent."""
    found: dict[tuple[str, tuple[str, ...] | None], Placed] = {}
    for arm in study.arms:
        there = {r.block.agent.value for r in rows if arm.id in r.arms}
        for statement in _listed(arm, study, words):
            agent = statement.agent
            if agent is None or agent.name in there:
                continue
            there.add(agent.name)
            source, routes = statement.sentence.source(agent.start, agent.end), _routes(statement)
            old = found.get((agent.name, routes.value))
            if old is None:
                facts: dict[str, Any] = {"kind": "radiotherapy" if agent.kind == "radiotherapy" else "drug"}
                block = Block(id="?", agent=stated(agent.name, source), routes=routes, **facts)
                found[agent.name, routes.value] = Placed(block, (arm.id,))
            else:
                found[agent.name, routes.value] = Placed(old.block, (*old.arms, arm.id))
    return list(found.values())


def _listed(arm: Arm, study: Study, words: Vocabulary) -> list[Statement]:
    """Statements of the arm's label and of the names of its interventions."""
    sources = [*arm.label.sources[:1]]
    for intervention in study.interventions:
        if (
            arm.id in intervention.arms
            or intervention.name.value in arm.interventions
            or len(study.arms) == 1
        ):
            sources += intervention.name.sources[:1]
    texts = [whole(Passage(field="arm.label", source=s)) for s in dict.fromkeys(sources)]
    return [s for text in texts for s in statements(text, words, ())]


def _routes(statement: Statement) -> Sourced[tuple[str, ...]]:
    found = [(w.value, statement.sentence.source(w.start, w.end)) for w in statement.slots.get("routes", ())]
    exact = {r: s for r, s in found if r != family(r) or not any(family(o) == r and o != r for o, _ in found)}
    return stated(tuple(exact), *exact.values()) if exact else Sourced[tuple[str, ...]]()


def _named(rows: list[Placed], study: Study) -> list[Placed]:
    """Give every block an id: its drug, phase, way and cycles; the arm too where that is not enough."""
    ids = [_id(r, rows) for r in rows]
    several = {id for id in ids if ids.count(id) > 1}
    ids = [
        f"{id}_{_slug('_'.join(r.arms) or 'any')}" if id in several else id
        for id, r in zip(ids, rows, strict=True)
    ]
    seen: dict[str, int] = {}
    named = []
    for id, row in zip(ids, rows, strict=True):
        seen[id] = seen.get(id, 0) + 1
        named.append(_update(row, id=id if seen[id] == 1 else f"{id}_{seen[id]}"))
    return named


def _id(row: Placed, rows: Sequence[Placed]) -> str:
    block = row.block
    parts = [_slug(block.agent.value or "drug"), block.phase]
    ways = {_way(r.block) for r in rows if r.block.agent.value == block.agent.value}
    if len(ways) > 1 and _way(block):
        parts.append({"intravenous": "iv", "intrathecal": "it"}.get(_way(block), _slug(_way(block))))
    if block.from_cycle > 1 or block.to_cycle is not None:
        parts.append(f"c{block.from_cycle}")
    return "_".join(p for p in parts if p)


def _way(block: Block) -> str:
    ways = {family(route) for route in block.routes.value or ()}
    return next(iter(ways)) if len(ways) == 1 else ""


def _slug(text: str) -> str:
    return _SLUG.sub("_", text.lower()).strip("_") or "x"


def _update(row: Placed, **changes: Any) -> Placed:
    return Placed(row.block.model_copy(update=changes), row.arms, row.draft)


def _inherited(rows: list[Placed]) -> list[Placed]:
    """A later phase without a dose of its own goes on with the dose of the phase before it."""
    found: list[Placed] = []
    for row in rows:
        block = row.block
        silent = (
            block.dose.basis == "absent"
            and not block.dose_by_rule
            and block.phase in ("consolidation", "concomitant", "maintenance")
        )
        before = [
            r.block for r in found
            if r.block.agent.value == block.agent.value and set(row.arms) <= set(r.arms) and r.block.phase
            and r.block.kind == block.kind and r.block.dose.value is not None
        ]  # fmt: skip
        if silent and before and before[-1].dose.value is not None:
            note = f"no other dose is given: as in {before[-1].phase}"
            row = _update(row, dose=derived(before[-1].dose.value, *before[-1].dose.sources, note=note))
        found.append(row)
    return found


def _started(rows: list[Placed]) -> list[Placed]:
    """Starts that the record gives: "on day 2 after" another drug, or the opening of the treatment."""
    found: list[Placed] = []
    for row in rows:
        told_at = _start_after(row, rows)
        first = all(
            r.block.agent.value != row.block.agent.value or not set(r.arms) & set(row.arms) for r in found
        )
        start = told_at if told_at is not None and first else first_day(row.block, row.draft)
        found.append(_update(row, start=start))
    return found


def _start_after(row: Placed, rows: Sequence[Placed]) -> Sourced[Start] | None:
    """ "Initiated on day 2 after X": study day 2 when X opens the treatment (a reading; see the ambiguity)."""
    for statement in (*row.draft.statements, *row.draft.background) if row.draft else ():
        day, anchor = statement.value("start_after"), statement.anchor
        if day is None or anchor is None:
            continue
        other = next(
            (r.block for r in rows if r.block.agent.value == anchor.name and set(r.arms) & set(row.arms)),
            None,
        )
        if other is not None:
            low = statement.slots["start_after"][0].start
            source = statement.sentence.source(low, anchor.end)
            start = Start(anchor=f"block:{other.id}", offset_days=day - 1)
            return derived(
                start, source, note=f"day {day} counted from the first dose of {anchor.name} as day 1"
            )
    return None


def _start_doubts(rows: Sequence[Placed]) -> list[Ambiguity]:
    found = []
    for row in rows:
        start = row.block.start
        if start.value is None or start.value.anchor == "treatment start" or start.basis != "derived":
            continue
        day = start.value.offset_days + 1
        found.append(
            Ambiguity(
                says=f"{row.block.agent.value} starts on day {day} after another drug: a study day, or so many days later?",
                sources=start.sources,
                readings=(f"study day {day}", f"{day} days after the other drug"),
            )
        )
    return found


def _with_blocks(arm: Arm, rows: Sequence[Placed]) -> Arm:
    ids = tuple(r.block.id for r in rows if arm.id in r.arms)
    return arm.model_copy(update={"blocks": ids})


def _claimed(about: Sequence[tuple[str, Statement]], rows: Sequence[Placed]) -> tuple[Source, ...]:
    """Sentences that say where a drug goes or how its treatment is divided, and that no block quotes by itself."""
    agents = {r.block.agent.value for r in rows}
    used = {s for r in rows for s in r.block.sources}
    kinds = {"routes", "phases", "start_after", "cycle_days", "until"}
    found = [
        s.sentence.source()
        for _, s in about
        if s.agent is not None
        and s.agent.name in agents
        and kinds & set(s.slots)
        and not (s.unclear or _DOUBTS & set(s.slots))
    ]
    return tuple(dict.fromkeys(source for source in found if source not in used))


_DOUBTS = frozenset({"unclear", "unclear_timing", "unclear_end", "number", "condition", "step", "shared"})
"""A sentence with one of these is not understood as a whole."""

"""The dose rule: a design that the record names, or the rule it tells in its own sentences. Never one of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from protorun.reading.dose_rule import words
from protorun.reading.dose_rule.told import FILL, THREE, stated_rule
from protorun.reading.found import Found
from protorun.reading.sentences import NARRATIVE, Sentence, sentences, whole
from protorun.reading.treatment.placed import escalation_arm
from protorun.reading.treatment.statements import LONGEST
from protorun.reading.values import table
from protorun.study.dose_rule import DoseRule
from protorun.study.record import Record
from protorun.study.study import Ambiguity, OpenQuestion, Proposal, Study
from protorun.terms.drugs import canonical

_TOLD_IN = (*NARRATIVE, "arm.label", "purpose")
_ABOUT = re.compile(r"\bDLTs?\b|dose[- ]limiting toxicit|dose[- ](?:escalat|finding)|\bMTD\b", re.I)


def read_dose_rule(record: Record, study: Study) -> Found:
    """`dose_rule`, and the blocks whose dose it sets. No rule when the record speaks of neither DLTs nor escalation."""
    lines = [s for s in sentences(record, *_TOLD_IN) if len(s.text) <= LONGEST]
    measures = [pair for pair in _measures(record) if max(len(s.text) for s in pair) <= LONGEST]
    everything = [*lines, *(s for pair in measures for s in pair)]
    if not any(_ABOUT.search(line.text) for line in everything):
        return Found()
    rule = stated_rule(lines, study) or _named(lines, measures, study)
    if rule is None:
        return Found()
    rule = _with_words(rule, everything, measures)
    blocks = tuple(
        b.model_copy(update={"dose_by_rule": True}) if b.id in rule.blocks else b for b in study.blocks
    )
    read = study.model_copy(update={"blocks": blocks, "dose_rule": rule})
    return Found(
        fields={"dose_rule": rule, "blocks": blocks},
        open_questions=tuple(_questions(rule, read)),
        ambiguities=_doubts(rule),
        claimed=rule.sources,
    )


def _measures(record: Record) -> list[tuple[Sentence, Sentence]]:
    """Outcome texts with their time frames."""
    pairs = []
    for _, passages in record.groups("outcome"):
        frames = [p for p in passages if p.field.endswith(".time_frame")]
        texts = [p for p in passages if p.field.endswith((".measure", ".description"))]
        pairs += [(whole(t), whole(frames[0])) for t in texts if frames]
    return pairs


def _named(
    lines: Sequence[Sentence], measures: Sequence[tuple[Sentence, Sentence]], study: Study
) -> DoseRule | None:
    """A rule of which the record gives the design's name, the levels, or only that there is dose finding."""
    arm = escalation_arm(study)
    design = words.design([*lines, *(text for text, _ in measures)])
    days, cycles = words.window([s for s in lines if _ABOUT.search(s.text)])
    found = words.levels(lines)
    if arm is None and design.basis == "absent" and not (days.known or cycles.known or found):
        return None
    held = tuple(b.id for b in study.blocks if b.dose_by_rule)
    return DoseRule(design=design, arm=arm.id if arm else "", blocks=held, levels=found)


def _with_words(
    rule: DoseRule, lines: Sequence[Sentence], measures: Sequence[tuple[Sentence, Sentence]]
) -> DoseRule:
    """The rule with its DLT definition, window and target rate, where the record gives them."""
    days, cycles = words.window(lines)
    if days.basis == "absent":
        days = words.time_frame_window(measures)
    sources = tuple(s for fact in (rule.design, days, cycles) for s in fact.sources if fact.known)
    return rule.model_copy(
        update={
            "window_days": days,
            "window_cycles": cycles,
            "dlt_definition": words.definition(lines),
            "target_rate": words.target_rate(lines),
            "sources": rule.sources or sources,
        }
    )


def _doubts(rule: DoseRule) -> tuple[Ambiguity, ...]:
    if not rule.readings:
        return ()
    state = rule.states[0]
    return (
        Ambiguity(
            says=f"{state.minimum} to {state.maximum} patients: what may 0 or 1 of {state.minimum} with DLT lead to?",
            sources=rule.sources,
            readings=(
                *(f"{r.name}: {r.says}" for r in rule.readings),
                f"literal: at most 1 of {state.minimum} is enough for phase II",
            ),
        ),
    )


def _questions(rule: DoseRule, study: Study) -> Iterator[OpenQuestion]:
    if rule.readings:
        yield _ask("reading", "which reading of the dose rule holds", _reading_proposals())
        yield _open(
            "ongoing_patients",
            "what patients at the higher dose get once it is reduced",
            (Proposal(value="the lower dose from their next dose on", note="(ours)"),),
        )
    elif rule.design.basis == "absent":
        yield _ask("design", "escalation rule", _offers("design", rule, study))
    if not rule.levels:
        yield OpenQuestion(
            id="dose_levels",
            asks="dose levels, start dose and step of the escalation",
            path="dose_rule.levels",
            needed_for=("escalation", "conduct"),
        )
    elif rule.start_level.value is None:
        yield _ask("start_level", "level at which the escalation starts")
    if not rule.dlt_definition.known and rule.dlt_definition.basis != "unread":
        yield _ask("dlt_definition", "DLT definition", _offers("dlt_definition", rule, study))
    if rule.window_days.basis == "absent":
        yield _ask("window_days", "DLT window in days", _offers("window_days", rule, study))
    if rule.readings and any(p.id == "phase_2" for p in study.parts):
        yield _open("phase_2_stop_rule", "stop rule of phase II")


def _reading_proposals() -> tuple[Proposal, ...]:
    return (
        Proposal(value=THREE, note="as in a classical 3+3, e.g. NCT05289908 (ours)"),
        Proposal(value=FILL, note="the whole cohort first, as a later entry of NCT06462092 counts it (ours)"),
    )


def _offers(need: str, rule: DoseRule, study: Study) -> tuple[Proposal, ...]:
    agents = {canonical(b.agent.value or "") for b in study.blocks if b.id in rule.blocks}
    rows: list[dict[str, Any]] = table("dose_rule")["proposal"]
    return tuple(
        Proposal(value=r["value"], note=r["note"]) for r in rows if r["need"] == need and r["agent"] in agents
    )


def _ask(fact: str, asks: str, offered: tuple[Proposal, ...] = ()) -> OpenQuestion:
    return OpenQuestion(
        id=f"dose_rule_{fact}",
        asks=asks,
        path=f"dose_rule.{fact}",
        needed_for=("escalation", "conduct"),
        proposals=offered,
    )


def _open(id: str, asks: str, offered: tuple[Proposal, ...] = ()) -> OpenQuestion:
    return OpenQuestion(id=id, asks=asks, needed_for=("escalation", "conduct"), proposals=offered)

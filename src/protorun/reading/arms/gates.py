"""What waits for the result of another arm: a recommended dose that one arm determines and others use."""

from __future__ import annotations

import re
from collections.abc import Sequence

from protorun.reading.found import Found
from protorun.reading.sentences import Sentence, sentences
from protorun.study.arm import Arm, Gate
from protorun.study.record import Record
from protorun.study.source import Sourced, assumed, stated
from protorun.study.study import Study

_NAME = r"(?:RP2D|recommended phase (?:2|II) dose|MTD|maximum tolerated dose)"
_DETERMINES = re.compile(
    rf"\b(?P<result>{_NAME})\b[^.;]{{0,40}}\b(?:will be|is|was) (?:determined|established|identified|selected)"
    rf"|\b(?:to )?(?:determine|establish|identify|select)s?\b[^.;]{{0,60}}?\b(?P<second>{_NAME})",
    re.IGNORECASE,
)
_USES = re.compile(
    rf"\b(?:at|of|using|with|receive|receiving) (?:the )?(?P<result>{_NAME})(?:\s+of\b|\b)", re.IGNORECASE
)


def read_gates(record: Record, study: Study) -> Found:
    """`gates`: arms or blocks that need the RP2D (or MTD) of an arm that seeks it."""
    by_group = {str(group): arm for group, arm in zip(_groups(record), study.arms, strict=False)}
    lines = [s for s in sentences(record, "arm.description") if s.group in by_group]
    seeking = [s for s in lines if _DETERMINES.search(s.text)]
    if len({s.group for s in seeking}) != 1:
        return Found()
    from_arm = by_group[seeking[0].group]
    said = _stated_gate(lines, by_group, from_arm, study)
    gates = [g for g in (said, _later_parts(study, from_arm, said.holds if said else ())) if g]
    return Found({"gates": tuple(gates)}, claimed=tuple(s.source() for s in seeking) if gates else ())


def _groups(record: Record) -> Sequence[str]:
    """Groups of the listed arms, in the order in which `read_arms` made them into arms."""
    labeled = [p.group for p in record.passages if p.field == "arm.label" and p.text.strip()]
    return tuple(dict.fromkeys(labeled))


def _stated_gate(
    lines: Sequence[Sentence], by_group: dict[str, Arm], from_arm: Arm, study: Study
) -> Gate | None:
    holds: list[str] = []
    basis: Sourced[str] | None = None
    for sentence in lines:
        arm, match = by_group[sentence.group], _USES.search(sentence.text)
        if match is None or arm.id == from_arm.id:
            continue
        holds += _waiting_blocks(arm, study) or [arm.id]
        basis = basis or stated(sentence.text, sentence.source())
    if basis is None:
        return None
    return Gate(
        id="rp2d", result="RP2D", from_arm=from_arm.id, holds=tuple(dict.fromkeys(holds)), basis=basis
    )


def _waiting_blocks(arm: Arm, study: Study) -> list[str]:
    """The blocks of the arm whose dose that result gives: those without a dose of their own after the first cycle."""
    own = [b for b in study.blocks if b.id in arm.blocks]
    return [b.id for b in own if b.from_cycle > 1 and not b.dose.known and b.dose_by_rule] or [
        b.id for b in own if b.from_cycle > 1
    ]


def _later_parts(study: Study, from_arm: Arm, held: Sequence[str]) -> Gate | None:
    """Arms of the later parts: a phase II treats at the dose phase I recommends, whether or not the record says so."""
    ids = [p.id for p in study.parts]
    if from_arm.part not in ids:
        return None
    later = ids[ids.index(from_arm.part) + 1 :]
    holds = tuple(a.id for a in study.arms if a.part in later and a.id not in held)
    note = f"a later part treats at the dose that {from_arm.label.value} determines (ours)"
    return (
        Gate(
            id="rp2d_later_parts",
            result="RP2D",
            from_arm=from_arm.id,
            holds=holds,
            basis=assumed("later parts wait for the RP2D", note),
        )
        if holds
        else None
    )

"""What has to exist before an arm or a block can go on: a result of another arm, never a number of ours."""

from __future__ import annotations

from collections.abc import Mapping

from protorun.study.arm import Arm, Gate
from protorun.study.study import Study
from protorun.study.treatment import Block, Dose


def blocked_by(study: Study, arm: Arm, block: Block | None, results: Mapping[str, Dose]) -> str:
    """The results that this block of the arm still waits for, in words; empty when nothing holds it."""
    return "; ".join(_words(study, g) for g in _holding(study, arm, block) if not _given(g, results))


def dose_from_result(study: Study, block: Block, results: Mapping[str, Dose]) -> Dose | None:
    """The dose an opened gate hands to a block that the dose rule sets."""
    if not block.dose_by_rule:
        return None
    return next((results[g.result] for g in study.gates if block.id in g.holds and _given(g, results)), None)


def _holding(study: Study, arm: Arm, block: Block | None) -> list[Gate]:
    """Gates on the arm, on the block, or on a block that opens the same or an earlier cycle: a cycle that cannot open
    holds everything in it."""
    held = {arm.id, block.id if block else ""}
    later = [b for b in study.blocks if b.id in arm.blocks and b.from_cycle > 1]
    held |= {b.id for b in later if block is not None and b.from_cycle <= block.from_cycle}
    return [g for g in study.gates if held & set(g.holds)]


def _given(gate: Gate, results: Mapping[str, Dose]) -> bool:
    return gate.result in results


def _words(study: Study, gate: Gate) -> str:
    label = next((a.label.value for a in study.arms if a.id == gate.from_arm), None)
    return f"{gate.result} of {label or gate.from_arm}"

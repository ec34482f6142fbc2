"""From a study to the parts of a trial that can be run, and what is missing to run them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from protorun.errors import NotStated, UsageError
from protorun.escalation import Design, design_for
from protorun.study.arm import Part
from protorun.study.study import Study


@dataclass(frozen=True)
class Stage:
    """One part of the trial: patients by the dose rule, or a fixed number of them.

    `arms` index `Study.arms`; `size` None = as many as come. `assign` says who gets which arm: all the same, by
    chance, or by the population a candidate belongs to.
    """

    name: str
    kind: Literal["dose_finding", "fixed"]
    arms: tuple[int, ...]
    assign: Literal["same", "random", "population"] = "same"
    size: int | None = None
    size_less_earlier: bool = False
    """True when `size` is that of the whole trial, so that the patients of earlier parts count."""


@dataclass(frozen=True)
class Plan:
    """The parts in order, the dose rule in force, and what is missing: `(what, path)`. A plan that misses anything
    cannot run."""

    stages: tuple[Stage, ...]
    design: Design | None = None
    window_days: int = 0
    missing: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def plan(study: Study, *, reading: str | None = None, design: Design | None = None) -> Plan:
    """The parts of this study in order.

    Without levels or a rule the plan is blocked, and names what is missing. Raises NotStated when there is a rule but
    its reading or the length of the DLT window is open, UsageError for a window of no days.
    """
    if study.dose_rule is None and design is None:
        return Plan((_fixed(study, study.parts[0] if study.parts else None),))
    missing = list(_rule_missing(study)) if design is None else []
    window, window_missing = _window(study)
    if missing:
        return Plan((), missing=(*missing, *window_missing, *_waiting(study)))
    design = design or design_for(study, reading=reading)
    if window_missing:
        raise NotStated(window_missing[0][0], path=window_missing[0][1])
    first = Stage(_name(study, 0), "dose_finding", _rule_arms(study))
    later = _later(study)
    notes = (
        ()
        if later
        else ("how many patients phase II takes is not stated: the trial ends with the dose rule",)
    )
    return Plan((first, *later), design, window, notes=notes)


def _rule_missing(study: Study) -> list[tuple[str, str]]:
    rule = study.dose_rule
    if rule is None:
        return [("the dose rule", "dose_rule")]
    found = []
    if not rule.levels:
        found.append(("the dose levels", "dose_rule.levels"))
    if not rule.design.known and not rule.readings:
        found.append(("the rule by which the dose moves", "dose_rule.design"))
    return found


def _window(study: Study) -> tuple[int, list[tuple[str, str]]]:
    rule = study.dose_rule
    if rule is None:
        return 0, [("the DLT window", "dose_rule.window_days")]
    if rule.window_days.value is not None:
        return _positive(rule.window_days.value, "window_days"), []
    if rule.window_cycles.value is None:
        return 0, [("the DLT window", "dose_rule.window_days")]
    lengths = {b.id: b.cycle_days.value for b in study.blocks if b.id in rule.blocks or not rule.blocks}
    days = next((d for d in lengths.values() if d), None)
    if days is None:
        block = next(iter(lengths), "")
        return 0, [("the length of a cycle, on which the DLT window depends", f"blocks[{block}].cycle_days")]
    return _positive(rule.window_cycles.value, "window_cycles") * days, []


def _positive(window: int, name: str) -> int:
    if window < 1:
        raise UsageError(f"dose_rule.{name} is {window}; nobody can be observed for so long")
    return window


def _waiting(study: Study) -> list[tuple[str, str]]:
    """What waits for the result the dose rule cannot give."""
    return [
        (f"{gate.result} of {gate.from_arm}, for which {', '.join(gate.holds)} waits", "")
        for gate in study.gates
    ]


def _rule_arms(study: Study) -> tuple[int, ...]:
    ids = [a.id for a in study.arms]
    rule = study.dose_rule
    if rule and rule.arm in ids:
        return (ids.index(rule.arm),)
    return (0,) if ids else (-1,)


def _later(study: Study) -> tuple[Stage, ...]:
    """The part after the dose rule, when its size is known."""
    if len(study.parts) < 2:
        return ()
    stage = _fixed(study, study.parts[1])
    return (stage,) if stage.size is not None else ()


def _fixed(study: Study, part: Part | None) -> Stage:
    ids = [a.id for a in study.arms]
    name = part.id if part else "trial"
    own = part.sample_size.value if part else None
    later = part is not None and study.parts.index(part) > 0
    size = own if own is not None else study.enrollment.size.value
    shared = own is None and later
    if study.randomization and study.randomization.arms and set(study.randomization.arms) <= set(ids):
        arms = tuple(ids.index(a) for a in study.randomization.arms)
        return Stage(name, "fixed", arms, "random", size, shared)
    here = tuple(i for i, a in enumerate(study.arms) if part is None or a.part in ("", part.id))
    return Stage(name, "fixed", here or (-1,), "population" if len(here) > 1 else "same", size, shared)


def _name(study: Study, index: int) -> str:
    return study.parts[index].id if len(study.parts) > index else "dose finding"

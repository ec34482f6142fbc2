"""The dose of a block at a level of the study's dose rule."""

from __future__ import annotations

from protorun.errors import UsageError
from protorun.study.dose_rule import DoseRule
from protorun.study.study import Study
from protorun.study.treatment import Block, Dose


def dose_at_level(study: Study, block: Block, level: str | None) -> Dose | None:
    """The block's dose; for a block under the dose rule that of the level asked for, else of the starting level.

    Raises UsageError for a level the rule does not have.
    """
    rule = study.dose_rule
    if level is not None and (rule is None or level not in {item.label for item in rule.levels}):
        there = ", ".join(item.label for item in rule.levels) if rule else ""
        raise UsageError(f"no dose level {level!r}; there are: {there or 'none'}")
    if rule is None or not block.dose_by_rule:
        return block.dose.value
    if (index := _index(rule, level)) is None:
        return block.dose.value
    return rule.levels[index].dose.value


def _index(rule: DoseRule, level: str | None) -> int | None:
    if level is not None:
        return next(i for i, item in enumerate(rule.levels) if item.label == level)
    start = rule.start_level.value
    return start if start is not None and start < len(rule.levels) else None

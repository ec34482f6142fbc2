"""From a study's dose rule to a design that decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from protorun.errors import NotStated, UsageError
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design, Plugin
from protorun.escalation._slots import Addable, Recipe, Rule
from protorun.study.dose_rule import DoseRule
from protorun.study.study import Study
from protorun.terms import plugins


def design_for(study: Study, *, reading: str | None = None) -> Design:
    """The design that executes the study's dose rule, in a named reading or in the one the study holds in force.

    Raises NotStated where the study has no dose rule, names no design, or allows several readings and nobody chose.
    """
    rule, plugin = _rule_of(study)
    names = plugin.readings(rule)
    chosen = reading or rule.reading.value or (names[0] if len(names) == 1 else None)
    if chosen is None:
        raise NotStated(
            f"which reading of the dose rule holds ({', '.join(names)})",
            path="dose_rule.reading",
            looked_in=study.title,
        )
    if chosen not in names:
        raise UsageError(f"no reading called {chosen!r}; there are: {', '.join(names)}")
    return plugin.for_rule(rule, chosen)


Executable = Study | Design | Recipe | Addable
"""Whatever can decide about doses: a study with a dose rule, a design, or a recipe that still wants its levels."""


def as_design(what: Executable, reading: str | None = None, levels: Levels | None = None) -> Design:
    """A design as it stands, a recipe over so many levels (or over levels with these names), or the design that executes
    a study's dose rule. Raises UsageError for a recipe without levels."""
    if isinstance(what, Study):
        return design_for(what, reading=reading)
    if isinstance(what, Addable):
        what = Recipe(cast(Rule, what))
    if isinstance(what, Recipe):
        if levels is None:
            raise UsageError(f"{what.rule.name} wants to know its levels: levels=5, or their names")
        return Composed(what, names_of(levels))
    return what


Levels = int | Sequence[str]


def names_of(levels: Levels) -> tuple[str, ...]:
    """The names of the levels; a number stands for levels named `level 1`, `level 2` and so on."""
    if isinstance(levels, int):
        return tuple(f"level {i}" for i in range(1, levels + 1))
    return tuple(levels)


def readings_of(study: Study) -> tuple[str, ...]:
    """Every way the study's dose rule can be read, the one in force first."""
    rule, plugin = _rule_of(study)
    names = plugin.readings(rule)
    return tuple(sorted(names, key=lambda name: name != rule.reading.value))


def _rule_of(study: Study) -> tuple[DoseRule, Plugin]:
    rule = study.dose_rule
    if rule is None:
        raise NotStated("a dose rule", path="dose_rule", looked_in=study.title)
    name = rule.design.value or ("stated" if rule.states and rule.readings else None)
    if name is None:
        raise NotStated("the design of the dose escalation", path="dose_rule.design", looked_in=study.title)
    return rule, cast(Plugin, plugins.load("escalation", name))

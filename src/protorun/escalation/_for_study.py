"""From a study's dose rule to a design that decides."""

from __future__ import annotations

from typing import cast

from protorun.errors import NotStated, UsageError
from protorun.escalation._design import Design, Plugin
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


def as_design(study_or_design: Study | Design, reading: str | None = None) -> Design:
    """A design as it stands, or the one that executes a study's dose rule."""
    if isinstance(study_or_design, Study):
        return design_for(study_or_design, reading=reading)
    return study_or_design


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

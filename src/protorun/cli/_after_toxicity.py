"""The calendar of one patient after what happened: doses held, delayed, reduced or stopped, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from protorun.cli.output import say

if TYPE_CHECKING:
    from protorun.study.study import Study
    from protorun.trial.planned import Planned


def after(
    study: Study, lines: Sequence[Planned], toxicities: Path | None, labs: Path | None, patient: str
) -> tuple[Planned, ...]:
    """The lines as they are to be given; the note of a changed dose says what was done and by which rule."""
    if toxicities is None and labs is None:
        return tuple(lines)
    from protorun.patients.toxicity_courses import read_lab_values, read_toxicities
    from protorun.schedule.doses import after_toxicity
    from protorun.schedule.doses.modified import rules_of

    happened = read_toxicities(toxicities, patient) if toxicities else ()
    values = read_lab_values(labs, patient) if labs else ()
    found = after_toxicity(study, lines, toxicities=happened, labs=values)
    named = {term for rules in rules_of(study) for rule in rules.rules for term in rule.when.terms}
    if lost := sorted({t.term for t in happened if t.term.strip().lower() not in named}):
        say(f"check: no dose rule names {', '.join(lost)}: no dose changes for it")
    changed = [one for one in found if one.action != "as planned"]
    say(f"{len(changed)} of {sum(line.kind == 'dose' for line in lines)} doses changed by what happened")
    return tuple(
        one.line if one.action == "as planned" else replace(one.line, note=f"{one.action}: {one.reason}")
        for one in found
    )

"""protorun: a published trial record becomes one structured, source-traced study, and the study is executed.

The verbs of the command line are functions here (`next-dose` is `next_dose`), and the nouns they speak in. Nothing is
imported before it is used, so that `import protorun` takes no time.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_VERBS = {
    "read": "protorun.read:read",
    "fetch": "protorun.records.fetch:fetch",
    "check": "protorun.study_file.checks:check",
    "criteria": "protorun.study.criterion_text:criteria",
    "screen": "protorun.screening:screen",
    "randomize": "protorun.allocation:randomize",
    "schedule": "protorun.schedule:schedule_of_activities",
    "calendar": "protorun.schedule:lay_out",
    "next_dose": "protorun.escalation:next_dose",
    "boundaries": "protorun.escalation:boundaries",
    "plan": "protorun.plan:plan",
    "paths": "protorun.escalation:paths",
    "assess": "protorun.response:assess",
    "grade": "protorun.toxicity.grading:grade_labs",
    "score": "protorun.quality_of_life:score",
    "conduct": "protorun.conduct:conduct",
    "derive": "protorun.analyze:derive",
    "analyze": "protorun.analyze:analyze",
    "simulate": "protorun.simulate:simulate",
    "report": "protorun.report:report",
    "demo": "protorun.demo:demo",
}
_OTHERS = {
    "load": "protorun.read:load",
    "load_study": "protorun.study_file:load_study",
    "save_study": "protorun.study_file:save_study",
    "assume": "protorun.study.assume:assume",
    "take_defaults": "protorun.study.assume:take_defaults",
    "load_recorded": "protorun.patients.recorded:load_recorded",
    "tables_from": "protorun.trial.from_frames:tables_from",
    "frames_of": "protorun.trial.to_frames:frames_of",
    "from_sdtm": "protorun.cdisc:from_sdtm",
    "to_adam": "protorun.cdisc:to_adam",
    "read_xpt": "protorun.cdisc:read_xpt",
    "write_xpt": "protorun.cdisc:write_xpt",
    "adverse_event_table": "protorun.toxicity.tabulate:adverse_event_table",
    "design_for": "protorun.escalation:design_for",
    "exact": "protorun.escalation:exact",
    "by_calendar": "protorun.escalation:by_calendar",
    "with_replacement": "protorun.escalation:with_replacement",
    "Timing": "protorun.escalation:Timing",
    "Accrual": "protorun.escalation:Accrual",
    "Leaving": "protorun.escalation:Leaving",
    "FollowedPatient": "protorun.escalation:FollowedPatient",
    "compare": "protorun.escalation:compare",
    "letters": "protorun.escalation:letters",
    "narrate": "protorun.escalation:narrate",
    "Assumption": "protorun.study.study:Assumption",
    "Study": "protorun.study.study:Study",
    "Record": "protorun.study.record:Record",
    "Source": "protorun.study.source:Source",
    "Sourced": "protorun.study.source:Sourced",
    "Facts": "protorun.trial.facts:Facts",
    "Events": "protorun.trial.events:Events",
    "Trial": "protorun.trial.trial:Trial",
    "ProtorunError": "protorun.errors:ProtorunError",
    "NotStated": "protorun.errors:NotStated",
    "PolicyRequired": "protorun.errors:PolicyRequired",
    "Blocked": "protorun.errors:Blocked",
}
_WHERE = _VERBS | _OTHERS

__all__ = [*_WHERE]


class _House(ModuleType):
    """A verb and its folder may share a name (`conduct`): `protorun.conduct` is the verb, `from protorun.conduct import
    ...` finds the folder. Python would put the folder in the verb's place once it is imported; here it does not."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _WHERE or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("protorun")
    if name not in _WHERE:
        raise AttributeError(f"protorun has no {name!r}; there are: {', '.join(_WHERE)}")
    module, attribute = _WHERE[name].split(":")
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})


sys.modules[__name__].__class__ = _House

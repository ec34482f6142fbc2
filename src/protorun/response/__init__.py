"""Lesions and findings -> CR, PR, SD, PD, NE at each time point: one file per criterion, rules as tables."""

from __future__ import annotations

import numpy as np

from protorun.errors import NothingRecorded, UsageError
from protorun.response._checks import Doubt, check
from protorun.response._compartments import Compartments, merged, two_compartments
from protorun.response._eano_esmo import LeptomeningealType, eano_esmo_type
from protorun.response._exam_checks import check_exams
from protorun.response._settings import Settings, policies, settings_for
from protorun.response._sources import source_lines, source_rows
from protorun.response._switches import Switch, chosen_settings, switches, with_switches
from protorun.terms.plugins import load
from protorun.trial.leptomeninges import LeptomeningealExams
from protorun.trial.response import Compartment
from protorun.trial.tables import Lesions, TimePoints, Visits

__all__ = [
    "Compartments",
    "Doubt",
    "LeptomeningealType",
    "Settings",
    "Switch",
    "assess",
    "check",
    "check_exams",
    "chosen_settings",
    "eano_esmo_type",
    "in_compartment",
    "merged",
    "policies",
    "settings_for",
    "source_lines",
    "source_rows",
    "switches",
    "two_compartments",
    "with_switches",
]


def assess(
    criteria: str,
    lesions: Lesions | None = None,
    visits: Visits | None = None,
    *,
    exams: LeptomeningealExams | None = None,
    compartment: str = "",
    settings: Settings | None = None,
) -> TimePoints:
    """Response at every time point by the named criterion, in one compartment (its first one when none is named).

    Raises PluginNotFound for an unknown criterion, UsageError for a compartment it does not read, NothingRecorded where
    the table it reads is not there, PatientDataError for rows that contradict one another.
    """
    rule = load("response", criteria)
    where = compartment or rule.COMPARTMENTS[0]
    if where not in rule.COMPARTMENTS:
        raise UsageError(f"{criteria} does not read {where!r}; it reads: {', '.join(rule.COMPARTMENTS)}")
    chosen = settings or settings_for(criteria)
    table = exams if rule.READS == "exams" else lesions
    if table is None:
        raise NothingRecorded(
            f"{criteria} reads {rule.READS}, and there are none", hint=f"give {rule.READS}.csv"
        )
    if isinstance(table, LeptomeningealExams):
        found: TimePoints = rule.assess(table, chosen)
    else:
        found = rule.assess(in_compartment(table, where), visits, chosen)
    return found


def in_compartment(lesions: Lesions, compartment: str) -> Lesions:
    """The lesions of a compartment: `whole_body`, `cns` or `extracranial`."""
    if compartment == "whole_body":
        return lesions
    wanted = Compartment.CNS if compartment == "cns" else Compartment.EXTRACRANIAL
    return lesions.where(np.asarray(lesions.compartment == wanted, np.bool_))

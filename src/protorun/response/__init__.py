"""Lesions and findings -> CR, PR, SD, PD, NE at each time point: one file per criterion, rules as tables."""

from __future__ import annotations

import numpy as np

from protorun.errors import UsageError
from protorun.response._checks import Doubt, check
from protorun.response._settings import Settings, policies, settings_for
from protorun.terms.plugins import load
from protorun.trial.response import Compartment
from protorun.trial.tables import Lesions, TimePoints, Visits

__all__ = ["Doubt", "Settings", "assess", "check", "in_compartment", "policies", "settings_for"]


def assess(
    criteria: str,
    lesions: Lesions,
    visits: Visits | None = None,
    *,
    compartment: str = "",
    settings: Settings | None = None,
) -> TimePoints:
    """Response at every time point by the named criterion, in one compartment (its first one when none is named).

    Raises PluginNotFound for an unknown criterion, UsageError for a compartment it does not read, PatientDataError for
    rows that contradict one another.
    """
    rule = load("response", criteria)
    where = compartment or rule.COMPARTMENTS[0]
    if where not in rule.COMPARTMENTS:
        raise UsageError(f"{criteria} does not read {where!r}; it reads: {', '.join(rule.COMPARTMENTS)}")
    found: TimePoints = rule.assess(
        in_compartment(lesions, where), visits, settings or settings_for(criteria)
    )
    return found


def in_compartment(lesions: Lesions, compartment: str) -> Lesions:
    """The lesions of a compartment: `whole_body`, `cns` or `extracranial`."""
    if compartment == "whole_body":
        return lesions
    wanted = Compartment.CNS if compartment == "cns" else Compartment.EXTRACRANIAL
    return lesions.where(np.asarray(lesions.compartment == wanted, np.bool_))

"""Which assessments an endpoint is judged by: the criteria, the compartment, and the time points in the tables."""

from __future__ import annotations

from protorun.errors import NothingRecorded, NotStated
from protorun.study.endpoint import Endpoint, EndpointEvent
from protorun.trial.tables import Tables, TimePoints

_CNS_ALONE = ("rano_bm", "rano_lm")
CLINICAL = "clinical"
"""Criteria under which a progression without documentation is recorded."""


def points_for(tables: Tables, criteria: str, compartment: str) -> TimePoints:
    """The time points by a criterion in a compartment. Raises NothingRecorded when the tables hold none."""
    for key in ((criteria, compartment), ("", compartment)):
        if key in tables.timepoints:
            return tables.timepoints[key]
    raise NothingRecorded(
        f"there is no assessment by {criteria} ({compartment})",
        hint="give lesions.csv, or a reader's response in assessments.csv",
    )


def criteria_of(endpoint: Endpoint, event: EndpointEvent | None = None) -> tuple[str, str]:
    """By which criteria and in which compartment progression or response is judged. Raises NotStated."""
    criteria = (event.criteria if event else "") or endpoint.criteria.value
    if not criteria:
        raise NotStated(f"the response criteria of {endpoint.id}", path=f"endpoints[{endpoint.id}].criteria")
    if event is not None and event.kind == "extracranial_progression":
        if criteria in _CNS_ALONE:
            path = f"endpoints[{endpoint.id}].events"
            raise NotStated(f"by which criteria {endpoint.id} reads the disease outside the CNS", path=path)
        return criteria, "extracranial"
    in_cns = criteria in _CNS_ALONE or (event is not None and event.kind == "intracranial_progression")
    return criteria, "cns" if in_cns else endpoint.compartment


def clinical_points(tables: Tables) -> TimePoints | None:
    """Progressions recorded without documentation by the criteria, in whatever compartment; None when there are none."""
    return next((points for (name, _), points in tables.timepoints.items() if name == CLINICAL), None)


def named(criteria: str, compartment: str) -> str:
    """How the trace names a table of time points."""
    return f"timepoints {criteria} {compartment}".replace("_", " ")

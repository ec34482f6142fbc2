"""Who gets which arm. One file per method; the folder is the registry, the file name the key."""

from protorun.allocation._allocate import allocate, method_of
from protorun.allocation._list import (
    Allocated,
    AllocationList,
    audit_line,
    commit,
    disclose,
    list_for,
    randomize,
    stratum_name,
)
from protorun.allocation._plan import Factor, Plan, plan_for
from protorun.allocation._redcap import RedcapTables, redcap_tables
from protorun.allocation.population import Placement, Status, place

__all__ = [
    "Allocated",
    "AllocationList",
    "Factor",
    "Placement",
    "Plan",
    "RedcapTables",
    "Status",
    "allocate",
    "audit_line",
    "commit",
    "disclose",
    "list_for",
    "method_of",
    "place",
    "plan_for",
    "randomize",
    "redcap_tables",
    "stratum_name",
]

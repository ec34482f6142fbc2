"""Switches of the response rules. A named policy sets all of them; nothing else does."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from protorun.errors import PluginNotFound


@dataclass(frozen=True)
class Settings:
    """A complete set of switches with its name; each switch is explained in `switches.toml`. Lengths in 0.01 mm."""

    name: str
    says: str
    sticky_response: bool
    pd_abs_mode: Literal["sum", "any_lesion", "none"]
    new_lesion_alone_is_pd: bool
    min_diameter: int
    min_perpendicular: int
    min_node: int
    max_targets: int
    max_per_organ: int
    physiological_steroid_mg: float
    partial_pd: bool
    measure: Literal["diameter", "area"]
    pd_percent: int
    pr_percent: int
    mr_percent: int
    max_slice: int
    rescan_within_days: int
    rescan_after_days: int
    confirm_days: int
    csf_confirm_days: int
    neuro_pd_levels: int
    neuro_worst_level: int
    require_csf_for_response: bool
    steroid_rule: Literal["block", "ignore"]
    clinical_override: bool
    open_rows: Literal["NE", "SD"]
    exam_domains: str
    mri_items: str
    nodules: Literal["recorded", "sum"]
    reader_override: bool
    confirm_within_days: int
    pending_is_event: bool
    overridden: tuple[str, ...] = ()
    """Switches that the caller set, whatever the policy says."""


@cache
def policies(criteria: str) -> dict[str, Settings]:
    """The named policies of a criterion, the usual one first; empty when it declares none."""
    text = files("protorun.response").joinpath("policies.toml").read_text(encoding="utf-8")
    whole = tomllib.loads(text)
    table = whole.get(criteria, {})
    shared = whole["every_criterion"] | {
        n: value for n, value in table.items() if not isinstance(value, dict)
    }
    return {
        name: Settings(name=name, **{**shared, **switches})
        for name, switches in table.items()
        if isinstance(switches, dict)
    }


def settings_for(criteria: str, policy: str = "") -> Settings:
    """The switches of a policy, or of the usual one. Raises PluginNotFound, which lists what there is."""
    known = policies(criteria)
    if not policy:
        return next(iter(known.values()))
    if policy not in known:
        raise PluginNotFound(f"{criteria} policy", policy, known)
    return known[policy]

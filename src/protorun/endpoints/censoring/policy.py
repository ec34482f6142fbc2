"""Named censoring policies: a complete set of switches for times to events that scans decide."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from protorun.errors import PluginNotFound, UsageError

SWITCHES = ("no_baseline", "clinical", "pd_date", "new_therapy", "missed", "adequate", "no_event", "lost")
_VALUES: Mapping[str, tuple[str, ...]] = {
    "no_baseline": ("censor", "count"),
    "clinical": ("censor", "event"),
    "pd_date": ("earliest", "latest"),
    "new_therapy": ("censor", "ignore", "event", "competing"),
    "adequate": ("evaluable", "any"),
    "no_event": ("last_adequate",),
    "lost": ("last_adequate",),
}


@dataclass(frozen=True)
class CensoringPolicy:
    """Switches of a time to an event, each explained in `policies.toml`; `sources` says where each value is from.

    `interval_days` and `window_days` are the time between assessments and the tolerance around them; without an
    interval missed visits cannot be counted.
    """

    name: str
    says: str
    no_baseline: Literal["censor", "count"]
    clinical: Literal["censor", "event"]
    pd_date: Literal["earliest", "latest"]
    new_therapy: Literal["censor", "ignore", "event", "competing"]
    missed: int
    adequate: Literal["evaluable", "any"]
    no_event: str
    lost: str
    interval_days: int | None = None
    window_days: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)

    def stated(self, **switches: Any) -> CensoringPolicy:
        """The policy with other values in some switches, as an explicit choice of the caller.

        Raises UsageError for a switch or a value that does not exist.
        """
        known = {f.name for f in fields(self)} - {"name", "says", "sources"}
        for name, value in switches.items():
            if name not in known:
                raise UsageError(f"no switch {name!r}; there are: {', '.join(sorted(known))}")
            if name in _VALUES and value not in _VALUES[name]:
                raise UsageError(f"{name} cannot be {value!r}; it is one of {', '.join(_VALUES[name])}")
            if name == "window_days" or name == "missed" or (name == "interval_days" and value is not None):
                _count(name, value)
        sources = {**self.sources, **dict.fromkeys(switches, "an explicit choice of the caller")}
        return replace(self, sources=MappingProxyType(sources), **switches)


def _count(name: str, value: Any) -> None:
    least = 1 if name == "interval_days" else 0
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise UsageError(f"{name} must be a whole number from {least}, not {value!r}")


@cache
def censoring_policies() -> Mapping[str, CensoringPolicy]:
    """All named policies."""
    path = files("protorun.endpoints.censoring").joinpath("policies.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: CensoringPolicy(
                name=name,
                says=lines["says"],
                sources=MappingProxyType({s: lines[s]["source"] for s in SWITCHES}),
                **{s: lines[s]["value"] for s in SWITCHES},
            )
            for name, lines in table.items()
        }
    )


def censoring_policy(name: str | CensoringPolicy) -> CensoringPolicy:
    """The policy of that name; a policy passes through. Raises PluginNotFound, which lists what there is."""
    if isinstance(name, CensoringPolicy):
        return name
    if name not in censoring_policies():
        raise PluginNotFound("censoring policy", name, censoring_policies())
    return censoring_policies()[name]

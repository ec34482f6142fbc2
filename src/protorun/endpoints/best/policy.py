"""Named policies of the best overall response: a complete set of switches, read from `policies.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from protorun.errors import NotStated, PluginNotFound

MUST_BE_STATED = -1
"""`min_sd_days` of a policy that leaves it to the protocol."""


@dataclass(frozen=True)
class Policy:
    """Switches of the best overall response; each is explained in `policies.toml`."""

    name: str
    says: str
    min_sd_days: int
    confirm_days: int
    max_ne: int
    accept_sd: bool
    until_pd: bool
    missing_as_ne: bool
    nd_is_class: bool
    lost_cr_is_pd: bool
    amend_cr: bool

    def stated(self, *, min_sd_days: int | None = None, confirm_days: int | None = None) -> Policy:
        """The policy with what the protocol states in place of its own values."""
        given = {"min_sd_days": min_sd_days, "confirm_days": confirm_days}
        return replace(self, **{name: days for name, days in given.items() if days is not None})  # type: ignore[arg-type]

    def complete(self, path: str = "") -> Policy:
        """This policy, when nothing is left open. Raises NotStated for a minimum SD time nobody gave."""
        if self.min_sd_days == MUST_BE_STATED:
            raise NotStated("how long stable disease must last to count", path=path)
        return self


@cache
def policies() -> dict[str, Policy]:
    """All named policies."""
    table = tomllib.loads(
        files("protorun.endpoints.best").joinpath("policies.toml").read_text(encoding="utf-8")
    )
    return {name: Policy(name=name, **switches) for name, switches in table.items()}


def policy(name: str) -> Policy:
    """The policy of that name. Raises PluginNotFound, which lists what there is."""
    if name not in policies():
        raise PluginNotFound("best-response policy", name, policies())
    return policies()[name]

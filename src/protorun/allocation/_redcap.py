"""Allocation tables for REDCap, which randomizes from an uploaded list but does not make one."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

from protorun.allocation._list import AllocationList, list_for
from protorun.allocation._plan import Plan
from protorun.errors import UsageError

SPARE = (
    0.20  # REDCap sites ask for a table about 20 % larger than the sample, as slots cannot be added easily
)


@dataclass(frozen=True, repr=False)
class RedcapTables:
    """The two tables REDCap wants, from different seeds, and the legend of the codes.

    A table is a list of rows with `redcap_randomization_group` and one column per stratification field; arms and
    categories are whole numbers from 1, which `legend` explains (`field`, `code`, `label`).
    """

    development: list[dict[str, int]]
    production: list[dict[str, int]]
    legend: list[dict[str, str | int]]
    digests: tuple[str, str]

    def __repr__(self) -> str:
        return f"RedcapTables({len(self.production)} rows each, concealed)"


def redcap_tables(plan: Plan, n: int, *, seed: int, development_seed: int | None = None) -> RedcapTables:
    """Two allocation tables for `n` patients plus 20 %, in every stratum.

    The development table gets its own seed, derived when not given, so that testing never shows the real list. Raises
    UsageError when both seeds are equal.
    """
    other = derived_seed(seed) if development_seed is None else development_seed
    if other == seed:
        raise UsageError("the development and the production table need different seeds")
    slots = math.ceil(round(n * (1 + SPARE), 9))
    production, development = list_for(plan, slots, seed=seed), list_for(plan, slots, seed=other)
    return RedcapTables(
        development=_rows(development),
        production=_rows(production),
        legend=_legend(plan),
        digests=(development.digest, production.digest),
    )


def derived_seed(seed: int) -> int:
    """The seed of the development table when only the production seed was given."""
    return int.from_bytes(hashlib.sha256(f"development:{seed}".encode()).digest()[:8], "big")


def _rows(sealed: AllocationList) -> list[dict[str, int]]:
    plan = sealed.plan
    codes = [
        {
            factor.name: factor.values.index(value) + 1
            for factor, value in zip(plan.factors, stratum, strict=True)
        }
        for stratum in plan.strata
    ]
    return [
        {"redcap_randomization_group": arm + 1, **codes[s]}
        for s, slots in enumerate(sealed.slots)
        for arm in slots
    ]


def _legend(plan: Plan) -> list[dict[str, str | int]]:
    fields = [("redcap_randomization_group", plan.arms), *((f.name, f.values) for f in plan.factors)]
    return [
        {"field": name, "code": code, "label": label}
        for name, labels in fields
        for code, label in enumerate(labels, start=1)
    ]

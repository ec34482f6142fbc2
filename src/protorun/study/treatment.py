"""What is given: blocks of doses with route, days, repeats, start, end and conditions."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal

from pydantic import Field

from protorun.study.source import Frozen, Source, Sourced
from protorun.study.written import NUMBER, Written, number

Phase = Literal["", "induction", "consolidation", "concomitant", "maintenance", "cycles"]


NO_LENGTH = "in cycles whose length is not stated"
"""Kind of absence of `cycle_days`: the days come again, and nobody knows when."""


class Dose(Written):
    """An amount with its unit, per administration: `mg`, `mg/kg`, `mg/m2`, `ug`, `IU`, `AUC`, or `Gy` per fraction."""

    form: ClassVar = re.compile(rf"(?P<amount>{NUMBER}) (?P<unit>\S(?:.*\S)?)")
    example: ClassVar[str] = "15 mg/kg"

    amount: float = Field(ge=0)
    unit: str

    def _words(self) -> str:
        return f"{number(self.amount)} {self.unit}"


class Start(Written):
    """Where a block begins: `offset_days` after an anchor.

    `anchor` is `treatment start` (day 1 of cycle 1), `block:<id>` (its first dose) or `end of block:<id>` (its last
    planned dose).
    """

    form: ClassVar = re.compile(r"(?P<anchor>\S(?:.*?\S)?)(?: (?P<offset_days>[-+] \d+) days?)?")
    example: ClassVar[str] = "block:induction + 7 days"

    anchor: str = "treatment start"
    offset_days: int = 0

    @classmethod
    def _fields(cls, words: dict[str, str]) -> dict[str, Any]:
        return {"anchor": words["anchor"], "offset_days": int(words.get("offset_days", "0").replace(" ", ""))}

    def _words(self) -> str:
        sign, days = "-" if self.offset_days < 0 else "+", abs(self.offset_days)
        return f"{self.anchor} {sign} {days} day{'s' * (days != 1)}" if days else self.anchor


class Block(Frozen):
    """One run of equal administrations.

    Timing is one of: `days` of a cycle of `cycle_days`; `per_week` for `weeks`; one dose `every_days`; or `fractions`
    of radiotherapy (`per_week` 5 = weekdays). `count` is the total number of doses or fractions when it is bounded.
    `from_cycle` and `to_cycle` bound cycle-based blocks (cycle 1 only: 1 and 1; "cycles 2+": 2 and None).
    """

    id: str
    agent: Sourced[str]
    kind: Literal["drug", "radiotherapy", "other"] = "drug"
    phase: Phase = ""
    dose: Sourced[Dose] = Sourced[Dose]()
    dose_by_rule: bool = False
    """True when the level of the study's dose rule sets the dose of this block."""
    routes: Sourced[tuple[str, ...]] = Sourced[tuple[str, ...]]()
    cycle_days: Sourced[int] = Sourced[int]()
    days: Sourced[tuple[int, ...]] = Sourced[tuple[int, ...]]()
    from_cycle: int = 1
    to_cycle: int | None = None
    per_week: Sourced[int] = Sourced[int]()
    weeks: Sourced[int] = Sourced[int]()
    week_days: Sourced[tuple[int, ...]] = Sourced[tuple[int, ...]]()
    """Days within the week of the block, 1 = the day the block starts; `(1, 4)` puts doses on day +0 and +3."""
    every_days: Sourced[int] = Sourced[int]()
    every_months: Sourced[int] = Sourced[int]()
    """The interval as the record states it, in months; it has no length in days until `every_days` is answered."""
    per_day: Sourced[int] = Sourced[int]()
    """Administrations on each treatment day; once when it is not stated."""
    count: Sourced[int] = Sourced[int]()
    total: Sourced[Dose] = Sourced[Dose]()
    start: Sourced[Start] = Sourced[Start]()
    until: Sourced[tuple[str, ...]] = Sourced[tuple[str, ...]]()
    """Codes that end the block: `progression`, `toxicity`, `relapse`, `death`, `withdrawal`, `investigator` ..."""
    condition: Sourced[str] = Sourced[str]()
    """Code that must hold before the block starts, e.g. `effective`."""
    window_days: Sourced[int] = Sourced[int]()
    """Tolerance, plus or minus, around each planned day."""
    sources: tuple[Source, ...] = ()


class Intervention(Frozen):
    """An intervention as listed by the registry."""

    name: Sourced[str]
    type: Sourced[str] = Sourced[str]()
    description: Sourced[str] = Sourced[str]()
    other_names: tuple[str, ...] = ()
    arms: tuple[str, ...] = ()

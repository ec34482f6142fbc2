"""What toxicity does to the next doses: rules as data, in the order they are tried."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from protorun.study.source import Frozen, Source, Sourced
from protorun.study.treatment import Dose


class ToxicityTrigger(Frozen):
    """An adverse event, or a laboratory value on a treatment day, that sets a rule off.

    For an event: any of `terms` with a grade from `grade_from` to `grade_to`; with `lasting_days` only when it lasts at
    least that long, with `delays_days` only when it delays the next dose by at least that many days. For a value:
    `variable` `below` a limit in `unit`, before the doses on `on_days` of the cycle (none = every dose).
    """

    terms: tuple[str, ...] = ()
    grade_from: int = Field(default=1, ge=1)
    grade_to: int = Field(default=5, ge=1)
    lasting_days: int | None = None
    delays_days: int | None = None
    variable: str = ""
    below: float | None = None
    unit: str = ""
    on_days: tuple[int, ...] = ()


class ModificationRule(Frozen):
    """One line of a dose-modification table; the first rule that fits decides.

    Hold until the grade is at most `hold_until` (None = do not hold), then go on at the `same` dose, `reduce` by `levels`,
    or `stop` for good. A recovery that takes more than `within_days` does `late` instead. Rules with the same `counts`
    share their count of occurrences, and this one is for the occurrences `occurrence_from` to `occurrence_to`.
    """

    id: str
    when: ToxicityTrigger
    then: Literal["same", "reduce", "stop"]
    hold_until: int | None = None
    levels: int = Field(default=1, ge=1)
    within_days: int | None = None
    late: Literal["", "same", "reduce", "stop"] = ""
    counts: str = ""
    occurrence_from: int = Field(default=1, ge=1)
    occurrence_to: int | None = None
    basis: Sourced[str] = Sourced[str]()
    """The words that say so, or where the rule comes from and what of it is unverified."""


class DoseModification(Frozen):
    """The dose-modification rules of one agent. `ladder` is the full dose and its reductions; below the last one the
    treatment stops; a dose that was reduced is not raised again."""

    agent: str
    ladder: tuple[Dose, ...]
    rules: tuple[ModificationRule, ...]
    sources: tuple[Source, ...] = ()

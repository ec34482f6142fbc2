"""One line of a patient's calendar: a dose, a fraction, a visit, or something that waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True)
class Planned:
    """A planned administration or activity.

    `day` counts from 1 = first treatment day (C1D1); there is no day 0. `amount` is per administration, in `unit`
    (mg/kg already turned into mg); None with `missing` naming what is not known. `blocked_by` names the result that has
    to exist first; a blocked line has neither date nor amount. `uid` stays the same when dates move.
    """

    uid: str
    kind: Literal["dose", "fraction", "activity"]
    what: str
    block: str
    day: int | None
    on: date | None
    label: str
    """`C1D8` in cycles, `induction 2/4` in counted blocks."""
    amount: float | None = None
    unit: str = ""
    as_stated: str = ""
    """The dose as the record gives it, e.g. `10 mg/kg`."""
    route: str = ""
    window_before: int = 0
    window_after: int = 0
    condition: str = ""
    missing: str = ""
    blocked_by: str = ""
    note: str = ""

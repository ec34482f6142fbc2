"""Local time of a block or of the cycles: planned offsets to dates, with every delay that has happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True)
class Clock:
    """Planned offset 0 is `start`; from each slip `(offset, days)` on, everything comes that many days later."""

    start: date
    slips: tuple[tuple[int, int], ...] = ()

    def on(self, offset: int) -> date:
        """Date of a planned offset in days."""
        late = sum(days for at, days in self.slips if at <= offset)
        return self.start + timedelta(days=offset + late)


def slipped(clock: Clock, offset: int, actual: date) -> Clock:
    """The clock after what was planned at `offset` really happened on `actual`; what follows keeps its distance."""
    days = (actual - clock.on(offset)).days
    return replace(clock, slips=(*clock.slips, (offset, days))) if days else clock


def study_day(start: date, on: date) -> int:
    """Study day: `start` is day 1, the day before it is day -1; there is no day 0."""
    days = (on - start).days
    return days + 1 if days >= 0 else days

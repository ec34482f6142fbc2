"""A trial under way: the study and the events so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from protorun.study.study import Study
from protorun.trial.events import Events, Kind
from protorun.trial.facts import Facts


@dataclass(frozen=True)
class Trial:
    """The study plus what happened, for one trial (copies = 1) or many simulated copies of it.

    Copies are numbered from `first_copy`. `day_one` is the date of day 1 of a recorded trial, None in simulations.
    `names[patient]` is the printed id of a recorded patient. `notes` say how the trial was run where the record is
    silent: each is a choice of ours or of the user, printed with every result.
    """

    study: Study
    events: Events
    copies: int = 1
    facts: Facts | None = None
    first_copy: int = 0
    day_one: date | None = None
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cut_on: int | None = None

    def cut(self, day: int) -> Trial:
        """The trial as it was known at the end of that day."""
        earlier = day if self.cut_on is None else min(day, self.cut_on)
        return replace(self, events=self.events.cut(day), cut_on=earlier)

    @property
    def status(self) -> Literal["blocked", "stopped", "finished", "under way"]:
        """How one trial stands: of several copies, how the first stands that is not under way."""
        kinds = set(self.events.kind.tolist())
        if Kind.BLOCKED in kinds:
            return "blocked"
        if Kind.STOPPED in kinds:
            return "stopped"
        return "finished" if Kind.FINISHED in kinds or Kind.CLOSED in kinds else "under way"

    @property
    def missing(self) -> tuple[str, ...]:
        """What a blocked trial waits for."""
        return self.events.of(Kind.BLOCKED).text

    def on(self, day: int) -> date | None:
        """The date of a day of a recorded trial."""
        return self.day_one + timedelta(days=int(day) - 1) if self.day_one else None

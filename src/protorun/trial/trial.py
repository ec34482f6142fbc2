"""A trial under way: the study and the events so far."""

from __future__ import annotations

from dataclasses import dataclass, replace

from protorun.study.study import Study
from protorun.trial.events import Events
from protorun.trial.facts import Facts


@dataclass(frozen=True)
class Trial:
    """The study plus what happened, for one trial (copies = 1) or many simulated copies of it."""

    study: Study
    events: Events
    copies: int = 1
    facts: Facts | None = None

    def cut(self, day: int) -> Trial:
        """The trial as it was known at the end of that day."""
        return replace(self, events=self.events.cut(day))

"""What one clause says of one agent: the noun of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from protorun.reading.sentences import Sentence
from protorun.reading.treatment.agents import Agent
from protorun.reading.treatment.words import Word
from protorun.reading.values import table
from protorun.study.source import Source

SINGLE = (
    "dose", "total_in_fractions", "per_fraction", "fractions", "days", "cycle_days", "every_days", "every_months",
    "per_day", "per_week", "count", "weeks", "for_days", "n_cycles", "cycles", "until", "conditions",
)  # fmt: skip
TIMING = (
    "days",
    "cycle_days",
    "every_days",
    "every_months",
    "per_day",
    "per_week",
    "weeks",
    "count",
    "for_days",
)


@dataclass(frozen=True)
class Statement:
    """What one clause says of one agent. `slots` holds the findings by kind; a slot with two different values is
    `unclear`, and so is a dose beside words such as "loading" or "up to". `arms` is None where no arm is named."""

    sentence: Sentence
    agent: Agent | None
    slots: Mapping[str, tuple[Word, ...]]
    arms: tuple[str, ...] | None = None
    later: bool = False
    """The clause stands behind "then" or "followed by"."""
    given: bool = False
    named: bool = True
    """The sentence itself names the agent; else it goes on about the one before."""
    anchor: Agent | None = None
    span: tuple[int, int] = (0, 0)
    unclear: frozenset[str] = field(default_factory=frozenset)
    shared: frozenset[str] = field(default_factory=frozenset)
    """Kinds that the sentence gives once, behind another drug: perhaps for this one too."""

    def value(self, kind: str) -> Any:
        """The one value of a slot, or None when it is empty or unclear."""
        found = self.slots.get(kind, ())
        return found[0].value if found and kind not in self.unclear else None

    def sources(self, *kinds: str) -> tuple[Source, ...]:
        """The places of the findings of these kinds."""
        return tuple(self.sentence.source(w.start, w.end) for k in kinds for w in self.slots.get(k, ()))

    @property
    def timed(self) -> bool:
        return any(kind in self.slots for kind in TIMING)

    @property
    def amounts(self) -> bool:
        return any(kind in self.slots for kind in ("dose", "total_in_fractions", "per_fraction"))


def family(route: str) -> str:
    """The way into the body a route belongs to."""
    for name, members in table("treatment")["families"].items():
        if route in members:
            return str(name)
    return route

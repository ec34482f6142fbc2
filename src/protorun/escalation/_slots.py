"""Designs put together from typed parts: one rule, and modifiers in slots whose order cannot matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.trial.outcomes import CountArray, Outcomes

Closed = NDArray[np.bool_]
"""Levels found too toxic, shaped (row, level): a closed level closes every level above it."""


class Needs(IntEnum):
    """What a design has to see; each includes the ones before it."""

    COUNTS = 0  # patients and DLTs by level
    LAST = 1  # ... and those of the cohort treated last
    PENDING = 2  # ... and how long the pending patients have been followed
    PATIENTS = 3  # ... and every patient alone


@dataclass(frozen=True)
class Proposal:
    """What a rule wants before the modifiers have spoken, one row per trial: the level (-1 = none is safe), its reason as
    an index into the rule's `reasons`, and the numbers that the sentences of the reasons name. `waits` marks the rows in
    which nobody may be treated until more is known about the pending patients."""

    level: CountArray
    reason: CountArray
    numbers: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    waits: NDArray[np.bool_] | None = None


class Rule(Protocol):
    """The heart of a design: where to go from here, which levels are too toxic, and what the trial found in the end.

    `reasons` are the codes `propose` may give. `monotone`: one more DLT never raises the level. `local`: where to go
    depends on the counts of the current level alone. `slots` are the modifiers the rule brings with it; one of the same
    kind put beside it by the user takes their place. A rule is bound to its levels by `at`.
    """

    @property
    def name(self) -> str: ...
    @property
    def variant(self) -> str: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...
    @property
    def monotone(self) -> bool: ...
    @property
    def local(self) -> bool: ...
    @property
    def needs(self) -> Needs: ...
    @property
    def slots(self) -> tuple[Slot, ...]: ...

    def check(self, levels: int) -> None:
        """Raises UsageError when the rule cannot run over so many levels (a skeleton of another length)."""
        ...

    def propose(self, seen: Outcomes, closed: Closed) -> Proposal:
        """Where the rule wants to go from the current level, before limits; it never names a closed level. A rule that
        finds no level safe tells `overdose_lowest` and the limit `ewoc` among its numbers."""
        ...

    def closed(self, seen: Outcomes) -> Closed:
        """The levels that these counts show to be too toxic, upward closed."""
        ...

    def mtd(self, seen: Outcomes, closed: Closed) -> CountArray:
        """The level the trial hands on when it ends here; -1 = none."""
        ...


@dataclass(frozen=True)
class Slot:
    """A modifier. `several`: more than one may stand in a design, and they commute."""

    several: ClassVar[bool] = False

    @property
    def kind(self) -> type[Slot]:
        """The class whose slot it takes: the one just below `Slot`."""
        line = type(self).__mro__
        return line[line.index(Slot) - 1]


class SlotTaken(UsageError):
    """Two modifiers of one kind, where only one can hold."""


@dataclass(frozen=True)
class Recipe:
    """A rule with its modifiers, not yet bound to dose levels: `Boin(target=.25) + Cohorts(3) + StopAt(n=30)`."""

    rule: Rule
    added: tuple[Slot, ...] = ()

    def __add__(self, slot: Slot) -> Recipe:
        """The recipe with one more modifier. Raises SlotTaken for a second one of a kind that holds only one."""
        if not slot.several:
            for other in self.added:
                if other.kind is slot.kind and other != slot:
                    raise SlotTaken(f"{other} and {slot}: a design has only one {slot.kind.__name__}")
        if slot in self.added:
            return self
        return Recipe(self.rule, tuple(sorted((*self.added, slot), key=repr)))

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All modifiers in force: the ones added, and the rule's own where nothing of their kind was added."""
        taken = {slot.kind for slot in self.added}
        return (*self.added, *(slot for slot in self.rule.slots if slot.kind not in taken))

    def one(self, kind: type[Slot], default: Slot) -> Any:
        """The modifier of this kind that is in force."""
        return next((slot for slot in self.slots if slot.kind is kind), default)

    def all(self, kind: type[Slot]) -> tuple[Any, ...]:
        """Every modifier of this kind."""
        return tuple(slot for slot in self.slots if slot.kind is kind)


class Addable:
    """A rule to which modifiers can be added with `+`."""

    def __add__(self, slot: Slot) -> Recipe:
        """The rule with one modifier."""
        return Recipe(self) + slot  # type: ignore[arg-type]


def without_follow_up(name: str) -> UsageError:
    """What a design says that was given pending patients, but not for how long they have been followed."""
    return UsageError(
        f"{name} wants to know how long the pending patients have been followed; list the patients one by one "
        "(--patients FILE with follow_up_days, or FollowedPatient in Python)"
    )


def upward(closed: Closed) -> Closed:
    """Every level above a closed one is closed."""
    return np.logical_or.accumulate(closed, axis=1)

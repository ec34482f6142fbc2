"""The dose rule as data: levels, states, guards in order, and the readings a text allows."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from protorun.study.source import Frozen, Source, Sourced
from protorun.study.treatment import Dose


class Level(Frozen):
    """One dose level of the escalated drug; levels are listed from the lowest dose to the highest."""

    label: str
    dose: Sourced[Dose] = Sourced[Dose]()


class Transition(Frozen):
    """At `state`, with n evaluable patients and d DLTs inside the closed ranges, do `action`. First match wins.

    `enroll`: one more patient here. `go`: state `to` opens, its counts from zero. `finish`: the part ends with the
    level of this state as its result. `stop`: the trial ends without a dose.
    """

    state: str
    n_from: int = 0
    n_to: int | None = None
    dlt_from: int = 0
    dlt_to: int | None = None
    action: Literal["enroll", "go", "finish", "stop"]
    to: str = ""
    basis: Sourced[str] = Sourced[str]()
    """The words that say so, or the convention that fills a silence."""


class State(Frozen):
    """A state of the rule: at which level it treats (index into the levels), with which cohort bounds."""

    name: str
    level: int = Field(ge=0)
    minimum: int = Field(ge=1)
    maximum: int = Field(ge=1)


class RuleReading(Frozen):
    """One way to read the text, complete: every (n, d) a trial can reach in every state has a transition."""

    name: str
    says: str
    transitions: tuple[Transition, ...]


class DoseRule(Frozen):
    """When the next dose rises, stays, falls or the trial stops.

    `design` names a design of `escalation/` when the record names one (3+3, BOIN ...); else it is `stated` and the
    readings carry the record's own state machine. `reading` is the one in force.
    """

    design: Sourced[str] = Sourced[str]()
    arm: str = ""
    blocks: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    start_level: Sourced[int] = Sourced[int]()
    states: tuple[State, ...] = ()
    start_state: str = ""
    readings: tuple[RuleReading, ...] = ()
    reading: Sourced[str] = Sourced[str]()
    dlt_definition: Sourced[str] = Sourced[str]()
    window_days: Sourced[int] = Sourced[int]()
    window_cycles: Sourced[int] = Sourced[int]()
    target_rate: Sourced[float] = Sourced[float]()
    parameters: dict[str, Sourced[float]] = Field(default_factory=dict)
    """Settings of the named design under the names its page gives (`cohortsize`, `ncohort` ...)."""
    sources: tuple[Source, ...] = ()

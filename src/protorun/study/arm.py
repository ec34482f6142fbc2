"""Parts, arms and cohorts: who is treated how, and what waits for what."""

from __future__ import annotations

from pydantic import Field

from protorun.study.source import Frozen, Source, Sourced


class Part(Frozen):
    """A stage of the trial, such as phase I."""

    id: str
    phase: Sourced[str] = Sourced[str]()
    sample_size: Sourced[int] = Sourced[int]()


class Population(Frozen):
    """Whom an arm takes, as conditions over patient variables; every entry must hold, None inside a tuple never occurs.

    `require` maps a variable of the patient facts to the values that qualify, e.g. `her2_status: (positive,)`.
    """

    text: Sourced[str] = Sourced[str]()
    require: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    any_of: tuple[dict[str, tuple[str, ...]], ...] = ()
    """Alternatives ("leptomeningeal and/or brain metastases"): when given, at least one must hold beside `require`."""


class Arm(Frozen):
    """One arm as the record describes it; `blocks` are ids of `Study.blocks`, in the order they start."""

    id: str
    label: Sourced[str]
    type: Sourced[str] = Sourced[str]()
    description: Sourced[str] = Sourced[str]()
    part: str = ""
    population: Population = Population()
    blocks: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    sample_size: Sourced[int] = Sourced[int]()


class Gate(Frozen):
    """A result one arm needs from another, such as the RP2D; never a number until that arm has produced it."""

    id: str
    result: str
    from_arm: str
    holds: tuple[str, ...]
    """What waits: arm ids or block ids."""
    basis: Sourced[str] = Sourced[str]()
    """The words that say so, or the reason why we think so."""


class Cohort(Frozen):
    """A planned group of patients inside a part, such as the phase I cohort of three to six."""

    id: str
    part: str = ""
    arm: str = ""
    minimum: Sourced[int] = Sourced[int]()
    maximum: Sourced[int] = Sourced[int]()

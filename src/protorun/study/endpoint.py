"""Endpoints as data: origin, events, ordered censoring rules, criteria and time frame."""

from __future__ import annotations

from typing import Literal

from protorun.study.source import Frozen, Source, Sourced

Kind = Literal[
    "response_rate", "time_to_event", "duration", "safety", "pk", "quality_of_life", "dose", "other"
]


class EndpointEvent(Frozen):
    """What counts as the event: `progression` (by `criteria`), `clinical_progression`, `death`, `new_therapy`,
    `neurological_progression`, `intracranial_progression`, `extracranial_progression`, `neurological_death`, `response`
    ..."""

    kind: str
    criteria: str = ""
    competing: bool = False
    """It ends the time, as an event of another kind: code 2 for the cumulative incidence, a censoring for survival."""
    sources: tuple[Source, ...] = ()
    note: str = ""
    """Set when the record names the endpoint without spelling its event out: which definition of the term is meant."""


class Censoring(Frozen):
    """One censoring rule; rules apply in the order listed, and one that `overrides_event` beats an observed event.

    `when`: `no_complete_baseline`, `no_event_by_cutoff`, `no_post_baseline`, `new_therapy`, `clinical_progression`,
    `missed_visits`, `lost_to_follow_up`, and the kind of a progression in one compartment that is among the events
    (`extracranial_progression`): it then censors instead of ending the time. `at`: `origin`, `last_adequate_assessment`, `last_known_alive`, `cutoff`.
    """

    when: str
    at: str
    overrides_event: bool = False
    missed: int | None = None
    """`missed_visits`: an event after this many missed assessments in a row; `interval_days` lie between two of them,
    give or take `window_days`."""
    interval_days: int | None = None
    window_days: int | None = None
    basis: Sourced[str] = Sourced[str]()
    """The words that say so, or where the default comes from."""


class Endpoint(Frozen):
    """One endpoint as stated; what the record leaves open stays absent and becomes an open question."""

    id: str
    name: Sourced[str]
    level: Literal["primary", "secondary", "other"] = "other"
    kind: Kind = "other"
    description: Sourced[str] = Sourced[str]()
    time_frame: Sourced[str] = Sourced[str]()
    time_frame_days: Sourced[int] = Sourced[int]()
    criteria: Sourced[str] = Sourced[str]()
    """Response criteria by plug-in name: `recist_1_1`, `rano_bm`, `rano_lm` ..."""
    compartment: Literal["whole_body", "cns", "extracranial"] = "whole_body"
    responses: Sourced[tuple[str, ...]] = Sourced[tuple[str, ...]]()
    """Best responses that count, e.g. `CR`, `PR`, `SD`."""
    min_sd_days: Sourced[int] = Sourced[int]()
    confirm_days: Sourced[int] = Sourced[int]()
    origin: Sourced[str] = Sourced[str]()
    """`randomization`, `enrollment`, `first_dose` ..."""
    events: tuple[EndpointEvent, ...] = ()
    censoring: tuple[Censoring, ...] = ()
    sources: tuple[Source, ...] = ()

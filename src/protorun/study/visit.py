"""Visits and assessments: what is done to the patient besides treatment."""

from __future__ import annotations

from protorun.study.source import Frozen, Source, Sourced
from protorun.study.treatment import Start


class Activity(Frozen):
    """Something done on a schedule: a scan, a lumbar puncture for cytology, a PK sample, a questionnaire."""

    id: str
    name: Sourced[str]
    every_days: Sourced[int] = Sourced[int]()
    days: Sourced[tuple[int, ...]] = Sourced[tuple[int, ...]]()
    start: Sourced[Start] = Sourced[Start]()
    until: Sourced[tuple[str, ...]] = Sourced[tuple[str, ...]]()
    window_days: Sourced[int] = Sourced[int]()
    arms: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()

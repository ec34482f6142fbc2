"""Censoring rules as data: when each applies, to which day it censors, and how it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.censoring import NEVER, Days
from protorun.endpoints.censoring.filling import COMPARTMENTS
from protorun.endpoints.times.seen import Seen
from protorun.errors import NotStated
from protorun.study.endpoint import Censoring, Endpoint
from protorun.terms.truth import FALSE, TRUE, UNKNOWN

Kleene = NDArray[np.uint8]
_STOPS = ("new_therapy", "clinical_progression")
"""What ends the look by itself: its rules reach the events after it too, and the earliest of them counts."""


@dataclass(frozen=True)
class Censored:
    """Day a rule censors at (`NEVER` = not known), and the row of the table it is read from; -1 where it is no row of
    that table: the start of the time itself (`at_start`), or the cutoff."""

    on: Days
    row: Days
    table: str
    at_start: NDArray[np.bool_]


def check_rules(endpoint: Endpoint, rules: Sequence[Censoring]) -> None:
    """Raises NotStated for a rule that is not known well enough to apply it."""
    kinds = {event.kind for event in endpoint.events}
    for rule in rules:
        unseen = rule.when in COMPARTMENTS and rule.when not in kinds
        if unseen or rule.when not in _WHEN or rule.at not in _AT_SAYS:
            raise NotStated(
                f"enough of the rule {rule.when!r} at {rule.at!r} of {endpoint.id} to apply it",
                path=f"endpoints[{endpoint.id}].censoring",
            )


def reaches(rule: Censoring, seen: Seen) -> NDArray[np.bool_]:
    """Whom a rule may censor: everybody when it overrides events, else patients without one. Rules about therapy,
    clinical progression and missed visits look at what came first by themselves."""
    everybody = np.ones(len(seen.start), np.bool_)
    by_itself = rule.when in (*_STOPS, "missed_visits", *COMPARTMENTS)
    return everybody if rule.overrides_event or by_itself else ~seen.has_event


def applies(rule: Censoring, seen: Seen, rules: Sequence[Censoring]) -> Kleene:
    """Does the condition of the rule hold for each patient; `rules` are all of them."""
    held = _WHEN[rule.when](seen, rule)
    if rule.when in _STOPS:
        others = [seen.stopped[r.when] for r in rules if r.when in _STOPS and r.when != rule.when]
        first = np.logical_and.reduce([seen.stopped[rule.when] <= other for other in others], axis=0)
        held = np.where(first, held, FALSE).astype(np.uint8)
    return held


def censored_on(rule: Censoring, seen: Seen) -> Censored:
    """The day a patient is censored at by the rule."""
    count = len(seen.start)
    patient, nowhere, never = np.arange(count), np.full(count, -1, np.int64), np.zeros(count, np.bool_)
    if rule.at == "last_adequate_assessment":
        on, row = seen.last_adequate(_limit(rule, seen))
        return Censored(on, row, seen.adequate_table, row < 0)
    if rule.at == "last_known_alive":
        return Censored(seen.alive_on, patient, "patients.last_alive_on", never)
    if rule.at == "cutoff":
        day = NEVER if seen.cutoff is None else seen.cutoff
        return Censored(np.full(count, day, np.int64), nowhere, "", never)
    return Censored(seen.start, nowhere, "", ~never)


def _limit(rule: Censoring, seen: Seen) -> Days | None:
    """Up to which day an assessment counts: up to therapy or clinical progression, before an event behind a gap."""
    if rule.when in _STOPS:
        return seen.stopped[rule.when]
    if rule.when in COMPARTMENTS:
        return seen.event_on
    return _before_event(seen) if rule.when == "missed_visits" else None


def _before_event(seen: Seen) -> Days:
    return np.where(seen.has_event, seen.event_on - 1, NEVER)


def in_words(rule: Censoring) -> str:
    """The rule as a sentence."""
    over = ", even though an event was seen" if rule.overrides_event else ""
    when = _WHEN_SAYS[rule.when].format(missed=rule.missed, interval=rule.interval_days)
    return f"{when}: censored at {_AT_SAYS[rule.at]}{over}"


def missing_item(rule: Censoring, seen_condition: bool) -> str:
    """What is lacking when a rule can be neither applied nor passed over."""
    return _AT_LACKS.get(rule.at, "") if seen_condition else _WHEN_LACKS.get(rule.when, rule.when)


def _sure(condition: NDArray[np.bool_]) -> Kleene:
    return np.where(condition, TRUE, FALSE).astype(np.uint8)


def _incomplete_baseline(seen: Seen, rule: Censoring) -> Kleene:
    return np.where(seen.baseline == UNKNOWN, UNKNOWN, TRUE + FALSE - seen.baseline).astype(np.uint8)


def _nothing_after_start(seen: Seen, rule: Censoring) -> Kleene:
    return _sure(seen.last_adequate()[1] < 0)


def _behind_gap(seen: Seen, rule: Censoring) -> Kleene:
    """An event so long after the last adequate assessment before it that this many assessments were due and missed:
    more than missed x interval + window days later (the reading of "missed" in days is ours)."""
    last, _ = seen.last_adequate(_before_event(seen))
    gap = (rule.missed or 0) * (rule.interval_days or 0) + (rule.window_days or 0)
    return _sure(seen.has_event & (seen.event_on - last > gap))


def _stopped_first(seen: Seen, rule: Censoring) -> Kleene:
    day = seen.stopped[rule.when]
    return _sure((day != NEVER) & (day < seen.event_on))


def _other_first(seen: Seen, rule: Censoring) -> Kleene:
    return _sure(seen.first_is(rule.when))


_WHEN: dict[str, Callable[[Seen, Censoring], Kleene]] = {
    "no_complete_baseline": _incomplete_baseline,
    "no_event_by_cutoff": lambda seen, rule: _sure(~seen.has_event),
    "no_post_baseline": _nothing_after_start,
    "new_therapy": _stopped_first,
    "clinical_progression": _stopped_first,
    "missed_visits": _behind_gap,
    "lost_to_follow_up": _stopped_first,
    **dict.fromkeys(COMPARTMENTS, _other_first),
}
_WHEN_SAYS = {
    "no_complete_baseline": "no complete baseline disease assessment",
    "no_event_by_cutoff": "no event by the cutoff",
    "no_post_baseline": "no adequate assessment after baseline",
    "new_therapy": "new anticancer therapy before an event",
    "clinical_progression": "progression without documentation before an event",
    "missed_visits": "an event after {missed} or more missed assessments ({interval} days apart)",
    "lost_to_follow_up": "withdrawn or lost before an event",
    "intracranial_progression": "progression inside the CNS came first",
    "extracranial_progression": "progression outside the CNS came first",
}
_AT_SAYS = {
    "origin": "day 1",
    "last_adequate_assessment": "the last adequate assessment",
    "last_known_alive": "the last day known alive",
    "cutoff": "the cutoff",
}
_WHEN_LACKS = {"no_complete_baseline": "whether the baseline disease assessment was complete is not recorded"}
_AT_LACKS = {
    "last_known_alive": "the last day known alive is not recorded",
    "cutoff": "no cutoff day was given",
}

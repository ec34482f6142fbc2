"""Censoring rules as data: when each applies, to which day it censors, and how it reads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.seen import NEVER, Days, Seen
from protorun.errors import NotStated
from protorun.study.endpoint import Censoring, Endpoint
from protorun.study.source import assumed
from protorun.terms.truth import FALSE, TRUE, UNKNOWN

Kleene = NDArray[np.uint8]
_USUAL = {
    "last_known_alive": "censoring is not stated: the last day known alive stands in (the usual rule for survival)",
    "last_adequate_assessment": "censoring is not stated: the last adequate assessment stands in (FDA 2007, appendix 3)",
}


def rules_of(endpoint: Endpoint) -> tuple[tuple[Censoring, ...], tuple[str, ...]]:
    """The censoring rules in order, with a named default for patients without an event when none covers them."""
    for rule in endpoint.censoring:
        if rule.when not in _WHEN or rule.at not in _AT:
            raise NotStated(
                f"enough of the rule {rule.when!r} at {rule.at!r} of {endpoint.id} to apply it",
                path=f"endpoints[{endpoint.id}].censoring",
            )
    named = tuple(
        f"{endpoint.id}: {rule.basis.note}" for rule in endpoint.censoring if rule.basis.basis == "assumed"
    )
    if any(r.when == "new_therapy" and not r.overrides_event for r in endpoint.censoring):
        named = (
            *named,
            f"{endpoint.id}: an event after the start of new therapy does not count (ours, as FDA 2007)",
        )
    if any(rule.when == "no_event_by_cutoff" for rule in endpoint.censoring):
        return endpoint.censoring, named
    only_death = all(event.kind == "death" for event in endpoint.events)
    at = "last_known_alive" if only_death else "last_adequate_assessment"
    rule = Censoring(when="no_event_by_cutoff", at=at, basis=assumed("no_event_by_cutoff", _USUAL[at]))
    return (*endpoint.censoring, rule), (*named, f"{endpoint.id}: {_USUAL[at]}")


def reaches(rule: Censoring, seen: Seen) -> NDArray[np.bool_]:
    """Whom a rule may censor: everybody when it overrides events, else patients without one. A rule about new therapy
    looks at what came first by itself, so it reaches the events after the therapy too."""
    everybody = np.ones(len(seen.start), np.bool_)
    return everybody if rule.overrides_event or rule.when == "new_therapy" else ~seen.has_event


def applies(rule: Censoring, seen: Seen) -> Kleene:
    """Does the condition of the rule hold for each patient."""
    return _WHEN[rule.when](seen)


def censored_on(rule: Censoring, seen: Seen) -> Days:
    """The day a patient is censored at by the rule; `NEVER` where it is not known."""
    until = seen.new_therapy_on if rule.when == "new_therapy" else None
    return _AT[rule.at](seen, until)


def in_words(rule: Censoring) -> str:
    """The rule as a sentence."""
    over = ", even though an event was seen" if rule.overrides_event else ""
    return f"{_WHEN_SAYS[rule.when]}: censored at {_AT_SAYS[rule.at]}{over}"


def missing_item(rule: Censoring, seen_condition: bool) -> str:
    """What is lacking when a rule can be neither applied nor passed over."""
    return _AT_LACKS.get(rule.at, "") if seen_condition else _WHEN_LACKS.get(rule.when, rule.when)


def _sure(condition: NDArray[np.bool_]) -> Kleene:
    return np.where(condition, TRUE, FALSE).astype(np.uint8)


def _incomplete_baseline(seen: Seen) -> Kleene:
    return np.where(seen.baseline == UNKNOWN, UNKNOWN, TRUE + FALSE - seen.baseline).astype(np.uint8)


def _nothing_after_start(seen: Seen) -> Kleene:
    after = (seen.adequate_on != NEVER) & (seen.adequate_on > seen.start[:, None])
    return _sure(~after.any(axis=1))


_WHEN: dict[str, Callable[[Seen], Kleene]] = {
    "no_complete_baseline": _incomplete_baseline,
    "no_event_by_cutoff": lambda seen: _sure(~seen.has_event),
    "no_post_baseline": _nothing_after_start,
    "new_therapy": lambda seen: _sure((seen.new_therapy_on != NEVER) & (seen.new_therapy_on < seen.event_on)),
    "lost_to_follow_up": lambda seen: _sure(seen.withdrawn_on < seen.event_on),
}
_AT: dict[str, Callable[[Seen, Days | None], Days]] = {
    "origin": lambda seen, until: seen.start,
    "last_adequate_assessment": lambda seen, until: seen.last_adequate(until),
    "last_known_alive": lambda seen, until: seen.alive_on,
    "cutoff": lambda seen, until: np.full(len(seen.start), NEVER if seen.cutoff is None else seen.cutoff),
}
_WHEN_SAYS = {
    "no_complete_baseline": "no complete baseline disease assessment",
    "no_event_by_cutoff": "no event by the cutoff",
    "no_post_baseline": "no adequate assessment after baseline",
    "new_therapy": "new anticancer therapy before an event",
    "lost_to_follow_up": "withdrawn or lost before an event",
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

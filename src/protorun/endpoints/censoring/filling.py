"""What an endpoint is derived by: the record's own rules first, and a named policy for what it leaves silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from protorun.endpoints.censoring.policy import CensoringPolicy, censoring_policies, censoring_policy
from protorun.errors import NotStated, PolicyRequired
from protorun.study.endpoint import Censoring, Endpoint, EndpointEvent
from protorun.study.source import assumed

COMPARTMENTS = ("intracranial_progression", "extracranial_progression")
BY_CRITERIA = ("progression", "neurological_progression", *COMPARTMENTS)
_RULE_OF = {
    "no_baseline": "no_complete_baseline",
    "clinical": "clinical_progression",
    "new_therapy": "new_therapy",
    "missed": "missed_visits",
    "no_event": "no_event_by_cutoff",
}
_ALIVE = "censoring is not stated: the last day known alive stands in (the usual rule for survival)"
_SEEN = "censoring is not stated: the last adequate assessment stands in (the usual rule)"


@dataclass(frozen=True)
class Filled:
    """Events and ordered rules with nothing left open; `notes` say in words what the record did not state."""

    events: tuple[EndpointEvent, ...]
    rules: tuple[Censoring, ...]
    pd_date: str = "earliest"
    adequate: str = "evaluable"
    notes: tuple[str, ...] = ()


def filled(
    endpoint: Endpoint,
    policy: CensoringPolicy | str | None = None,
    assume: CensoringPolicy | str | None = None,
) -> Filled:
    """Events and rules of the record, completed by `policy` (a choice) or `assume` (a guess, said so in the notes).

    Only endpoints with an event that scans decide have the switches of a policy. Raises PolicyRequired when one of them
    is silent and neither was given, NotStated for a rule about missed visits without the interval between visits.
    """
    if not any(event.kind in BY_CRITERIA for event in endpoint.events):
        rules, more = _with_last_rule(endpoint)
        return Filled(endpoint.events, rules, notes=(*_own_notes(endpoint), *more))
    silent = _silent(endpoint)
    if policy is None and assume is None:
        named = ", ".join(name.replace("_", " ") for name in silent)
        path = f"endpoints[{endpoint.id}].censoring"
        raise PolicyRequired(
            f"these rules of {endpoint.id}: {named}", path=path, there_are=censoring_policies()
        )
    chosen = censoring_policy(policy if policy is not None else assume)  # type: ignore[arg-type]
    how = "policy" if policy is not None else "assumed by the policy"
    basis = {s: f"{how} {chosen.name}: {chosen.sources[s]}" for s in silent}
    notes = [f"{endpoint.id}: {s} = {getattr(chosen, s)}, {basis[s]}" for s in silent]
    extra = list(_extra_rules(endpoint, chosen, basis, notes, guessed=policy is None))
    return Filled(
        (*endpoint.events, *_extra_events(chosen, basis)),
        tuple(_intervals(endpoint, rule, chosen) for rule in _merged(endpoint, extra)),
        chosen.pd_date,
        chosen.adequate,
        (*_own_notes(endpoint), *notes),
    )


def _silent(endpoint: Endpoint) -> tuple[str, ...]:
    """Switches the record does not answer by a rule or an event of its own."""
    ruled = {rule.when for rule in endpoint.censoring} | {event.kind for event in endpoint.events}
    return (*(s for s, when in _RULE_OF.items() if when not in ruled), "pd_date", "adequate")


def _extra_events(chosen: CensoringPolicy, basis: dict[str, str]) -> Iterator[EndpointEvent]:
    if "clinical" in basis and chosen.clinical == "event":
        yield EndpointEvent(kind="clinical_progression", criteria="clinical", note=basis["clinical"])
    if "new_therapy" in basis and chosen.new_therapy in ("event", "competing"):
        competes = chosen.new_therapy == "competing"
        yield EndpointEvent(kind="new_therapy", competing=competes, note=basis["new_therapy"])


def _extra_rules(
    endpoint: Endpoint, chosen: CensoringPolicy, basis: dict[str, str], notes: list[str], *, guessed: bool
) -> Iterator[Censoring]:
    """The rules a policy adds for what is silent."""
    last = "last_adequate_assessment"
    wanted = {
        "no_baseline": chosen.no_baseline == "censor",
        "clinical": chosen.clinical == "censor",
        "new_therapy": chosen.new_therapy == "censor",
        "missed": chosen.missed > 0,
        "no_event": True,
    }
    for switch, when in _RULE_OF.items():
        if switch not in basis or not wanted[switch]:
            continue
        if switch == "missed" and guessed and chosen.interval_days is None:
            notes.append(
                f"{endpoint.id}: the interval between assessments is not stated; no gap is looked for"
            )
            continue
        start = switch == "no_baseline"
        yield Censoring(
            when=when,
            at="origin" if start else last,
            overrides_event=start,
            missed=chosen.missed if switch == "missed" else None,
            basis=assumed(when, basis[switch]),
        )


def _merged(endpoint: Endpoint, extra: list[Censoring]) -> tuple[Censoring, ...]:
    """The record's rules in their order; those of the policy before its rule for patients without an event, which
    would otherwise close the row first."""
    own = list(endpoint.censoring)
    closing = [at for at, rule in enumerate(own) if rule.when == "no_event_by_cutoff"]
    place = closing[0] if closing else len(own)
    return (*own[:place], *extra, *own[place:])


def _intervals(endpoint: Endpoint, rule: Censoring, chosen: CensoringPolicy) -> Censoring:
    """A rule about missed visits with its numbers, from the record or the policy."""
    if rule.when != "missed_visits":
        return rule
    numbers = {
        "missed": rule.missed if rule.missed is not None else chosen.missed or None,
        "interval_days": rule.interval_days or chosen.interval_days,
        "window_days": rule.window_days if rule.window_days is not None else chosen.window_days,
    }
    lacking = [name for name in ("missed", "interval_days") if numbers[name] is None]
    if lacking:
        raise NotStated(
            f"{' and '.join(lacking)} of the rule missed_visits of {endpoint.id}",
            path=f"endpoints[{endpoint.id}].censoring",
        )
    return rule.model_copy(update=numbers)


def _own_notes(endpoint: Endpoint) -> tuple[str, ...]:
    """What a rule of the study assumes by itself."""
    notes = [f"{endpoint.id}: {r.basis.note}" for r in endpoint.censoring if r.basis.basis == "assumed"]
    if any(r.when == "new_therapy" and not r.overrides_event for r in endpoint.censoring):
        notes.append(
            f"{endpoint.id}: an event after the start of new therapy does not count (ours, as FDA 2007)"
        )
    notes += _other_compartment(endpoint)
    return tuple(notes)


def _other_compartment(endpoint: Endpoint) -> list[str]:
    """What an endpoint of one compartment assumes about progression in the other (Lin 2015 leaves it to the protocol)."""
    there = {event.kind for event in endpoint.events} | {rule.when for rule in endpoint.censoring}
    one = [kind for kind in COMPARTMENTS if kind in there]
    if len(one) != 1 or "progression" in there:
        return []
    other = next(kind for kind in COMPARTMENTS if kind not in there).replace("_", " ")
    return [f"{endpoint.id}: {other} is not mentioned; it neither ends nor censors the time (ours)"]


def _with_last_rule(endpoint: Endpoint) -> tuple[tuple[Censoring, ...], tuple[str, ...]]:
    """The rules, with a named default for patients without an event when none covers them."""
    if any(rule.when == "no_event_by_cutoff" for rule in endpoint.censoring):
        return endpoint.censoring, ()
    deadly = all(event.kind == "death" for event in endpoint.events)
    at, says = ("last_known_alive", _ALIVE) if deadly else ("last_adequate_assessment", _SEEN)
    rule = Censoring(when="no_event_by_cutoff", at=at, basis=assumed("no_event_by_cutoff", says))
    return (*endpoint.censoring, rule), (f"{endpoint.id}: {says}",)

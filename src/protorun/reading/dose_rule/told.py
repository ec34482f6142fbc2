"""A rule that a record tells in sentences: so many with DLT lower the dose, so many again stop the trial, else go on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from protorun.reading.sentences import Sentence
from protorun.reading.treatment.words import number
from protorun.study.dose_rule import DoseRule, Level, RuleReading, State, Transition
from protorun.study.source import Source, Sourced, assumed, derived, stated
from protorun.study.study import Study
from protorun.study.treatment import Block, Dose

_DLT = r"(?:DLTs?|dose[- ]limiting toxicit(?:y|ies))(?: \(DLTs?\))?"
_N = r"(?<!\d)(?:\d{1,4}(?!\d)|one|two|three|four|five|six|nine|ten|twelve)"
_AT_LEAST = rf"(?:≥ ?(?P<low>{_N})|(?P<low2>{_N}) or more|at least (?P<low3>{_N}))"
_AT_MOST = rf"(?:≤ ?(?P<high>{_N})|(?:no|not) more than (?P<high2>{_N})|at most (?P<high3>{_N}))"
_OCCURS = r"(?:occurs?|occurred|is (?:seen|observed)|was (?:seen|observed))"
_REDUCE = re.compile(
    rf"(?:when|if|once) {_DLT} {_OCCURS} in {_AT_LEAST} patients?\b(?P<rest>.*?\breduc(?:tion|ed)\b.*?\bto (?:a )?(?:single )?"
    rf"(?P<lower>(?P<dose>\d+(?:\.\d+)?)[ -]?mg)\b.*)",
    re.I,
)
_MORE = re.compile(rf"\b(?P<n>{_N}) (?:(?:further|more|additional|consecutive) )*patients?\b", re.I)
_STOP = re.compile(
    rf"(?:when|if|once) {_DLT} {_OCCURS} again in {_AT_LEAST} patients?,? .*?\b(?:trial|study)\b.*?\bstop",
    re.I,
)
_GO_ON = re.compile(
    rf"(?:phase (?:II|2)\b.*?\b(?:when|if) {_DLT} {_OCCURS} in {_AT_MOST} patients?"
    rf"|(?:when|if) {_DLT} {_OCCURS} in {_AT_MOST.replace('high', 'most')} patients?.*?\bphase (?:II|2)\b)",
    re.I,
)
_COHORT = re.compile(
    rf"\bminimum of (?P<low>{_N})\b(?: patients)?\s+(?:and|to)\s+(?:a\s+)?maximum of (?P<high>{_N})\b[^.;]{{0,60}}\bphase (?:I|1)\b"
    rf"|\bphase (?:I|1) cohort\b[^.;]{{0,30}}\bminimum of (?P<low2>{_N})\b(?: patients)?\s+(?:and|to)\s+(?:a\s+)?maximum of (?P<high2>{_N})\b",
    re.I,
)
THREE, FILL = "three_plus_three", "fill_to_six"


@dataclass(frozen=True)
class Told:
    """The sentences of the rule with their numbers."""

    reduce: Source
    stop: Source
    go_on: Source
    cohort: Source
    limit: int
    allowed: int
    low: int
    high: int
    further: int
    lower: Dose
    lower_at: Source
    agent_text: str


def stated_rule(lines: Sequence[Sentence], study: Study) -> DoseRule | None:
    """The rule as levels, states and readings, when every part of it is told; else None."""
    told = _told(lines)
    if told is None:
        return None
    blocks = [b for b in study.blocks if _is_about(b, told)]
    first = next(
        (b for b in blocks if b.dose.value is not None and b.dose.value.unit == told.lower.unit), None
    )
    if first is None or first.dose.value is None or first.dose.value.amount <= told.lower.amount:
        return None
    upper = first.dose.value
    names = {"upper": f"L{upper.amount:g}", "lower": f"L{told.lower.amount:g}"}
    levels = (
        Level(label=_label(told.lower), dose=stated(told.lower, told.lower_at)),
        Level(
            label=_label(upper), dose=Sourced[Dose](value=upper, basis="stated", sources=first.dose.sources)
        ),
    )
    return DoseRule(
        arm=study.arms[0].id if len(study.arms) == 1 else "",
        blocks=tuple(b.id for b in blocks),
        levels=levels,
        start_level=derived(1, *first.dose.sources, note=f"patients start at {_label(upper)}"),
        states=(
            State(name=names["upper"], level=1, minimum=told.low, maximum=told.high),
            State(name=names["lower"], level=0, minimum=told.further, maximum=told.further),
        ),
        start_state=names["upper"],
        readings=_readings(told, names["upper"], names["lower"]),
        sources=(told.cohort, told.reduce, told.stop, told.go_on),
    )


def _label(dose: Dose) -> str:
    return f"{dose.amount:g} {dose.unit}"


def _is_about(block: Block, told: Told) -> bool:
    agent = (block.agent.value or "").lower()
    return bool(agent) and agent in told.agent_text and block.kind == "drug"


def _told(lines: Sequence[Sentence]) -> Told | None:
    found = {name: _first(lines, pattern) for name, pattern in _PARTS.items()}
    if any(hit is None for hit in found.values()):
        return None
    (low_line, low), (stop_line, stop), (go_line, go), (size_line, size) = [
        h for h in found.values() if h is not None
    ]
    more = _MORE.search(low_line.text, low.start("dose"))
    if more is None or _value(low, "low") != _value(stop, "low"):
        return None
    if not _fits(low, go, size, number(more["n"])):
        return None
    return Told(
        reduce=low_line.source(), stop=stop_line.source(), go_on=go_line.source(), cohort=size_line.matched(size),
        limit=_value(low, "low"), allowed=_value(go, "high", "most"), low=_value(size, "low"), high=_value(size, "high"),
        further=number(more["n"]), lower=Dose(amount=float(low["dose"]), unit="mg"), lower_at=low_line.matched(low, "lower"),
        agent_text=low_line.text.lower(),
    )  # fmt: skip


def _fits(low: re.Match[str], go: re.Match[str], size: re.Match[str], further: int) -> bool:
    """The numbers leave no gap between "at least" and "at most", and the cohorts are such as a trial has."""
    limit, allowed = _value(low, "low"), _value(go, "high", "most")
    fewest, most = _value(size, "low"), _value(size, "high")
    sizes = 0 < fewest <= most <= MOST_PATIENTS and 0 < further <= MOST_PATIENTS
    return sizes and 0 < limit == allowed + 1 <= min(most, further) and 0 < float(low["dose"]) < 1e6


MOST_PATIENTS = 100
_PARTS = {"reduce": _REDUCE, "stop": _STOP, "go_on": _GO_ON, "cohort": _COHORT}


def _first(lines: Sequence[Sentence], pattern: re.Pattern[str]) -> tuple[Sentence, re.Match[str]] | None:
    for line in lines:
        if match := pattern.search(line.text):
            return line, match
    return None


def _value(match: re.Match[str], *names: str) -> int:
    """The number in whichever spelling of the group matched (`low`, `low2` ...)."""
    return next(
        number(text) for group, text in match.groupdict().items() if text and group.rstrip("23") in names
    )


def _readings(told: Told, upper: str, lower: str) -> tuple[RuleReading, ...]:
    """Both complete readings, the one that is proposed first. The order of the guards: the limit first, then the full cohort, then an early go."""
    limit, most, allowed = told.limit, told.high, told.allowed
    too_many = Transition(state=upper, dlt_from=limit, action="go", to=lower, basis=_says(told.reduce))
    full = Transition(
        state=upper, n_from=most, n_to=most, dlt_to=allowed, action="finish", basis=_says(told.go_on)
    )
    early = Transition(
        state=upper, n_from=told.low, n_to=most - 1, dlt_to=0, action="finish",
        basis=assumed(f"0 of {told.low} is enough", "as in a classical 3+3, e.g. NCT05289908 (ours)"),
    )  # fmt: skip
    fill = Transition(state=upper, n_to=most - 1, dlt_to=limit - 1, action="enroll", basis=_says(told.cohort))
    below = (
        Transition(state=lower, dlt_from=limit, action="stop", basis=_says(told.stop)),
        Transition(
            state=lower, n_from=told.further, n_to=told.further, dlt_to=allowed, action="finish", basis=_says(told.go_on)
        ),
        Transition(state=lower, n_to=told.further - 1, dlt_to=limit - 1, action="enroll", basis=_says(told.reduce)),
    )  # fmt: skip
    return (
        RuleReading(
            name=THREE,
            says=f"{told.low} patients without DLT are enough; with 1 DLT the cohort is filled to {most}",
            transitions=(too_many, full, early, fill, *below),
        ),
        RuleReading(
            name=FILL,
            says=f"phase I takes {most} evaluable patients before it goes on",
            transitions=(too_many, full, fill, *below),
        ),
    )


def _says(source: Source) -> Sourced[str]:
    return stated(source.quote, source)

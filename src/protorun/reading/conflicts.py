"""Places of one record that do not go together, seen only when the chapters lie side by side."""

from __future__ import annotations

from collections.abc import Iterator

from protorun.reading.endpoints.words import patterns
from protorun.reading.found import Found
from protorun.reading.sentences import Sentence, split
from protorun.study.endpoint import Endpoint
from protorun.study.record import Record
from protorun.study.source import Source
from protorun.study.study import Conflict, Study
from protorun.terms import drugs, treatments
from protorun.terms.dates import first_day, last_day

_RANO = ("rano_bm", "rano_lm", "rano")
_EARLY_DAYS = 183
"""A response counted for half a year or less can come later than its time frame while treatment goes on."""


def read_conflicts(record: Record, study: Study) -> Found:
    """Contradictions between endpoints, design, treatment and dates."""
    texts = _descriptions(record)
    return Found(
        conflicts=(
            *_dates(study),
            *_foreign_words(study, texts),
            *_two_criteria(study),
            *_new_lesions(study, texts),
            *_no_randomization(study),
            *_beaten_events(study),
            *_late_responses(study),
        )
    )


def _descriptions(record: Record) -> dict[Source, tuple[Sentence, ...]]:
    return {p.source: split(p) for p in record.passages if p.field.endswith(".description")}


def _lines(endpoint: Endpoint, texts: dict[Source, tuple[Sentence, ...]]) -> tuple[Sentence, ...]:
    return tuple(line for s in endpoint.description.sources for line in texts.get(s, ()))


def _dates(study: Study) -> Iterator[Conflict]:
    start = study.dates.start
    for name in ("primary_completion", "completion"):
        end = getattr(study.dates, name)
        if start.value and end.value and last_day(end.value) < first_day(start.value):
            yield Conflict(
                says=f"the {name.replace('_', ' ')} date {end.value} lies before the start date {start.value}",
                sources=(*start.sources, *end.sources),
                taken="both dates as printed",
            )


def _foreign_words(study: Study, texts: dict[Source, tuple[Sentence, ...]]) -> Iterator[Conflict]:
    """RECIST speaks of nodal lesions and their short axis; RANO-BM does not."""
    for endpoint in study.endpoints:
        if endpoint.criteria.value not in _RANO:
            continue
        for line in _lines(endpoint, texts):
            if match := patterns("words")["recist_words"].search(line.text):
                yield Conflict(
                    says=f"{endpoint.name.value}: response is worded as in RECIST ({match[0]!r}) under the name "
                    f"of {endpoint.criteria.value}",
                    sources=(line.source(), *endpoint.criteria.sources),
                    taken=f"the criteria named: {endpoint.criteria.value}",
                )
                break


def _two_criteria(study: Study) -> Iterator[Conflict]:
    local = [e for e in study.endpoints if e.compartment != "whole_body" and e.criteria.known]
    whole = [
        e for e in study.endpoints if e.compartment == "whole_body" and _progresses(e) and e.criteria.known
    ]
    for a, b in ((a, b) for a in local[:1] for b in whole[:1]):
        if a.criteria.value != b.criteria.value:
            yield Conflict(
                says=f"{a.name.value} follows {a.criteria.value} inside the {a.compartment}, {b.name.value} "
                f"follows {b.criteria.value} in the whole body: they can disagree about one patient",
                sources=(*a.criteria.sources, *b.criteria.sources),
                taken="each endpoint by its own criteria",
            )


def _new_lesions(study: Study, texts: dict[Source, tuple[Sentence, ...]]) -> Iterator[Conflict]:
    """RANO-BM, table 4, footnote: with immunotherapy, new lesions alone are not progression."""
    rano = next((e for e in study.endpoints if e.criteria.value in _RANO), None)
    given = _immunotherapy(study)
    if rano is None or given is None:
        return
    for endpoint in study.endpoints:
        for line in _lines(endpoint, texts):
            match = patterns("words")["new_lesion_is_progression"].search(line.text)
            if match:
                yield Conflict(
                    says=f"{endpoint.name.value} takes new lesions as progression; under immunotherapy "
                    f"({given[0]}) {rano.criteria.value} does not take new lesions alone",
                    sources=(line.matched(match), given[1], *rano.criteria.sources),
                    taken="as the record says: new lesions are progression",
                )
                return


def _immunotherapy(study: Study) -> tuple[str, Source] | None:
    """A drug of this trial that is an immunotherapy, with the place that names it."""
    facts = [b.agent for b in study.blocks] + [i.name for i in study.interventions]
    for fact in facts:
        for match in drugs.pattern().finditer(fact.value or ""):
            name = treatments.recognize(match[0]) or drugs.canonical(match[0])
            if "immunotherapy" in treatments.wider(name) and fact.sources:
                return name, fact.sources[0]
    return None


def _no_randomization(study: Study) -> Iterator[Conflict]:
    if study.design.allocation.value != "single_arm":
        return
    for endpoint in study.endpoints:
        if endpoint.origin.value == "randomization":
            yield Conflict(
                says=f"{endpoint.name.value} counts from randomization, and the trial has a single arm",
                sources=(*endpoint.origin.sources, *study.design.allocation.sources),
                taken="the date of enrollment stands in for the date of randomization",
            )


def _beaten_events(study: Study) -> Iterator[Conflict]:
    for endpoint in study.endpoints:
        for rule in endpoint.censoring:
            if rule.overrides_event:
                yield Conflict(
                    says=f"{endpoint.name.value}: a patient is censored ({rule.when.replace('_', ' ')}) even when "
                    "progression or death was seen",
                    sources=rule.basis.sources,
                    taken="the rule as stated: it beats the event",
                )


def _late_responses(study: Study) -> Iterator[Conflict]:
    going_on = [s for b in study.blocks if b.until.value for s in b.until.sources]
    for endpoint in study.endpoints:
        days = endpoint.time_frame_days.value
        if endpoint.kind == "response_rate" and days and days <= _EARLY_DAYS and going_on:
            yield Conflict(
                says=f"{endpoint.name.value} looks at {days} days, while treatment goes on: later responses "
                "fall outside the time frame",
                sources=(*endpoint.time_frame_days.sources, *going_on[:1]),
                taken="the time frame: a later response does not count",
            )


def _progresses(endpoint: Endpoint) -> bool:
    return any("progression" in e.kind for e in endpoint.events)

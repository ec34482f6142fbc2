"""What registries keep in fields of their own: identifiers, titles, status, dates, sponsor, people, places, related."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from protorun.reading.found import Found
from protorun.reading.values import (
    age,
    ages,
    count,
    fact,
    missing,
    named,
    of,
    partial_date,
    plain,
    something,
    text_fact,
    word,
    yes_no,
)
from protorun.study.record import Passage, Record
from protorun.study.source import Sourced, absent
from protorun.study.study import (
    Age,
    Contact,
    Dates,
    Enrollment,
    Identifier,
    RelatedTrial,
    Site,
    Sponsor,
    Study,
    Title,
)

_DATES = ("start", "completion", "primary_completion", "verified", "first_posted", "last_update")
_TITLES: tuple[Literal["brief", "official", "acronym"], ...] = ("brief", "official", "acronym")
_IDENTIFIERS: tuple[Literal["nct", "organization", "secondary"], ...] = ("nct", "organization", "secondary")


def read_registration(record: Record, study: Study) -> Found:
    """Every structured field outside arms, interventions and outcomes."""
    return Found(
        {
            "identifiers": tuple(
                Identifier(kind=kind, value=of(p, str))
                for kind in _IDENTIFIERS
                for p in record.all(f"identifier.{kind}")
            ),
            "titles": tuple(
                Title(kind=kind, value=of(p, str)) for kind in _TITLES for p in record.all(f"title.{kind}")
            ),
            "status": fact(record, "status.overall", word("status")),
            "why_stopped": text_fact(record, "status.why_stopped"),
            "study_type": fact(record, "study_type", word("study_type")),
            "phases": _phases(record),
            "dates": Dates.model_validate({d: fact(record, f"date.{d}", partial_date) for d in _DATES}),
            "sponsor": _sponsor(record),
            "contacts": tuple(_contacts(record)),
            "sites": tuple(_site(passages) for _, passages in record.groups("site")),
            "countries": _countries(record),
            "summary": text_fact(record, "summary.brief"),
            "description": text_fact(record, "summary.detailed"),
            "conditions": tuple(of(p, str) for p in record.all("condition")),
            "keywords": tuple(of(p, str) for p in record.all("keyword")),
            "enrollment": _enrollment(record),
            "related": tuple(_related(passages) for _, passages in record.groups("related")),
        }
    )


def _phases(record: Record) -> Sourced[tuple[str, ...]]:
    found = record.all("phase")
    if not found:
        return missing(record, "phase")
    values = tuple(word("phase")(p.text.strip()) for p in found)
    return Sourced[tuple[str, ...]](value=values, basis="stated", sources=tuple(p.source for p in found))


def _sponsor(record: Record) -> Sponsor:
    return Sponsor(
        lead=text_fact(record, "sponsor.lead"),
        kind=fact(record, "sponsor.class", word("sponsor_class")),
        collaborators=tuple(of(p, str) for p in record.all("sponsor.collaborator")),
    )


def _contacts(record: Record) -> Iterator[Contact]:
    for group in _people(record, "contact."):
        role = next((p.text for p in group if p.field == "contact.role"), "contact")
        found = {
            part: something(group, f"contact.{part}") for part in ("name", "phone", "email", "affiliation")
        }
        if any(value.known for value in found.values()):
            yield Contact.model_validate({"role": plain(role), **found})
    for group in _people(record, "investigator."):
        name, place = something(group, "investigator.name"), something(group, "investigator.affiliation")
        if name.known or place.known:
            yield Contact(role="investigator", name=name, affiliation=place)


def _people(record: Record, prefix: str) -> Iterable[tuple[Passage, ...]]:
    """The passages of each person; passages without a group belong to one and the same."""
    people: dict[str, list[Passage]] = {}
    for p in record.passages:
        if p.field.startswith(prefix):
            people.setdefault(p.group, []).append(p)
    return [tuple(p) for p in people.values()]


def _site(passages: tuple[Passage, ...]) -> Site:
    parts = ("facility", "city", "state", "postal_code", "country")
    found: dict[str, Any] = {part: named(passages, f"site.{part}", str) for part in parts}
    return Site.model_validate(
        {
            **found,
            "status": named(passages, "site.status", word("status")),
            "contacts": tuple(_site_contacts(passages)),
        }
    )


def _site_contacts(passages: tuple[Passage, ...]) -> Iterator[Contact]:
    """People of a site in the order printed: each name opens a person, phone and e-mail belong to the last one."""
    person: dict[str, Any] = {}
    for p in passages:
        part = p.field.removeprefix("site.contact_")
        if part == p.field or part not in ("name", "phone", "email"):
            continue
        if part in person:
            yield Contact.model_validate(person)
            person = {}
        person[part] = of(p, str)
    if person:
        yield Contact.model_validate(person)


def _countries(record: Record) -> tuple[Sourced[str], ...]:
    found: dict[str, Sourced[str]] = {}
    for p in (*record.all("country"), *record.all("site.country")):
        found.setdefault(plain(p.text), of(p, str))
    return tuple(found.values())


def _enrollment(record: Record) -> Enrollment:
    low, high = _age_limits(record)
    return Enrollment(
        minimum_age=low,
        maximum_age=high,
        sex=fact(record, "eligibility.sex", word("sex")),
        healthy_volunteers=fact(record, "eligibility.healthy_volunteers", yes_no),
        size=fact(record, "enrollment", count),
        size_kind=fact(record, "enrollment.type", word("size_kind")),
    )


def _age_limits(record: Record) -> tuple[Sourced[Age], Sourced[Age]]:
    printed = record.first("eligibility.ages")
    if printed is None:
        return _age_limit(record, "minimum"), _age_limit(record, "maximum")
    limits = of(printed, ages)
    if limits.value is None:
        unread = Sourced[Age].model_validate(limits.model_dump())
        return unread, unread
    low, high = limits.value
    return _limit(low, printed), _limit(high, printed)


def _limit(limit: Age | None, printed: Passage) -> Sourced[Age]:
    if limit is None:
        return absent("no limit printed")
    return Sourced[Age](value=limit, basis="stated", sources=(printed.source,))


def _age_limit(record: Record, which: str) -> Sourced[Age]:
    field = f"eligibility.{which}_age"
    passage = record.first(field)
    if passage is not None and plain(passage.text) in ("n a", "none", "no limit"):
        return absent("no limit printed")
    return fact(record, field, age)


def _related(passages: tuple[Passage, ...]) -> RelatedTrial:
    return RelatedTrial(
        nct=named(passages, "related.nct", str),
        title=named(passages, "related.title", str),
        status=named(passages, "related.status", word("status")),
        phase=named(passages, "related.phase", str),
    )

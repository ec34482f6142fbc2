"""How right the reading is, field by field: 424 pages rendered from real records, 248 records of the registry itself.

Truth is the record a page was rendered from. Three outcomes per field: right, not read, and wrong although presented
as stated; the last must be zero. Then the time for 1,000 records of every format on one core.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from protorun.reading import understand
from protorun.reading.values import plain, word
from protorun.records import open_records
from protorun.study.study import Study

RECORDS = Path(__file__).resolve().parents[2] / "shared" / "records"
BARS = {"rendered": 0.98, "registry": 0.99, "wrong": 0.0, "seconds": 60.0}

Truth = Mapping[str, Any]
Field = tuple[Callable[[Study], Any], Callable[[Truth], Any]]


def main() -> None:
    """Print a table, or one JSON object per line; exit code 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--misses", type=int, default=0, help="show that many misses per field")
    asked = parser.parse_args()
    lines = [*_rendered(asked.misses), *_registry(asked.misses), *_speed()]
    for line in lines:
        print(json.dumps(line) if asked.json else _row(line))
    sys.exit(0 if all(line["holds"] in (True, None) for line in lines) else 1)


# --- what is compared ---


def at(truth: Truth, path: str) -> Any:
    """`designModule.phases` of the protocol section; None when it is not there."""
    node: Any = truth
    for step in path.split("."):
        node = node.get(step) if isinstance(node, dict) else None
    return node


def words(text: Any) -> str | None:
    """Text compared by its letters and digits alone: layouts differ in white space, escapes and bullets."""
    return plain(re.sub(r"\\(?=\W)", "", unescape(str(text)))) or None if text is not None else None


def values(facts: Iterable[Any]) -> list[str | None]:
    return [words(f.value) for f in facts]


def printed(kind: str, path: str) -> Callable[[Truth], Any]:
    return lambda t: None if (v := at(t, path)) is None else word(kind)(str(v))


def text(path: str) -> Callable[[Truth], Any]:
    return lambda t: words(at(t, path))


def ages(study: Study) -> Any:
    limits = (study.enrollment.minimum_age.value, study.enrollment.maximum_age.value)
    return [f"{a.amount:g} {a.unit}" if a else None for a in limits]


def true_ages(truth: Truth) -> Any:
    limits = (at(truth, "eligibilityModule.minimumAge"), at(truth, "eligibilityModule.maximumAge"))
    return [a.lower().rstrip("s") + "s" if a else None for a in limits]


def title(study: Study) -> Any:
    return words(study.titles[0].value.value) if study.titles else None


def arms(study: Study) -> Any:
    listed = [a for a in study.arms if a.label.basis == "stated"]
    return [(words(a.label.value), a.type.value, words(a.description.value)) for a in listed]


def true_arms(truth: Truth) -> Any:
    groups = at(truth, "armsInterventionsModule.armGroups") or []
    read_type = word("arm_type")
    return [
        (words(a.get("label")), read_type(a["type"]) if a.get("type") else None, words(a.get("description")))
        for a in groups
    ]


def interventions(study: Study) -> Any:
    return [(i.type.value, words(i.name.value)) for i in study.interventions]


def true_interventions(truth: Truth) -> Any:
    read_type = word("intervention_type")
    listed = at(truth, "armsInterventionsModule.interventions") or []
    return [(read_type(i["type"]), words(i.get("name"))) for i in listed]


def outcomes(level: str, part: str) -> Callable[[Study], Any]:
    """One part of every outcome of a level; a part whose cut the record leaves open is told apart as not stated."""

    def read(study: Study) -> Any:
        facts = [getattr(e, part) for e in study.endpoints if e.level == level]
        return [Unsure(words(f.value)) if f.basis == "derived" else words(f.value) for f in facts]

    return read


def true_outcomes(level: str, part: str) -> Callable[[Truth], Any]:
    return lambda t: [words(o.get(part)) for o in at(t, f"outcomesModule.{level}Outcomes") or []]


@dataclass(frozen=True)
class Unsure:
    """A value that is not presented as stated: right or wrong, it says that it was inferred."""

    value: Any


def contact(study: Study) -> Any:
    first = next((c for c in study.contacts if c.role != "investigator"), None)
    return [words(f.value) for f in (first.name, first.phone, first.email)] if first else [None] * 3


def true_contact(truth: Truth) -> Any:
    first = (at(truth, "contactsLocationsModule.centralContacts") or [{}])[0]
    return [words(first.get(k)) for k in ("name", "phone", "email")]


def sites(study: Study) -> Any:
    return [(words(s.facility.value), words(s.city.value), words(s.country.value)) for s in study.sites]


def true_sites(truth: Truth) -> Any:
    """The sites; a page prints the first few of them."""
    listed = (at(truth, "contactsLocationsModule.locations") or [])[: truth.get("printed sites")]
    return [tuple(words(s.get(k)) for k in ("facility", "city", "country")) for s in listed]


def phases(truth: Truth) -> Any:
    return tuple(word("phase")(p) for p in at(truth, "designModule.phases") or ()) or None


def countries(truth: Truth) -> Any:
    listed = at(truth, "contactsLocationsModule.locations") or []
    return sorted({words(s["country"]) or "" for s in listed if s.get("country")})


def _outcomes(level: str) -> dict[str, Field]:
    parts = {
        "measure": ("name", "measure"),
        "description": ("description",) * 2,
        "time frame": ("time_frame", "timeFrame"),
    }
    return {
        f"{level} {name}s": (outcomes(level, ours), true_outcomes(level, theirs))
        for name, (ours, theirs) in parts.items()
    }


NCT: Field = (lambda s: s.nct, lambda t: at(t, "identificationModule.nctId"))
STATUS: Field = (lambda s: s.status.value, printed("status", "statusModule.overallStatus"))
STUDY_TYPE: Field = (lambda s: s.study_type.value, printed("study_type", "designModule.studyType"))
PHASE: Field = (lambda s: s.phases.value, phases)
SPONSOR: Field = (
    lambda s: words(s.sponsor.lead.value),
    text("sponsorCollaboratorsModule.leadSponsor.name"),
)
SUMMARY: Field = (lambda s: words(s.summary.value), text("descriptionModule.briefSummary"))
DESCRIPTION: Field = (lambda s: words(s.description.value), text("descriptionModule.detailedDescription"))
START: Field = (lambda s: s.dates.start.value, lambda t: at(t, "statusModule.startDateStruct.date"))
COMPLETION: Field = (
    lambda s: s.dates.completion.value,
    lambda t: at(t, "statusModule.completionDateStruct.date"),
)
CONDITIONS: Field = (
    lambda s: values(s.conditions),
    lambda t: [words(c) for c in at(t, "conditionsModule.conditions") or []],
)
SEX: Field = (lambda s: s.enrollment.sex.value, printed("sex", "eligibilityModule.sex"))
VOLUNTEERS: Field = (
    lambda s: s.enrollment.healthy_volunteers.value,
    lambda t: at(t, "eligibilityModule.healthyVolunteers"),
)
INTERVENTIONS: Field = (interventions, true_interventions)

LAYOUTS: dict[str, dict[str, Field]] = {
    "A": {
        "nct": NCT,
        "status": STATUS,
        "study type": STUDY_TYPE,
        "phase": PHASE,
        "sponsor": SPONSOR,
        "start": START,
        "completion": COMPLETION,
        "contact": (contact, true_contact),
        "summary": SUMMARY,
        "description": DESCRIPTION,
    },
    "B": {
        "nct": NCT,
        "title": (title, text("identificationModule.briefTitle")),
        "status": STATUS,
        "study type": STUDY_TYPE,
        "phase": PHASE,
        "sponsor": SPONSOR,
        "sponsor class": (
            lambda s: s.sponsor.kind.value,
            printed("sponsor_class", "sponsorCollaboratorsModule.leadSponsor.class"),
        ),
        "ages": (ages, true_ages),
        "sex": SEX,
        "healthy volunteers": VOLUNTEERS,
        # One line, joined by commas that conditions hold too: compared as the line it is.
        "conditions": (
            lambda s: words(", ".join(c.value or "" for c in s.conditions)),
            lambda t: words(", ".join(at(t, "conditionsModule.conditions") or [])),
        ),
        "countries": (lambda s: sorted(words(c.value) or "" for c in s.countries), countries),
        "summary": SUMMARY,
        "description": DESCRIPTION,
        "arms": (arms, true_arms),
        "interventions": INTERVENTIONS,
        "sites": (sites, true_sites),
    },
    "C": {"title": (title, text("identificationModule.officialTitle")), "summary": SUMMARY},
    "D": {
        "title": (title, text("identificationModule.briefTitle")),
        "summary": SUMMARY,
        "description": DESCRIPTION,
        "conditions": CONDITIONS,
        "interventions": INTERVENTIONS,
        **_outcomes("primary"),
        **_outcomes("secondary"),
    },
}

REGISTRY: dict[str, Field] = {
    **LAYOUTS["B"],
    **{k: v for k, v in LAYOUTS["A"].items() if k not in LAYOUTS["B"]},
    **{k: v for k, v in LAYOUTS["D"].items() if k not in LAYOUTS["B"]},
    "official title": (
        lambda s: next((words(t.value.value) for t in s.titles if t.kind == "official"), None),
        text("identificationModule.officialTitle"),
    ),
    "acronym": (
        lambda s: next((words(t.value.value) for t in s.titles if t.kind == "acronym"), None),
        text("identificationModule.acronym"),
    ),
    "primary completion": (
        lambda s: s.dates.primary_completion.value,
        lambda t: at(t, "statusModule.primaryCompletionDateStruct.date"),
    ),
    "verified": (lambda s: s.dates.verified.value, lambda t: at(t, "statusModule.statusVerifiedDate")),
    "allocation": (lambda s: _allocation(s), printed("allocation", "designModule.designInfo.allocation")),
    "model": (lambda s: s.design.model.value, printed("model", "designModule.designInfo.interventionModel")),
    "masking": (
        lambda s: _from_field(s.design.masking),
        printed("masking", "designModule.designInfo.maskingInfo.masking"),
    ),
    "purpose": (
        lambda s: s.design.purpose.value,
        printed("purpose", "designModule.designInfo.primaryPurpose"),
    ),
    "enrollment": (lambda s: s.enrollment.size.value, lambda t: at(t, "designModule.enrollmentInfo.count")),
    "enrollment type": (
        lambda s: s.enrollment.size_kind.value,
        printed("size_kind", "designModule.enrollmentInfo.type"),
    ),
    "keywords": (
        lambda s: values(s.keywords),
        lambda t: [words(k) for k in at(t, "conditionsModule.keywords") or []],
    ),
    "collaborators": (
        lambda s: values(s.sponsor.collaborators),
        lambda t: [words(c["name"]) for c in at(t, "sponsorCollaboratorsModule.collaborators") or []],
    ),
    **_outcomes("other"),
}


def _from_field(fact: Any) -> Any:
    """The value of a registry field; a value the study's own words give is no reading of that field."""
    return (
        fact.value
        if any(s.locator.lower().endswith(("masking", "allocation")) for s in fact.sources)
        else None
    )


def _allocation(study: Study) -> Any:
    return _from_field(study.design.allocation)


# --- the counts ---


def _rendered(misses: int) -> Iterator[dict[str, Any]]:
    rows = list(csv.DictReader((RECORDS / "rendered" / "TRUTH.csv").open(encoding="utf-8")))
    pages: dict[str, list[tuple[Study, Truth]]] = defaultdict(list)
    known = [row for row in rows if (RECORDS / row["truth_json"]).is_file()]
    if len(known) < len(rows):
        print(
            f"{len(rows) - len(known)} of {len(rows)} pages have no truth file and are left out",
            file=sys.stderr,
        )
    for row in known:
        page = RECORDS / "rendered" / row["file"]
        (record,) = open_records(page)
        truth = json.loads((RECORDS / row["truth_json"]).read_text(encoding="utf-8"))["protocolSection"]
        truth["printed sites"] = len(re.findall(r"^Address$", page.read_text(encoding="utf-8"), re.MULTILINE))
        pages[row["layout"]].append((understand(record), truth))
    total: Counter[str] = Counter()
    for layout, fields in LAYOUTS.items():
        for name, field in fields.items():
            count = _compare(pages[layout], field, f"{layout} {name}", misses)
            total += count
            yield _line(f"rendered {layout}: {name}", _share(count), "share")
            total["wrong values"] += count["wrong"]
    yield _line("rendered: all fields", _share(total), "share", BARS["rendered"])
    yield _line("rendered: wrong values presented as stated", total["wrong values"], "values", BARS["wrong"])
    yield from _worded(pages, misses)


def _worded(pages: Mapping[str, list[tuple[Study, Truth]]], misses: int) -> Iterator[dict[str, Any]]:
    """Facts a page has no field for and its own words give, against the registry's field. Where they differ the record
    contradicts itself (a "phase I/II" title, phase 2 in the field); the words stay what the page states."""
    fields: dict[str, Field] = {
        "allocation": (
            lambda s: s.design.allocation.value,
            printed("allocation", "designModule.designInfo.allocation"),
        ),
        "phase": PHASE,
    }
    for name, (read, know) in fields.items():
        on = [pair for layout in ("C", "D") for pair in pages[layout] if read(pair[0]) and know(pair[1])]
        count = _compare(on, (read, know), f"worded {name}", misses)
        yield _line(f"words of C and D: {name}, {sum(count.values())} pages", _share(count), "share")


def _registry(misses: int) -> Iterator[dict[str, Any]]:
    found: list[tuple[Study, Truth]] = []
    for path in sorted((RECORDS / "ctgov_v2").glob("*.json")):
        (record,) = open_records(path)
        truth = json.loads(path.read_text(encoding="utf-8"))["protocolSection"]
        found.append((understand(record), truth))
    total: Counter[str] = Counter()
    for name, field in REGISTRY.items():
        count = _compare(found, field, f"registry {name}", misses)
        total += count
        yield _line(f"registry: {name}", _share(count), "share")
    yield _line("registry: all fields", _share(total), "share", BARS["registry"])
    yield _line("registry: wrong values presented as stated", total["wrong"], "values", BARS["wrong"])


def _compare(pairs: Iterable[tuple[Study, Truth]], field: Field, name: str, misses: int) -> Counter[str]:
    read, know = field
    count: Counter[str] = Counter()
    for study, truth in pairs:
        found, true = read(study), know(truth)
        for one, other in _items(found, true):
            if one is None and other is None:
                continue
            outcome = _outcome(one, other)
            count[outcome] += 1
            if outcome != "right" and count["wrong"] + count["not read"] <= misses:
                print(
                    f"{outcome}: {name} {truth['identificationModule']['nctId']}: {one!r} / {other!r}",
                    file=sys.stderr,
                )
    return count


def _outcome(found: Any, true: Any) -> str:
    if isinstance(found, Unsure):
        return "right" if found.value == true else "not read"
    return "right" if found == true else "not read" if found is None else "wrong"


def _items(found: Any, true: Any) -> Iterator[tuple[Any, Any]]:
    """Lists are compared item by item, in order; a list of another length is one wrong item per surplus or lack."""
    if not isinstance(found, list) or not isinstance(true, list):
        yield found, true
        return
    for at in range(max(len(found), len(true))):
        yield (found[at] if at < len(found) else None, true[at] if at < len(true) else None)


def _share(count: Counter[str]) -> float:
    all_of = count["right"] + count["wrong"] + count["not read"]
    return round(count["right"] / all_of, 5) if all_of else 1.0


def _speed() -> Iterator[dict[str, Any]]:
    """1,000 records: every page, export and record there is, in turn, opened and understood on this one core."""
    folders = {
        "ctgov_v2": "*.json",
        "ctgov_xml": "*.xml",
        "ctgov_csv": "*.csv",
        "rendered": "*/*.txt",
        "seeds": "*.txt",
    }
    files = [p for folder, pattern in folders.items() for p in sorted((RECORDS / folder).glob(pattern))]
    start, count = time.process_time(), 0
    while count < 1000:
        for path in files:
            for record in open_records(path):
                understand(record)
                count += 1
    seconds = (time.process_time() - start) * 1000 / count
    yield _line("1,000 records of all formats, one core", round(seconds, 1), "s", BARS["seconds"])


def _line(name: str, value: float, unit: str, bar: float | None = None) -> dict[str, Any]:
    holds = None if bar is None else value >= bar if unit == "share" else value <= bar
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "peer": None,
        "ratio": None,
        "bar": bar,
        "holds": holds,
    }


def _row(line: Mapping[str, Any]) -> str:
    bar = "" if line["bar"] is None else f"bar {line['bar']:g}{'' if line['holds'] else '  missed'}"
    return f"{line['name']:<55}{line['value']:>10}  {line['unit']:<8}{bar}".rstrip()


if __name__ == "__main__":
    main()

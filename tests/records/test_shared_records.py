"""The real records beside the checkout: the five seeds, the rendered pages, the registry's JSON, XML and CSV."""

import csv
import json
import re
from collections import Counter

import pytest

from protorun.records import open_records
from protorun.terms.dates import parse_printed

SEED_FORMATS = {
    "000": "summary_and_see_also",
    "001": "summary_and_see_also",
    "002": "labels_with_help",
    "003": "title_summary_bullets",
    "004": "bare_cells",
}


def seed(seeds, number):
    return open_records(next(seeds.glob(f"{number}_*.txt")))[0]


@pytest.fixture(scope="module")
def gold(seeds):
    return json.loads((seeds / "gold.json").read_text(encoding="utf-8"))["seeds"]


@pytest.fixture(scope="session")
def seeds(shared):
    return shared / "records" / "seeds"


def quotes(node):
    if isinstance(node, dict):
        if "quote" in node and "start" in node:
            yield node["start"], node["end"], node["quote"]
        for child in node.values():
            yield from quotes(child)
    elif isinstance(node, list):
        for child in node:
            yield from quotes(child)


def lawful(record):
    assert sum(record.shares.values()) == pytest.approx(1)
    for source in [p.source for p in record.passages] + [left.source for left in record.leftovers]:
        assert record.texts[source.locator][source.start : source.end] == source.quote


@pytest.mark.parametrize("number", SEED_FORMATS)
def test_a_seed_is_recognized_clearly_and_nothing_of_it_is_left_over(seeds, number):
    record = seed(seeds, number)
    assert record.format == SEED_FORMATS[number]
    assert record.leftovers == ()
    assert not any("close race" in warning for warning in record.warnings)
    lawful(record)


def test_every_quote_of_the_gold_lies_in_a_value_that_was_read(seeds, gold):
    found = 0
    for number, truth in gold.items():
        record = seed(seeds, number)
        for start, end, quote in quotes(truth):
            assert record.texts[""][start:end] == quote
            inside = [p for p in record.passages if p.source.start < end and p.source.end > start]
            assert any(p.source.start <= start and end <= p.source.end for p in inside) or any(
                f"{p.label} {p.text}" == quote for p in inside
            ), (number, quote)
            found += 1
    assert found == 81


@pytest.mark.parametrize(("number", "count"), [("000", 15), ("001", 20)])
def test_the_related_trials_of_a_seed_equal_the_gold(seeds, gold, number, count):
    record = seed(seeds, number)
    read = [
        {p.field.removeprefix("related."): p.text for p in group} for _, group in record.groups("related")
    ]
    assert len(read) == count
    keys = ("status", "nct", "title", "phase")
    assert [{k: row.get(k) for k in keys} for row in read] == [
        {k: row.get(k) for k in keys} for row in gold[number]["see_also"]
    ]


def test_single_values_of_the_seeds_equal_the_gold(seeds, gold):
    for number in ("000", "001"):
        record, truth = seed(seeds, number), gold[number]
        assert [p.text for p in record.all("phase")] == truth["phase"]
        for field, key in (("status.overall", "status"), ("sponsor.lead", "sponsor")):
            assert record.first(field).text == truth[key]["value"]
        for field, key in (("date.start", "start"), ("date.completion", "completion")):
            assert parse_printed(record.first(field).text) == truth[key]["value"]
        assert record.first("identifier.nct").text == truth["nct"]
    assert len(dict(seed(seeds, "002").groups("arm"))) == len(gold["002"]["arms"]) == 10
    outcomes = dict(seed(seeds, "004").groups("outcome"))
    frames = [next(p.text for p in g if p.field.endswith("time_frame")) for g in outcomes.values()]
    assert frames == [e["frame"] for e in gold["004"]["endpoints"]]


def plain(text):
    return re.sub(r"\W+|_+", " ", re.sub(r"\\(.)", r"\1", text)).strip().lower()


def printed(field, text):
    return parse_printed(text) if field.startswith("date.") else plain(text)


# Canonical field -> path below protocolSection; `*` is every member of a list.
PATHS = {
    "identifier.nct": "identificationModule.nctId",
    "title.brief": "identificationModule.briefTitle",
    "title.official": "identificationModule.officialTitle",
    "status.overall": "statusModule.overallStatus",
    "study_type": "designModule.studyType",
    "phase": "designModule.phases.*",
    "date.start": "statusModule.startDateStruct.date",
    "date.completion": "statusModule.completionDateStruct.date",
    "sponsor.lead": "sponsorCollaboratorsModule.leadSponsor.name",
    "sponsor.class": "sponsorCollaboratorsModule.leadSponsor.class",
    "summary.brief": "descriptionModule.briefSummary",
    "summary.detailed": "descriptionModule.detailedDescription",
    "condition": "conditionsModule.conditions.*",
    "eligibility.sex": "eligibilityModule.sex",
    "arm.label": "armsInterventionsModule.armGroups.*.label",
    "arm.type": "armsInterventionsModule.armGroups.*.type",
    "arm.description": "armsInterventionsModule.armGroups.*.description",
    "intervention.type": "armsInterventionsModule.interventions.*.type",
    "intervention.name": "armsInterventionsModule.interventions.*.name",
    "intervention.description": "armsInterventionsModule.interventions.*.description",
}
PRINTED_ON = {
    "A": "identifier.nct study_type sponsor.lead status.overall phase date.start date.completion summary.brief"
    " summary.detailed",
    "B": "title.brief summary.brief study_type eligibility.sex identifier.nct phase sponsor.lead sponsor.class"
    " status.overall condition summary.detailed arm.label arm.type arm.description intervention.type"
    " intervention.name intervention.description",
    "C": "title.official summary.brief",
    "D": "title.brief summary.brief condition intervention.type intervention.name summary.detailed",
}
SPELLED = {"na": "n a", "early phase1": "early phase 1", "unknown": "unknown status"}
SPELLED |= {f"phase{i}": f"phase {i}" for i in range(5)}


def follow(node, path):
    head, _, rest = path.partition(".")
    if head == "*":
        return [value for item in node or [] for value in (follow(item, rest) if rest else [item])]
    child = (node or {}).get(head)
    if rest:
        return follow(child, rest)
    return [] if child is None else [child]


def test_rendered_pages_are_read_right_field_by_field(shared):
    records = shared / "records"
    right, wrong = Counter(), Counter()
    for row in csv.DictReader((records / "rendered" / "TRUTH.csv").open(encoding="utf-8")):
        (record,) = open_records(records / "rendered" / row["file"])
        lawful(record)
        truth_file = records / row["truth_json"]
        if not truth_file.exists():
            continue
        truth = json.loads(truth_file.read_text(encoding="utf-8"))["protocolSection"]
        for field in PRINTED_ON[row["layout"]].split():
            stated = [printed(field, p.text) for p in record.all(field)]
            true = [printed(field, value) for value in follow(truth, PATHS[field])]
            true = [SPELLED.get(value, value) for value in true]
            (right if stated == true else wrong)[row["layout"], field] += 1
    assert sum(right.values()) / (sum(right.values()) + sum(wrong.values())) >= 0.995, wrong
    for key, count in wrong.items():
        assert right[key] / (right[key] + count) >= 0.98, (key, count)


def test_registry_json_is_read_without_a_crash_and_every_structured_field_is_equal(shared):
    files = sorted((shared / "records" / "ctgov_v2").glob("*.json"))
    assert len(files) == 248
    for file in files:
        (record,) = open_records(file)
        lawful(record)
        assert record.format == "ctgov_v2"
        truth = json.loads(file.read_text(encoding="utf-8"))["protocolSection"]
        for field, path in PATHS.items():
            assert [p.text for p in record.all(field)] == [
                v.strip() for v in follow(truth, path) if v.strip()
            ]


def test_versions_of_records_are_read(shared):
    for file in sorted((shared / "records" / "ctgov_versions").rglob("*.json")):
        lawful(open_records(file)[0])


def test_legacy_xml_is_read_without_a_crash(shared):
    files = sorted((shared / "records" / "ctgov_xml").glob("*.xml"))
    assert len(files) == 40
    for file in files:
        (record,) = open_records(file)
        lawful(record)
        assert record.format == "ctgov_xml"
        assert record.first("identifier.nct").text[:3] == "NCT"
        # A withheld record has no criteria.
        assert record.first("eligibility.criteria") or record.first("status.overall").text == "Withheld"


def test_exports_of_many_studies_are_read_row_by_row(shared):
    for file in sorted((shared / "records" / "ctgov_csv").glob("*.csv")):
        rows = list(csv.DictReader(file.open(encoding="utf-8-sig", newline="")))
        records = open_records(file)
        assert [r.first("identifier.nct").text for r in records] == [row["NCT Number"] for row in rows]
        for record, row in zip(records, rows, strict=True):
            lawful(record)
            assert record.first("title.brief").text == row["Study Title"].strip()
            assert "|".join(p.text for p in record.all("phase")) == row["Phases"]
            assert [p.text for p in record.all("condition")] == [
                c.strip() for c in row["Conditions"].split("|")
            ]

"""JSON, XML and CSV: strict about damage, faithful about content."""

from pathlib import Path

import pytest

from protorun.errors import RecordError
from protorun.records import open_records, recognize

FIXTURES = Path(__file__).parent / "fixtures"
STUDY = '{"protocolSection": {"identificationModule": {"nctId": "NCT00000001"%s}}}'


def texts(record, field):
    return [p.text for p in record.all(field)]


@pytest.fixture
def study():
    return open_records(FIXTURES / "ctgov_v2.json")[0]


@pytest.fixture
def legacy():
    return open_records(FIXTURES / "ctgov_xml.xml")[0]


@pytest.fixture
def table():
    return open_records(FIXTURES / "ctgov_csv.csv")


def test_a_locator_is_the_json_pointer(study):
    measure = study.first("outcome.secondary.measure")
    assert measure.source.locator == "/protocolSection/outcomesModule/secondaryOutcomes/0/measure"
    assert study.quote(measure.source) == "Survival"


def test_phases_come_one_by_one(study, legacy, table):
    assert texts(study, "phase") == ["PHASE1", "PHASE2"]
    assert texts(legacy, "phase") == ["Phase 1", "Phase 2"]
    assert texts(table[0], "phase") == ["PHASE1", "PHASE2"]
    assert texts(table[1], "phase") == ["NA"]


def test_outcomes_are_numbered_through_all_levels(study):
    assert {name: [p.field for p in found] for name, found in study.groups("outcome")} == {
        "outcome/0": ["outcome.primary.measure", "outcome.primary.time_frame"],
        "outcome/1": [
            "outcome.secondary.measure",
            "outcome.secondary.description",
            "outcome.secondary.time_frame",
        ],
    }


def test_a_contact_of_a_site_belongs_to_its_site(study):
    sites = dict(study.groups("site"))
    assert [p.text for p in sites["site/0"] if p.field == "site.contact_name"] == ["Ada"]
    assert [p.text for p in sites["site/1"]] == ["Clinic", "Othertown", "France"]


def test_a_country_counts_once(study):
    assert texts(study, "country") == ["France"]


def test_false_is_a_stated_answer(study):
    assert study.first("eligibility.healthy_volunteers").text == "false"


def test_results_are_named_and_not_listed(study):
    left = [item for item in study.leftovers if item.source.locator.startswith("/resultsSection")]
    assert [item.reason for item in left] == ["protorun does not read resultsSection (57 characters)"]


def test_an_answer_with_many_studies_gives_many_records():
    two = f'{{"studies": [{STUDY % ""}, {STUDY.replace("01", "02", 1) % ""}]}}'
    records = recognize(two.encode(), "answer.json")
    assert [r.name for r in records] == ["answer.json#NCT00000001", "answer.json#NCT00000002"]
    assert records[1].first("identifier.nct").source.locator.startswith("/studies/1/")
    assert records[0].digest != records[1].digest


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        (STUDY % ', "acronym": "A", "acronym": "B"', "given twice", "line 1 column 87"),
        (STUDY % ', "x": NaN', "NaN is no JSON value", "line 1 column 76"),
        (STUDY % ', "x": -Infinity', "-Infinity is no JSON value", "line 1 column 76"),
        (STUDY[:-3] % "", "broken JSON", "line 1 column"),
        (STUDY % (', "x": ' + "[" * 200_000), "nested too deeply", "line 1 column"),
        (STUDY % (', "x": ' + "[" * 500 + "]" * 500), "nested too deeply", "/protocolSection/"),
        (STUDY % ', "acronym": "\\ud800"', "half of a surrogate pair", "line 1 column"),
        ('{"protocolSection": {}, "a": "protocolSection\t"}', "broken JSON", "line 1 column 46"),
        ('{"protocolSection": {"identificationModule": {}}}', "the study is empty", "line 1 column 1"),
        ('[{"x": {"protocolSection": {}}}]', "not where a study has it", "line 1 column 9"),
        (STUDY % (', "x": [' + "1," * 1_600_000 + "1]"), "more than 1,000,000 values", "line 1"),
        (STUDY % (', "x": [' + "1," * 60_000 + "1]"), "more than 50,000 values", "/protocolSection/"),
    ],
)
def test_damaged_json_is_refused_with_line_and_column(text, what, where):
    with pytest.raises(RecordError) as error:
        recognize(text.encode(), "record.json")
    assert what in error.value.what
    assert where in error.value.where


def test_a_locator_of_the_xml_is_an_xpath(legacy):
    labels = {p.text: p.source.locator for p in legacy.all("arm.label")}
    assert labels == {
        "A": "/clinical_study/arm_group[1]/arm_group_label",
        "B": "/clinical_study/arm_group[2]/arm_group_label",
    }


def test_a_hard_wrapped_text_is_quoted_as_it_stands(legacy):
    assert "with a life\n             expectancy of 12 weeks" in legacy.first("eligibility.criteria").text


def test_arm_and_intervention_are_linked_by_the_label(legacy):
    assert dict(legacy.groups("intervention"))["intervention/0"][-1].field == "intervention.arm"
    assert texts(legacy, "intervention.arm") == ["A"]


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("<clinical_study><a></clinical_study>", "broken XML", "line 1 column"),
        ("<clinical_study>", "broken XML", "line 1 column"),
        (
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><clinical_study>&b;</clinical_study>',
            "entities are not read",
            "line 1 column 1",
        ),
        ('<!DOCTYPE x SYSTEM "file:///etc/hostname"><clinical_study/>', "entities are not read", "line 1"),
        ("<clinical_study>" + "<a>" * 100_000, "nested too deeply", "line 1 column"),
        ("<other><clinical_study></clinical_study></other>", "the root is <other>", "line 1"),
        ("<clinical_study>&nbsp;</clinical_study>", "broken XML", "line 1 column 17"),
    ],
)
def test_damaged_xml_is_refused_with_line_and_column(text, what, where):
    with pytest.raises(RecordError) as error:
        recognize(text.encode(), "record.xml")
    assert what in error.value.what
    assert where in error.value.where


def test_a_cell_is_the_text_behind_row_and_column(table):
    title = table[0].first("title.brief")
    assert title.source.locator == "2/Study Title"
    assert table[0].texts["2/Study Title"] == 'Made-Up Drug, "Second" Study'
    assert title.source.start == 0


def test_the_class_of_ages_is_never_a_limit(table):
    assert "eligibility.ages" not in {p.field for p in table[0].passages}
    assert table[0].absent["eligibility.minimum_age"] == "layout"
    assert any(item.reason == "a class of ages, not a limit" for item in table[0].leftovers)


def test_the_export_carries_no_criteria_and_no_arms(table):
    assert {table[0].absent[field] for field in ("eligibility.criteria", "arm.label")} == {"layout"}


def test_the_design_column_is_taken_apart(table):
    assert [table[0].first(f).text for f in ("allocation", "intervention_model", "masking", "purpose")] == [
        "NA",
        "SINGLE_GROUP",
        "NONE",
        "TREATMENT",
    ]


def test_a_place_is_only_taken_apart_when_its_commas_are_sure(table):
    sites = dict(table[0].groups("site"))
    assert [p.text for p in sites["site/0"]] == ["France", "Hospital", "Sometown"]
    assert [p.text for p in sites["site/1"]] == ["United States"]


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ('NCT Number,Study Title\nNCT00000001,"open', "does not end", "line 2 column 13"),
        ("NCT Number,Study Title\nNCT00000001,a,b\n", "3 cells under 2 columns", "row 2"),
        ("NCT Number,Study Title,Study Title\nNCT00000001,a,b\n", "twice", "row 2"),
        ("NCT Number,Study Title,Conditions,Study Status\n", "no study below", "line 2"),
        (
            "NCT Number,Study Title,Conditions,Study Status\n" + "," * 300,
            "too many columns",
            "line 2 column 201",
        ),
        (
            "NCT Number,Study Title,Conditions,Study Status\n" + "NCT00000001,a,b,c\n" * 20_001,
            "more than 20,000 rows",
            "line 20002",
        ),
    ],
)
def test_a_damaged_table_is_refused_with_its_place(text, what, where):
    with pytest.raises(RecordError) as error:
        recognize(text.encode(), "export.csv")
    assert what in error.value.what
    assert where in error.value.where


def test_a_reduced_export_gives_what_its_columns_hold():
    (record,) = recognize(b"NCT Number,Study Title,Conditions\nNCT00000001,A title,Cancer\n")
    assert {p.field for p in record.passages} == {"identifier.nct", "title.brief", "condition"}


def test_an_export_with_more_lines_than_a_page_may_have_is_no_page():
    summary = "one line of a summary\n" * 30
    rows = f'NCT00000001,"{summary}",Cancer,COMPLETED\n' * 2_000
    assert len(recognize(f"NCT Number,Brief Summary,Conditions,Study Status\n{rows}".encode())) == 2_000


def test_a_thousand_bars_are_no_thousand_outcomes():
    cell = "a, B, 1 week|" * 3_000
    (record,) = recognize(
        f'NCT Number,Study Title,Conditions,Study Status,Primary Outcome Measures\nNCT00000001,a,b,c,"{cell}"\n'.encode()
    )
    assert not list(record.groups("outcome"))
    assert any("outcomes in one cell" in left.reason for left in record.leftovers)

"""Criteria text into trees: single lines from the case file, whole lists, and the published records."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import said

from protorun.reading.eligibility import read_eligibility
from protorun.study.criterion import Criterion
from protorun.study.record import Passage, Record
from protorun.study.source import Source, stated
from protorun.study.study import Age, Enrollment, Origin, Study

CASES = [
    case
    for file in sorted((Path(__file__).parents[1] / "cases" / "eligibility").glob("*.toml"))
    for case in tomllib.loads(file.read_text("utf-8"))["case"]
]
STUDY = Study(key="x", origin=Origin(name="x", format="x", digest=""))


def record(text: str, start: int = 0) -> Record:
    source = Source(start=start, end=len(text), quote=text[start:])
    return Record("x", "x", "", {"": text}, (Passage("eligibility.criteria", source),))


def read(text: str, study: Study = STUDY) -> dict[str, Criterion]:
    found = read_eligibility(record(text), study)
    return {c.id: c for c in found.fields["eligibility"]}


def codes(criterion: Criterion) -> list[str]:
    return [d.partition(":")[0] for d in criterion.doubts]


@pytest.mark.parametrize("case", CASES, ids=[c["text"][:50] for c in CASES])
def test_a_line_is_read_as_its_words_say(case):
    which = case.get("list", "inclusion")
    (criterion,) = read(f"{which.title()} Criteria:\n\n* {case['text']}\n").values()
    assert criterion.polarity == which
    assert criterion.klass == case["class"], said(criterion.expr)
    if "reads" in case:
        assert said(criterion.expr) == case["reads"]
    if "doubts" in case:
        assert codes(criterion) == case["doubts"]
    if "alternatives" in case:
        assert [said(a.expr) for a in criterion.alternatives] == case["alternatives"]
    if criterion.klass == "computable":
        assert criterion.residual == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Platelets ≥ 100 x 10^9/L", "Platelets of at least 100 x 10^9/L"),
        ("Age ≥ 18 years", "At least 18 years of age"),
        ("Bilirubin ≤ 1.5 x ULN", "Total bilirubin no more than 1.5 times the upper limit of normal"),
        ("ECOG 0-1", "Eastern Cooperative Oncology Group (ECOG) performance status of 0 or 1"),
        ("No brain metastases", "Patients without brain metastases"),
        ("Age 18 to 70 years", "Age ≥ 18 and ≤ 70 years"),
    ],
)
def test_another_wording_is_the_same_tree(one, other):
    assert said(read(one)["I1"].expr) == said(read(other)["I1"].expr)


class TestLists:
    def test_headings_in_their_many_forms_set_the_list(self):
        for text in (
            "Inclusion Criteria:\n* a\nExclusion Criteria:\n* b",
            "INCLUSION CRITERIA\n1. a\n\nEXCLUSION CRITERIA\n1. b",
            "Key inclusion criteria\n- a\nKey exclusion criteria\n- b",
            "Inclusion:\na\nExclusion:\nb",
        ):
            assert [(c.id, c.polarity) for c in read(text).values()] == [
                ("I1", "inclusion"),
                ("E1", "exclusion"),
            ], text

    def test_a_list_without_heading_is_inclusion_and_the_missing_list_is_absent(self):
        found = read_eligibility(record("• Age ≥ 18 years\n• ECOG ≤ 2\n"), STUDY)
        sections = found.fields["eligibility_sections"]
        assert sections["inclusion"].basis == "derived"
        assert sections["exclusion"].basis == "absent"
        assert [q.id for q in found.open_questions] == ["exclusion_criteria"]

    def test_laboratory_lines_share_the_number_of_their_heading(self):
        text = "• Age ≥ 18 years\n• Organ function is good, confirmed by these tests:\n• Platelets ≥80x10^9/L\n• INR ≤1.5 ULN\n• ECOG ≤ 2\n"
        assert list(read(text)) == ["I1", "I2a", "I2b", "I3"]

    def test_an_unbulleted_sentence_after_a_finished_entry_is_an_amendment(self):
        text = "Exclusion Criteria:\n* HIV infection.\nHCV antibody-positive patients are eligible only if HCV RNA is negative.\n* Pregnancy.\n"
        found = read(text)
        assert list(found) == ["E1", "E1b", "E2"]
        assert said(found["E1b"].expr) == "hcv antibody is positive and not hcv rna is negative"

    def test_a_wrapped_line_goes_on_with_its_sentence(self):
        found = read("Inclusion Criteria:\n* Platelets\n≥ 100 x 10^9/L\n* Age ≥ 18 years\n")
        assert said(found["I1"].expr) == "Platelets ≥ 100 10^9/L"

    def test_criteria_collapsed_into_one_line_are_taken_apart(self):
        found = read("Inclusion Criteria: 1. Age ≥ 18 years; 2. ECOG 0-1; 3. Platelets ≥ 100 x 10^9/L")
        assert [said(c.expr) for c in found.values()] == [
            "Age ≥ 18 years",
            "ECOG performance status 0 to 1",
            "Platelets ≥ 100 10^9/L",
        ]

    def test_one_of_the_following_is_one_criterion(self):
        found = read(
            "Inclusion Criteria:\n* At least one of the following:\n  * Brain metastases\n  * Liver metastases\n"
        )
        assert said(found["I1"].expr) == "Brain metastasis or Liver metastasis"

    def test_a_line_takes_the_limits_above_it_back_for_some(self):
        # NCT02465060: marrow involvement by lymphoma has limits of its own.
        found = read(
            "Inclusion Criteria:\n* Platelets ≥ 100 x 10^9/L\n* Bilirubin ≤ 1.5 x ULN\n* Patients with bone marrow involvement "
            "are not required to meet the above hematologic parameters, but must have platelets ≥ 75 x 10^9/L\n"
        )
        assert [said(c.expr) for c in found.values()] == [
            "if not Bone marrow involvement then Platelets ≥ 100 10^9/L",
            "Total bilirubin ≤ 1.5 x ULN",
            "if Bone marrow involvement then Platelets ≥ 75 10^9/L",
        ]
        assert [codes(c) for c in found.values()] == [["OVERRIDDEN"], [], ["OVERRIDE"]]

    def test_any_of_the_following_excludes_each_for_itself_within_the_window_of_its_parent(self):
        found = read(
            "Exclusion Criteria:\n* Any of the following within 6 months:\n  * Myocardial infarction\n  * Stroke\n"
        )
        assert [said(c.expr) for c in found.values()] == [
            "Myocardial infarction within 6 months before screening",
            "Stroke within 6 months before screening",
        ]

    def test_a_record_without_criteria_asks_for_them(self):
        found = read_eligibility(Record("x", "x", "", {"": ""}, ()), STUDY)
        assert found.fields["eligibility"] == ()
        assert [q.id for q in found.open_questions] == ["eligibility_criteria"]

    def test_ages_that_differ_from_the_registry_field_are_a_conflict(self):
        source = Source(start=0, end=1, quote="1")
        study = STUDY.model_copy(
            update={"enrollment": Enrollment(minimum_age=stated(Age(amount=20), source))}
        )
        found = read_eligibility(record("1 * Age ≥ 18 years"), study)
        assert "18" in found.conflicts[0].says
        assert "20" in found.conflicts[0].says


SEED_CLASSES = {
    "002": {
        "computable": "I1 I2 I3 I4 I6 I7 E1 E3 E5 E6 E7 E8 E8b E4 E10",
        "partial": "E9",
        "judgment": "I5 E2 E11",
    },
    "003": {
        "computable": "I1 I3 I4 I5 I6 I7a I7b I7c I7d I7e I7f I7g",
        "partial": "I8 I10 I11",
        "attestation": "I2 I9",
    },
}
SEED_READS = {
    "002": {
        "I1": "Age ≥ 18 years",
        "I2": "(her2 status is positive or low or her2 ihc is 1+ or 2+ or 3+ or her2 ish is positive) and "
        "(Advanced disease or Metastatic disease) and Breast cancer",
        "I3": "Leptomeningeal metastasis or Brain metastasis, active",
        "I4": "if (Brain metastasis, active and not Leptomeningeal metastasis) then Intracranial measurable lesions ≥ 1",
        "I6": "wash-out of Radiotherapy, Chemotherapy, Targeted therapy, Immunotherapy, Endocrine therapy, Surgery: "
        "2 weeks or 5 half-lives, whichever is shorter",
        "I7": "Grade of residual toxicity ≤ 1",
        "E1": "Other malignancy within 5 years before screening unless other malignancy type is only "
        "cervical_carcinoma_in_situ:cured or basal_cell_carcinoma or squamous_cell_carcinoma_skin or carcinoma_in_situ or "
        "papillary_thyroid_carcinoma",
        "E3": "Interstitial lung disease, requiring steroids or Non-infectious pneumonitis, requiring steroids or "
        "Interstitial lung disease, current or Non-infectious pneumonitis, current or "
        "(Interstitial lung disease, suspected and not Interstitial lung disease, ruled out by imaging) or "
        "(Non-infectious pneumonitis, suspected and not Non-infectious pneumonitis, ruled out by imaging)",
        "E5": "Immunosuppressant within 2 weeks before first dose or Systemic corticosteroid > 10 mg/day prednisone "
        "for immunosuppression (not intranasal, inhaled) within 2 weeks before first dose",
        "E6": "Autoimmune disease, active or Autoimmune disease, may recur",
        "E7": "Infection, uncontrolled, requiring iv antimicrobials",
        "E8": "Immunodeficiency, active, primary or HIV infection or (hbsag is positive and HBV DNA ≥ 500 IU/mL) or "
        "Hepatitis C infection",
        "E8b": "hcv antibody is positive and not hcv rna is negative",
    },
    "003": {
        "I3": "ECOG performance status ≤ 3",
        "I4": "Metastatic disease and Breast cancer and diagnosis confirmed by is histology or cytology and "
        "(her2 ihc is 0 or 1+ or (her2 ihc is 2+ and her2 ish is negative))",
        "I5": "Standard therapy failed or Standard therapy not tolerated",
        "I6": "Malignant cells in the cerebrospinal fluid or (Clinical signs of meningeal metastasis and "
        "Leptomeningeal enhancement on MRI)",
        "I7a": "Platelets ≥ 80 10^9/L",
        "I7b": "Hemoglobin ≥ 8 g/L",
        "I7c": "Neutrophils ≥ 1.5 10^9/L",
        "I7d": "Serum creatinine ≤ 1.5 x ULN",
        "I7e": "if Liver metastasis then (ALT ≤ 5 x ULN and AST ≤ 5 x ULN), else (ALT ≤ 3 x ULN and AST ≤ 3 x ULN)",
        "I7f": "Total bilirubin ≤ 1.5 x ULN",
        "I7g": "INR ≤ 1.5 x ULN and aPTT ≤ 1.5 x ULN",
        "I8": "NYHA class ≤ 2 and (not ECG abnormality or no clinical significance according to the investigators)",
    },
}
SEED_DOUBTS = {
    "002": {"I3": ["ALTERNATIVE_LINES"], "E1": ["CURED_SCOPE"]},
    "003": {"I4": ["MINUS_SIGN"], "I7b": ["IMPLAUSIBLE_LIMIT"], "I8": ["OR_SCOPE"], "I11": ["OPEN_LIST"]},
}


@pytest.fixture(scope="module")
def published(seeds):
    from protorun.read import load

    return {name: load(next(seeds.glob(f"{name}_*.txt"))) for name in ("000", "001", "002", "003", "004")}


class TestPublishedRecords:
    @pytest.mark.parametrize("name", SEED_CLASSES)
    def test_every_criterion_has_the_class_of_the_hand_made_reading(self, published, name):
        expected = {id: klass for klass, ids in SEED_CLASSES[name].items() for id in ids.split()}
        assert {c.id: c.klass for c in published[name].eligibility} == expected

    @pytest.mark.parametrize("name", SEED_READS)
    def test_every_tree_is_the_logic_of_the_hand_made_reading(self, published, name):
        found = {c.id: said(c.expr) for c in published[name].eligibility}
        assert {id: found[id] for id in SEED_READS[name]} == SEED_READS[name]

    @pytest.mark.parametrize("name", SEED_DOUBTS)
    def test_what_is_ambiguous_is_named(self, published, name):
        assert {c.id: codes(c) for c in published[name].eligibility if c.doubts} == SEED_DOUBTS[name]

    def test_the_other_readings_are_kept(self, published):
        kept = {
            c.id: [said(a.expr) for a in c.alternatives]
            for c in published["003"].eligibility
            if c.alternatives
        }
        assert list(kept) == ["I8"]
        assert kept["I8"] == [
            "NYHA class ≤ 2 or not ECG abnormality or no clinical significance according to the investigators"
        ]

    def test_records_without_criteria_have_none_and_ask(self, published):
        for name in ("000", "001", "004"):
            assert published[name].eligibility == ()
            assert any(q.id == "eligibility_criteria" for q in published[name].open_questions), name

    def test_organ_function_without_limits_is_an_open_question_and_cannot_be_answered_by_a_fact(
        self, published
    ):
        study = published["002"]
        judged = next(c for c in study.eligibility if c.id == "I5").expr
        assert judged.variable == ""
        assert any(q.id == "eligibility_limits_I5" for q in study.open_questions)


def test_quotes_are_slices_of_the_record(shared):
    """On every criteria text of the API records: no exception, every source true to its characters."""
    import json

    computed = total = 0
    for path in sorted((shared / "records" / "ctgov_v2").glob("*.json"))[::4]:
        module = json.loads(path.read_text("utf-8"))["protocolSection"].get("eligibilityModule", {})
        text = module.get("eligibilityCriteria", "")
        for criterion in read(text).values() if text else ():
            total += 1
            computed += criterion.klass in ("computable", "partial")
            assert (criterion.klass == "computable") <= (criterion.residual == ())
            for source in (*criterion.sources, *criterion.residual):
                assert text[source.start : source.end] == source.quote
    assert computed >= 0.35 * total


PIECES = st.sampled_from(
    [
        "Inclusion Criteria:",
        "Exclusion Criteria",
        "* ",
        "1. ",
        "a) ",
        "\n",
        "  ",
        "ALT",
        " and ",
        " or ",
        "≥",
        " ≤ ",
        "3",
        " x ULN",
        "(",
        ")",
        "if ",
        "unless ",
        "except ",
        "HER2-",
        "IHC 2+",
        "no ",
        "brain metastases",
        "within 2 weeks",
        "5 half-lives",
        ", whichever is shorter",
        "is defined as",
        "pregnancy test",
        "negative",
        "must ",
        "are eligible only if ",
        ";",
        ".",
        "\\",
        "İ",
        "<script>",
        "toxicity resolved to grade 1",
        "contraception",
        "=HYPERLINK(1)",
        "10^9/L",
        "0-1",
        "malignancy",
        ":",
        "\x00",
        "，",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_whatever_stands_there_is_read_or_left_unread_but_never_breaks(text):
    for criterion in read(text).values():
        for source in (*criterion.sources, *criterion.residual):
            assert text[source.start : source.end] == source.quote


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "and or ",
        "≥ 3 ",
        "no no ",
        "ihc 0 or ",
        "pregnancy test ",
        "toxicity resolved ",
        "a ; ",
        "HER2-",
        "within 2 weeks ",
    ],
)
def test_a_very_long_line_ends_in_reasonable_work(piece):
    text = piece * (20_000 // len(piece))
    assert len(read(text)) >= 0


def test_no_code_is_written_for_a_single_trial():
    folder = Path(__file__).parents[2] / "src" / "protorun" / "reading" / "eligibility"
    assert not [
        p
        for p in folder.rglob("*")
        if p.suffix in (".py", ".toml") and re.search(r"NCT\d{8}|CONQUER", p.read_text("utf-8"))
    ]

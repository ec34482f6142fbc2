"""Outcomes as worded: kind, criteria, responses, starting day, events, censoring, time frame."""

import pytest

from protorun.reading.endpoints import read_endpoints
from protorun.reading.endpoints.words import kind_of
from protorun.study.endpoint import Endpoint
from reading.texts import empty, record


def endpoint(measure: str, description: str = "", frame: str = "") -> Endpoint:
    rows = [("outcome.primary.measure", measure, "outcome/0")]
    rows += [("outcome.primary.description", description, "outcome/0")] if description else []
    rows += [("outcome.primary.time_frame", frame, "outcome/0")] if frame else []
    (found,) = read_endpoints(record(*rows), empty()).fields["endpoints"]
    assert isinstance(found, Endpoint)
    return found


@pytest.mark.parametrize(
    ("measure", "kind"),
    [
        ("Objective Response Rate (ORR)", "response_rate"),
        ("Intracranial clinical benefit rate", "response_rate"),
        ("Overall survival", "time_to_event"),
        ("Time to objective response", "time_to_event"),
        ("Duration of response (DoR)", "duration"),
        ("Number of participants with adverse events", "safety"),
        ("Dose-limiting toxicities", "safety"),
        ("Maximum tolerated dose (MTD)", "dose"),
        ("Cmax of X in plasma", "pk"),
        ("Change in quality of life", "quality_of_life"),
        ("Immune response to vaccine", "other"),
        ("Pathologic complete response", "other"),
        ("Survival of implants", "other"),
        ("Overall survival and adverse events", "other"),
        ("Forced expiratory volume", "other"),
        ("Correlation of a marker with overall survival", "other"),
        ("PSA response rate", "other"),
        ("Complete response in the urticaria score", "other"),
        ("Duration of MRD response", "other"),
    ],
)
def test_kind_of_a_measure_is_known_or_other(measure: str, kind: str) -> None:
    assert kind_of(measure) == kind


def test_clinical_benefit_with_its_responses_and_the_length_of_stable_disease() -> None:
    found = endpoint(
        "CNS clinical benefit rate (CNS CBR)",
        "Percentage of patients with CR, PR, or SD lasting at least 8 weeks by RANO-BM.",
        "Up to approximately 12 weeks",
    )
    assert found.id == "cns_cbr"
    assert found.compartment == "cns"
    assert found.criteria.value == "rano_bm"
    assert found.responses.value == ("CR", "PR", "SD")
    assert (found.min_sd_days.value, found.min_sd_days.basis) == (56, "derived")
    assert found.time_frame_days.value == 84


def test_a_term_alone_gives_derived_responses() -> None:
    found = endpoint("Disease control rate").responses
    assert (found.value, found.basis) == (("CR", "PR", "SD"), "derived")


def test_stable_disease_in_the_definition_of_a_response_rate_is_not_swallowed() -> None:
    found = endpoint("Objective response rate", "Proportion of patients with CR, PR or SD.").responses
    assert (found.value, found.basis) == (None, "unread")


@pytest.mark.parametrize(
    ("words", "criteria", "basis"),
    [
        ("by RECIST 1.1", "recist_1_1", "stated"),
        ("by RECIST version 1.1", "recist_1_1", "stated"),
        ("by the response evaluation criteria in solid tumors (RECIST) v1.1", "recist_1_1", "stated"),
        ("by iRECIST", "irecist", "stated"),
        ("by RANO-LM", "rano_lm", "stated"),
        ("by RECIST", None, "unread"),
        ("by RECIST 1.1 or Lugano", None, "unread"),
        ("by the investigator", None, "absent"),
    ],
)
def test_response_criteria(words: str, criteria: str | None, basis: str) -> None:
    found = endpoint("Objective response rate", f"Proportion with CR or PR {words}.").criteria
    assert (found.value, found.basis) == (criteria, basis)


@pytest.mark.parametrize(
    ("words", "origin"),
    [
        ("Time from randomization to death.", "randomization"),
        ("Time from the date of first dose of X until death from any cause.", "first_dose"),
        ("Time from start of treatment to death.", "first_dose"),
        ("Measured from study entry to death.", "enrollment"),
        ("Time from the full moon to death.", None),
    ],
)
def test_the_day_from_which_survival_counts(words: str, origin: str | None) -> None:
    found = endpoint("Overall survival", words)
    assert found.origin.value == origin
    assert [e.kind for e in found.events] == ["death"]
    assert found.events[0].note == ""


def test_events_behind_a_version_number_are_seen() -> None:
    found = endpoint(
        "Progression-free survival", "Time from randomization to progression by RECIST v1.1 or death."
    )
    assert [(e.kind, e.criteria) for e in found.events] == [("progression", "recist_1_1"), ("death", "")]


def test_the_event_of_a_bare_term_says_that_it_comes_from_the_term() -> None:
    found = endpoint("Progression-free survival")
    assert [e.kind for e in found.events] == ["progression", "death"]
    assert all(e.note for e in found.events)


@pytest.mark.parametrize(
    ("words", "when", "at"),
    [
        (
            "Patients alive are censored at the last date known to be alive.",
            "no_event_by_cutoff",
            "last_known_alive",
        ),
        (
            "Patients without progression will be censored at the last evaluable assessment.",
            "no_event_by_cutoff",
            "last_adequate_assessment",
        ),
        (
            "Patients lost to follow-up are censored at the date of last contact.",
            "lost_to_follow_up",
            "last_known_alive",
        ),
        (
            "Patients who start a new anticancer therapy are censored at the last assessment before.",
            "new_therapy",
            "last_adequate_assessment",
        ),
    ],
)
def test_censoring_rules(words: str, when: str, at: str) -> None:
    (rule,) = endpoint("Overall survival", f"Time from randomization to death. {words}").censoring
    assert (rule.when, rule.at, rule.overrides_event) == (when, at, False)
    assert rule.basis.sources[0].quote == words


def test_a_rule_that_beats_an_observed_event_is_marked_and_rules_keep_their_order() -> None:
    found = endpoint(
        "Progression-free survival",
        "Time from randomization to progression or death. A patient without a complete baseline is censored at "
        "randomization even if progression was seen. Patients alive are censored at the last assessment.",
    )
    assert [(r.when, r.overrides_event) for r in found.censoring] == [
        ("no_complete_baseline", True),
        ("no_event_by_cutoff", False),
    ]


@pytest.mark.parametrize(
    ("frame", "days"),
    [
        ("Up to approximately 30 months", 913),
        ("2 years", 730),
        ("From randomization to death, assessed up to 24 months", 730),
        ("4 years after enrollment", 1461),
        ("Day 1 to 90 days after the last dose", None),
        ("Baseline, 12 weeks, 24 weeks", None),
        ("Every 6 weeks", None),
        ("Cycle 1", None),
    ],
)
def test_time_frames_of_one_length(frame: str, days: int | None) -> None:
    assert endpoint("Overall survival", frame=frame).time_frame_days.value == days


def test_endpoints_named_in_a_sentence_are_cut_only_where_each_piece_is_known() -> None:
    one = record(
        (
            "summary.detailed",
            "Primary endpoints were clinical response and adverse events. Secondary outcomes are overall survival.",
        )
    )
    found = read_endpoints(one, empty()).fields["endpoints"]
    assert [(e.level, e.name.value) for e in found] == [
        ("primary", "clinical response"),
        ("primary", "adverse events"),
        ("secondary", "overall survival"),
    ]
    one = record(("summary.detailed", "The primary endpoint is the color and taste of the tablet."))
    (only,) = read_endpoints(one, empty()).fields["endpoints"]
    assert (only.name.value, only.kind) == ("the color and taste of the tablet", "other")


def test_a_response_in_a_record_about_no_cancer_is_no_tumor_response() -> None:
    rows = [("outcome.primary.measure", "Complete remission", "outcome/0"), ("condition", "Asthma")]
    (found,) = read_endpoints(record(*rows), empty()).fields["endpoints"]
    assert found.kind == "other"


@pytest.mark.parametrize(
    ("measure", "description", "responses", "basis"),
    [
        (
            "Objective response rate",
            "Proportion with a partial or complete response.",
            ("CR", "PR"),
            "stated",
        ),
        (
            "Objective response rate",
            "Percentage who have a complete response (CR: disappearance of lesions) or partial response "
            "(PR: at least a 30 % decrease).",
            ("CR", "PR"),
            "stated",
        ),
        ("Objective response rate", "Proportion with CR, VGPR or PR.", None, "unread"),
        ("Objective response rate", "Proportion with CR or CRi.", None, "unread"),
        ("Disease control rate", "Proportion with CR, PR, SD or non-CR/non-PD.", None, "unread"),
        ("Number with partial response (PR)", "A test compares CR, CR+PR and CR+PR+SD.", ("PR",), "stated"),
        ("Best overall response", "Complete response is defined as no lesion.", None, "absent"),
    ],
)
def test_which_responses_count(
    measure: str, description: str, responses: tuple[str, ...] | None, basis: str
) -> None:
    found = endpoint(measure, description).responses
    assert (found.value, found.basis) == (responses, basis)


@pytest.mark.parametrize(
    ("words", "events"),
    [
        ("Time from randomization to progression or death from any cause, whichever occurs first.", 2),
        ("Time between randomization and progression (by RECIST 1.1) or death.", 2),
        ("Time from randomization to progression (death is censored).", 1),
        ("Time from randomization to progression, treatment failure or death.", 0),
        ("Time from randomization to the second progression or death.", 0),
        ("Time from randomization to PSA progression or death.", 0),
        ("Defined as the time to a bad day.", 0),
    ],
)
def test_events_are_read_when_every_one_of_them_is_known(words: str, events: int) -> None:
    assert len(endpoint("Progression-free survival", words).events) == events


@pytest.mark.parametrize("term", ["PFS2", "iPFS", "Local progression-free survival", "PFS and OS"])
def test_a_term_beside_another_one_has_no_event_of_its_own(term: str) -> None:
    assert endpoint(term).events == ()


@pytest.mark.parametrize(
    "words",
    [
        "Time from randomization or first dose to death.",
        "Time from random assignment or first dose to death.",
        "Time from enrollment/randomization to death.",
        "Time from the start of subsequent treatment to death.",
        "Time from the start (surgical resection) to death.",
    ],
)
def test_a_starting_day_with_a_choice_is_none(words: str) -> None:
    assert endpoint("Overall survival", words).origin.basis == "unread"


@pytest.mark.parametrize("other", ["the INRC", "modified WHO criteria", "irRECIST", "Lugano", "PCWG3"])
def test_criteria_beside_others_settle_nothing(other: str) -> None:
    found = endpoint(
        "Objective response rate", f"Proportion with CR or PR by RECIST 1.1 or {other}."
    ).criteria
    assert (found.value, found.note) == (None, "several criteria are named")


def test_criteria_spelled_out_are_the_criteria() -> None:
    words = "By Response Evaluation Criteria in Solid Tumors, version 1.1."
    assert endpoint("Objective response rate", words).criteria.value == "recist_1_1"


@pytest.mark.parametrize(
    ("measure", "compartment"),
    [
        ("Brain PFS", "cns"),
        ("Intracranial objective response rate", "cns"),
        ("Progression-free survival in the brain", "cns"),
        ("Overall survival with brain metastases", "whole_body"),
        ("Change in a brain derived factor", "whole_body"),
    ],
)
def test_where_a_measure_looks(measure: str, compartment: str) -> None:
    assert endpoint(measure).compartment == compartment


def test_censoring_looks_at_who_is_censored_and_not_at_the_day_before_which() -> None:
    words = "Ongoing responders are censored at the last assessment not after a new anticancer therapy."
    assert endpoint("Duration of response", f"Time from response to progression. {words}").censoring == ()
    words = "Patients alive are censored at the last contact or the cut-off date, whichever is first."
    assert endpoint("Overall survival", f"Time from randomization to death. {words}").censoring == ()
    words = "Patients alive and patients lost to follow-up are censored at the date last known to be alive."
    rules = endpoint("Overall survival", f"Time from randomization to death. {words}").censoring
    assert {r.when for r in rules} == {"no_event_by_cutoff", "lost_to_follow_up"}


@pytest.mark.parametrize(
    "frame",
    [
        "Up to 1 year follow-up of the last patient",
        "30 days after treatment",
        "Up to 9 months depending on age",
    ],
)
def test_a_time_frame_that_counts_from_elsewhere_has_no_length(frame: str) -> None:
    assert endpoint("Taste", frame=frame).time_frame_days.value is None

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

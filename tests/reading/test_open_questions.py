"""What a study lacks is asked, whoever's study it is; conflicts are shown; what nobody read is listed."""

import pytest

from protorun.reading import understand
from protorun.study.study import Study
from reading.texts import arm, record

SINGLE = ("summary.detailed", "This is a single-arm study.")


def study(*passages: tuple[str, str] | tuple[str, str, str]) -> Study:
    return understand(record(*passages))


def asked(*passages: tuple[str, str] | tuple[str, str, str]) -> dict[str, str]:
    return {q.id: q.path for q in study(*passages).open_questions}


def outcome(
    level: str, measure: str, description: str = "", frame: str = "", n: int = 0
) -> list[tuple[str, str, str]]:
    rows = [(f"outcome.{level}.measure", measure, f"outcome/{n}")]
    rows += [(f"outcome.{level}.description", description, f"outcome/{n}")] if description else []
    rows += [(f"outcome.{level}.time_frame", frame, f"outcome/{n}")] if frame else []
    return rows


def test_an_empty_record_is_a_study_full_of_questions() -> None:
    assert {"nct", "eligibility_criteria", "sample_size", "endpoints"} <= set(
        asked(("title.brief", "A study"))
    )


def test_what_is_stated_is_not_asked() -> None:
    found = asked(
        ("identifier.nct", "NCT01234567"), ("enrollment", "34"), *outcome("primary", "Taste", frame="1 day")
    )
    assert not {"nct", "sample_size", "endpoints"} & set(found)


def test_a_randomized_trial_without_a_ratio_asks_for_it_with_equal_arms_on_offer() -> None:
    one = study(
        ("summary.detailed", "This is a randomized, multicenter trial."),
        *arm("X."),
        *arm("Y.", label="Arm 2", n=1),
    )
    (ratio,) = [q for q in one.open_questions if q.path == "randomization.ratio"]
    assert [list(p.value) for p in ratio.proposals] == [[1, 1]]
    assert ratio.proposals[0].note.startswith("(ours)")
    (strata,) = [q for q in one.open_questions if q.path == "randomization.strata"]
    assert list(strata.proposals[0].value) == ["center"]


def test_a_response_rate_asks_for_what_its_words_leave_open() -> None:
    found = asked(*outcome("primary", "Clinical benefit rate (CBR)"))
    assert {"criteria_cbr", "minimum_sd_cbr", "confirmation_cbr", "time_frame_cbr", "assessments"} <= set(
        found
    )
    assert found["criteria_cbr"] == "endpoints[cbr].criteria"


def test_recist_without_a_version_offers_the_one_in_force() -> None:
    one = study(*outcome("primary", "Objective response rate (ORR)", "Proportion with CR or PR by RECIST."))
    (question,) = [q for q in one.open_questions if q.id == "criteria_orr"]
    assert [p.value for p in question.proposals] == ["recist_1_1"]


def test_survival_asks_for_its_origin_and_for_the_censoring_the_record_does_not_give() -> None:
    assert {"origin_os", "censoring_death_os"} <= set(asked(*outcome("primary", "Overall survival (OS)")))
    ruled = "Time from randomization to death. Patients alive are censored at the last contact."
    assert not {"origin_os", "censoring_death_os"} & set(
        asked(*outcome("primary", "Overall survival (OS)", ruled))
    )


def test_quality_of_life_without_an_instrument_is_asked_and_with_one_is_not() -> None:
    assert "quality_of_life" in asked(("title.brief", "Quality of life under X"))
    assert "quality_of_life" not in asked(("title.brief", "Quality of life by EORTC QLQ-C30 under X"))


def test_an_assessment_that_decides_and_is_never_scheduled_is_asked_for() -> None:
    one = study(*outcome("primary", "Progression-free survival (PFS)"))
    (activity,) = one.activities
    assert (activity.id, activity.name.basis) == ("tumor_assessment", "assumed")
    assert "assessments" not in asked(
        *outcome("primary", "Progression-free survival (PFS)"),
        ("summary.detailed", "Tumor assessments are done every 6 weeks."),
    )


def test_a_stated_interval_of_scans_is_an_activity() -> None:
    (activity,) = study(
        ("summary.detailed", "MRI scans are done every 6 weeks until progression.")
    ).activities
    assert (activity.every_days.value, activity.until.value) == (42, ("progression",))


@pytest.mark.parametrize(
    "words", ["X 10 mg is given every 3 weeks after a CT scan.", "CT scans are done when needed."]
)
def test_a_dosing_interval_is_no_interval_of_scans(words: str) -> None:
    assert study(("summary.detailed", words)).activities == ()


def test_randomization_in_a_single_arm_is_a_conflict() -> None:
    one = study(SINGLE, *outcome("primary", "Overall survival (OS)", "Time from randomization to death."))
    assert any("counts from randomization" in c.says for c in one.conflicts)


def test_the_words_of_recist_under_another_name_are_a_conflict() -> None:
    words = "Proportion with CR or PR by RANO-BM. CR = disappearance of all non-nodal lesions."
    one = study(*outcome("primary", "CNS objective response rate", words))
    assert any("worded as in RECIST" in c.says for c in one.conflicts)


def test_new_lesions_under_immunotherapy_are_a_conflict_only_with_an_immunotherapy() -> None:
    rows = [
        *outcome("primary", "CNS objective response rate", "Proportion with CR or PR by RANO-BM."),
        *outcome(
            "secondary",
            "Progression-free survival",
            "Time from enrollment to progression. Progressive disease (PD) is one or more new lesions.",
            n=1,
        ),
    ]
    clash = "does not take new lesions alone"
    assert any(clash in c.says for c in study(*arm("Given.", "Pembrolizumab"), *rows).conflicts)
    assert not any(clash in c.says for c in study(*arm("Given.", "Pemetrexed"), *rows).conflicts)


def test_dates_in_the_wrong_order_are_a_conflict() -> None:
    one = study(("date.start", "June 2025"), ("date.completion", "May 2025"))
    assert "lies before the start date" in one.conflicts[0].says
    assert study(("date.start", "June 2025"), ("date.completion", "June 2025")).conflicts == ()


def test_a_sentence_nobody_read_is_listed_and_one_that_gave_a_fact_is_not() -> None:
    one = study(("summary.detailed", "This is a single-arm study. The moon is made of cheese."))
    assert [u.source.quote for u in one.unread] == ["The moon is made of cheese."]


def test_the_study_knows_the_record_it_was_read_from() -> None:
    one = study(("identifier.nct", "NCT01234567"))
    assert (one.key, one.origin.name, one.origin.format) == ("NCT01234567", "test", "test")


@pytest.mark.parametrize(
    "words",
    [
        "Tumor assessment is done every 8 weeks for the first year, then every 12 weeks.",
        "MRI at baseline, 24 hours after surgery, then every 9 weeks.",
        "Pharmacokinetics of X, safety and activity for the every 2 weeks regimen.",
        "Blood tests at week 4, and then every 12 weeks.",
    ],
)
def test_an_interval_beside_other_days_is_no_schedule(words: str) -> None:
    assert all(not a.every_days.known for a in study(("summary.detailed", words)).activities)


def test_what_is_missing_is_asked_once() -> None:
    one = study(("title.brief", "A study"))
    assert len([q for q in one.open_questions if "criteria" in q.asks]) == 1


def test_sizes_of_arms_are_asked_in_one_line() -> None:
    rows = [row for n in range(3) for row in arm("Given X.", label=f"Arm {n + 1}", n=n)]
    (question,) = [q for q in study(*rows).open_questions if q.id == "arm_sizes"]
    assert question.asks == "sample size of each arm: Arm 1, Arm 2 and Arm 3"


def test_an_event_nobody_understood_is_asked() -> None:
    words = "Time from randomization to a bad day."
    assert "events_pfs" in asked(*outcome("primary", "Progression-free survival (PFS)", words))


def test_a_question_says_that_the_record_has_words_on_it() -> None:
    words = "Proportion with CR, VGPR or PR by RECIST 1.1."
    one = study(*outcome("primary", "Objective response rate (ORR)", words))
    (question,) = [q for q in one.open_questions if q.id == "responses_orr"]
    assert "not understood" in question.asks

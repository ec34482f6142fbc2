"""Screening: three-valued answers with their reasons, one verdict per patient, policies, counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screened_tables import AS_OF, HERE, facts, study_of

from protorun.errors import NotStated, UsageError
from protorun.patients.csv import parse_patients
from protorun.screening import Verdict, consort, explain, log, screen, template
from protorun.screening.answers import Answer, all_of, any_of, at_least, choose, not_
from protorun.study.criterion import (
    All,
    Any,
    Attestation,
    Bound,
    Code,
    Flag,
    If,
    Judgment,
    Not,
    Number,
    Treated,
    Unless,
    Unparsed,
    Washout,
    Window,
)
from protorun.study.source import stated
from protorun.study.study import Age, Enrollment
from protorun.terms.reasons import Reason
from protorun.trial.facts import Codes, Facts, Flags, Numbers

NO, UNKNOWN, YES = 0, 1, 2


def answers(expr, table, policy="strict"):
    """Truth of one inclusion criterion per patient."""
    return screen(study_of(expr), table, policy=policy).satisfied[0].tolist()


def reason(expr, table, policy="strict"):
    return Reason(int(screen(study_of(expr), table, policy=policy).reason[0, 0])).name


def at_most(variable, value, times="", unit="", **more):
    return Number(variable=variable, high=Bound(value=value, times=times), unit=unit, **more)


def at_least_(variable, value, unit="", **more):
    return Number(variable=variable, low=Bound(value=value), unit=unit, **more)


class TestNumbers:
    def test_the_limit_itself_is_met(self):
        assert answers(at_least_("platelets", 80, "10^9/L"), facts("platelets", "80", "79.9", "")) == [
            YES,
            NO,
            UNKNOWN,
        ]

    def test_an_exact_multiple_of_the_upper_limit_is_met_although_doubles_miss_it(self):
        assert 1.5 * 1.2 < 1.8  # the reason for the tolerance
        assert answers(
            at_most("bilirubin", 1.5, "uln"), facts("bilirubin,bilirubin_uln", "1.8,1.2", "1.81,1.2")
        ) == [YES, NO]

    def test_a_strict_limit_is_not_met_at_the_limit(self):
        strict = Number(variable="bilirubin", high=Bound(value=1.5, times="uln", inclusive=False))
        assert answers(strict, facts("bilirubin,bilirubin_uln", "1.8,1.2", "1.79,1.2")) == [NO, YES]

    def test_units_of_the_record_and_of_the_patient_are_converted(self):
        limit = at_least_("platelets", 100_000, "/uL")
        assert answers(limit, facts("platelets", "100 10^9/L", "99 K/uL", "100000 /mm3")) == [YES, NO, YES]
        creatinine = at_most("creatinine", 132.63, unit="umol/L")
        assert answers(creatinine, facts("creatinine", "1.5 mg/dL", "1.51 mg/dL", "132 umol/L")) == [
            YES,
            NO,
            YES,
        ]

    def test_clearance_is_never_taken_for_serum_creatinine(self):
        assert answers(at_least_("creatinine_clearance", 45, "mL/min"), facts("creatinine", "60")) == [
            UNKNOWN
        ]

    def test_multiples_without_the_patients_own_limit_are_unknown(self):
        limit = at_most("alt", 3, "uln")
        assert answers(limit, facts("alt", "30")) == [UNKNOWN]
        assert reason(limit, facts("alt", "30")) == "NO_REF_RANGE"

    def test_a_result_below_the_range_of_the_assay_is_an_interval(self):
        table = facts("bilirubin", "<0.3 mg/dL")
        assert answers(at_most("bilirubin", 0.3, unit="mg/dL"), table) == [YES]
        assert answers(at_least_("bilirubin", 0.3, "mg/dL"), table) == [NO]
        assert answers(at_least_("bilirubin", 0.1, "mg/dL"), table) == [UNKNOWN]
        assert reason(at_least_("bilirubin", 0.1, "mg/dL"), table) == "CENSORED_RESULT"

    def test_ages_count_in_completed_years(self):
        assert answers(at_most("age", 75, unit="years"), facts("age", "75.9", "76")) == [YES, NO]
        assert answers(at_least_("age", 6, "months"), facts("age", "6 months", "5 months", "0.5")) == [
            YES,
            NO,
            YES,
        ]

    def test_a_birth_year_is_an_interval_of_ages(self):
        table = facts("birth_on", "2007", "2006", "2007-01-15", "2007-01-16", "2005")
        assert answers(at_least_("age", 18, "years"), table) == [UNKNOWN, YES, YES, NO, YES]

    def test_hemoglobin_8_g_per_l_is_read_both_ways_and_decides_only_where_both_agree(self):
        limit = at_least_("hemoglobin", 8, "g/L", suggested_unit="g/dL")
        table = facts("hemoglobin", "9 g/dL", "7 g/dL", "70 g/L", "81 g/L")
        assert answers(limit, table) == [YES, UNKNOWN, UNKNOWN, YES]
        assert reason(limit, facts("hemoglobin", "7 g/dL")) == "IMPLAUSIBLE_LIMIT"

    def test_a_result_outside_its_window_is_stale(self):
        limit = at_least_(
            "platelets", 80, "10^9/L", window=Window(amount=7, unit="days", anchor="enrollment")
        )
        table = facts(
            "platelets,platelets_on",
            "100,2025-01-08",
            "100,2025-01-07",
            "100,2025-01",
            "100,",
            "100,2025-01-16",
        )
        assert answers(limit, table) == [YES, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]
        reasons = screen(study_of(limit), table).reason[0]
        assert [Reason(int(r)).name for r in reasons] == [
            "KNOWN",
            "STALE",
            "PARTIAL_DATE",
            "PARTIAL_DATE",
            "NO_RECORD",
        ]

    def test_windows_count_calendar_months_and_clamp_to_short_ones(self):
        limit = at_least_("lvef", 50, "%", window=Window(amount=3, unit="months"))
        table = replace(
            facts("lvef,lvef_on,screened_on", "55,2024-11-30,2025-02-28", "55,2024-11-27,2025-02-28")
        )
        assert answers(limit, table) == [YES, UNKNOWN]

    def test_a_grade_of_everything_below_the_limit_is_enough_where_something_is_exempt(self):
        limit = Number(variable="residual_toxicity_grade", high=Bound(value=1), excluding=("alopecia",))
        assert answers(limit, facts("residual_toxicity_grade", "1", "2")) == [YES, UNKNOWN]
        assert answers(limit, facts("residual_toxicity_grade_except_alopecia", "1", "2")) == [YES, NO]


class TestFlagsAndCodes:
    def test_absent_in_the_wide_sense_is_absent_in_the_narrow_one(self):
        narrow = Flag(variable="infection", qualifiers=("uncontrolled", "requiring_iv_antimicrobials"))
        assert answers(narrow, facts("infection", "no", "yes", "")) == [NO, UNKNOWN, UNKNOWN]
        assert answers(narrow, facts("infection_uncontrolled", "no")) == [NO]

    def test_present_before_the_window_is_not_present_in_it(self):
        stroke = Flag(variable="stroke", window=Window(amount=6, unit="months"))
        table = facts("stroke,stroke_on", "yes,2024-07-15", "yes,2024-07-14", "yes,", "no,", "yes,2024")
        assert answers(stroke, table) == [YES, NO, UNKNOWN, NO, UNKNOWN]

    def test_pregnancy_is_not_asked_of_a_man(self):
        asked = study_of(("exclusion", Flag(variable="pregnant")))
        found = screen(asked, facts("sex,pregnant", "male,", "female,", "female,yes", ",no"))
        assert found.satisfied[0].tolist() == [YES, UNKNOWN, NO, YES]
        assert explain(found, "a").criteria[0].answer == "not applicable"

    def test_a_pregnancy_test_is_asked_of_women_who_may_conceive(self):
        woman = All(parts=(Code(variable="sex", values=("female",)), Flag(variable="childbearing_potential")))
        tree = If(condition=woman, then=Code(variable="pregnancy_test", values=("negative",)))
        table = facts(
            "sex,childbearing_potential,pregnancy_test",
            "M,,",
            "F,no,",
            "F,yes,",
            "F,yes,negative",
            "F,,",
            "F,yes,positive",
        )
        assert answers(tree, table) == [YES, YES, UNKNOWN, YES, UNKNOWN, NO]

    def test_her2_status_follows_from_ihc_and_ish(self):
        negative = Code(variable="her2_status", values=("negative", "low", "ultralow", "zero"))
        low = Code(variable="her2_status", values=("low",))
        table = facts("her2_ihc,her2_ish", "0,", "1+,", "2+,neg", "2+,pos", "3+,", "2+,", ",")
        assert answers(negative, table) == [YES, YES, YES, NO, NO, UNKNOWN, UNKNOWN]
        assert answers(low, table) == [NO, YES, YES, NO, NO, UNKNOWN, UNKNOWN]

    def test_a_recorded_status_against_ihc_is_a_conflict(self):
        negative = Code(variable="her2_status", values=("negative",))
        table = facts("her2_status,her2_ihc", "negative,3+", "negative,1+")
        assert answers(negative, table) == [UNKNOWN, YES]
        assert reason(negative, table) == "CONFLICT"

    def test_one_of_two_values_decides_only_where_both_would(self):
        ihc = Code(variable="her2_ihc", values=("0", "1+"))
        assert answers(ihc, facts("her2_ihc", "0|1+", "1+|2+", "2+|3+")) == [YES, UNKNOWN, NO]

    def test_every_other_malignancy_must_be_among_the_exceptions(self):
        kinds = ("cervical_carcinoma_in_situ:cured", "basal_cell_carcinoma")
        tree = Unless(
            part=Flag(variable="other_malignancy", window=Window(amount=5, unit="years")),
            exception=Code(variable="other_malignancy_type", values=kinds, every=True),
        )
        rows = [
            "no,,",
            "yes,2022-01-01,basal_cell_carcinoma",
            "yes,2022-01-01,basal_cell_carcinoma;other",
            "yes,2022-01-01,cervical_carcinoma_in_situ",
            "yes,2022-01-01,cervical_carcinoma_in_situ:cured",
            "yes,2019-01-01,other",
            "yes,2022-01-01,",
        ]
        table = facts("other_malignancy,other_malignancy_on,other_malignancy_type", *rows)
        found = screen(study_of(("exclusion", tree)), table).satisfied[0].tolist()
        assert found == [YES, YES, NO, UNKNOWN, YES, YES, UNKNOWN]

    def test_an_excepted_disease_releases_who_has_no_other_of_its_kind(self):
        only = Code(variable="autoimmune_disease_type", values=("vitiligo",), every=True)
        released = All(parts=(Flag(variable="vitiligo"), only))
        tree = Unless(part=Flag(variable="autoimmune_disease"), exception=released)
        rows = ["yes,no,", "yes,yes,vitiligo", "yes,yes,vitiligo;lupus", "yes,yes,", "no,no,", "yes,,"]
        table = facts("autoimmune_disease,vitiligo,autoimmune_disease_type", *rows)
        found = screen(study_of(("exclusion", tree)), table).satisfied[0].tolist()
        assert found == [NO, YES, NO, UNKNOWN, YES, UNKNOWN]


CLASSES = (
    "radiotherapy",
    "chemotherapy",
    "targeted_therapy",
    "immunotherapy",
    "endocrine_therapy",
    "surgery",
)
SHORTER = Washout(
    classes=CLASSES, window=Window(amount=2, unit="weeks", anchor="enrollment"), half_lives=5, which="shorter"
)


def washed(*courses, policy="documented_absence", tree=SHORTER):
    """One patient per course, each with a complete list of treatments."""
    rows = "\n".join(f"{chr(97 + i)},{course}" for i, course in enumerate(courses))
    table = facts(
        "treatments_documented",
        *(["yes"] * len(courses)),
        treatments=f"patient,treatment,start_on,end_on,ongoing\n{rows}",
    )
    return answers(tree, table, policy)


class TestTreatments:
    def test_the_wash_out_is_the_shorter_of_14_days_and_5_half_lives(self):
        # NCT07134153 I6. Pemetrexed: 5 x 3.5 h; fulvestrant: 5 x 40 days, so 14 days; surgery has no half-life.
        assert washed("pemetrexed,,2025-01-14,") == [YES]
        assert washed("fulvestrant,,2025-01-01,", "fulvestrant,,2025-01-02,") == [YES, NO]
        assert washed("surgery,,2025-01-01,", "surgery,,2025-01-02,") == [YES, NO]

    def test_the_longer_of_both_waits_for_the_drug(self):
        longer = SHORTER.model_copy(update={"which": "longer"})
        assert washed(
            "pemetrexed,,2025-01-01,", "pemetrexed,,2025-01-02,", "fulvestrant,,2025-01-01,", tree=longer
        ) == [YES, NO, NO]

    def test_without_a_half_life_only_the_fixed_time_can_decide(self):
        assert washed("cisplatin,,2025-01-01,", "cisplatin,,2025-01-10,") == [YES, UNKNOWN]
        longer = SHORTER.model_copy(update={"which": "longer"})
        assert washed("cisplatin,,2025-01-01,", "cisplatin,,2025-01-10,", tree=longer) == [UNKNOWN, NO]
        table = facts(
            "treatments_documented", "yes", treatments="patient,treatment,end_on\na,cisplatin,2025-01-10\n"
        )
        assert reason(SHORTER, table, "documented_absence") == "NO_HALF_LIFE"

    def test_an_end_known_by_its_month_is_an_interval(self):
        assert washed(
            "surgery,,2025-01,", "fulvestrant,,2025-01,", "surgery,2025-01-05,,", "surgery,,,yes"
        ) == [
            UNKNOWN,
            UNKNOWN,
            NO,
            NO,
        ]
        assert washed("surgery,,2024-11,") == [YES]

    def test_silence_about_treatments_is_unknown_unless_the_list_is_complete(self):
        table = facts("treatments_documented", "yes", "no", "", treatments="patient,treatment\n")
        assert answers(SHORTER, table) == [UNKNOWN] * 3
        assert answers(SHORTER, table, "documented_absence") == [YES, UNKNOWN, UNKNOWN]

    def test_a_class_stated_for_a_patient_needs_no_list(self):
        prior = Treated(classes=("chemotherapy",), window=Window(amount=4, unit="weeks"))
        table = facts(
            "prior_chemotherapy,prior_chemotherapy_on", "no,", "yes,2025-01-01", "yes,2024-12-01", "yes,", ","
        )
        assert answers(prior, table) == [NO, YES, NO, UNKNOWN, UNKNOWN]

    def test_a_class_without_its_drug_may_be_any_of_its_narrower_classes(self):
        taxane = Treated(classes=("taxane",))
        table = facts(
            "treatments_documented",
            "yes",
            "yes",
            "yes",
            treatments="patient,treatment,end_on\na,chemotherapy,2024-01-01\nb,docetaxel,2024-01-01\nc,carboplatin,2024-01-01\n",
        )
        assert answers(taxane, table, "documented_absence") == [UNKNOWN, YES, NO]

    def test_what_is_asked_only_where_it_was_done_is_not_applicable_elsewhere(self):
        # NCT02750826: "ratio of < 2.0 (if performed)"
        tree = If(
            condition=Flag(variable="her2_ish_ratio", qualifiers=("performed",)),
            then=Number(variable="her2_ish_ratio", high=Bound(value=2, inclusive=False)),
        )
        table = facts("her2_ish_ratio,her2_ish_ratio_performed", "1.8,", "2.1,", ",no", ",yes", ",", "1.8,no")
        assert answers(tree, table) == [YES, UNKNOWN, YES, UNKNOWN, UNKNOWN, YES]
        assert answers(tree, table, "documented_absence")[4] == UNKNOWN

    def test_an_exempt_class_does_not_count_beside_one_that_does(self):
        tree = Treated(classes=("anticancer_therapy",), exempt_classes=("endocrine_therapy",))
        table = facts(
            "treatments_documented",
            *["yes"] * 4,
            treatments="patient,treatment,end_on\na,carboplatin,2024-01-01\nb,letrozole,2024-01-01\n"
            "c,letrozole,2024-01-01\nc,carboplatin,2024-01-01\nd,anticancer therapy,2024-01-01\n",
        )
        assert answers(tree, table, "documented_absence") == [YES, NO, YES, UNKNOWN]

    def test_steroids_count_in_prednisone_equivalents_by_purpose_and_route(self):
        # NCT07134153 E5: dexamethasone .75 mg = prednisone 5 mg; steroids for edema are outside.
        tree = Treated(
            classes=("systemic_corticosteroid",),
            window=Window(amount=2, unit="weeks", anchor="first_dose"),
            dose=Bound(value=10, inclusive=False),
            dose_unit="mg/day prednisone",
            purpose="immunosuppression",
            exempt_routes=("intranasal", "inhaled"),
        )
        rows = [
            "a,dexamethasone,yes,1.5,oral,immunosuppression",
            "b,dexamethasone,yes,1.6,oral,immunosuppression",
            "c,dexamethasone,yes,8,oral,edema",
            "d,prednisone,yes,,oral,immunosuppression",
            "e,prednisone,yes,20,inhaled,immunosuppression",
            "f,prednisone,yes,20,oral,",
        ]
        table = facts(
            "treatments_documented",
            *["yes"] * 6,
            treatments="patient,treatment,ongoing,dose_mg,route,purpose\n" + "\n".join(rows),
        )
        assert answers(tree, table, "documented_absence") == [NO, YES, NO, UNKNOWN, NO, UNKNOWN]

    def test_a_treatment_nobody_knows_may_be_of_the_class(self):
        table = facts(
            "treatments_documented", "yes", treatments="patient,treatment,end_on\na,xyz-123,2025-01-10\n"
        )
        assert answers(Treated(classes=("chemotherapy",)), table, "documented_absence") == [UNKNOWN]


TRUTHS = st.sampled_from([0, 1, 2])


def answer(*truths):
    return Answer(np.array(truths, np.uint8), np.where(np.array(truths) == 1, 1, 0).astype(np.uint8))


class TestKleene:
    @given(TRUTHS, TRUTHS, TRUTHS)
    def test_de_morgan_and_the_third_term_of_if(self, a, b, c):
        x, y, z = answer(a), answer(b), answer(c)
        assert not_(all_of([x, y])).truth == any_of([not_(x), not_(y)]).truth
        assert all_of([x, any_of([y, z])]).truth == any_of([all_of([x, y]), all_of([x, z])]).truth
        if b == c:
            assert choose(x, y, z).truth == b  # a result that does not depend on the condition stands

    @given(TRUTHS, TRUTHS, TRUTHS)
    def test_unknown_has_a_reason_and_only_unknown_needs_one(self, a, b, c):
        for whole in (
            all_of([answer(a), answer(b), answer(c)]),
            any_of([answer(a), answer(b)]),
            at_least(2, [answer(a), answer(b), answer(c)]),
        ):
            assert (whole.reason[0] > 0) == (whole.truth[0] == UNKNOWN)


class TestVerdicts:
    LIMIT = at_least_("platelets", 80, "10^9/L")

    def verdicts(self, study, table, policy="strict"):
        return [Verdict(int(v)).words for v in screen(study, table, policy=policy).verdict]

    def test_unknown_is_never_eligible(self):
        assert self.verdicts(study_of(self.LIMIT), facts("platelets", "80", "", "79")) == [
            "eligible",
            "potentially eligible",
            "ineligible",
        ]

    def test_without_an_exclusion_list_nobody_is_eligible(self):
        assert self.verdicts(study_of(self.LIMIT, both_lists=False), facts("platelets", "80")) == [
            "meets the criteria listed"
        ]

    def test_words_nobody_understood_keep_everyone_from_being_eligible(self):
        study = study_of(self.LIMIT, ("exclusion", Unparsed(text="some words")))
        assert self.verdicts(study, facts("platelets", "80")) == ["potentially eligible"]
        unread = study.eligibility[0].model_copy(update={"residual": (HERE,), "klass": "partial"})
        study = study_of(self.LIMIT).model_copy(update={"eligibility": (unread,)})
        assert self.verdicts(study, facts("platelets", "80")) == ["meets the criteria listed"]

    def test_consent_is_assumed_by_the_policy_and_named(self):
        study = study_of(self.LIMIT, Attestation(text="informed consent", variable="consent"))
        table = facts("platelets,consent", "80,", "80,yes", "80,no")
        assert self.verdicts(study, table) == ["potentially eligible", "eligible", "ineligible"]
        assert self.verdicts(study, table, "documented_absence") == ["eligible", "eligible", "ineligible"]
        assert explain(screen(study, table, policy="documented_absence"), "a").assumed == (
            'I2: attested consent "informed consent"',
        )

    def test_unwillingness_on_the_exclusion_list_is_assumed_away_too(self):
        study = study_of(
            self.LIMIT, ("exclusion", Not(part=Attestation(text="contraception", variable="contraception")))
        )
        assert self.verdicts(study, facts("platelets", "80"), "documented_absence") == ["eligible"]

    def test_a_judgment_stays_unknown_until_it_is_recorded(self):
        study = study_of(Judgment(text="fit for surgery", variable="judgment_i1"))
        assert self.verdicts(study, facts("platelets", "80"), "documented_absence") == [
            "potentially eligible"
        ]
        assert self.verdicts(study, facts("judgment_i1", "yes", "no")) == ["eligible", "ineligible"]
        nameless = study_of(Judgment(text="adequate organ function"))
        assert self.verdicts(nameless, facts("adequate_organ_function", "yes")) == ["potentially eligible"]

    def test_a_judged_part_beside_a_computed_one_is_unknown_until_it_is_recorded(self):
        judged = Judgment(text="clinically significant", variable="judgment_e1")
        study = study_of(("exclusion", All(parts=(Flag(variable="heart_disease"), judged))))
        sick = facts("heart_disease,judgment_e1", "yes,", "yes,yes", "yes,no", "no,")
        assert self.verdicts(study, sick) == [
            "potentially eligible", "ineligible", "eligible", "eligible",
        ]  # fmt: skip

    def test_silence_on_a_complete_problem_list_is_absence_by_policy_only(self):
        study = study_of(("exclusion", Flag(variable="hiv")))
        table = facts("conditions_documented", "yes", "no")
        assert self.verdicts(study, table) == ["potentially eligible"] * 2
        assert self.verdicts(study, table, "documented_absence") == ["eligible", "potentially eligible"]

    def test_a_condition_named_by_its_own_words_is_answered_by_a_column_of_that_name_and_by_nothing_else(
        self,
    ):
        study = study_of(("exclusion", Flag(variable="asthma_necessitating_treatment")))
        answered = facts("asthma_necessitating_treatment", "yes", "no", "")
        assert self.verdicts(study, answered) == ["ineligible", "eligible", "potentially eligible"]
        # Nobody keeps it on a problem list under this name, so its absence from a complete list says nothing.
        silent = facts("conditions_documented", "yes")
        assert self.verdicts(study, silent, "documented_absence") == ["potentially eligible"]
        assert self.verdicts(study, facts("asthma", "no")) == ["potentially eligible"]

    def test_findings_stay_open_under_every_policy(self):
        study = study_of(Flag(variable="measurable_disease"))
        assert self.verdicts(study, facts("conditions_documented", "yes"), "documented_absence") == [
            "potentially eligible"
        ]

    def test_the_ages_and_the_sex_of_the_registry_are_checked(self):
        kept = Enrollment(
            minimum_age=stated(Age(amount=18), HERE),
            maximum_age=stated(Age(amount=75), HERE),
            sex=stated("female", HERE),
        )
        study = study_of(self.LIMIT).model_copy(update={"enrollment": kept})
        table = facts("platelets,age,sex", "80,75,F", "80,76,F", "80,50,M", "80,,F")
        assert self.verdicts(study, table) == ["eligible", "ineligible", "ineligible", "potentially eligible"]

    def test_a_criterion_of_one_part_does_not_turn_anyone_away(self):
        part = study_of(self.LIMIT).eligibility[0].model_copy(update={"scope": "part b"})
        study = study_of(self.LIMIT).model_copy(update={"eligibility": (part,)})
        assert self.verdicts(study, facts("platelets", "79")) == ["potentially eligible"]

    def test_a_study_without_criteria_screens_nobody(self):
        with pytest.raises(NotStated, match="eligibility criteria"):
            screen(study_of(), facts("platelets", "80"))


class TestCountsAndWords:
    STUDY = study_of(
        at_least_("platelets", 80, "10^9/L"), at_most("ecog", 2), ("exclusion", Flag(variable="hiv"))
    )
    TABLE = facts("platelets,ecog,hiv", "80,1,no", "79,3,no", "79,1,no", "80,1,", "80,1,no")

    def test_consort_counts_sum_up_and_keep_rows_of_zero(self):
        rows = consort(screen(self.STUDY, self.TABLE))
        by_id = {r["criterion"]: r for r in rows if r["criterion"]}
        assert rows[0]["n"] == 5
        assert [by_id[i]["n"] for i in ("I1", "I2", "E3")] == [2, 0, 0]
        assert [by_id[i]["failed"] for i in ("I1", "I2", "E3")] == [2, 1, 0]
        assert [by_id[i]["sole_reason"] for i in ("I1", "I2", "E3")] == [1, 0, 0]
        assert by_id["E3"]["unknown"] == 1
        assert {r["step"]: r["n"] for r in rows[4:]} == {
            "excluded in all": 2,
            "potentially eligible": 1,
            "meets the criteria listed": 0,
            "eligible": 2,
        }

    def test_the_log_names_what_failed_and_what_is_unknown(self):
        lines = log(screen(self.STUDY, self.TABLE))
        assert lines[1] == {"patient": "b", "verdict": "ineligible", "not_met": "I1, I2", "unknown": ""}
        assert lines[3]["unknown"] == "E3 (NO_RECORD)"

    def test_one_patient_is_explained_with_value_place_and_what_to_obtain(self):
        found = explain(screen(self.STUDY, self.TABLE), "d")
        assert found.verdict == "potentially eligible"
        assert found.obtain == ("hiv",)
        platelets = found.criteria[0].findings[0]
        assert (platelets.asks, platelets.truth, platelets.value, platelets.source) == (
            "platelets >= 80 10^9/L",
            "yes",
            "80 10^9/L",
            "patients.csv:5",
        )

    def test_an_unknown_patient_is_refused_by_name(self):
        with pytest.raises(UsageError, match="no patient 'zz'"):
            explain(screen(self.STUDY, self.TABLE), "zz")

    def test_the_template_lists_every_fact_the_criteria_ask_for(self):
        rows = {r["column"]: r for r in template(self.STUDY)}
        assert list(rows) == ["patient", "screened_on", "platelets", "ecog", "hiv"]
        assert rows["platelets"]["unit"] == "10^9/L"


@pytest.fixture(scope="module")
def published(seeds):
    from protorun.read import load

    return {name: load(next(seeds.glob(f"{name}_*.txt"))) for name in ("002", "003")}


class TestPublishedStudies:
    @pytest.mark.parametrize(
        ("times", "metastases", "expected"),
        [
            (2, "", YES),
            (4, "", UNKNOWN),
            (4, "yes", YES),
            (4, "no", NO),
            (6, "", NO),
            (6, "yes", NO),
            (3, "no", YES),
            (5, "yes", YES),
        ],
    )
    def test_conquer_liver_values_depend_on_liver_metastases(self, published, times, metastases, expected):
        table = facts("alt,alt_uln,ast,ast_uln,liver_metastasis", f"{times * 40},40,30,40,{metastases}")
        assert screen(published["003"], table).of("I7e").tolist() == [expected]

    def test_conquer_neutrophils_of_exactly_1_5_are_accepted(self, published):
        assert screen(published["003"], facts("neutrophils", "1.5", "1.49")).of("I7c").tolist() == [YES, NO]

    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ("2,no,", YES),
            ("3,no,", NO),
            ("2,yes,yes", YES),
            ("2,yes,no", NO),
            ("2,yes,", UNKNOWN),
            ("2,,", UNKNOWN),
            (",no,", UNKNOWN),
            ("3,,", NO),
        ],
    )
    def test_conquer_nyha_and_an_ecg_that_is_normal_or_not_significant(self, published, row, expected):
        table = facts("nyha,ecg_abnormality,judgment_i8", row)
        assert screen(published["003"], table).of("I8").tolist() == [expected]

    def test_conquer_other_reading_of_the_or_is_shown_to_the_patient_it_concerns(self, published):
        found = explain(screen(published["003"], facts("nyha,ecg_abnormality", "3,no")), "a")
        (nyha,) = [c for c in found.criteria if c.id == "I8"]
        assert nyha.answer == "not met"
        assert nyha.other_readings == ("if `or` joins the whole list: met",)

    @pytest.mark.parametrize(
        ("row", "expected"),
        [("1+,", YES), ("2+,negative", YES), ("2+,positive", NO), ("2+,", UNKNOWN), ("3+,negative", NO)],
    )
    def test_conquer_her2_negative_by_its_own_definition(self, published, row, expected):
        header = "metastatic_disease,breast_cancer,diagnosis_confirmed_by,her2_ihc,her2_ish"
        assert screen(published["003"], facts(header, f"yes,yes,histology,{row}")).of("I4").tolist() == [
            expected
        ]

    def test_conquer_has_no_exclusion_list(self, published):
        assert not screen(published["003"], facts("age", "50")).complete

    @pytest.mark.parametrize(
        ("row", "i3", "i4"),
        [
            ("yes,,", YES, YES),
            ("no,yes,1", YES, YES),
            ("no,yes,0", YES, NO),
            ("no,yes,", YES, UNKNOWN),
            ("no,no,", NO, YES),
            (",yes,1", YES, YES),
            (",,", UNKNOWN, UNKNOWN),
        ],
    )
    def test_nct07134153_leptomeningeal_or_brain_only_with_a_measurable_lesion(self, published, row, i3, i4):
        table = facts(
            "leptomeningeal_metastasis,brain_metastasis_active,intracranial_measurable_lesions", row
        )
        found = screen(published["002"], table)
        assert (found.of("I3")[0], found.of("I4")[0]) == (i3, i4)

    def test_nct07134153_adequate_organ_function_is_never_met(self, published):
        table = facts("adequate_organ_function,judgment_i5", "yes,yes")
        for policy in ("strict", "documented_absence"):
            assert screen(published["002"], table, policy=policy).of("I5").tolist() == [UNKNOWN]

    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ("negative,", YES),
            ("positive,negative", YES),
            ("positive,positive", NO),
            ("positive,", UNKNOWN),
            (",negative", YES),
            (",", UNKNOWN),
        ],
    )
    def test_nct07134153_hcv_antibody_is_allowed_only_with_a_negative_pcr(self, published, row, expected):
        assert screen(published["002"], facts("hcv_antibody,hcv_rna", row)).of("E8b").tolist() == [expected]

    def test_nct07134153_hepatitis_b_is_active_by_surface_antigen_and_dna(self, published):
        header = "immunodeficiency,hiv,hepatitis_c,hbsag,hbv_dna"
        table = facts(
            header,
            "no,no,no,positive,499",
            "no,no,no,positive,500",
            "no,no,no,negative,",
            "no,no,no,positive,",
        )
        assert screen(published["002"], table).of("E8").tolist() == [YES, NO, YES, UNKNOWN]


# --- laws over generated patients -------------------------------------------------------------------------------------

VALUES = {
    "age": (18, 90),
    "platelets": (20, 200),
    "hemoglobin": (5, 16),
    "neutrophils": (0.5, 6),
    "creatinine": (0.5, 3),
    "alt": (10, 300),
    "ast": (10, 300),
    "bilirubin": (0.3, 4),
    "inr": (0.8, 3),
    "aptt": (20, 90),
    "ecog": (0, 4),
    "nyha": (1, 4),
    "hbv_dna": (0, 1000),
    "residual_toxicity_grade": (0, 3),
    "residual_nonhematologic_toxicity_grade_except_alopecia": (0, 3),
    "intracranial_measurable_lesions": (0, 3),
}
UNITS = {"age": "years", "platelets": "10^9/L", "hemoglobin": "g/dL", "neutrophils": "10^9/L"}


def population(study, n, seed):
    """n patients with every fact the study asks for, some with nearly all of them missing, from the template alone."""
    rng = np.random.default_rng(seed)
    lacks = rng.uniform(0.1, 1, n)
    on = np.full(n, (AS_OF - date(1970, 1, 1)).days, np.int32)
    nan = np.full(n, np.nan)
    columns = {}
    for row in template(study):
        name, missing = row["column"], rng.random(n) < lacks
        dated = (on - rng.integers(0, 2000, n)).astype(np.int32)
        if row["kind"] == "number" and not name.endswith("_uln"):
            low, high = VALUES.get(name, (0, 5))
            value = np.where(missing, np.nan, np.round(rng.uniform(low, high, n), 1))
            uln = np.where(rng.random(n) < 0.2, np.nan, (low + high) / 4)
            columns[name] = Numbers(value, value, UNITS.get(name, "1"), dated, uln, nan, nan)
        elif row["kind"] == "code":
            values = {
                "sex": ("female", "male"),
                "her2_ihc": ("0", "1+", "2+", "3+"),
                "her2_status": ("positive", "low", "negative"),
                "diagnosis_confirmed_by": ("histology", "imaging"),
                "other_malignancy_type": ("basal_cell_carcinoma", "other"),
            }
            own = values.get(name, ("positive", "negative"))
            columns[name] = Codes(
                np.where(missing, -1, rng.integers(0, len(own), n)).astype(np.int16), own, dated
            )
        elif row["kind"] == "yes/no":
            columns[name] = Flags(
                np.where(missing, 1, rng.choice([0, 2], n, p=[0.8, 0.2])).astype(np.uint8), dated
            )
    names = tuple(f"p{i}" for i in range(n))
    return Facts(
        names, on, columns, documented={"conditions": rng.random(n) < 0.5, "treatments": rng.random(n) < 0.5}
    )


def without(table, name):
    return replace(table, columns={k: v for k, v in table.columns.items() if k != name})


@pytest.mark.parametrize("name", ["002", "003"])
@pytest.mark.parametrize("policy", ["strict"])
def test_deleting_a_fact_only_moves_a_verdict_towards_unknown(published, name, policy):
    study = published[name]
    table = population(study, 10_000, 7)
    table = replace(table, columns={k: v for k, v in table.columns.items() if k != "her2_status"})
    before = screen(study, table, policy=policy)
    assert set(before.satisfied.ravel().tolist()) == {NO, UNKNOWN, YES}
    assert set(before.verdict.tolist()) == {Verdict.INELIGIBLE, Verdict.POTENTIALLY_ELIGIBLE}
    for column in table.columns:
        after = screen(study, without(table, column), policy=policy)
        changed = after.satisfied != before.satisfied
        assert (after.satisfied[changed] == UNKNOWN).all(), column
        assert (after.verdict[after.verdict != before.verdict] == Verdict.POTENTIALLY_ELIGIBLE).all(), column


@pytest.mark.parametrize("name", ["002", "003"])
@pytest.mark.parametrize("policy", ["strict", "documented_absence"])
def test_a_batch_of_one_is_the_row_of_the_batch(published, name, policy):
    study = published[name]
    table = population(study, 40, 3)
    whole = screen(study, table, policy=policy)
    for at in range(len(table)):
        alone = screen(study, table.take(np.array([at])), policy=policy)
        assert np.array_equal(alone.satisfied[:, 0], whole.satisfied[:, at])
        assert np.array_equal(alone.reason[:, 0], whole.reason[:, at])


@pytest.mark.parametrize("name", ["002", "003"])
def test_every_unknown_has_a_reason_and_nobody_unknown_is_eligible(published, name):
    found = screen(published[name], population(published[name], 5_000, 11))
    assert (found.reason[found.satisfied == UNKNOWN] > 0).all()
    unknown = (found.satisfied == UNKNOWN).any(axis=0)
    assert (found.verdict[unknown] <= Verdict.POTENTIALLY_ELIGIBLE).all()


LEAF = st.sampled_from(
    [
        Number(variable="platelets", low=Bound(value=80), unit="10^9/L"),
        Number(variable="alt", high=Bound(value=3, times="uln")),
        Flag(variable="hiv"),
        Flag(variable="infection", qualifiers=("active",)),
        Code(variable="sex", values=("female",)),
        Flag(variable="stroke", window=Window(amount=6, unit="months")),
        Unparsed(text="?"),
    ]
)
TREE = st.recursive(
    LEAF,
    lambda t: st.one_of(
        st.lists(t, min_size=1, max_size=3).map(lambda p: All(parts=tuple(p))),
        st.lists(t, min_size=1, max_size=3).map(lambda p: Any(parts=tuple(p))),
        t.map(lambda p: Not(part=p)),
        st.tuples(t, t, t).map(lambda p: If(condition=p[0], then=p[1], otherwise=p[2])),
        st.tuples(t, t).map(lambda p: Unless(part=p[0], exception=p[1])),
        st.tuples(t, t).map(lambda p: If(condition=p[0], then=p[1])),
    ),
    max_leaves=8,
)
ROW = st.tuples(
    st.sampled_from(["", "80", "79"]),
    st.sampled_from(["", "100", "200"]),
    st.sampled_from(["", "40"]),
    st.sampled_from(["", "yes", "no"]),
    st.sampled_from(["", "yes", "no"]),
    st.sampled_from(["", "M", "F"]),
    st.sampled_from(["", "yes", "no"]),
    st.sampled_from(["", "2025-01-01", "2020", "2024-07"]),
)
HEADER = "platelets,alt,alt_uln,hiv,infection_active,sex,stroke,stroke_on"


@settings(max_examples=200, deadline=None)
@given(TREE, ROW, st.integers(0, 7))
def test_on_any_tree_less_knowledge_never_turns_yes_into_no(tree, row, gone):
    full = answers(tree, facts(HEADER, ",".join(row)))[0]
    less = answers(tree, facts(HEADER, ",".join("" if i == gone else c for i, c in enumerate(row))))[0]
    if HEADER.split(",")[gone] != "stroke":
        assert less in (full, UNKNOWN)


def test_the_table_reader_and_hand_made_columns_agree():
    table = parse_patients("patient,platelets\np,80 10^9/L\n", as_of=AS_OF).facts
    assert table.columns["platelets"].low.tolist() == [80.0]


def test_a_date_in_the_past_that_is_not_recorded_has_no_stand_in():
    stroke = Flag(variable="stroke", window=Window(amount=6, unit="months", anchor="diagnosis"))
    table = facts("stroke,stroke_on", "yes,2024-12-01")
    assert (answers(stroke, table), reason(stroke, table)) == ([UNKNOWN], "NO_ANCHOR")
    known = facts(
        "stroke,stroke_on,diagnosis_on",
        "yes,2024-01-01,2024-03-01",
        "yes,2024-12-01,2024-03-01",
        "yes,2023-01-01,2024-03-01",
    )
    assert answers(stroke, known) == [
        YES,
        UNKNOWN,
        NO,
    ]  # one after the diagnosis says nothing about the time before


def test_half_lives_alone_decide_only_where_the_drug_has_one():
    tree = Washout(classes=CLASSES, half_lives=5)
    assert washed("pemetrexed,,2025-01-14,", "surgery,,2024-01-01,", "cisplatin,,2024-01-01,", tree=tree) == [
        YES,
        UNKNOWN,
        UNKNOWN,
    ]


def test_an_order_is_no_dose():
    table = facts(
        "treatments_documented",
        "yes",
        "yes",
        treatments="patient,treatment,end_on,evidence\na,docetaxel,2025-01-10,ordered\nb,docetaxel,2025-01-10,administered\n",
    )
    chemo = Treated(classes=("chemotherapy",), window=Window(amount=4, unit="weeks"))
    assert answers(chemo, table, "documented_absence") == [UNKNOWN, YES]
    assert reason(chemo, table, "documented_absence") == "ORDER_ONLY"


def test_a_list_declared_complete_since_a_day_says_nothing_about_the_time_before():
    table = facts(
        "conditions_documented,conditions_documented_since", "yes,2024-01-01", "yes,2024-09-01", "yes,"
    )
    stroke = Flag(variable="stroke", window=Window(amount=6, unit="months"))
    assert answers(stroke, table, "documented_absence") == [NO, UNKNOWN, NO]
    assert answers(Flag(variable="stroke"), table, "documented_absence") == [UNKNOWN, UNKNOWN, NO]


def test_an_infant_is_two_weeks_old_on_the_fourteenth_day():
    table = facts("birth_on", "2025-01-01", "2025-01-02", "2024-07-15", "2024-07-16")
    assert answers(at_least_("age", 2, "weeks"), table) == [YES, NO, YES, YES]
    assert answers(at_least_("age", 0.5, "years"), table) == [NO, NO, YES, NO]


def test_present_in_the_narrow_and_absent_in_the_wide_sense_is_a_conflict():
    narrow = Flag(variable="infection", qualifiers=("active",))
    table = facts("infection,infection_active", "no,yes")
    assert (answers(narrow, table), reason(narrow, table)) == ([UNKNOWN], "CONFLICT")
    man = facts("sex,pregnant", "male,yes")
    assert (answers(Flag(variable="pregnant"), man), reason(Flag(variable="pregnant"), man)) == (
        [UNKNOWN],
        "CONFLICT",
    )

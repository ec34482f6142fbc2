"""What can pass, and when; what to obtain next; which date the screening date stands in for."""

from __future__ import annotations

from datetime import date

import pytest
from screened_tables import facts, study_of

from protorun.screening import explain, screen
from protorun.screening.obtain import to_obtain
from protorun.study.criterion import All, Any, Bound, Code, Flag, Number, Treated, Washout, Window

PLATELETS = Number(variable="platelets", low=Bound(value=80), unit="10^9/L")
FORTNIGHT = Window(amount=2, unit="weeks", anchor="first_dose")


def of(expr, table, policy="documented_absence", patient="a"):
    """The first criterion of a patient, explained."""
    return explain(screen(study_of(expr), table, policy=policy), patient).criteria[0]


def courses(*rows):
    return facts(
        "treatments_documented",
        *["yes"] * len(rows),
        treatments="patient,treatment,end_on,ongoing\n"
        + "\n".join(f"{chr(97 + i)},{r}" for i, r in enumerate(rows)),
    )


def test_a_laboratory_value_can_be_repeated():
    found = of(PLATELETS, facts("platelets", "79")).recovery
    assert (found.repeat, found.on, found.words) == (("platelets",), None, "platelets can be repeated")


def test_only_the_value_that_decides_is_named():
    both = All(parts=(PLATELETS, Number(variable="hemoglobin", low=Bound(value=9), unit="g/dL")))
    assert of(both, facts("platelets,hemoglobin", "79,10")).recovery.repeat == ("platelets",)
    assert (
        of(both, facts("platelets,hemoglobin", "79,8")).recovery.repeat == ()
    )  # one of them alone changes nothing


def test_a_wash_out_passes_on_its_last_day():
    washed = Washout(classes=("chemotherapy", "surgery"), window=FORTNIGHT)
    found = of(washed, courses("docetaxel,2025-01-10,")).recovery
    assert (found.on, found.then) == (date(2025, 1, 24), "met")
    longer = Washout(classes=("chemotherapy",), window=FORTNIGHT, half_lives=5, which="longer")
    assert of(longer, courses("fulvestrant,2025-01-10,")).answer == "met"  # not of the class
    endocrine = longer.model_copy(update={"classes": ("endocrine_therapy",)})
    assert of(endocrine, courses("fulvestrant,2025-01-10,")).recovery.on == date(2025, 7, 29)  # 5 x 40 days


def test_a_treatment_that_goes_on_has_to_end_first():
    washed = Washout(classes=("chemotherapy",), window=FORTNIGHT)
    found = of(washed, courses("docetaxel,,yes")).recovery
    assert (found.on, found.must_end, found.words) == (None, True, "possible after the treatment has ended")


def test_an_exclusion_by_a_window_of_calendar_months_ends_on_its_day():
    stroke = Flag(variable="stroke", window=Window(amount=6, unit="months"))
    found = of(("exclusion", stroke), facts("stroke,stroke_on", "yes,2024-08-31"))
    assert found.recovery.on == date(2025, 3, 1)  # six months before 28 February is 28 August


def test_an_age_is_reached_and_never_left():
    adult = Number(variable="age", low=Bound(value=18), unit="years")
    assert of(adult, facts("birth_on", "2007-03-01")).recovery.on == date(2025, 3, 1)
    young = Number(variable="age", high=Bound(value=75), unit="years")
    assert not of(young, facts("birth_on", "1940-03-01")).recoverable


def test_a_diagnosis_stays():
    assert not of(("exclusion", Flag(variable="hiv")), facts("hiv", "yes")).recoverable
    assert not of(Code(variable="sex", values=("female",)), facts("sex", "male")).recoverable


def test_in_the_strict_view_a_window_that_ends_only_opens_the_question():
    prior = ("exclusion", Treated(classes=("chemotherapy",), window=FORTNIGHT))
    found = of(prior, courses("docetaxel,2025-01-10,"), policy="strict").recovery
    assert (found.on, found.then) == (date(2025, 1, 24), "unknown, no longer failed,")


def test_the_explanation_names_the_date_that_screening_stands_in_for():
    recent = PLATELETS.model_copy(update={"window": FORTNIGHT})
    open_ = screen(study_of(recent, PLATELETS), facts("platelets,platelets_on", "80,2025-01-10"))
    assert explain(open_, "a").stands_in == {"first_dose": ("I1",)}
    known = screen(
        study_of(recent), facts("platelets,platelets_on,first_dose_on", "80,2025-01-10,2025-01-20")
    )
    assert explain(known, "a").stands_in == {}


STUDY = study_of(
    PLATELETS,
    Any(parts=(Flag(variable="leptomeningeal_metastasis"), Flag(variable="brain_metastasis"))),
    All(parts=(Flag(variable="measurable_disease"), Flag(variable="brain_metastasis"))),
    ("exclusion", Flag(variable="hiv")),
)


def test_the_fact_that_decides_most_criteria_comes_first():
    found = screen(STUDY, facts("platelets,leptomeningeal_metastasis,measurable_disease,hiv", "80,no,yes,no"))
    rows = to_obtain(found)
    assert [(r["obtain"], r["criteria_decided"], r["patients_decided"]) for r in rows] == [
        ("brain_metastasis", 2, 1)
    ]
    assert explain(found, "a").obtain == ("brain_metastasis",)


def test_a_population_is_asked_for_what_decides_most_patients():
    table = facts(
        "platelets,leptomeningeal_metastasis,brain_metastasis,measurable_disease,hiv",
        "80,yes,yes,yes,",
        "80,yes,yes,yes,",
        ",yes,yes,yes,no",
        ",yes,yes,yes,",
        "79,,,,",
    )
    rows = {r["obtain"]: r for r in to_obtain(screen(STUDY, table))}
    assert list(rows) == ["hiv", "platelets"]  # patient e fails platelets: nothing is asked about e
    assert (rows["hiv"]["patients"], rows["hiv"]["patients_decided"], rows["hiv"]["patients_maybe"]) == (
        3,
        2,
        3,
    )
    assert (rows["platelets"]["patients_decided"], rows["platelets"]["patients_maybe"]) == (1, 2)


@pytest.mark.parametrize("missing", ["", "yes"])
def test_nothing_is_asked_once_everything_is_decided(missing):
    table = facts(
        "platelets,leptomeningeal_metastasis,brain_metastasis,measurable_disease,hiv",
        f"80,yes,yes,yes,{missing or 'no'}",
    )
    assert to_obtain(screen(STUDY, table)) == []

"""Dose modification: the published rules of two antibody-drug conjugates on one patient's calendar."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from protorun.errors import UsageError
from protorun.schedule.doses import LabValue, Toxicity, after_toxicity, agents, modified, published
from protorun.study.study import Origin, Study
from protorun.study_file import dumps, loads
from protorun.trial.planned import Planned

START = date(2024, 1, 1)
TDXD, SG = published("trastuzumab deruxtecan"), published("sacituzumab govitecan")


def day(number):
    """Study day, 1 = first dose."""
    return START + timedelta(days=number - 1)


def every_21_days(cycles, amount=540.0):
    return [
        Planned(
            f"c{c}",
            "dose",
            "x",
            "x",
            1 + 21 * (c - 1),
            day(1 + 21 * (c - 1)),
            f"C{c}D1",
            amount=amount,
            unit="mg",
        )
        for c in range(1, cycles + 1)
    ]


def days_1_and_8(cycles):
    return [
        Planned(
            f"c{c}d{d}",
            "dose",
            "x",
            "x",
            d + 21 * (c - 1),
            day(d + 21 * (c - 1)),
            f"C{c}D{d}",
            amount=1000.0,
            unit="mg",
        )
        for c in range(1, cycles + 1)
        for d in (1, 8)
    ]


def event(term, *course):
    return Toxicity(term, tuple((day(on), grade) for on, grade in course))


def summary(found):
    return [((m.line.on - START).days + 1 if m.line.on else None, m.line.amount, m.action) for m in found]


def test_what_is_shipped():
    assert agents() == ("sacituzumab govitecan", "trastuzumab deruxtecan")
    assert [f"{dose.amount} {dose.unit}" for dose in TDXD.ladder] == ["5.4 mg/kg", "4.4 mg/kg", "3.2 mg/kg"]
    assert [r.basis.value for r in TDXD.rules if "[unverified]" in (r.basis.value or "")]
    with pytest.raises(UsageError, match="there are: sacituzumab govitecan"):
        published("methotrexate")


def test_nothing_happens_without_toxicity():
    assert summary(modified(every_21_days(2), TDXD)) == [(1, 540.0, "as planned"), (22, 540.0, "as planned")]


def test_neutropenia_grade_3_holds_to_grade_2_and_keeps_the_dose():
    found = modified(every_21_days(3), TDXD, toxicities=[event("Neutropenia", (15, 3), (26, 2), (30, 0))])
    assert summary(found) == [(1, 540.0, "as planned"), (26, 540.0, "delayed"), (47, 540.0, "delayed")]
    assert "neutropenia grade 3: hold to grade 2" in found[1].reason
    assert found[1].line.day == 26


def test_neutropenia_grade_4_reduces_and_a_fourth_level_does_not_exist():
    events = [event("Neutropenia", (d, 4), (d + 3, 1)) for d in (10, 31, 52)]
    found = modified(every_21_days(5), TDXD, toxicities=events)
    assert [m.line.amount for m in found] == pytest.approx([540.0, 440.0, 320.0, None, None])
    assert [m.action for m in found] == ["as planned", "reduced", "reduced", "stopped", "stopped"]
    assert found[3].reason.endswith("there is no lower dose")
    assert found[1].line.as_stated == "4.4 mg/kg"


@pytest.mark.parametrize(
    ("back", "amount"), [(38, 540.0), (39, 440.0)]
)  # grade 1 from day 10: within 28 days the dose is kept
def test_lung_disease_grade_1_is_held_to_grade_0(back, amount):
    found = modified(every_21_days(2), TDXD, toxicities=[event("Pneumonitis", (10, 1), (back, 0))])
    assert found[1].line.on == day(back)
    assert found[1].line.amount == pytest.approx(amount)


def test_lung_disease_grade_2_stops_for_good():
    found = modified(every_21_days(3), TDXD, toxicities=[event("Pneumonitis", (10, 1), (14, 2), (20, 0))])
    assert [m.action for m in found] == ["as planned", "stopped", "stopped"]
    assert "stop for good" in found[2].reason


def test_a_worse_grade_later_is_judged_again():
    course = [event("Pneumonitis", (10, 1), (20, 0), (30, 2), (35, 0))]
    found = modified(every_21_days(3), TDXD, toxicities=course)
    assert [m.action for m in found] == ["as planned", "as planned", "stopped"]


def test_what_happens_while_a_dose_waits_is_asked_again():
    worse = [event("Pneumonitis", (10, 1), (30, 2), (40, 0))]  # grade 2 before the dose put off to day 40
    found = modified(every_21_days(3), TDXD, toxicities=worse)
    assert [m.action for m in found] == ["as planned", "stopped", "stopped"]
    both = [event("Pneumonitis", (24, 2), (40, 0)), event("Neutropenia", (15, 3), (26, 2))]
    for events in (both, both[::-1]):
        found = modified(every_21_days(3), TDXD, toxicities=events)
        assert [m.action for m in found] == ["as planned", "stopped", "stopped"]


def test_a_held_treatment_can_still_be_stopped_for_good():
    found = modified(every_21_days(3), TDXD, toxicities=[event("ILD", (10, 1), (30, 2))])
    assert [m.action for m in found] == ["as planned", "held", "stopped"]
    assert "stop for good" in found[2].reason


def test_nobody_is_treated_after_a_fatal_event():
    found = modified(every_21_days(2), TDXD, toxicities=[event("Sepsis", (20, 5))])
    assert [m.action for m in found] == ["as planned", "stopped"]
    assert found[1].reason == "Sepsis grade 5: death"


@pytest.mark.parametrize(("back", "amount"), [(35, 1000.0), (36, 750.0)])  # 13 and 14 days late
def test_sacituzumab_waits_for_neutropenia_and_is_reduced_from_two_weeks_on(back, amount):
    found = modified(days_1_and_8(2), SG, toxicities=[event("Neutropenia", (20, 3), (back, 1))])
    assert summary(found)[2][:2] == (back, amount)
    held = modified(days_1_and_8(2), SG, toxicities=[event("Neutropenia", (20, 4))])
    assert [m.action for m in held] == ["as planned", "as planned", "held", "held"]


def test_febrile_neutropenia_and_the_neutropenia_under_it_are_one_occurrence():
    events = [event("Febrile neutropenia", (12, 3), (20, 0)), event("Neutropenia", (12, 4), (24, 0))]
    for order in (events, events[::-1]):
        found = modified(days_1_and_8(2), SG, toxicities=order)
        assert summary(found)[2] == (24, 750.0, "reduced")


def test_what_has_not_recovered_holds_without_a_date():
    found = modified(every_21_days(2), TDXD, toxicities=[event("Neutropenia", (15, 3))])
    assert found[1].action == "held"
    assert found[1].line.on is None
    assert found[1].reason.endswith("not yet back to grade 2")


def test_sacituzumab_neutropenia_first_second_third():
    events = [event("Febrile neutropenia", (d, 3), (d + 4, 0)) for d in (12, 33, 54)]
    found = modified(days_1_and_8(4), SG, toxicities=events)
    assert [m.line.amount for m in found] == pytest.approx([1000, 1000, 750, 750, 500, 500, None, None])
    assert found[6].action == "stopped"


def test_grade_4_neutropenia_counts_from_7_days_on():
    short = modified(days_1_and_8(2), SG, toxicities=[event("Neutropenia", (10, 4), (16, 1))])
    long = modified(days_1_and_8(2), SG, toxicities=[event("Neutropenia", (10, 4), (17, 1))])
    assert [m.action for m in short] == ["as planned"] * 4
    assert [m.action for m in long] == ["as planned", "as planned", "reduced", "reduced"]


def test_the_neutrophil_limits_of_day_1_and_day_8_differ():
    def anc(on, value, unit="10^9/L"):
        return LabValue("neutrophils", day(on), value, unit)

    found = modified(days_1_and_8(2), SG, labs=[anc(8, 1.2), anc(22, 1.2), anc(25, 1.5)])
    assert summary(found) == [
        (1, 1000.0, "as planned"),
        (8, 1000.0, "as planned"),
        (25, 1000.0, "delayed"),
        (32, 1000.0, "delayed"),
    ]
    held = modified(days_1_and_8(1), SG, labs=[anc(8, 0.9)])
    assert [m.action for m in held] == ["as planned", "held"]
    with pytest.raises(UsageError, match="the rule is in 10\\^9/L"):
        modified(days_1_and_8(1), SG, labs=[anc(8, 1200, "/uL")])


def test_an_earlier_recovery_never_delays_a_dose():
    for back in range(11, 40):
        found = modified(every_21_days(3), TDXD, toxicities=[event("Neutropenia", (10, 3), (back, 0))])
        assert found[1].line.on == max(day(22), day(back))


def test_the_rules_are_part_of_the_study_file():
    origin = Origin(name="x", format="x", digest="0")
    study = Study(key="x", origin=origin, dose_modifications=(SG, TDXD))
    assert loads(dumps(study)) == study


def test_only_the_agent_with_rules_obeys_them():
    origin = Origin(name="x", format="x", digest="0")
    study = Study(key="x", origin=origin, dose_modifications=(TDXD,))
    lines = [replace(line, what="Trastuzumab deruxtecan") for line in every_21_days(2)]
    other = Planned("other", "dose", "pemetrexed", "y", 22, day(22), "C2D1", amount=10.0, unit="mg")
    found = after_toxicity(study, [*lines, other], toxicities=[event("Pneumonitis", (10, 2))])
    assert [(m.line.uid, m.action) for m in found] == [
        ("c1", "as planned"),
        ("other", "as planned"),
        ("c2", "stopped"),
    ]

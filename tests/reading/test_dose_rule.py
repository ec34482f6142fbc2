"""The dose rule of a record: its own sentences as a state machine, or the design that it names; never a rule of ours."""

from pathlib import Path

import pytest
from texts import arm, record, treated

from protorun.read import read

RULE = (
    "Drug X is given intrathecally. Induction therapy is a single dose of 15 mg twice a week for 2 weeks. "
    "The phase I cohort takes a minimum of 3 patients and a maximum of 6 patients. "
    "If dose-limiting toxicity occurs in ≥2 patients, the single dose of Drug X is reduced to 10 mg and a further 6 "
    "consecutive patients are enrolled. If DLT occurs again in ≥2 patients, the trial is stopped. "
    "If DLT occurs in ≤1 patient, the study proceeds to phase II."
)


def rule_of(text: str, *interventions: str):
    return treated(record(*arm(text, *(interventions or ("Drug X",))))).dose_rule


def outcome(rule, reading, state, n, d):
    """The first transition that holds, as a person would walk the table."""
    (found,) = (r for r in rule.readings if r.name == reading)
    for t in found.transitions:
        fits = t.state == state and t.n_from <= n and (t.n_to is None or n <= t.n_to)
        if fits and t.dlt_from <= d and (t.dlt_to is None or d <= t.dlt_to):
            return (t.action, t.to)
    return None


@pytest.fixture(params=["ours", "published"])
def told(request):
    """The rule out of our own words, and out of the published record."""
    if request.param == "ours":
        return rule_of(RULE)
    seeds = request.getfixturevalue("seeds")
    (study,) = read(next(seeds.glob("000_*.txt")))
    return study.dose_rule


def test_levels_are_10_and_15_mg_and_the_trial_starts_at_15(told):
    assert [level.label for level in told.levels] == ["10 mg", "15 mg"]
    assert told.start_level.value == 1
    assert [(s.name, s.level, s.minimum, s.maximum) for s in told.states] == [
        ("L15", 1, 3, 6),
        ("L10", 0, 6, 6),
    ]
    assert told.start_state == "L15"


@pytest.mark.parametrize(
    ("reading", "state", "n", "d", "then"),
    [
        ("fill_to_six", "L15", 2, 2, ("go", "L10")),
        ("fill_to_six", "L15", 6, 2, ("go", "L10")),
        ("fill_to_six", "L15", 3, 0, ("enroll", "")),
        ("fill_to_six", "L15", 3, 1, ("enroll", "")),
        ("fill_to_six", "L15", 6, 1, ("finish", "")),
        ("three_plus_three", "L15", 3, 0, ("finish", "")),
        ("three_plus_three", "L15", 3, 1, ("enroll", "")),
        ("three_plus_three", "L15", 3, 2, ("go", "L10")),
        ("three_plus_three", "L15", 2, 0, ("enroll", "")),
        ("fill_to_six", "L10", 3, 0, ("enroll", "")),
        ("three_plus_three", "L10", 3, 0, ("enroll", "")),
        ("fill_to_six", "L10", 4, 2, ("stop", "")),
        ("fill_to_six", "L10", 6, 1, ("finish", "")),
    ],
)
def test_guards_in_the_order_limit_full_cohort_early_go(told, reading, state, n, d, then):
    assert outcome(told, reading, state, n, d) == then


def test_every_count_a_trial_can_reach_has_an_outcome(told):
    for reading in told.readings:
        for state in told.states:
            counts = [(n, d) for n in range(state.maximum + 1) for d in range(min(n, 2) + 1)]
            assert all(outcome(told, reading.name, state.name, n, d) for n, d in counts)


def test_each_transition_says_where_it_comes_from(told):
    for reading in told.readings:
        for transition in reading.transitions:
            early = (transition.action, transition.dlt_to, transition.n_from) == ("finish", 0, 3)
            assert transition.basis.basis == ("assumed" if early else "stated")


def test_no_reading_is_chosen_for_the_user_and_both_are_offered(seeds: Path):
    (study,) = read(next(seeds.glob("000_*.txt")))
    assert study.dose_rule.reading.value is None
    (asked,) = (q for q in study.open_questions if q.path == "dose_rule.reading")
    assert [p.value for p in asked.proposals] == ["three_plus_three", "fill_to_six"]
    assert any("literal" in r for a in study.ambiguities for r in a.readings)
    assert study.dose_rule.dlt_definition.basis == "absent"
    assert study.dose_rule.window_days.basis == "absent"
    assert {b.id for b in study.blocks if b.dose_by_rule} == set(study.dose_rule.blocks)


def test_the_intrathecal_rule_of_t_dxd_has_a_window_of_two_cycles_and_no_level(seeds: Path):
    (study,) = read(next(seeds.glob("002_*.txt")))
    rule = study.dose_rule
    assert (rule.arm, rule.window_cycles.value, rule.levels) == ("phase_1_arm_a", 2, ())
    assert (rule.design.basis, rule.readings) == ("absent", ())
    assert any("dose levels" in q.asks for q in study.open_questions)


def test_a_rule_told_only_in_part_is_no_rule():
    without_stop = RULE.replace("If DLT occurs again in ≥2 patients, the trial is stopped. ", "")
    rule = rule_of(without_stop)
    assert rule is None or (rule.readings, rule.design.value) == ((), None)


def test_two_limits_that_differ_are_no_rule():
    rule = rule_of(RULE.replace("again in ≥2", "again in ≥3"))
    assert rule is None or rule.readings == ()


@pytest.mark.parametrize(
    ("text", "design"),
    [
        ("The traditional 3+3 design will be used for dose escalation of Drug X.", "three_plus_three"),
        ('"Dose escalation ""3+3"" Design of Drug X"', "three_plus_three"),
        (
            "The study will use a Bayesian optimal interval (BOIN) design for dose escalation of Drug X.",
            "boin",
        ),
        ("Dose escalation of Drug X by the continual reassessment method.", "crm"),
        ("Dose escalation of Drug X follows the mTPI-2 design.", "mtpi2"),
        ("Dose escalation of Drug X follows a rolling six design.", "rolling_six"),
        ("A TITE-CRM design guides dose escalation of Drug X.", "tite_crm"),
    ],
)
def test_a_named_design_is_stated(text, design):
    assert (rule_of(text).design.value, rule_of(text).design.basis) == (design, "stated")


@pytest.mark.parametrize(
    "text",
    [
        "Accelerated titration of Drug X, followed by a 3+3 dose escalation.",
        "A modified 3+3 dose escalation of Drug X will be used.",
        "A 3+3+3 design will guide dose escalation of Drug X.",
        "Dose escalation of Drug X by 3+3, later by BOIN.",
    ],
)
def test_a_changed_or_mixed_design_is_not_taken_for_the_plain_one(text):
    rule = rule_of(text)
    assert rule is None or rule.design.value is None


@pytest.mark.parametrize(
    ("text", "days", "cycles"),
    [
        ("DLTs of Drug X are assessed within the first 28 days of the dose escalation.", 28, None),
        (
            "Observation period of DLT will last for 21 days after the first administration of Drug X.",
            21,
            None,
        ),
        ("The DLT observation period (28 days) applies to dose escalation of Drug X.", 28, None),
        ("DLTs in dose escalation of Drug X are those of the first cycle.", None, 1),
        ("DLT Evaluation : The first two cycles serve as the DLT window of Drug X.", None, 2),
        ("DLTs of Drug X resolving within 7 days do not count in dose escalation.", None, None),
    ],
)
def test_the_dlt_window(text, days, cycles):
    rule = rule_of(text + " Dose escalation follows the BOIN design.")
    assert (rule.window_days.value, rule.window_cycles.value) == (days, cycles)


def test_two_windows_leave_it_unread():
    rule = rule_of(
        "DLTs count within 21 days. DLTs count within 28 days. Dose escalation of Drug X uses BOIN."
    )
    assert rule.window_days.basis == "unread"


def test_listed_levels_rise_and_agree_with_their_number():
    text = "BOIN dose escalation of Drug X. {} dose levels of 0.25 mg/kg, 1 mg/kg, 2.5 mg/kg and 5 mg/kg are planned."
    assert [x.label for x in rule_of(text.format("Four")).levels] == [
        "0.25 mg/kg",
        "1 mg/kg",
        "2.5 mg/kg",
        "5 mg/kg",
    ]
    assert rule_of(text.format("Five")).levels == ()


def test_a_target_rate_is_a_fraction():
    text = "BOIN dose escalation of Drug X; the target toxicity rate is 30%."
    assert rule_of(text).target_rate.value == pytest.approx(0.3)


def test_a_record_that_speaks_of_no_dose_finding_has_no_rule():
    assert rule_of("Drug X 5 mg/kg IV every 3 weeks.") is None

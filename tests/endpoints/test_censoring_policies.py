"""Censoring policies: each switch of the FDA and of the treatment-policy column on one patient, and the trace."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.endpoints import censoring_policies, censoring_policy, derive
from protorun.endpoints.censoring.policy import SWITCHES
from protorun.errors import NotStated, PluginNotFound, PolicyRequired, UsageError
from protorun.study.endpoint import Censoring, Endpoint, EndpointEvent
from protorun.study.source import assumed
from protorun.terms.truth import FALSE, TRUE
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response, Status
from protorun.trial.tables import Tables, calls, patients

FDA = censoring_policy("fda_2007_a").stated(interval_days=42, window_days=7)
EMA = censoring_policy("treatment_policy")
SD, PD, NE, PR = Response.SD, Response.PD, Response.NE, Response.PR
DEATH = EndpointEvent(kind="death")
WORSE = EndpointEvent(kind="progression", criteria="recist_1_1")


def answer(value):
    return assumed(value, "for this test")


def pfs(*rules: Censoring, events=(WORSE, DEATH), **facts) -> Endpoint:
    return Endpoint(
        id="PFS",
        name=answer("PFS"),
        kind=facts.pop("kind", "time_to_event"),
        origin=answer(facts.pop("origin", "enrollment")),
        criteria=answer("recist_1_1"),
        events=events,
        censoring=rules,
        **facts,
    )


def one(scans, *, clinical=(), baseline=TRUE, **days) -> Tables:
    """One patient enrolled on day 1; `scans` are (day, response), `clinical` days of undocumented progression."""
    who = patients(
        np.zeros(1, int),
        np.zeros(1, int),
        enrolled_on=np.ones(1, np.int32),
        baseline_complete=np.full(1, baseline, np.uint8),
        **{name: np.array([day], np.int32) for name, day in days.items()},
    )
    points = {("recist_1_1", "whole_body"): rows(scans)}
    if clinical:
        points["clinical", "whole_body"] = rows([(day, PD) for day in clinical])
    return Tables(who, timepoints=points)


def rows(scans):
    zero = np.zeros(len(scans), int)
    return calls(zero, zero, np.array([d for d, _ in scans], int), np.array([r for _, r in scans], int))


def out(policy, scans, rules=(), endpoint=None, **known):
    found = derive(endpoint or pfs(*rules), one(scans, **known), policy=policy)
    return Status(int(found.status[0])).name, int(found.days[0]), found.why(0).code


def test_every_policy_sets_every_switch_and_says_where_each_is_from():
    for policy in censoring_policies().values():
        assert set(policy.sources) == set(SWITCHES)
        assert all(len(source) > 10 for source in policy.sources.values())
    assert "[recalled]" in EMA.sources["missed"]


@pytest.mark.parametrize(
    ("case", "fda", "ema"),
    [
        ({"scans": [(43, PD)], "baseline": FALSE}, ("CENSORED", 1, "no_complete_baseline"), ("EVENT", 43, "progression")),
        ({"scans": [], "death_on": 60}, ("EVENT", 60, "death"), ("EVENT", 60, "death")),
        ({"scans": [], "death_on": 93}, ("CENSORED", 1, "missed_visits"), ("EVENT", 93, "death")),
        ({"scans": []}, ("CENSORED", 1, "no_event_by_cutoff"), ("CENSORED", 1, "no_event_by_cutoff")),
        (
            {"scans": [(43, SD), (85, PD)], "new_therapy_on": 60},
            ("CENSORED", 43, "new_therapy"),
            ("EVENT", 85, "progression"),
        ),
        (
            {"scans": [(43, SD), (85, SD)], "new_therapy_on": 60},
            ("CENSORED", 43, "new_therapy"),
            ("CENSORED", 85, "no_event_by_cutoff"),
        ),
        (
            {"scans": [(43, SD), (135, PD)]},
            ("CENSORED", 43, "missed_visits"),
            ("EVENT", 135, "progression"),
        ),
        ({"scans": [(43, SD), (134, PD)]}, ("EVENT", 134, "progression"), ("EVENT", 134, "progression")),
        (
            {"scans": [(43, SD), (85, NE), (127, NE), (160, PD)]},
            ("CENSORED", 43, "missed_visits"),
            ("EVENT", 160, "progression"),
        ),
        (
            {"scans": [(43, SD), (85, SD)], "clinical": [70]},
            ("CENSORED", 43, "clinical_progression"),
            ("EVENT", 70, "clinical_progression"),
        ),
        (
            {"scans": [(43, SD)], "withdrawn_on": 50},
            ("CENSORED", 43, "no_event_by_cutoff"),
            ("CENSORED", 43, "no_event_by_cutoff"),
        ),
    ],
    ids=[
        "no baseline", "early death", "death after two missed visits", "nothing", "therapy then PD", "therapy",
        "PD one day too late", "PD inside the window", "NE is a missed assessment", "clinical PD", "withdrawn",
    ],
)  # fmt: skip
def test_both_columns_of_the_table_on_one_patient(case, fda, ema):
    case = dict(case)
    scans = case.pop("scans")
    assert out(FDA, scans, **case) == fda
    assert out(EMA, scans, **case) == ema


def test_new_therapy_can_be_an_event_or_a_competing_one():
    scans = [(43, SD), (85, PD)]
    assert out(EMA.stated(new_therapy="event"), scans, new_therapy_on=60) == ("EVENT", 60, "new_therapy")
    competing = derive(pfs(), one(scans, new_therapy_on=60), policy=EMA.stated(new_therapy="competing"))
    assert Status(int(competing.status[0])) is Status.COMPETING
    assert competing.cause.tolist() == [2]
    assert not competing.event.any()


def test_the_earlier_of_therapy_and_clinical_progression_closes_the_row():
    scans = [(43, SD), (85, SD), (127, PD)]
    assert out(FDA, scans, new_therapy_on=60, clinical=[100])[1:] == (43, "new_therapy")
    assert out(FDA, scans, new_therapy_on=120, clinical=[100])[1:] == (85, "clinical_progression")


def test_ne_counts_as_seen_where_every_assessment_is_adequate():
    scans = [(43, SD), (85, NE)]
    assert out(EMA, scans)[1] == 43
    assert out(EMA.stated(adequate="any"), scans)[1] == 85


def test_a_rule_of_the_record_goes_before_the_policy():
    rule = Censoring(when="new_therapy", at="cutoff")
    found = derive(pfs(rule), one([(43, SD), (85, PD)], new_therapy_on=60), cutoff_day=200, policy=EMA)
    assert (found.days[0], found.why(0).code) == (200, "new_therapy")
    assert not any("new_therapy =" in note for note in found.assumptions)
    own = Censoring(
        when="missed_visits", at="last_adequate_assessment", missed=1, interval_days=42, window_days=0
    )
    assert out(EMA, [(43, SD), (86, PD)], rules=(own,)) == ("CENSORED", 43, "missed_visits")
    assert out(EMA, [(43, SD), (85, PD)], rules=(own,)) == ("EVENT", 85, "progression")


def test_silent_rules_stop_the_derivation_and_are_listed():
    with pytest.raises(
        PolicyRequired, match=r"no baseline, clinical, new therapy, missed.*fda_2007_a"
    ) as stop:
        derive(pfs(), one([]))
    assert stop.value.there_are == ("fda_2007_a", "treatment_policy")
    assert stop.value.path == "endpoints[PFS].censoring"


def test_assumed_and_chosen_switches_are_told_apart():
    assumed_, chosen = (derive(pfs(), one([]), **{how: "treatment_policy"}) for how in ("assume", "policy"))
    assert "PFS: new_therapy = ignore, assumed by the policy treatment_policy" in "\n".join(
        assumed_.assumptions
    )
    assert "PFS: new_therapy = ignore, policy treatment_policy" in "\n".join(chosen.assumptions)
    explicit = derive(pfs(), one([]), policy=EMA.stated(new_therapy="censor"))
    assert "new_therapy = censor, policy treatment_policy: an explicit choice" in "\n".join(
        explicit.assumptions
    )


def test_missed_visits_need_the_interval_between_them():
    with pytest.raises(NotStated, match="interval_days"):
        derive(pfs(), one([]), policy="fda_2007_a")
    guessed = derive(pfs(), one([(43, SD), (400, PD)]), assume="fda_2007_a")
    assert guessed.event[0]
    assert any("no gap is looked for" in note for note in guessed.assumptions)


def test_wrong_switches_and_policies_are_named():
    with pytest.raises(UsageError, match="pd_dates"):
        EMA.stated(pd_dates="latest")
    with pytest.raises(UsageError, match="censor, ignore"):
        EMA.stated(new_therapy="drop")
    with pytest.raises(UsageError, match="from 1"):
        EMA.stated(interval_days=0)
    with pytest.raises(PluginNotFound, match="fda_2007_a"):
        derive(pfs(), one([]), policy="fda")


def test_every_row_names_the_table_and_the_row_that_decided():
    scans = [(43, SD), (85, PD)]
    assert derive(pfs(), one(scans), policy=EMA).came_from(0) == ("timepoints recist 1 1 whole body", 1)
    assert derive(pfs(), one(scans[:1]), policy=EMA).came_from(0) == ("timepoints recist 1 1 whole body", 0)
    assert derive(pfs(), one([], death_on=9), policy=EMA).came_from(0) == ("patients.death_on", 0)
    assert derive(pfs(), one([]), policy=EMA).came_from(0) == ("patients.enrolled_on", 0)
    assert derive(pfs(), one([]), policy=EMA).explain(0)["from"] == "patients.enrolled_on, row 1"


def test_duration_of_response_counts_from_the_first_response_of_responders():
    dor = pfs(kind="duration", origin="first_response")
    found = derive(dor, one([(43, SD), (85, PR), (127, PD)]), policy=EMA)
    assert (found.start_on[0], found.days[0], found.event[0]) == (85, 43, True)
    assert (
        len(derive(dor, one([(43, SD), (85, PD), (127, PR)]), policy=EMA)) == 0
    )  # a response after PD is none
    confirmed = dor.model_copy(update={"confirm_days": answer(28)})
    assert len(derive(confirmed, one([(43, SD), (85, PR), (127, SD)]), policy=EMA)) == 0
    found = derive(confirmed, one([(43, PR), (85, PR), (127, SD)]), policy=EMA)
    assert (found.start_on[0], found.days[0], found.event[0]) == (
        43,
        85,
        False,
    )  # first of the two, last scan


def test_time_to_response_is_never_carried_past_the_response():
    ttr = pfs(events=(EndpointEvent(kind="response"),))
    found = derive(ttr, one([(43, SD), (85, PR), (127, PR), (169, SD)]), assume="treatment_policy")
    assert (found.days[0], found.event[0]) == (85, True)


def test_time_to_progression_can_let_death_compete():
    ttp = pfs(events=(WORSE, DEATH.model_copy(update={"competing": True})))
    assert derive(ttp, one([(43, SD)], death_on=60), policy=EMA).cause.tolist() == [2]
    assert derive(ttp, one([(43, SD), (50, PD)], death_on=60), policy=EMA).cause.tolist() == [1]


history = st.lists(st.tuples(st.integers(2, 90), st.sampled_from([SD, PR, NE, PD])), max_size=6)
maybe = st.one_of(st.just(int(NO_DAY)), st.integers(2, 400))


def dated(gaps):
    return [(int(d), r) for d, (_, r) in zip(np.cumsum([g for g, _ in gaps], dtype=int), gaps, strict=True)]


@given(history, maybe, maybe, st.sampled_from([FDA, EMA]))
def test_a_later_ne_changes_nothing_unless_it_adds_no_missed_visit(gaps, death, therapy, policy):
    scans = dated(gaps)
    later = [*scans, ((scans[-1][0] if scans else 1) + 30, NE)]
    known = {"death_on": death, "new_therapy_on": therapy}
    assert out(policy, scans, **known) == out(policy, later, **known)


@given(history, maybe, maybe)
def test_a_death_never_lengthens_pfs_that_counts_every_event(gaps, death, therapy):
    scans = dated(gaps)
    before = derive(pfs(), one(scans, new_therapy_on=therapy), policy=EMA)
    after = derive(pfs(), one(scans, new_therapy_on=therapy, death_on=death), policy=EMA)
    if before.event[0]:
        assert after.event[0]
        assert after.days[0] <= before.days[0]


@given(history, st.integers(2, 400), maybe)
def test_under_the_fda_rules_a_death_lengthens_nothing_but_by_becoming_the_event(gaps, death, therapy):
    scans = dated(gaps)
    before = derive(pfs(), one(scans, new_therapy_on=therapy), policy=FDA)
    after = derive(pfs(), one(scans, new_therapy_on=therapy, death_on=death), policy=FDA)
    assert after.days[0] <= before.days[0] or after.why(0).code == "death"


@given(st.lists(st.tuples(history, maybe, maybe), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_batches_and_the_order_of_rows_change_nothing(group, chance):
    n = len(group)
    who = patients(
        np.zeros(n, int), np.arange(n), enrolled_on=np.ones(n, np.int32), baseline_complete=np.full(n, TRUE, np.uint8),
        death_on=np.array([d for _, d, _ in group], np.int32), new_therapy_on=np.array([t for _, _, t in group], np.int32),
    )  # fmt: skip
    scans = [(p, day, r) for p, (gaps, _, _) in enumerate(group) for day, r in dated(gaps)]
    chance.shuffle(scans)
    p, day, r = (np.array([s[i] for s in scans], int) for i in range(3))
    both = Tables(who, timepoints={("recist_1_1", "whole_body"): calls(0 * p, p, day, r)})
    together = derive(pfs(), both, policy=FDA)
    for at, (gaps, death, therapy) in enumerate(group):
        alone = out(FDA, dated(gaps), death_on=death, new_therapy_on=therapy)
        assert (Status(int(together.status[at])).name, int(together.days[at]), together.why(at).code) == alone


def test_progression_is_dated_to_its_first_evidence_or_to_the_last_scan_of_the_time_point():
    from protorun.patients.tables import parse_tables
    from protorun.response import assess, settings_for

    people = "patient,enrolled_on,baseline_complete\nA,2025-01-06,yes\n"
    lesions = "\n".join(
        [
            "patient,date,visit,lesion,role,diameter_mm,finding,compartment",
            "A,2025-01-03,0,T1,target,20,,extracranial",
            "A,2025-02-17,1,N1,new,,present,extracranial",
            "A,2025-02-20,1,T1,target,20,,extracranial",
        ]
    )
    read = parse_tables(people, lesions)
    points = assess(
        "recist_1_1", read.lesions, None, compartment="whole_body", settings=settings_for("recist_1_1", "")
    )
    tables = Tables(read.patients, read.lesions, timepoints={("recist_1_1", "whole_body"): points})
    days = {
        how: int(derive(pfs(), tables, policy=EMA.stated(pd_date=how)).days[0])
        for how in ("earliest", "latest")
    }
    assert days == {"earliest": 43, "latest": 46}

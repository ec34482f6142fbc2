"""Time to event: the core rules one by one, and laws."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.endpoints import derive
from protorun.errors import NothingRecorded, NotStated
from protorun.study.endpoint import Censoring, Endpoint, EndpointEvent
from protorun.study.source import assumed
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response, Status
from protorun.trial.tables import Tables, calls, patients


def answer(value):
    return assumed(value, "for this test")


DEATH = EndpointEvent(kind="death")
WORSE = EndpointEvent(kind="progression", criteria="recist_1_1")
OPEN = Censoring(when="no_event_by_cutoff", at="last_adequate_assessment", basis=answer("no_event_by_cutoff"))


derived = partial(derive, assume="treatment_policy")


def endpoint(*rules: Censoring, events=(WORSE, DEATH), origin="enrollment") -> Endpoint:
    return Endpoint(
        id="PFS",
        name=answer("PFS"),
        kind="time_to_event",
        origin=answer(origin),
        events=events,
        censoring=rules,
    )


def tables(scans: list[tuple[int, Response]], **known: int) -> Tables:
    """One patient enrolled on day 1; `scans` are (day, response); `known` are other days of the patient."""
    who = patients(
        np.zeros(1, int),
        np.zeros(1, int),
        enrolled_on=np.ones(1, np.int32),
        baseline_complete=np.full(1, 2, np.uint8),
        **{name: np.array([day], np.int32) for name, day in known.items()},
    )
    day, code = np.array([d for d, _ in scans], int), np.array([c for _, c in scans], int)
    zero = np.zeros(len(scans), int)
    return Tables(who, timepoints={("recist_1_1", "whole_body"): calls(zero, zero, day, code)})


def run(rules: tuple[Censoring, ...], scans, cutoff=None, **known) -> tuple[str, int, str]:
    found = derived(endpoint(*rules), tables(scans, **known), cutoff_day=cutoff)
    return Status(int(found.status[0])).name, int(found.days[0]), found.why(0).code


def test_the_start_is_day_1_and_the_earliest_event_counts():
    scans = [(43, Response.SD), (85, Response.PD)]
    assert run((OPEN,), scans, death_on=100) == ("EVENT", 85, "progression")
    assert run((OPEN,), scans, death_on=60) == ("EVENT", 60, "death")
    assert run((OPEN,), scans, death_on=85) == ("EVENT", 85, "progression")  # ties go to the first listed


def test_an_event_beats_a_later_censoring_day():
    assert run((OPEN,), [(43, Response.PD), (85, Response.SD)]) == ("EVENT", 43, "progression")


def test_ne_is_no_adequate_assessment():
    assert run((OPEN,), [(43, Response.SD), (85, Response.NE)]) == ("CENSORED", 43, "no_event_by_cutoff")


def test_nothing_after_the_cutoff_is_known():
    scans = [(43, Response.SD), (85, Response.PD)]
    assert run((OPEN,), scans, cutoff=84) == ("CENSORED", 43, "no_event_by_cutoff")
    assert len(derived(endpoint(OPEN), tables(scans), cutoff_day=0)) == 0  # not yet enrolled


@pytest.mark.parametrize("overrides", [True, False])
def test_new_therapy_before_the_event_censors_at_the_last_scan_before_it_where_the_record_says_so(overrides):
    rule = Censoring(when="new_therapy", at="last_adequate_assessment", overrides_event=overrides)
    scans = [(43, Response.SD), (85, Response.SD), (127, Response.PD)]
    assert run((rule, OPEN), scans, new_therapy_on=90) == ("CENSORED", 85, "new_therapy")
    assert run((rule, OPEN), scans, new_therapy_on=60) == ("CENSORED", 43, "new_therapy")
    assert run((rule, OPEN), scans, new_therapy_on=130) == ("EVENT", 127, "progression")
    assert run((OPEN,), scans, new_therapy_on=60) == ("EVENT", 127, "progression")


def test_rules_apply_in_the_order_listed():
    first = Censoring(when="no_post_baseline", at="origin")
    second = Censoring(when="no_event_by_cutoff", at="last_known_alive")
    assert run((first, second), [], last_alive_on=50) == ("CENSORED", 1, "no_post_baseline")
    assert run((second, first), [], last_alive_on=50) == ("CENSORED", 50, "no_event_by_cutoff")


def test_a_day_nobody_recorded_leaves_the_row_undetermined():
    rule = Censoring(when="no_event_by_cutoff", at="last_known_alive")
    status, days, code = run((rule,), [(43, Response.SD)])
    assert (status, days) == ("UNDETERMINED", 0)
    assert "unknown" in code


def test_withdrawal_censors_at_the_last_scan():
    rule = Censoring(when="lost_to_follow_up", at="last_adequate_assessment")
    assert run((rule, OPEN), [(43, Response.SD)], withdrawn_on=60) == ("CENSORED", 43, "lost_to_follow_up")


def test_a_rule_the_record_does_not_fill_in_stops_the_derivation():
    with pytest.raises(NotStated, match="missed_visits"):
        run((Censoring(when="missed_visits", at="last_adequate_assessment"),), [])
    with pytest.raises(NotStated, match="what counts as an event"):
        derived(endpoint(OPEN, events=()), tables([]))
    with pytest.raises(NotStated, match="relapse"):
        derived(endpoint(OPEN, events=(EndpointEvent(kind="relapse"),)), tables([]))


def test_no_assessment_by_the_named_criteria_is_said():
    neuro = EndpointEvent(kind="neurological_progression", criteria="rano_lm")
    with pytest.raises(NothingRecorded, match="rano_lm"):
        derived(endpoint(OPEN, events=(neuro,)), tables([]))


def test_an_origin_that_lies_after_the_event_makes_day_1():
    assert run((OPEN,), [(43, Response.SD)], death_on=-5) == ("EVENT", 1, "death")


responses = st.lists(
    st.tuples(st.integers(2, 60), st.sampled_from([Response.SD, Response.PR, Response.NE, Response.PD])),
    max_size=6,
)


@given(responses, st.one_of(st.none(), st.integers(2, 300)))
def test_adding_a_death_never_lengthens_pfs(gaps, death):
    scans = [(int(d), r) for d, (_, r) in zip(np.cumsum([g for g, _ in gaps], dtype=int), gaps, strict=True)]
    alive = derived(endpoint(OPEN), tables(scans))
    dead = derived(endpoint(OPEN), tables(scans, death_on=NO_DAY if death is None else death))
    if alive.event[0]:
        assert dead.event[0]
        assert dead.days[0] <= alive.days[0]


@given(st.lists(st.tuples(responses, st.integers(2, 300)), min_size=1, max_size=5), st.integers(1, 300))
def test_a_patient_of_a_batch_is_the_patient_alone_and_copies_do_not_mix(group, cutoff):
    people = [
        (
            [(int(d), r) for d, (_, r) in zip(np.cumsum([g for g, _ in gaps], dtype=int), gaps, strict=True)],
            death,
        )
        for gaps, death in group
    ]
    n = len(people)
    copy = np.arange(n)
    who = patients(
        copy, np.zeros(n, int), enrolled_on=np.ones(n, np.int32), baseline_complete=np.full(n, 2, np.uint8),
        death_on=np.array([d for _, d in people], np.int32),
    )  # fmt: skip
    rows = [(c, day, r) for c, (scans, _) in enumerate(people) for day, r in scans]
    c, day, r = (np.array([row[i] for row in rows], int) for i in range(3))
    both = Tables(who, timepoints={("recist_1_1", "whole_body"): calls(c, 0 * c, day, r)})
    together = derived(endpoint(OPEN), both, cutoff_day=cutoff)
    for at, (scans, death) in enumerate(people):
        alone = derived(endpoint(OPEN), tables(scans, death_on=death), cutoff_day=cutoff)
        assert (together.days[at], together.status[at], together.why(at)) == (
            alone.days[0],
            alone.status[0],
            alone.why(0),
        )


def test_tables_are_not_changed():
    given_ = tables([(43, Response.SD)], death_on=60)
    before = replace(given_.patients)
    derived(endpoint(OPEN), given_, cutoff_day=50)
    np.testing.assert_array_equal(before.death_on, given_.patients.death_on)

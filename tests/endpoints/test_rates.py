"""Response rates and time to response from one kernel, and what iRECIST answers become in them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.endpoints import best_of_rows, explain_best, policy, response_rates, time_to_response
from protorun.errors import NotStated
from protorun.trial.response import Response

CODES = {r.text: int(r) for r in Response}
ADMIRAL = policy("admiral")
PEOPLE = [
    [(42, "PR"), (84, "PR"), (126, "PD")],
    [(42, "PR"), (84, "PD")],
    [(42, "SD"), (84, "SD"), (126, "PD")],
    [(30, "SD"), (60, "PD")],
    [(42, "NE")],
    [],
]


def rows(people):
    flat = [(p, d, CODES[w]) for p, seen in enumerate(people) for d, w in seen]
    return tuple(np.array(column, np.int32) for column in zip(*flat, strict=True))


def rates(*, benefit_days: int, confirmed: bool, settings=ADMIRAL):
    start = np.zeros(len(PEOPLE), np.int32)
    found = response_rates(
        *rows(PEOPLE), reference_on=start, settings=settings, benefit_days=benefit_days, confirmed=confirmed
    )
    return {name: rate.share for name, rate in found.items()}


def test_everybody_is_in_the_denominator_and_the_sd_time_is_always_asked_for():
    assert rates(benefit_days=28, confirmed=False) == {
        "objective_response": (2, 6),
        "disease_control": (3, 6),
        "clinical_benefit": (4, 6),
    }
    assert rates(benefit_days=168, confirmed=True) == {
        "objective_response": (1, 6),
        "disease_control": (3, 6),
        "clinical_benefit": (1, 6),
    }
    with pytest.raises(NotStated, match="how long stable disease must last"):
        rates(benefit_days=28, confirmed=False, settings=policy("recist_table3"))


def test_a_response_is_dated_to_its_day_and_never_carried_to_the_last_assessment():
    start = np.zeros(len(PEOPLE), np.int32)
    best = best_of_rows(*rows(PEOPLE), reference_on=start, settings=ADMIRAL)
    first, sure = (time_to_response(best, start, confirmed=c) for c in (False, True))
    assert first.days.tolist() == [43, 43, 127, 61, 43, 0]
    assert first.event.tolist() == [True, True, False, False, False, False]
    assert sure.days.tolist() == [43, 85, 127, 61, 43, 0]
    assert sure.event.tolist() == [True, False, False, False, False, False]


def test_a_best_response_says_why():
    best = best_of_rows(*rows(PEOPLE), reference_on=np.zeros(len(PEOPLE), np.int32), settings=ADMIRAL)
    told = [explain_best(best, ADMIRAL, at) for at in range(len(PEOPLE))]
    assert told[0]["why"] == "PR that another response confirms at least 28 days later"
    assert (told[0]["confirmed_row"], told[0]["confirming_row"]) == (0, 1)
    assert told[1]["why"].startswith("the PR was not confirmed after 28 days; disease was at least stable")
    assert told[5]["why"] == "there is no assessment that counts"


def test_answers_of_irecist_count_as_the_plain_ones_and_iupd_ends_a_confirmation():
    people = [
        [(42, "iPR"), (84, "iPR")],
        [(42, "iPR"), (84, "iUPD"), (126, "iPR"), (168, "iCPD")],
        [(42, "iUPD")],
    ]
    best = best_of_rows(*rows(people), reference_on=np.zeros(3, np.int32), settings=ADMIRAL)
    assert [Response(int(c)).text for c in best.bor] == ["PR", "PR", "NE"]
    assert [Response(int(c)).text for c in best.cbor] == ["PR", "SD", "NE"]


assessments = st.lists(
    st.tuples(st.integers(10, 60), st.sampled_from(["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"])),
    max_size=7,
)


@given(st.lists(assessments, min_size=1, max_size=6), st.booleans())
def test_control_holds_all_responders_and_a_confirmed_response_is_a_response(people, confirmed):
    people = [
        [(int(d), w) for d, (_, w) in zip(np.cumsum([g for g, _ in p]), p, strict=True)] for p in people
    ]
    if not any(people):
        return
    found = response_rates(
        *rows(people),
        reference_on=np.zeros(len(people), np.int32),
        settings=ADMIRAL,
        benefit_days=42,
        confirmed=confirmed,
    )
    objective, control = found["objective_response"].success, found["disease_control"].success
    assert not np.any(objective & ~control)
    np.testing.assert_array_equal(found["clinical_benefit"].success, control)

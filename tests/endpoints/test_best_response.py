"""Best overall response: cases of RECIST 1.1 table 3, and a plain patient-by-patient transcription of the rules."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.endpoints import Course, best_response, policies, policy
from protorun.errors import NotStated, PluginNotFound
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response

WORDS = {r.text: int(r) for r in Response}
ADMIRAL = policy("admiral")
TABLE_3 = policy("recist_table3").stated(min_sd_days=42)


def course(*rows: tuple[int, str]) -> Course:
    return Course(
        np.array([[WORDS[w] for _, w in rows]], np.int8), np.array([[d for d, _ in rows]], np.int32)
    )


def best(settings, *rows: tuple[int, str]) -> tuple[str, str]:
    """Unconfirmed and confirmed best response of one patient whose reference day is 0."""
    found = best_response(course(*rows), np.zeros(1, np.int32), settings)
    return Response(int(found.bor[0])).text, Response(int(found.cbor[0])).text


@pytest.mark.parametrize(
    ("first", "second", "confirmed"),
    [
        ("CR", "CR", "CR"),
        ("CR", "PR", "SD"),
        ("CR", "SD", "SD"),
        ("CR", "PD", "SD"),
        ("CR", "NE", "SD"),
        ("PR", "CR", "PR"),
        ("PR", "PR", "PR"),
        ("PR", "SD", "SD"),
        ("PR", "PD", "SD"),
        ("PR", "NE", "SD"),
        ("NE", "NE", "NE"),
    ],
)
def test_recist_table_3_when_the_minimum_sd_time_is_met(first, second, confirmed):
    assert best(TABLE_3, (42, first), (84, second))[1] == confirmed


@pytest.mark.parametrize(
    ("first", "second", "confirmed"),
    [("CR", "PR", "PD"), ("CR", "PD", "PD"), ("PR", "PD", "PD"), ("CR", "NE", "NE"), ("PR", "NE", "NE")],
)
def test_recist_table_3_when_it_is_not_met(first, second, confirmed):
    assert best(TABLE_3, (30, first), (60, second))[1] == confirmed


def test_the_other_choice_of_table_3_changes_a_cr_that_pr_follows_to_pr():
    amended = policy("recist_table3_amended").stated(min_sd_days=42)
    assert best(amended, (30, "CR"), (60, "PR")) == ("PR", "PR")
    assert best(amended, (30, "CR"), (44, "NE"), (60, "PR")) == ("PR", "PR")
    assert best(amended, (30, "CR"), (60, "SD")) == ("CR", "PD")
    assert best(amended, (42, "CR"), (84, "CR"), (126, "SD")) == ("CR", "CR")


def test_early_cr_then_pr_is_sd_for_admiral_and_pd_for_recist():
    """admiralonco#275: the two policies differ on purpose."""
    early = ((30, "CR"), (60, "PR"))
    assert best(ADMIRAL, *early)[1] == "SD"
    assert best(TABLE_3, *early)[1] == "PD"


@pytest.mark.parametrize(("settings", "day"), [(TABLE_3, 60), (ADMIRAL, 90)])
def test_disease_after_a_complete_response_is_the_first_progression_where_the_policy_says_so(settings, day):
    found = best_response(course((30, "CR"), (60, "PR"), (90, "PD")), np.zeros(1, np.int32), settings)
    assert (int(found.progression_on[0]), int(found.last_on[0])) == (day, 90)


def test_confirmation_needs_28_days_and_allows_one_ne_between():
    assert best(ADMIRAL, (42, "PR"), (69, "PR"))[1] == "SD"
    assert best(ADMIRAL, (42, "PR"), (70, "PR"))[1] == "PR"
    assert best(ADMIRAL, (42, "CR"), (60, "NE"), (80, "CR"))[1] == "CR"
    assert best(ADMIRAL, (42, "CR"), (60, "NE"), (66, "NE"), (80, "CR"))[1] == "SD"
    assert best(TABLE_3, (42, "CR"), (60, "NE"), (66, "NE"), (80, "CR"))[1] == "CR"


def test_one_sd_between_only_where_it_is_accepted():
    rows = ((42, "PR"), (60, "SD"), (80, "PR"))
    assert best(ADMIRAL, *rows)[1] == "SD"
    assert best(replace(ADMIRAL, accept_sd=True), *rows)[1] == "PR"


def test_assessments_after_the_first_progression_do_not_count():
    assert best(ADMIRAL, (42, "PD"), (84, "CR"), (126, "CR")) == ("PD", "PD")
    assert best(replace(ADMIRAL, until_pd=False), (42, "PD"), (84, "CR"), (126, "CR")) == ("CR", "CR")


def test_sd_before_the_minimum_time_is_ne_and_nothing_is_missing():
    assert best(ADMIRAL, (41, "SD")) == ("NE", "NE")
    assert best(ADMIRAL, (42, "SD")) == ("SD", "SD")
    nobody = Course(np.zeros((1, 0), np.int8), np.zeros((1, 0), np.int32))
    found = best_response(nobody, np.zeros(1, np.int32), ADMIRAL)
    assert (found.bor[0], found.bor_on[0]) == (Response.MISSING, NO_DAY)
    assert best(ADMIRAL, (42, "ND")) == ("MISSING", "ND")


def test_a_minimum_sd_time_nobody_stated_stops_the_run():
    with pytest.raises(NotStated, match="stable disease"):
        best(policy("recist_table3"), (42, "SD"))


def test_an_unknown_policy_lists_what_there_is():
    with pytest.raises(PluginNotFound, match="admiral, admiral_template, recist_table3"):
        policy("none")
    assert all(p.says for p in policies().values())


# An independent transcription, one patient at a time, from the description of admiralonco's rules.


def naive(rows, ref, p):
    rows = list(rows)
    if p.amend_cr:
        for i, (d, r) in enumerate(rows):
            follows = next((s for _, s in rows[i + 1 :] if s not in ("CR", "NE", "ND")), "")
            rows[i] = (d, "PR") if r == "CR" and follows == "PR" else (d, r)
    if p.lost_cr_is_pd:
        seen = False
        for i, (d, r) in enumerate(rows):
            if seen and r in ("PR", "SD"):
                rows[i] = (d, "PD")
            seen |= r == "CR"
    if p.until_pd:
        cut = next((i for i, (_, r) in enumerate(rows) if r == "PD"), len(rows))
        rows = rows[: cut + 1]
    late = [d >= ref + p.min_sd_days for d, _ in rows]

    def holds(i):
        start, kind = rows[i]
        if kind not in ("CR", "PR"):
            return False
        goal = ("CR",) if kind == "CR" else ("CR", "PR")
        hit = next(
            (
                j
                for j in range(i + 1, len(rows))
                if rows[j][1] in goal and rows[j][0] >= start + p.confirm_days
            ),
            None,
        )
        if hit is None:
            return False
        stretch = [r for _, r in rows[i + 1 : hit + 1]]
        allowed = {"CR", "NE"} if kind == "CR" else {"CR", "PR", "NE", "SD"}
        if not set(stretch) <= allowed or (p.max_ne >= 0 and stretch.count("NE") > p.max_ne):
            return False
        if kind == "CR":
            return True
        pr_after_cr = any(r == "PR" and "CR" in stretch[:k] for k, r in enumerate(stretch))
        return stretch.count("SD") <= p.accept_sd and not pr_after_cr

    sure = [holds(i) for i in range(len(rows))]

    def first(test):
        return next(((r, d) for i, (d, r) in enumerate(rows) if test(i, r)), None)

    def pick(options, missing):
        for name, test in options:
            if (hit := first(test)) is not None:
                return name, hit[1]
        return missing, None

    missing = "NE" if p.missing_as_ne else "MISSING"
    stable, non = ("SD",), "NON-CR/NON-PD"
    bor = pick(
        [
            ("CR", lambda i, r: r == "CR"),
            ("PR", lambda i, r: r == "PR"),
            ("SD", lambda i, r: r in stable and late[i]),
            (non, lambda i, r: r == non and late[i]),
            ("PD", lambda i, r: r == "PD"),
            ("NE", lambda i, r: r == "NE" or (r in ("SD", non) and not late[i])),
        ],
        missing,
    )
    cbor = pick(
        [
            ("CR", lambda i, r: r == "CR" and sure[i]),
            ("PR", lambda i, r: r == "PR" and sure[i]),
            ("SD", lambda i, r: r in ("CR", "PR", "SD") and late[i]),
            (non, lambda i, r: r == non and late[i]),
            ("PD", lambda i, r: r == "PD"),
            ("NE", lambda i, r: r == "NE" or (r in ("CR", "PR", "SD", non) and not late[i])),
            *([("ND", lambda i, r: r == "ND")] if p.nd_is_class else []),
        ],
        missing,
    )
    days = [
        first(lambda i, r: r in ("CR", "PR")),
        first(lambda i, r: sure[i]),
        first(lambda i, r: r in ("CR", "PR") or (r in ("SD", non) and late[i])),
        first(lambda i, r: sure[i] or (r in ("CR", "PR", "SD", non) and late[i])),
    ]
    return bor, cbor, [d[1] if d else None for d in days]


assessment = st.tuples(
    st.integers(10, 45), st.sampled_from(["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "ND"])
)
switches = st.fixed_dictionaries(
    {
        "min_sd_days": st.sampled_from([0, 28, 42]),
        "confirm_days": st.sampled_from([14, 28, 56]),
        "max_ne": st.sampled_from([-1, 0, 1, 2]),
        "accept_sd": st.booleans(),
        "until_pd": st.booleans(),
        "missing_as_ne": st.booleans(),
        "nd_is_class": st.booleans(),
        "lost_cr_is_pd": st.booleans(),
        "amend_cr": st.booleans(),
    }
)


def responders_first():
    return st.lists(
        st.tuples(st.integers(10, 45), st.sampled_from(["CR", "PR", "PR", "CR", "NE", "SD", "PD"])),
        max_size=8,
    )


@given(
    st.lists(st.one_of(st.lists(assessment, max_size=9), responders_first()), min_size=1, max_size=6),
    switches,
)
def test_all_patients_at_once_are_each_patient_alone(gaps, chosen):
    settings = replace(ADMIRAL, **chosen)
    patients = [
        [(int(d), r) for d, (_, r) in zip(np.cumsum([g for g, _ in p]), p, strict=True)] for p in gaps
    ]
    width = max(map(len, patients))
    overall = np.zeros((len(patients), width), np.int8)
    day = np.full((len(patients), width), NO_DAY, np.int32)
    for row, rows in enumerate(patients):
        overall[row, : len(rows)] = [WORDS[r] for _, r in rows]
        day[row, : len(rows)] = [d for d, _ in rows]
    found = best_response(Course(overall, day), np.zeros(len(patients), np.int32), settings)
    for row, rows in enumerate(patients):
        bor, cbor, days = naive(rows, 0, settings)
        assert (Response(int(found.bor[row])).text, _day(found.bor_on[row])) == bor
        assert (Response(int(found.cbor[row])).text, _day(found.cbor_on[row])) == cbor
        columns = (found.response_on, found.confirmed_on, found.benefit_on, found.confirmed_benefit_on)
        assert [_day(c[row]) for c in columns] == days


def _day(day: int) -> int | None:
    return None if day == NO_DAY else int(day)


@given(st.lists(assessment, min_size=1, max_size=8))
def test_a_later_ne_changes_nothing_but_its_own_absence(gaps):
    rows = [(int(d), r) for d, (_, r) in zip(np.cumsum([g for g, _ in gaps]), gaps, strict=True)]
    before = best_response(course(*rows), np.zeros(1, np.int32), ADMIRAL)
    after = best_response(course(*rows, (rows[-1][0] + 50, "NE")), np.zeros(1, np.int32), ADMIRAL)
    for f in (f for f in fields(before) if not f.name.startswith("last_")):
        if before.bor[0] != Response.MISSING and not (
            f.name.startswith("cbor") and before.cbor[0] == Response.ND
        ):
            assert getattr(before, f.name) == getattr(after, f.name)

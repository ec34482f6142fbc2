"""Every response criterion in the folder keeps these."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protorun.errors import PluginNotFound
from protorun.response import assess, policies, settings_for
from protorun.terms.plugins import load, names
from protorun.trial.leptomeninges import Change, Cytology, Input, LeptomeningealExams
from protorun.trial.response import Clinical, Finding, Response, Role
from protorun.trial.tables import Lesions, Visits

ALL = names("response")
CRITERIA = [name for name in ALL if load("response", name).READS == "lesions"]
WITH_EXAMS = [name for name in ALL if load("response", name).READS == "exams"]
sizes = st.lists(st.integers(0, 6000), min_size=2, max_size=6)
trials = st.lists(st.lists(sizes, min_size=1, max_size=3), min_size=1, max_size=4)


def tables(patients: list[list[list[int]]], *, copy: int = 0, first: int = 0) -> tuple[Lesions, Visits]:
    """CNS targets of each patient, one list of diameters per lesion (cut to equal length); off steroids and stable."""
    rows = [
        (first + p, v, lesion, size)
        for p, lesions in enumerate(patients)
        for lesion, path in enumerate(lesions)
        for v, size in enumerate(path[: min(map(len, lesions))])
    ]
    patient, visit, lesion, size = (np.array(column, np.int32) for column in zip(*rows, strict=True))
    n = len(rows)
    table = Lesions(
        copy=np.full(n, copy, np.int32), patient=patient, visit=visit.astype(np.int16), day=42 * visit, lesion=lesion,
        role=np.full(n, Role.TARGET, np.int8), compartment=np.zeros(n, np.int8), nodal=np.zeros(n, bool), diameter=size,
        finding=np.where(size > 0, Finding.PRESENT, Finding.ABSENT).astype(np.int8),
        organ=np.full(n, -1, np.int16), perpendicular=np.full(n, -1, np.int32),
        labels=("L1", "L2", "L3"),
    )  # fmt: skip
    seen = np.unique(np.stack([patient, visit], 1), axis=0)
    m = len(seen)
    visits = Visits(
        np.full(m, copy, np.int32), seen[:, 0], seen[:, 1].astype(np.int16), 42 * seen[:, 1], np.zeros(m),
        np.full(m, Clinical.STABLE, np.int8), np.full(m, 2, np.uint8),
    )  # fmt: skip
    return table, visits


def responses(criteria: str, patients: list[list[list[int]]]) -> list[int]:
    return assess(criteria, *tables(patients)).overall.tolist()


@pytest.mark.parametrize("criteria", ALL)
def test_it_says_what_it_is_and_has_policies_with_words(criteria):
    rule = load("response", criteria)
    assert rule.SAYS
    assert rule.COMPARTMENTS
    assert rule.READS in ("lesions", "exams")
    assert all(policy.says for policy in policies(criteria).values())
    with pytest.raises(PluginNotFound, match="there are"):
        settings_for(criteria, "no such policy")


@pytest.mark.parametrize("criteria", CRITERIA)
@given(patients=trials)
@settings(max_examples=40)
def test_a_patient_of_a_batch_is_the_patient_alone(criteria, patients):
    together = assess(criteria, *tables(patients))
    for row, lesions in enumerate(patients):
        alone = assess(criteria, *tables([lesions]))
        mine = together.where(together.patient == row)
        for f in fields(alone):
            if f.name not in ("patient", "reason", "reasons"):
                np.testing.assert_array_equal(getattr(mine, f.name), getattr(alone, f.name))
        assert [mine.why(i) for i in range(len(mine))] == [alone.why(i) for i in range(len(alone))]


@pytest.mark.parametrize("criteria", CRITERIA)
@given(patients=trials, seed=st.integers(0, 100))
@settings(max_examples=25)
def test_the_order_of_the_rows_does_not_matter(criteria, patients, seed):
    lesions, visits = tables(patients)
    mixed = np.random.default_rng(seed).permutation(len(lesions))
    shuffled = lesions.where(mixed)
    np.testing.assert_array_equal(
        assess(criteria, shuffled, visits).overall, assess(criteria, lesions, visits).overall
    )


@pytest.mark.parametrize("criteria", CRITERIA)
@given(patients=trials, data=st.data())
@settings(max_examples=40)
def test_a_lesion_that_was_not_assessed_gives_ne_by_name_unless_progression_is_certain(
    criteria, patients, data
):
    lesions, visits = tables(patients)
    at = data.draw(st.sampled_from(np.flatnonzero(lesions.visit > 0).tolist()))
    keep = np.arange(len(lesions)) != at
    points = assess(criteria, lesions.where(keep), visits)
    row = np.flatnonzero((points.patient == lesions.patient[at]) & (points.visit == lesions.visit[at]))[0]
    overall = points.overall[row]
    assert overall in (Response.NE, Response.PD, Response.IUPD, Response.ICPD)
    if overall == Response.NE:
        assert f"L{lesions.lesion[at] + 1} was not assessed" in points.why(row)


@pytest.mark.parametrize("criteria", CRITERIA)
@given(path=sizes)
@settings(max_examples=40)
def test_a_visit_more_never_changes_the_visits_before_it(criteria, path):
    whole = responses(criteria, [[path]])
    assert whole[:-1] == responses(criteria, [[path[:-1]]] if len(path) > 2 else [[path]])[: len(whole) - 1]


@pytest.mark.parametrize("criteria", [name for name in CRITERIA if name != "irecist"])
@given(path=sizes)
@settings(max_examples=40)
def test_sums_decide_as_the_fractions_say(criteria, path):
    """An independent transcription for one lesion off steroids, by fractions: 20 % and 5 mm over nadir, 30 % below baseline."""
    from fractions import Fraction

    nadir, had_cr, expected = path[0], False, []
    for size in path[1:]:
        if (
            size > nadir and (nadir == 0 or (Fraction(size, nadir) >= Fraction(6, 5) and size - nadir >= 500))
        ) or (had_cr and size > 0 and criteria == "recist_1_1"):
            expected.append(Response.PD)
        elif size == 0:
            expected.append(Response.CR)
        elif Fraction(size, path[0]) <= Fraction(7, 10):
            expected.append(Response.PR)
        else:
            expected.append(Response.SD)
        had_cr |= expected[-1] == Response.CR
        nadir = min(nadir, size)
    strict = {"recist_1_1": "strict_table"}.get(criteria, "")
    points = assess(criteria, *tables([[path]]), settings=settings_for(criteria, strict))
    assert points.overall.tolist() == expected


levels = st.sampled_from([0.0, 1.0, 2.0, 3.0, float("nan")])
cells = st.sampled_from([*map(float, Cytology), float("nan")])
changes = st.sampled_from([*map(float, Change), float("nan")])
exam_visits = st.lists(st.tuples(levels, levels, cells, cells, changes, changes), min_size=2, max_size=5)
exam_trials = st.lists(exam_visits, min_size=1, max_size=4)
_KINDS = (Input.EXAM, Input.EXAM, Input.CSF, Input.CSF, Input.MRI, Input.MRI)


def exams(patients: list[list[tuple[float, ...]]]) -> LeptomeningealExams:
    """Two domains, two sites, two items of the scorecard at each visit, six weeks apart."""
    rows = [
        (p, v, item, value)
        for p, visits in enumerate(patients)
        for v, values in enumerate(visits)
        for item, value in enumerate(values)
    ]
    patient, visit, item, value = (np.array(column) for column in zip(*rows, strict=True))
    return LeptomeningealExams(
        copy=np.zeros(len(rows), np.int32), patient=patient.astype(np.int32), visit=visit.astype(np.int16),
        day=(42 * visit).astype(np.int32), kind=np.array(_KINDS, np.int8)[item], item=item.astype(np.int16), value=value,
        items=("gait", "vision", "ventricular", "lumbar", "brain nodules", "spine nodules"),
    )  # fmt: skip


@pytest.mark.parametrize("criteria", WITH_EXAMS)
@given(patients=exam_trials, seed=st.integers(0, 100))
@settings(max_examples=40)
def test_exams_of_a_batch_in_any_order_are_each_patient_alone(criteria, patients, seed):
    table = exams(patients)
    together = assess(criteria, exams=table.where(np.random.default_rng(seed).permutation(len(table))))
    for row, visits in enumerate(patients):
        alone, mine = assess(criteria, exams=exams([visits])), together.where(together.patient == row)
        assert mine.overall.tolist() == alone.overall.tolist()
        assert [mine.why(i) for i in range(len(mine))] == [alone.why(i) for i in range(len(alone))]


@pytest.mark.parametrize("criteria", WITH_EXAMS)
@given(patients=st.lists(exam_visits, min_size=2, max_size=4), data=st.data())
@settings(max_examples=40)
def test_what_is_examined_in_one_patient_asks_nothing_of_another(criteria, patients, data):
    table = exams(patients)
    dropped = [data.draw(st.sets(st.integers(0, 5), max_size=3)) for _ in patients]
    keep = np.array([i not in dropped[p] for p, i in zip(table.patient, table.item, strict=True)], np.bool_)
    table = table.where(keep)
    together = assess(criteria, exams=table)
    for row in range(len(patients)):
        alone, mine = (
            assess(criteria, exams=table.where(table.patient == row)),
            together.where(together.patient == row),
        )
        assert mine.overall.tolist() == alone.overall.tolist()
        assert [mine.why(i) for i in range(len(mine))] == [alone.why(i) for i in range(len(alone))]


@pytest.mark.parametrize("criteria", WITH_EXAMS)
@given(visits=exam_visits, at=st.integers(0, 5))
@settings(max_examples=100)
def test_the_bounds_hold_the_answer_and_a_missing_item_found_again_lies_inside_them(criteria, visits, at):
    free = settings_for(criteria, "steroids_ignored") if criteria == "rano_lm" else None
    whole = assess(criteria, exams=exams([visits]), settings=free)
    answered = whole.overall != Response.NE
    for column in (whole.at_best, whole.at_worst):
        assert (column[answered] == whole.overall[answered]).all()
    unseen = (*visits[-1][:at], float("nan"), *visits[-1][at + 1 :])
    lost = assess(criteria, exams=exams([[*visits[:-1], unseen]]), settings=free)
    if lost.overall[-1] == Response.NE and lost.at_best[-1] != Response.NONE and answered[-1]:
        assert lost.at_best[-1] <= whole.overall[-1] <= lost.at_worst[-1]


@pytest.mark.parametrize("criteria", WITH_EXAMS)
@given(visits=exam_visits)
@settings(max_examples=60)
def test_a_later_exam_never_changes_the_earlier_ones_and_a_lost_one_is_never_better_than_ne(criteria, visits):
    whole = assess(criteria, exams=exams([visits])).overall.tolist()
    if len(visits) > 2:
        assert whole[:-1] == assess(criteria, exams=exams([visits[:-1]])).overall.tolist()
    unseen = (*[float("nan")] * 2, *visits[-1][2:])
    lost = assess(criteria, exams=exams([[*visits[:-1], unseen]])).overall[-1]
    assert lost in (Response.NE, Response.PD)

"""What every dose design promises. Designs are found by walking the folder; each reading is a design."""

import numpy as np
import pytest

from dose_rules import ladder, study_with, two_states
from protorun.escalation import (
    Accrual,
    Leaving,
    Timing,
    WeibullLate,
    boundaries,
    by_calendar,
    design_for,
    exact,
    next_dose,
    paths,
)
from protorun.escalation._design import sentences
from protorun.escalation._slots import Needs
from protorun.escalation.engine.walk import walk
from protorun.terms import plugins
from protorun.trial.decision import Action
from protorun.trial.outcomes import Outcomes, Patients


def every_design():
    for name in plugins.names("escalation"):
        # Single patients make long paths: fewer levels for rolling six, as many patients as elsewhere for TITE-CRM.
        levels, cohorts = (3 if name == "rolling_six" else 4), (12 if name == "tite_crm" else 4)
        rule = two_states() if name == "stated" else ladder(name, levels=levels, cohorts=cohorts)
        for reading in plugins.load("escalation", name).readings(rule):
            yield pytest.param(design_for(study_with(rule), reading=reading), id=f"{name}-{reading}")


pytestmark = pytest.mark.parametrize("design", list(every_design()))


def reachable(design):
    """Every row of counts a trial can reach, patient by patient, as one batch."""
    rows = [step.rows for step in walk(design, firing="immediate")]
    level, n, dlt = (np.concatenate([getattr(r, f) for r in rows]) for f in ("level", "n", "dlt"))
    return Outcomes(level, n, dlt, np.zeros_like(n))


def with_pending(seen, pending):
    """The rows with some patients of the level now treated turned into pending ones, followed for 40 % of the window."""
    row = np.arange(len(seen))
    moved = np.minimum(pending, seen.n[row, seen.level] - seen.dlt[row, seen.level])
    n, waiting = seen.n.copy(), np.zeros_like(seen.n)
    n[row, seen.level] -= moved
    waiting[row, seen.level] = moved
    who = np.arange(pending)[None, :] < moved[:, None]
    at = np.where(who, seen.level[:, None], -1)
    alone = Patients(at, np.zeros_like(who), np.where(who, 0.4, 1.0))
    return Outcomes(seen.level, n, seen.dlt, waiting, followed=0.4 * waiting, patients=alone)


def take(seen, rows):
    return seen.where(rows)


def test_its_name_is_its_file_and_its_levels_have_labels(design):
    assert design.name in plugins.names("escalation")
    assert len(design.labels) == design.levels
    assert set(design.order) <= set(range(design.levels))
    assert design.order[0] == design.start()[0]


def test_one_more_dlt_never_raises_the_dose(design):
    if not design.monotone:
        pytest.skip("the design says itself that it is not monotone")
    seen = reachable(design)
    row = np.arange(len(seen))
    more = seen.dlt.copy()
    more[row, seen.level] += 1
    possible = more[row, seen.level] <= seen.n[row, seen.level]
    milder = design.decide(take(seen, possible))
    worse = design.decide(take(Outcomes(seen.level, seen.n, more, seen.pending), possible))
    both = (milder.action != Action.WAIT) & (worse.action != Action.WAIT)
    assert both.sum() > 10
    assert (worse.level[both] <= milder.level[both]).all()


def test_a_batch_of_one_is_a_row_of_the_batch(design):
    seen = with_pending(reachable(design), 1)
    batch = design.decide(seen)
    for i in range(0, len(seen), max(1, len(seen) // 50)):
        one = design.decide(take(seen, np.array([i])))
        assert (one.action[0], one.level[0], one.size[0], one.reason[0], one.why()) == (
            batch.action[i],
            batch.level[i],
            batch.size[i],
            batch.reason[i],
            batch.why(i),
        )


@pytest.mark.parametrize("pending", [0, 1, 2])
def test_every_decision_has_a_reason_in_words_with_no_gap(design, pending):
    assert set(design.reasons) <= set(sentences())
    decision = design.decide(with_pending(reachable(design), pending))
    assert ((decision.reason >= 0) & (decision.reason < len(design.reasons))).all()
    for i in range(0, len(decision), max(1, len(decision) // 100)):
        assert "-1" not in decision.why(i)
        assert "{" not in decision.why(i)


def test_patients_are_enrolled_at_a_level_that_exists_or_not_at_all(design):
    for pending in (0, 1, 2):
        decision = design.decide(with_pending(reachable(design), pending))
        enrolls = decision.action == Action.ENROLL
        assert (decision.size[enrolls] > 0).all()
        assert (decision.size[~enrolls] == 0).all()
        assert (decision.level[decision.action == Action.STOP] == -1).all()
        lives = decision.action != Action.STOP
        assert ((decision.level[lives] >= 0) & (decision.level[lives] < design.levels)).all()


def test_a_decision_with_pending_patients_holds_whatever_they_show(design):
    if design.needs >= Needs.PENDING and design.name != "rolling_six":
        pytest.skip("the design decides by what pending patients are expected to show")
    seen = with_pending(reachable(design), 1)
    row, at = np.arange(len(seen)), seen.level
    early = design.decide(seen)
    decided = (early.action != Action.WAIT) & (seen.pending[row, at] == 1)
    decided &= (early.action != Action.ENROLL) | (early.level != at)
    for dlt in (0, 1):
        n, dlts = seen.n.copy(), seen.dlt.copy()
        n[row, at] += seen.pending[row, at]
        dlts[row, at] += dlt * seen.pending[row, at]
        late = design.decide(take(Outcomes(at, n, dlts, np.zeros_like(n)), decided))
        assert (late.action == early.action[decided]).all()
        assert (late.level == early.level[decided]).all()


@pytest.mark.parametrize("firing", ["cohort", "immediate"])
def test_exact_probabilities_sum_to_one(design, firing):
    rates = np.linspace(0, 1, 11)[:, None] * np.linspace(0.5, 1, design.levels)
    found = exact(design, rates, firing=firing)
    np.testing.assert_allclose(found.selected.sum(axis=1) + found.stopped, 1, atol=1e-12)
    np.testing.assert_allclose(found.size_probability.sum(axis=1), 1, atol=1e-12)
    assert found.error == 0


def test_without_dlts_no_dose_is_refused_and_with_only_dlts_none_is_found(design):
    found = exact(design, [np.zeros(design.levels), np.ones(design.levels)])
    assert found.stopped.tolist() == [0, 1]


def test_decision_table_next_dose_and_paths_are_one_rule(design):
    table = {(r["level"], r["n"], r["dlt"], r["given"]): r for r in boundaries(design, firing="cohort")}
    counted = {(level, n, dlt) for level, n, dlt, _ in table}
    for row in paths(design, cohorts=3):
        decision = next_dose(design, row["path"])
        assert decision.why() == row["why"]
        assert (row["level"], row["n"], row["dlt"]) in counted
        same = [r for k, r in table.items() if k[:3] == (row["level"], row["n"], row["dlt"])]
        assert row["why"] in [r["why"] for r in same]


def test_exact_equals_the_weight_of_its_paths(design):
    rates = np.linspace(0.1, 0.4, design.levels)
    found = exact(design, rates)
    selected, stopped = np.zeros(design.levels), 0.0
    for row in paths(design, cohorts=20):
        if row["decision"] not in ("finish", "stop"):
            continue
        weight = float(row["ways"])
        for cohort in row["path"].split():
            p = rates[design.order[int(cohort[0]) - 1]]
            weight *= p ** cohort.count("T") * (1 - p) ** cohort.count("N")
        if row["decision"] == "stop":
            stopped += weight
        else:
            selected[design.labels.index(row["next_level"])] += weight
    np.testing.assert_allclose([*selected, stopped], [*found.selected[0], found.stopped[0]], atol=1e-12)


def test_slow_arrivals_reproduce_the_exact_probabilities(design):
    """Nobody leaves, and every outcome is known before the next patient comes."""
    rates = np.linspace(0.1, 0.5, design.levels)
    found = by_calendar(design, rates, timing=Timing(1, Accrual(2, "fixed")), trials=2000)
    known = exact(design, rates, firing="immediate")
    p = np.array([*known.selected[0], known.stopped[0]])
    shares = np.array([*found.selected[0], found.stopped[0]])
    assert (np.abs(shares - p) <= 4 * np.sqrt(p * (1 - p) / 2000) + 1e-9).all()
    assert found.calendar.suspended[0] == 0


def test_on_a_calendar_nobody_is_treated_beyond_the_end(design):
    """Quick arrivals, late DLTs, some patients lost: the shares add up, and what was counted was treated."""
    timing = Timing(42, Accrual(9), leaving=Leaving(death_median_days=100), onset=WeibullLate(0.8))
    rates = np.linspace(0.1, 0.5, design.levels)
    found = by_calendar(
        design, [rates, np.zeros(design.levels), np.ones(design.levels)], timing=timing, trials=300
    )
    np.testing.assert_allclose(found.selected.sum(axis=1) + found.stopped, 1)
    assert found.stopped[1:].tolist() == [0, 1]
    times = found.calendar
    assert (times.treated >= times.evaluable + times.replaced - 1e-9).all()
    assert (times.duration_low <= times.duration_high).all()
    most = getattr(design, "most", None)
    assert most is None or found.sizes.max() <= most

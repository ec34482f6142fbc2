"""The state of every patient at every cut-off, against a count written without the loop.

Random trials by NCT06462092's rule with late news, deaths, withdrawals and progressions; 42 days from the first dose.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from protorun.conduct import conduct, plan
from protorun.conduct.status import status
from protorun.conduct.terms import Terms
from protorun.patients.recorded import parse_recorded
from trials import LEVELS, dose_study

WINDOW, DAY_0 = 42, date(2025, 1, 1)


@dataclass
class Patient:
    """Days from `DAY_0`; `told` are (kind, day, day it became known)."""

    name: str
    level: str
    entered: int
    dosed: int
    died: int | None
    left: int | None
    last: int
    told: list[tuple[str, int, int]]


def drawn(chance: random.Random) -> list[Patient]:
    entered, found = 0, []
    for number in range(chance.randint(2, 10)):
        entered += chance.randint(0, 25)
        dosed = entered + chance.choice([0, 0, 1, 3])
        died = dosed + chance.randint(0, 90) if chance.random() < 0.2 else None
        left = dosed + chance.randint(0, 60) if chance.random() < 0.15 else None
        alive = 10**6 if died is None else died
        told = [
            (kind, day, day + late)
            for kind, share, first, most, delays in (
                ("dlt", 0.45, 0, 60, (0, 0, 2, 30)),
                ("progression", 0.2, 0, 60, (0, 7)),
                ("visit", 0.5, 20, 70, (0, 5)),
            )
            if chance.random() < share
            and (day := dosed + chance.randint(first, most)) <= alive
            and (late := chance.choice(delays)) >= 0
        ]
        last = min(dosed + chance.randint(0, 80), alive)
        left = left if left is None or left <= alive else None
        found.append(Patient(f"P{number}", chance.choice(LEVELS), entered, dosed, died, left, last, told))
    return found


def tables(patients: list[Patient]) -> dict[str, str]:
    def on(day: int | None) -> str:
        return "" if day is None else (DAY_0 + timedelta(day)).isoformat()

    people = ["patient,arm,level,eligible,enrolled_on,first_dose_on,died_on,withdrawn_on,last_alive_on"]
    events = ["patient,date,kind,known_on"]
    for p in patients:
        days = ",".join(on(day) for day in (p.entered, p.dosed, p.died, p.left, p.last))
        people.append(f"{p.name},single,{p.level},yes,{days}")
        events += [f"{p.name},{on(day)},{kind},{on(known)}" for kind, day, known in p.told]
    return {"patients": "\n".join(people), "events": "\n".join(events)}


def state(p: Patient, cut: int) -> str:
    """Where the patient stands by the words of the plan, from what is known on the day of the cut-off."""
    end = p.dosed + WINDOW
    if any(k == "dlt" and p.dosed <= day < end and known <= cut for k, day, known in p.told):
        return "DLT"
    ends = [(d, d) for d in (p.died, p.left) if d is not None]
    ends += [(day, known) for kind, day, known in p.told if kind == "progression"]
    if any(day < end and known <= cut for day, known in ends):
        return "not evaluable"
    seen = [*ends, (p.last, p.last), *((day, known) for _, day, known in p.told)]
    if any(day >= end - 1 and max(known, end) <= cut for day, known in seen):
        return "no DLT"
    return "under observation"


@pytest.mark.parametrize("seed", range(40))
def test_the_loop_knows_what_a_plain_count_knows(seed):
    chance = random.Random(seed)
    study, patients = dose_study(), drawn(chance)
    recorded, planned = parse_recorded(tables(patients), levels=LEVELS, arms=("single",)), plan(dose_study())
    for cut in chance.sample(range(patients[-1].entered + 120), 6):
        terms = Terms(cut_off=recorded.day(DAY_0 + timedelta(cut)), explain=True)
        told = {
            p["patient"]: p["state"] for p in status(conduct(study, recorded, terms=terms), planned).patients
        }
        assert set(told) == {p.name for p in patients if p.entered <= cut}
        under = {name: says for name, says in told.items() if not says.endswith("which had ended")}
        assert under == {p.name: state(p, cut) for p in patients if p.name in under}


def test_who_enters_after_the_rule_has_ended_is_not_said_to_be_under_observation():
    people = [Patient(f"P{n}", "15 mg", 10 * n, 10 * n, None, None, 10 * n + 60, []) for n in range(6)]
    people.append(Patient("P6", "15 mg", 130, 130, None, None, 140, []))
    recorded = parse_recorded(tables(people), levels=LEVELS, arms=("single",))
    stands = status(conduct(dose_study(), recorded, terms=Terms(explain=True)), plan(dose_study()))
    assert stands.patients[6]["state"] == "on study; not under the dose rule, which had ended"
    assert stands.recommendation["pending"] == []
